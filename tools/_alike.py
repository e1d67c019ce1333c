"""An account beside those most like it: who they are, how near, and where the account stands among them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from functools import cached_property
from statistics import median

from tools._answer import Answer, Cell, Column, NextSteps, Note, Part, Table, ToolError
from tools._phrase import Phrase, phrase, phrase_n
from tools._reading import conversion
from tools._registry import Deps
from tools.metrics import Figure, Peer, Period, Profile, Share, all_metrics, peers

MEASURES: tuple[tuple[Phrase, str, bool, bool], ...] = (
    (phrase("MRR"), "mrr", True, False),
    (phrase("Expansion MRR, 12 months"), "expansion_mrr", True, False),
    (phrase("Times used, last 4 full weeks"), "usage_events", True, True),
    (phrase("Peak users, last 4 full weeks"), "peak_users", True, True),
    (phrase("Features in use, last 4 full weeks"), "features_used", True, True),
    (phrase("Latest NPS answer"), "latest_nps", True, True),
    (phrase("Tickets opened, 90 days"), "tickets_opened", False, False),
    (phrase("Risk score"), "risk_score", False, True),
)
"""Label, metric, whether more is better, and whether no row means that nothing is known."""
FEATURES = {
    "segment": phrase("segment"), "employees": phrase("employees"), "tenure": phrase("months as a customer"),
    "mrr": phrase("MRR"), "usage": phrase("usage"),
}  # fmt: skip


@dataclass(frozen=True)
class Standing:
    """The account's figure in one metric, and its peers'."""

    label: Phrase
    own: Figure | None
    others: tuple[Figure, ...]
    more_is_better: bool

    @property
    def percentile(self) -> Share | None:
        """The share of peers that it is ahead of, those level counted by half; None where its own is not known."""
        if self.own is None or not self.others:
            return None
        value, values = _value(self.own), [_value(figure) for figure in self.others]
        below = sum(each < value for each in values) + Fraction(sum(each == value for each in values), 2)
        return Share(below / len(values))

    @property
    def middle(self) -> Cell:
        """The median of its peers, as the one of them that stands in the middle."""
        if not self.others:
            return None
        middle = median(_value(figure) for figure in self.others)
        return min(self.others, key=lambda figure: (abs(_value(figure) - middle), figure.id))


class Alike:
    """One account and its `k` nearest peers."""

    def __init__(self, account: Profile, k: int, deps: Deps) -> None:
        self.account, self.deps, self.id = account, deps, str(account.account.account_id)
        self.peers, self.among, _ = peers(deps.book, self.id, deps.today, k)
        if not self.peers:
            said = phrase("{account} does not pay, or nobody else does: there are no peers.", account=self.name)
            raise ToolError(said, suggestions=(phrase("Summary of {account}", account=self.name),))

    @property
    def name(self) -> str:
        return str(self.account.account.name)

    def answer(self) -> Answer:
        return Answer(
            phrase("{account} and similar customers", account=self.name),
            self._headline(),
            (*self._parts(), NextSteps(self._next())),
            frozenset({self.id, *(peer.account_id for peer in self.peers)}),
            listed=tuple(peer.account_id for peer in self.peers),
        )

    def _headline(self) -> Phrase:
        behind = [each.label for each in self.standings if _is_behind(each)]
        if not behind:
            return phrase(
                "{account} does not lag behind its {n} nearest peers in anything that is known.",
                n=len(self.peers),
                account=self.name,
            )
        return phrase(
            "{account} lags behind at least three in four of its {n} nearest peers in: {metrics}.",
            n=len(self.peers), account=self.name, metrics=tuple(behind),
        )  # fmt: skip

    def _parts(self) -> Iterator[Part]:
        yield self._beside()
        yield self._nearest()
        yield Note(phrase(
            "Distance: numbers by their logarithms, in standard deviations over all {n} paying accounts; another "
            "segment counts as one; the root mean square over what is known of both.", n=self.among + 1,
        ))  # fmt: skip
        yield from conversion(self.deps.book)

    def _beside(self) -> Table:
        columns = (
            Column(phrase("Metric")), Column(phrase("{account}", account=self.name), True),
            Column(phrase("Median of the peers"), True), Column(phrase("Ahead of"), True),
            Column(phrase("Peers known"), True),
        )  # fmt: skip
        rows = tuple((each.label, each.own, each.middle, _ahead(each), len(each.others)) for each in self.standings)
        note = phrase(
            "Ahead of: share of the peers with less; of tickets and risk, with more. Level ones count by half."
        )
        return Table(phrase("Beside its peers"), columns, rows, note)

    def _nearest(self) -> Table:
        columns = (
            Column(phrase("Account")), Column(phrase("Segment")), Column(phrase("MRR"), True),
            Column(phrase("Distance"), True), Column(phrase("Compared by")),
        )  # fmt: skip
        rows = tuple(self._row(peer) for peer in self.peers)
        title = phrase_n("The {n} nearest peer", "The {n} nearest peers", len(self.peers))
        return Table(title, columns, rows, accounts=tuple(peer.account_id for peer in self.peers))

    def _row(self, peer: Peer) -> tuple[Cell, ...]:
        distance = Fraction(round(peer.distance * 100), 100)
        by = tuple(FEATURES[name] for name in peer.known)
        return peer.name, peer.segment, self._figure("mrr", peer.account_id, False), distance, by

    @cached_property
    def standings(self) -> list[Standing]:
        return [self._standing(*measure) for measure in MEASURES]

    def _standing(self, label: Phrase, metric: str, more_is_better: bool, silent: bool) -> Standing:
        others = (self._figure(metric, peer.account_id, silent) for peer in self.peers)
        known = tuple(figure for figure in others if figure)
        return Standing(label, self._figure(metric, self.id, silent), known, more_is_better)

    def _figure(self, metric: str, account_id: str, silent: bool) -> Figure | None:
        figure = all_metrics()[metric](self.deps.book, self._periods[metric], {"account_id": account_id})
        return None if figure.value is None or (silent and not figure.source.rows) else figure

    @cached_property
    def _periods(self) -> dict[str, Period]:
        today = Period.containing(self.deps.today, "day")
        monday = self.deps.today - timedelta(days=self.deps.today.weekday())
        weeks, end = Period(monday - timedelta(weeks=4), monday), self.deps.today + timedelta(days=1)
        return {
            "mrr": today, "latest_nps": today, "risk_score": today, "expansion_mrr": today.trailing_year(),
            "usage_events": weeks, "peak_users": weeks, "features_used": weeks,
            "tickets_opened": Period(end - timedelta(days=90), end),
        }  # fmt: skip

    def _next(self) -> tuple[Phrase, ...]:
        return (
            phrase("Summary of {account}", account=self.name), phrase("Journey of {account}", account=self.name),
            phrase("Summary of {account}", account=self.peers[0].name),
        )  # fmt: skip


def _value(figure: Figure) -> Fraction:
    return Fraction(figure.value or 0)


def _ahead(each: Standing) -> Share | None:
    share = each.percentile
    return share if share is None or share.value is None or each.more_is_better else Share(1 - share.value)


def _is_behind(each: Standing) -> bool:
    share = _ahead(each)
    return share is not None and share.value is not None and share.value <= Fraction(1, 4)
