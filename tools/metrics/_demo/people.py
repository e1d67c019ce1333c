"""The people at the accounts."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from tools.metrics._demo.accounts import Account
from tools.metrics._demo.chance import between, stream
from tools.metrics._demo.names import person, web_name
from tools.metrics._demo.writing import Row

ROLES = ("champion", "user", "buyer", "finance", "sponsor")
HOW_MANY = {"smb": (1, 3), "mid-market": (2, 4), "enterprise": (3, 5)}


@dataclass(frozen=True)
class Contact:
    """A person; `known_from` is the day on which we met, which the files do not tell."""

    account: Account
    number: int
    name: str
    role: str
    language: str
    known_from: date
    left_on: date | None = None

    @property
    def id(self) -> str:
        return f"C-{self.account.number:04d}-{self.number}"


def contact_row(contact: Contact) -> Row:
    """The person as a row of `contacts`."""
    mailbox = web_name(contact.name).replace("-", ".")
    return {
        "contact_id": contact.id,
        "account_id": contact.account.id,
        "name": contact.name,
        "email": f"{mailbox}@{contact.account.domain}" if (contact.account.number + contact.number) % 19 else None,
        "role": contact.role,
        "language": contact.language,
        "left_on": contact.left_on,
    }


def hire_contacts(account: Account, today: date, seed: int) -> list[Contact]:
    """One to five people; when a champion leaves there is sometimes a successor."""
    rng = stream(seed, "people", account.number)
    joined = account.stints[0].joined
    people = [_contact(rng, account, place, joined) for place in range(1, rng.randint(*HOW_MANY[account.segment]) + 1)]
    people = [_maybe_leaves(rng, one, today) for one in people]
    return people + _succession(rng, people, today)


def people_there(contacts: list[Contact], day: date) -> list[Contact]:
    """Who can be reached on a day."""
    return [one for one in contacts if one.known_from <= day and (one.left_on is None or day < one.left_on)]


def _contact(rng: Random, account: Account, place: int, known_from: date) -> Contact:
    language = account.language
    if rng.random() < 0.07:
        language = "en" if language == "pt-BR" else "es" if account.tongue == "es" else "pt-BR"
    return Contact(account, place, person(rng, account.tongue), ROLES[place - 1], language, known_from)


def _maybe_leaves(rng: Random, contact: Contact, today: date) -> Contact:
    """A champion goes when that is the trouble, if we hear of it; anyone may go for reasons of their own."""
    if contact.role == "champion":
        for trouble in contact.account.troubles:
            gone = trouble.begins + timedelta(days=rng.randint(0, 45))
            if trouble.cause == "champion" and trouble.seen and gone <= today and rng.random() < 0.75:
                return replace(contact, left_on=gone)
    if rng.random() < 0.11:
        gone = between(rng, contact.known_from + timedelta(days=60), contact.known_from + timedelta(days=900))
        return replace(contact, left_on=gone) if gone <= today else contact
    return contact


def _succession(rng: Random, people: list[Contact], today: date) -> list[Contact]:
    gone = [one for one in people if one.left_on and one.role in ("champion", "buyer")]
    if not gone or len(people) == len(ROLES) or rng.random() < 0.45:
        return []
    first = gone[0]
    start = (first.left_on or today) + timedelta(days=rng.randint(20, 90))
    if start > min(today, first.account.stints[-1].end(today)):
        return []
    name = person(rng, first.account.tongue)
    return [Contact(first.account, len(people) + 1, name, first.role, first.language, start)]
