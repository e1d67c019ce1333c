"""The risk of every account, by the scorecard or by a fitted model behind one door, and what that would have been worth
in the past."""

from bisect import insort
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, lru_cache
from itertools import repeat
from math import inf

from sqlalchemy import select

from tools.metrics._asking import Asked
from tools.metrics._backtest import HORIZON, Backtest, Outcome, measured
from tools.metrics._book import accounts, mrr_movements
from tools.metrics._figure import EMPTY, Source
from tools.metrics._fitted import Fitted, current
from tools.metrics._kept_record import keep_record, kept_record
from tools.metrics._kept_signs import known_signs
from tools.metrics._opening import Book
from tools.metrics._query import Reader, Where, matching, read
from tools.metrics._scorecard import Scorecard, own_scorecard, scorecard
from tools.metrics._signals import Standing, paying_accounts, signs_of, standing

MOST_ACCOUNTS = 3_000
"""Of larger books so many accounts are learnt from and tried on: every n-th, which is nobody's choice."""
START = "start"
"""What stands, among contributions, for the score that every account begins with."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one known sign adds to the score; learnt points may also take from it."""

    driver: str
    value: float
    points: int


@dataclass(frozen=True, slots=True)
class Risk:
    """An account's score: the sum of its contributions, out of 100. `unknown` names the drivers without data."""

    standing: Standing
    card: Scorecard
    score: int

    @property
    def contributions(self) -> tuple[Contribution, ...]:
        """The weightiest first. They add up to the score, exactly."""
        signals = self.standing.signals
        known = [
            Contribution(driver.name, signals[driver.name], driver.points(signals[driver.name]))
            for driver in self.card.known(signals)
        ]
        start = [Contribution(START, 0.0, self.card.start)] if self.card.start else []
        return (*start, *sorted(known, key=lambda contribution: -contribution.points))

    @property
    def unknown(self) -> tuple[str, ...]:
        return tuple(driver.name for driver in self.card.drivers if driver.name not in self.standing.signals)

    @property
    def coverage(self) -> int:
        """Points, out of 100, that could be judged at all."""
        return self.card.coverage(self.standing.signals)

    @property
    def chances(self) -> dict[int, float] | None:
        """The chance of being lost within 30, 60, 90 and 180 days; None where history does not tell it."""
        return self.card.hazard.chances(self.score) if self.card.hazard else None

    @property
    def at_risk(self) -> bool:
        return self.score >= self.card.at_risk


def card_in_force(book: Book) -> Scorecard:
    """What scores the accounts of this book: the better of model and scorecard, as the last fit found.

    A fit that was made of other weights than those in force now says nothing of these.
    """
    weights = weights_in_force(book)
    fitted = current(book.scoring.models)
    if fitted is None:
        return weights
    return fitted.card if fitted.card.kind == "model" or fitted.weights.drivers == weights.drivers else weights


def weights_in_force(book: Book) -> Scorecard:
    """The scorecard: a company's own, or ours. Raises BadScorecard."""
    return own_scorecard(book.scoring.weights) if book.scoring.weights else scorecard()


def fit_in_force(book: Book) -> Fitted | None:
    """What the last fit found; None where there was none."""
    return current(book.scoring.models)


def assess(standing: Standing, card: Scorecard) -> Risk:
    """Score one account on what is known of it."""
    return Risk(standing, card, card.score(standing.signals))


@dataclass(frozen=True)
class Ranking:
    """Every paying account's risk, the highest score first, of equals the larger MRR; and where it was read."""

    risks: tuple[Risk, ...]
    source: Source
    card: Scorecard

    @cached_property
    def by_id(self) -> Mapping[str, Risk]:
        return {risk.standing.account_id: risk for risk in self.risks}

    @cached_property
    def mrr_minor(self) -> int:
        """Of all of them, minor units."""
        return sum(risk.standing.mrr_minor for risk in self.risks)

    @cached_property
    def at_risk(self) -> tuple[Risk, ...]:
        """Those whose score reaches the threshold and who have not cancelled already."""
        return tuple(risk for risk in self.risks if risk.at_risk and not risk.standing.leaving_on)

    @cached_property
    def leaving(self) -> tuple[Risk, ...]:
        """Those whose cancellation is known and takes effect later."""
        return tuple(risk for risk in self.risks if risk.standing.leaving_on)


def rank(book: Book, day: date, where: Where = EMPTY) -> Ranking:
    """The accounts as they stood at the end of a day; `where` limits by any dimension.

    What the book has heard of beside its tables (`Book.heard`) counts; the backtest judges by the tables alone.
    """
    whole = as_heard(_kept_ranking(book, day, card_in_force(book)), book.heard(), day)
    book.used.update(whole.source.tables)
    if not where:
        return whole
    are_so = _told_by(where) or _read(book, where, day)
    return replace(whole, risks=tuple(risk for risk in whole.risks if are_so(risk.standing)))


