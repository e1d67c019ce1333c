"""Which accounts changed their class and why, and what an expected stay is made of."""

from collections.abc import Iterator, Sequence
from datetime import date

from tools._answer import Column, Note, Part, Table
from tools._classes import CLASS, TERMS, expected
from tools._phrase import Phrase, phrase, phrase_n
from tools._values import value_called
from tools.metrics import Money, Move, Placed, Portfolio, Share


def moved(found: Sequence[Move], most: int, since: date, currency: str) -> Iterator[Part]:
    """So many of them, with what moved; or that nobody did."""
    if not found:
        yield Note(phrase("No account changed its class since {day}.", day=since))
        return
    left = len(found) - most
    columns = (
        Column(phrase("Account")), Column(phrase("MRR"), numeric=True), Column(phrase("Was")), Column(phrase("Is")),
        Column(phrase("What moved")),
    )  # fmt: skip
    yield Table(
        phrase("Moved since {day}", day=since), columns,
        tuple(
            (move.now.name, Money(move.now.mrr, currency), CLASS[move.before.place], CLASS[move.now.place],
             tuple(_what_moved(move, currency)))
            for move in found[:most]
        ),
        phrase_n("{n} more; ask for more.", "{n} more; ask for more.", left) if left > 0 else None,
        accounts=tuple(move.now.account_id for move in found[:most]),
    )  # fmt: skip


def _what_moved(move: Move, currency: str) -> Iterator[Phrase]:
    if "margin" in move.axes:
        yield phrase(
            "margin {before} → {now}",
            before=Money(move.before.margin or 0, currency),
            now=Money(move.now.margin or 0, currency),
        )
    if "tenure" in move.axes:
        yield phrase("expected stay {before} → {now}", before=expected(move.before), now=expected(move.now))
        if move.before.staying.flagged != move.now.staying.flagged:
            yield phrase("now at risk") if move.now.staying.flagged else phrase("no longer at risk")


def stays_table(found: Portfolio) -> Table:
    """What became of accounts of each kind: what an expected stay is made of."""
    of_kind: dict[object, list[Placed]] = {}
    for one in found.placed:
        of_kind.setdefault(one.staying.kind, []).append(one)
    rows = sorted(((kind, ones) for kind, ones in of_kind.items()), key=lambda each: each[1][0].staying.rate.monthly)
    columns = (
        Column(phrase("Accounts like these")), Column(phrase("Paying now"), numeric=True),
        Column(phrase("Left in two years"), numeric=True), Column(phrase("Account-months"), numeric=True),
        Column(phrase("Leave in a month"), numeric=True),
    )  # fmt: skip
    return Table(
        phrase("What the expected stay is made of"), columns,
        tuple(
            (
                phrase("{segment}, {term}", segment=value_called("segment", ones[0].staying.kind[0] or ""),
                       term=TERMS[ones[0].staying.kind[1]]),
                len(ones), ones[0].staying.rate.lost, round(ones[0].staying.rate.months),
                Share(ones[0].staying.rate.monthly),
            )
            for _, ones in rows
        ),
        _likelier(found),
    )  # fmt: skip


def _likelier(found: Portfolio) -> Phrase:
    return phrase(
        "Rates are drawn towards that of all accounts where little is known. Accounts flagged at risk left {times} "
        "times as often as all in the backtest; for three months that counts.",
        times=round(found.rates.flagged, 2),
    )  # fmt: skip
