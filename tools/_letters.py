"""Messages to customers: what each kind says, in plain words, and what it leaves to whoever sends it.

A letter gives its subject and its lines; it never promises, praises or presses, and what the book does not know is a
blank. Numbers stand in it as figures.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any, Literal

from tools._answer import DraftLine, Note
from tools._conversations import heard_from_on, last_talk
from tools._for_customers import blank
from tools._guard import Category, Touch
from tools._phrase import Phrase, phrase
from tools._registry import Deps
from tools._usage import last_four_weeks
from tools.metrics import Figure, Period, Profile, all_metrics, next_renewal

Kind = Literal["renewal_notice", "nps_request", "follow_up", "win_back", "re_engagement", "change_announcement"]
Touchpoint = Literal["onboarding", "qbr", "support", "renewal"]

# What the book does not know.
NAME = blank(phrase("name"))
PRODUCT = blank(phrase("our product"))
SENDER = blank(phrase("your name"))
TERMS = blank(phrase("price and terms from the renewal on"))
DATES = blank(phrase("two dates"))
NOTICE_DAY = blank(phrase("day by which the contract asks for notice"))
READERS = blank(phrase("who reads the answers"))
DAY = blank(phrase("day"))
AGREED = blank(phrase("what was said and decided"))
OURS = blank(phrase("what we do, who, by which day"))
THEIRS = blank(phrase("what they do, who, by which day"))
CHANGED = blank(phrase("what has changed about the reason they left for"))
HOLDS_FROM = blank(phrase("day from which it holds"))
CHANGE = blank(phrase("what changes: how it was, how it will be"))
REASON = blank(phrase("why we change it"))
TO_DO = blank(phrase("what they have to do, or: nothing"))
WAY_OUT = blank(phrase("what the contract lets them do, and by when"))


@dataclass(frozen=True)
class Letter:
    """A message of one kind to one account: what it can speak of, and from which day a change holds."""

    account: Profile
    touches: tuple[Touch, ...]
    deps: Deps
    touchpoint: Touchpoint | None = None
    holds_from: date | None = None

    def subject(self, kind: Kind) -> Phrase:
        return SUBJECTS[kind](self)

    def body(self, kind: Kind, name: str | None) -> tuple[DraftLine, ...]:
        """The whole message to somebody of this first name."""
        hello = phrase("Hello {name},", name=name or NAME)
        return (hello, *BODIES[kind](self), phrase("Best regards,"), self._sender())

    def cautions(self, kind: Kind) -> Iterator[Note]:
        """What whoever sends it should know, and the customer need not be told."""
        yield from CAUTIONS[kind](self) if kind in CAUTIONS else ()

    @cached_property
    def account_id(self) -> str:
        return str(self.account.account.account_id)

    @cached_property
    def product(self) -> Phrase:
        """What they have, or had, of us."""
        names = tuple(dict.fromkeys(line.product for line in self.account.last_contracts if line.product))
        return phrase("{names}", names=names) if names else PRODUCT

    @cached_property
    def renews_on(self) -> date | None:
        return next_renewal(self.account.contracts, self.deps.today)

    @cached_property
    def line(self) -> Any:
        """The contract line that renews next; of several, the one that asks for the longest notice."""
        day = self.renews_on
        renewing = [line for line in self.account.contracts if next_renewal([line], self.deps.today) == day]
        return max(renewing, key=lambda line: line.notice_days or 0, default=None)

    @cached_property
    def notice(self) -> Figure | None:
        return self._agreed("notice_period")

    @cached_property
    def term(self) -> Figure | None:
        return self._agreed("contract_term")

    @cached_property
    def last_notice_on(self) -> date | None:
        """The last day on which notice can be given before the next renewal."""
        if self.renews_on is None or self.line is None or self.line.notice_days is None:
            return None
        return self.renews_on - timedelta(days=self.line.notice_days)

    def _agreed(self, metric: str) -> Figure | None:
        if self.line is None:
            return None
        where = {"account_id": self.account_id, "subscription_id": str(self.line.subscription_id)}
        figure = all_metrics()[metric](self.deps.book, Period.containing(self.deps.today, "day"), where)
        return figure if figure.value is not None else None

    def _sender(self) -> Phrase:
        owner = self.account.account.owner
        return phrase("{name}", name=owner) if owner and "@" not in owner else SENDER


def _renewal(letter: Letter) -> Iterator[Phrase]:
    said = {"product": letter.product, "day": letter.renews_on}
    yield phrase("Your contract for {product} renews on {day}.", **said)
    renews = letter.line.auto_renew if letter.line else None
    if renews and letter.term:
        yield phrase("It renews by itself, for another {term}.", term=letter.term)
    elif renews is False:
        yield phrase("It does not renew by itself: without your agreement it ends on that day.")
    yield from _notice(letter)
    yield phrase("These terms hold from then on: {terms}.", terms=TERMS)
    yield phrase("If you would like to go through it together first, I am free on {days}.", days=DATES)


def _notice(letter: Letter) -> Iterator[Phrase]:
    """By when they must speak, where the contract says so."""
    if letter.notice is None or letter.last_notice_on is None:
        yield phrase("If you want to change or end it, please tell us by {day}.", day=NOTICE_DAY)
    elif letter.last_notice_on < letter.deps.today:
        said = {"notice": letter.notice, "day": letter.last_notice_on}
        yield phrase("The contract asks for {notice} of notice; the last day to give it was {day}.", **said)
        yield phrase("If you meant to change or end it, tell me and I will find out what is still possible.")
    else:
        yield phrase(
            "If you want to change or end it, please tell us by {day}: the contract asks for {notice} of notice.",
            notice=letter.notice,
            day=letter.last_notice_on,
        )


ABOUT: Mapping[str, Phrase] = {
    "onboarding": phrase("One question about your first weeks with us"),
    "qbr": phrase("One question about our business review"),
    "support": phrase("One question about the support you had"),
    "renewal": phrase("One question about your renewal"),
}
WHY_NOW: Mapping[str, Phrase] = {
    "onboarding": phrase("Your first weeks with us are over, and we would like to know how they went."),
    "qbr": phrase("We have just gone through the quarter together, and would like to know how you see us."),
    "support": phrase("You had to ask our support for help, and we would like to know how that went."),
    "renewal": phrase("Your contract was renewed lately, and we would like to know how you see us."),
}


def _nps(letter: Letter) -> Iterator[Phrase]:
    always = phrase("We would like to know how you see us.")
    yield WHY_NOW[letter.touchpoint] if letter.touchpoint else always
    yield phrase(
        "How likely are you to recommend {product} to a friend or colleague, from 0 (not at all likely) to 10 "
        "(extremely likely)?",
        product=letter.product,
    )
    yield phrase("Just reply with a number. A sentence on why is welcome, and so is a low number.")
    yield phrase("Your answer is read by {who}.", who=READERS)


def _follow_up(letter: Letter) -> Iterator[Phrase]:
    talk = last_talk(letter.touches)
    yield phrase("Thank you for the conversation on {day}.", day=talk.on if talk else DAY)
    yield phrase("This is what I took from it: {agreed}.", agreed=AGREED)
    yield phrase("We take care of: {what}.", what=OURS)
    yield phrase("You take care of: {what}.", what=THEIRS)
    yield phrase("If I got something wrong or left it out, please tell me.")


def _win_back(letter: Letter) -> Iterator[Phrase]:
    yield phrase("You left us on {day}.", day=letter.account.left_on)
    if any(gone.reason for gone in letter.account.exits):
        yield phrase("You told us why back then. Since then this has changed: {changed}.", changed=CHANGED)
    else:
        yield phrase("Since then this has changed: {changed}.", changed=CHANGED)
    yield phrase("If that makes {product} of use to you again, I will gladly show it to you.", product=letter.product)
    yield phrase("If not, there is nothing you need to do: I will leave it at this one message.")


def _re_engagement(letter: Letter) -> Iterator[Phrase]:
    if used := last_four_weeks(letter.account, letter.deps):
        yield phrase(
            "In the last four full weeks {product} was used {now} times at your company; in the four weeks before, "
            "{before} times.",
            product=letter.product, now=used[0], before=used[1],
        )  # fmt: skip
    if heard := heard_from_on(letter.touches):
        yield phrase("The last time we heard from you was on {day}.", day=heard)
    yield phrase("If that is how you want it, there is nothing you need to do.")
    yield phrase("If something is in the way, or your plans have changed, I would like to hear it: one line is enough.")
    yield phrase("If you would rather talk, I am free on {days}.", days=DATES)


def _change(letter: Letter) -> Iterator[Phrase]:
    day = letter.holds_from or HOLDS_FROM
    said = {"day": day, "change": CHANGE}
    yield phrase("From {day} on, this changes: {change}.", **said)
    yield phrase("The reason: {reason}.", reason=REASON)
    yield phrase("What you need to do: {what}.", what=TO_DO)
    yield from _way_out(letter)
    yield phrase("Please ask me whatever is unclear.")


def _way_out(letter: Letter) -> Iterator[Phrase]:
    """What they can do who do not want it, as far as the contract says."""
    if letter.notice and letter.last_notice_on and letter.last_notice_on >= letter.deps.today:
        yield phrase(
            "If the change does not suit you: your contract runs to {renewal} and asks for {notice} of notice, "
            "so you can end it by telling us by {day}.",
            renewal=letter.renews_on, notice=letter.notice, day=letter.last_notice_on,
        )  # fmt: skip
    else:
        yield phrase("If the change does not suit you: {choice}.", choice=WAY_OUT)


def _late_notice(letter: Letter) -> Iterator[Note]:
    if letter.last_notice_on and letter.last_notice_on < letter.deps.today:
        yield Note(phrase("The last day to give notice, {day}, is over: this comes late.", day=letter.last_notice_on))
    if letter.line is not None and letter.notice is None:
        yield Note(phrase("The book does not know the notice period: look it up in the contract."))


def _late_change(letter: Letter) -> Iterator[Note]:
    """A change that holds before they could have left is one that they cannot decline."""
    if letter.holds_from is None:
        yield Note(phrase("Say from which day it holds, and I check it against the contract's notice and term."))
        return
    if letter.renews_on and letter.holds_from < letter.renews_on:
        said = {"day": letter.holds_from, "renewal": letter.renews_on}
        yield Note(phrase("It would hold from {day}, before the term ends on {renewal}: check that you may.", **said))
    if letter.last_notice_on and letter.last_notice_on < letter.deps.today:
        day = letter.last_notice_on
        yield Note(phrase("The last day to give notice, {day}, is over: they could not decline it in time.", day=day))


def _why_left(letter: Letter) -> Iterator[Note]:
    gone = next((gone for gone in letter.account.exits if gone.reason), None)
    if gone is None:
        yield Note(phrase("No reason is recorded why they left: find it out before you write."))
    elif gone.comment:
        said = {"reason": gone.reason, "comment": gone.comment}
        yield Note(phrase("Recorded reason: {reason}. In their words: “{comment}” Write only if that changed.", **said))
    else:
        yield Note(phrase("Recorded reason: {reason}. Write only if that changed.", reason=gone.reason))


def _no_talk(letter: Letter) -> Iterator[Note]:
    talk = last_talk(letter.touches)
    if talk is None:
        yield Note(phrase("No conversation with them is known: log it first, or fill in the day."))
    elif talk.note:
        yield Note(phrase("Noted on {day}, for you alone: “{note}”", day=talk.on, note=talk.note))


SUBJECTS: Mapping[Kind, Callable[[Letter], Phrase]] = {
    "renewal_notice": lambda letter: phrase("Your contract renews on {day}", day=letter.renews_on),
    "nps_request": lambda letter: ABOUT.get(letter.touchpoint or "", phrase("One question about working with us")),
    "follow_up": lambda _: phrase("What we agreed, and who does what"),
    "win_back": lambda _: phrase("What has changed since you left"),
    "re_engagement": lambda letter: phrase("How are you getting on with {product}?", product=letter.product),
    "change_announcement": lambda letter: phrase(
        "A change to {product} from {day}",
        product=letter.product,
        day=letter.holds_from or HOLDS_FROM,
    ),
}
BODIES: Mapping[Kind, Callable[[Letter], Iterator[Phrase]]] = {
    "renewal_notice": _renewal,
    "nps_request": _nps,
    "follow_up": _follow_up,
    "win_back": _win_back,
    "re_engagement": _re_engagement,
    "change_announcement": _change,
}
CAUTIONS: Mapping[Kind, Callable[[Letter], Iterator[Note]]] = {
    "renewal_notice": _late_notice,
    "follow_up": _no_talk,
    "win_back": _why_left,
    "change_announcement": _late_change,
}
CATEGORIES: Mapping[Kind, Category] = {
    "renewal_notice": "cs",
    "nps_request": "survey",
    "follow_up": "cs",
    "win_back": "sales",
    "re_engagement": "cs",
    "change_announcement": "cs",
}
"""Whose budget each kind uses."""
RIGHT: Mapping[Kind, Sequence[str]] = {
    "renewal_notice": ("buyer", "sponsor", "champion", "finance"),
    "nps_request": ("champion", "user", "sponsor", "buyer"),
    "follow_up": ("champion", "sponsor", "buyer", "user"),
    "win_back": ("sponsor", "buyer", "champion"),
    "re_engagement": ("champion", "sponsor", "user", "buyer"),
    "change_announcement": ("buyer", "sponsor", "champion", "finance"),
}
"""Which roles each kind is for, the most fitting first."""
