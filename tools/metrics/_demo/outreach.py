"""Campaigns to the demo company's customers, and companies on its lists that are no customers yet."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from tools.metrics._demo.accounts import Account
from tools.metrics._demo.catalogue import STATES
from tools.metrics._demo.chance import pick, stream
from tools.metrics._demo.lines import Line
from tools.metrics._demo.names import INDUSTRIES, NameBook, web_name
from tools.metrics._demo.people import Contact, people_there
from tools.metrics._demo.writing import Row


@dataclass(frozen=True)
class Campaign:
    """A campaign that began so many days ago; `share` of the accounts of `segments` are reached."""

    id: str
    name: str
    channel: str
    offer: str
    ago: int
    days: int
    segments: tuple[str, ...]
    share: float
    answers: float
    """How likely who is reached answers."""
    takes: float
    """How likely who answers takes the offer."""


MEDIUM_AND_LARGE = ("mid-market", "enterprise")
CAMPAIGNS = (
    Campaign("CP-01", "Analytics launch", "email", "Analytics", 320, 30, MEDIUM_AND_LARGE, 0.9, 0.2, 0.35),
    Campaign("CP-02", "Analytics second wave", "webinar", "Analytics", 140, 30, MEDIUM_AND_LARGE, 0.9, 0.4, 0.5),
    Campaign("CP-03", "E-signature spring", "email", "E-signature", 210, 21, ("smb", "mid-market"), 0.5, 0.2, 0.3),
    Campaign("CP-04", "E-signature autumn", "email", "E-signature", 60, 21, ("smb", "mid-market"), 0.5, 0.22, 0.35),
)
LISTED = 60
"""Companies on the list, of which some are customers already."""
OURS = 8


def campaign_rows(today: date) -> Iterator[Row]:
    """The rows of `campaigns`."""
    for each in CAMPAIGNS:
        start = today - timedelta(days=each.ago)
        yield {
            "campaign_id": each.id, "name": each.name, "channel": each.channel, "offer": each.offer,
            "starts_on": start, "ends_on": start + timedelta(days=each.days),
        }  # fmt: skip


def campaign_contacts(
    account: Account, lines: list[Line], contacts: list[Contact], today: date, seed: int
) -> Iterator[Row]:
    """The account's rows of `campaign_contacts`. Who bought the offer soon after took it, and some who answered."""
    for each in CAMPAIGNS:
        rng = stream(seed, f"campaign {each.id}", account.number)
        start = today - timedelta(days=each.ago)
        reached_on = start + timedelta(days=rng.randint(0, each.days - 1))
        people = people_there(contacts, reached_on)
        inside = any(stint.paid_from <= reached_on < stint.end(today) for stint in account.stints)
        chosen, answers, takes = (rng.random() < share for share in (each.share, each.answers, each.takes))
        if not (people and inside and chosen and account.segment in each.segments):
            continue
        bought = [line.started_on for line in lines if line.product == each.offer]
        answered_on = reached_on + timedelta(days=rng.randint(0, 9))
        agreed_on = answered_on + timedelta(days=rng.randint(1, 25))
        taken = next((day for day in bought if reached_on <= day <= reached_on + timedelta(days=90)), None)
        taken = taken or (agreed_on if answers and takes and agreed_on <= today else None)
        yield {
            "campaign_id": each.id, "account_id": account.id, "contact_id": rng.choice(people).id,
            "reached_on": reached_on,
            "responded_on": min(answered_on, taken or today, today) if answers or taken else None,
            "converted_on": taken,
        }  # fmt: skip


def prospects(accounts: list[Account], today: date, seed: int) -> Iterator[Row]:
    """The rows of `prospects`: companies of no relation to us, and some that are customers under another spelling."""
    rng = stream(seed, "prospects")
    names = NameBook(stream(seed, "prospects' names"))
    known = {account.name for account in accounts}
    for number in range(1, LISTED - OURS + 1):
        industry = rng.choice(INDUSTRIES)
        name = names.company("pt", industry)
        while name in known:
            name = names.company("pt", industry)
        yield _prospect(number, name, f"{web_name(name)}.example", industry, rng.randint(20, 2500), rng, today)
    for number, account in enumerate(rng.sample(accounts, OURS), LISTED - OURS + 1):
        spelt = f"{account.name.upper()} Ltda."
        domain = f"https://www.{account.domain}/" if number % 2 else None
        yield _prospect(number, spelt, domain, account.industry, account.employees, rng, today)


def _prospect(
    number: int, name: str, domain: str | None, industry: str, employees: int, rng: Random, today: date
) -> Row:
    return {
        "prospect_id": f"P-{number:03d}", "name": name, "domain": domain if rng.random() < 0.9 else None,
        "industry": industry, "country": "BR", "region": pick(rng, STATES), "employees": employees,
        "source": "trade fair list", "added_on": today - timedelta(days=rng.randint(5, 120)),
    }  # fmt: skip
