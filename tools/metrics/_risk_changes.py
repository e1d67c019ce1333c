"""What changed in the accounts at risk between two days, sign by sign. Pure: both rankings come in."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from tools.metrics._opening import Book
from tools.metrics._risk import Contribution, Ranking, Risk, as_heard, card_in_force, ranked


def flagged(risk: Risk | None) -> bool:
    """Whether it is on the list: who has cancelled already is not."""
    return risk is not None and risk.at_risk and not risk.standing.leaving_on


@dataclass(frozen=True)
class Shift:
    """What one sign adds to a score now and added then; None: it was not known, or is not any more."""

    driver: str
    before: Contribution | None
    after: Contribution | None

    @property
    def points(self) -> int:
        return (self.after.points if self.after else 0) - (self.before.points if self.before else 0)


@dataclass(frozen=True)
class RiskChange:
    """One account on two days; None: it did not pay then, or pays no more."""

    before: Risk | None
    after: Risk | None

    @property
    def shifts(self) -> tuple[Shift, ...]:
        """The signs that moved the score, the weightiest first: their points add up to its change."""
        then, now = _by_driver(self.before), _by_driver(self.after)
        each = (Shift(driver, then.get(driver), now.get(driver)) for driver in {**now, **then})
        return tuple(sorted((shift for shift in each if shift.points), key=lambda shift: -abs(shift.points)))

    @property
    def points(self) -> int:
        return (self.after.score if self.after else 0) - (self.before.score if self.before else 0)

    @property
    def newly_known(self) -> int:
        """Points of signs that could not be judged then: nothing need have happened."""
        return sum(shift.points for shift in self.shifts if self.before and shift.before is None)

    @property
    def latest(self) -> Risk:
        """As it stands, or as it last stood."""
        found = self.after or self.before
        assert found is not None  # an account of neither day is in no change
        return found


@dataclass(frozen=True)
class RiskChanges:
    """Every account that pays on either of two days, in the order of the later ranking."""

    each: dict[str, RiskChange]

    @property
    def came(self) -> tuple[RiskChange, ...]:
        """On the list now, and not then."""
        return tuple(c for c in self.each.values() if flagged(c.after) and not flagged(c.before))

    @property
    def went(self) -> tuple[RiskChange, ...]:
        """On the list then, and not now: better, or cancelled, or gone."""
        return tuple(c for c in self.each.values() if flagged(c.before) and not flagged(c.after))

    @property
    def moved(self) -> tuple[RiskChange, ...]:
        """On the list then and now, with another score; the largest changes first."""
        both = (c for c in self.each.values() if flagged(c.before) and flagged(c.after) and c.points)
        return tuple(sorted(both, key=lambda change: -abs(change.points)))

    @property
    def came_by_being_known(self) -> int:
        """How many of those that came would not have without signs that could not be judged then."""
        return sum(c.after is not None and c.after.score - c.newly_known < c.after.card.at_risk for c in self.came)

    @property
    def unmoved(self) -> int:
        """How many are on the list as they were."""
        return sum(flagged(c.before) and flagged(c.after) and not c.points for c in self.each.values())


def ranked_then(book: Book, day: date, account_ids: Sequence[str]) -> Ranking:
    """Some accounts as they stood at the end of an earlier day: of a large book no other is read."""
    return as_heard(ranked(book, day, card_in_force(book), account_ids), book.heard(), day)


def risk_changes(before: Ranking, after: Ranking) -> RiskChanges:
    """What became of each account between the days of two rankings."""
    return RiskChanges(dict(_changes(before, after)))


def _changes(before: Ranking, after: Ranking) -> Iterator[tuple[str, RiskChange]]:
    then = {risk.standing.account_id: risk for risk in before.risks}
    for risk in after.risks:
        yield risk.standing.account_id, RiskChange(then.pop(risk.standing.account_id, None), risk)
    yield from ((account_id, RiskChange(risk, None)) for account_id, risk in then.items())


def _by_driver(risk: Risk | None) -> dict[str, Contribution]:
    return {contribution.driver: contribution for contribution in risk.contributions} if risk else {}