def _told_by(where: Where) -> Callable[[Standing], bool] | None:
    """Whether an account is so, where its standing tells; None where the book has to be asked."""
    if not where.keys() <= _IN_STANDING:
        return None
    return lambda standing: all(getattr(standing, name) == value for name, value in where.items())


_IN_STANDING = {"account_id", "owner", "segment"}


def _read(book: Book, where: Where, day: date) -> Callable[[Standing], bool]:
    rows, _ = read(book, matching(where, day))
    ids = {row.account_id for row in rows}
    return lambda standing: standing.account_id in ids


def as_heard(ranking: Ranking, heard: Sequence[tuple[str, date]], day: date) -> Ranking:
    """The ranking where conversations that no load has told yet break the silence; those after the day do not count."""
    latest: dict[str, date] = {}
    for account_id, on in heard:
        if on <= day:
            latest[account_id] = max(on, latest.get(account_id, on))
    if not latest:
        return ranking
    spoken = (risk for risk in ranking.risks if risk.standing.account_id in latest)
    moved = [_after(risk, latest[risk.standing.account_id], day) for risk in spoken]
    risks = [risk for risk in ranking.risks if risk.standing.account_id not in latest]
    for risk in moved:
        insort(risks, risk, key=_place)
    return replace(ranking, risks=tuple(risks))


def _after(risk: Risk, heard_on: date, day: date) -> Risk:
    """The account's risk where they were heard from on a day that may be later than the book knows."""
    signals = risk.standing.signals
    if (silence := (day - heard_on).days) >= signals.get("silence", inf):
        return risk
    return assess(replace(risk.standing, signals={**signals, "silence": float(silence)}), risk.card)


@lru_cache(maxsize=16)
def _kept_ranking(book: Book, day: date, card: Scorecard) -> Ranking:
    """Kept as long as the same data are loaded: scores change with the data and the weights, not with who asks."""
    return ranked(book, day, card)


def ranked(book: Book, day: date, card: Scorecard, among: Sequence[str] | None = None) -> Ranking:
    """The accounts as a card scores them; `among`: only these."""
    asked = Asked(Reader(book), day, among)
    paying = paying_accounts(asked)
    signs, source = known_signs(asked, paying) if among is None else (signs_of(asked, paying), asked.reader.source)
    risks = map(Risk, standing(paying, signs), repeat(card), card.scores(signs))
    return Ranking(tuple(sorted(risks, key=_place)), source, card)


def _place(risk: Risk) -> tuple[int, int, str]:
    return -risk.score, -risk.standing.mrr_minor, risk.standing.name


def backtest(book: Book, day: date) -> Backtest:
    """How well lists like today's did. What the last fit found of the scorer in force; where there was none, the
    scorecard is tried on the book as it stood 90, 180, 270 and 360 days before `day`."""
    fitted = fit_in_force(book)
    if fitted and fitted.card is card_in_force(book) and fitted.record:
        return fitted.record
    return _backtest(book, day, card_in_force(book))


@lru_cache(maxsize=64)
def _backtest(book: Book, day: date, card: Scorecard) -> Backtest:
    """Kept as long as the same data are loaded: the past does not change between two questions."""
    if kept := kept_record(book, day, card):
        return kept
    among = sample(book)
    outcomes = [outcome for n in (4, 3, 2, 1) for outcome in _outcomes(book, day - n * HORIZON, card, among)]
    found = measured(card.kind, outcomes)
    keep_record(book, day, card, found)
    return found


def sample(book: Book) -> list[str] | None:
    """The accounts of a large book that are learnt from and tried on; None: all of them."""
    rows, _ = read(book, select(accounts.c.account_id).order_by(accounts.c.account_id))
    ids = [row.account_id for row in rows]
    step = -(-len(ids) // MOST_ACCOUNTS)
    return ids[::step] if step > 1 else None


def _outcomes(book: Book, past: date, card: Scorecard, among: Sequence[str] | None) -> list[Outcome]:
    """What became, within the horizon, of the accounts that could be judged on a past day."""
    left = left_between(book, past, past + HORIZON)
    judged = [risk for risk in ranked(book, past, card, among).risks if not risk.standing.leaving_on]
    return [outcome_of(risk, past, left.get(risk.standing.account_id)) for risk in judged]


def outcome_of(risk: Risk, past: date, left_on: date | None) -> Outcome:
    """What became of an account that was scored on a past day."""
    standing, chances = risk.standing, risk.chances
    return Outcome(
        past, standing.account_id, standing.segment, standing.mrr_minor, risk.score, risk.at_risk,
        (left_on - past).days if left_on else None, chances[HORIZON.days] if chances else None,
    )  # fmt: skip


def left_between(book: Book, after: date, until: date) -> dict[str, date]:
    """The accounts that were lost after a day, up to and including another, with the first day of each."""
    m = mrr_movements.c
    statement = select(m.account_id, m.on_day).where(m.category == "churn", m.on_day > after, m.on_day <= until)
    rows, _ = read(book, statement.order_by(m.on_day.desc()))
    return {row.account_id: row.on_day for row in rows}
