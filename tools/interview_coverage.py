"""How far the interviews of a period reach: by segment and outcome."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Annotated

from pydantic import Field

from tools import (
    PERIOD,
    Answer,
    Cell,
    Column,
    Deps,
    NextSteps,
    Note,
    Part,
    Phrase,
    Table,
    ToolError,
    phrase,
    phrase_n,
)
from tools._interviewing import OUTCOMES, Strata, Stratum, interviews, last_quarter, strata_of
from tools._limits import Limits, limited
from tools._reading import elapsed, written_period
from tools.metrics import Share, concluded

LEAST, PART = 5, 10
"""A stratum is thin with fewer than five interviews, or fewer than one in ten of its accounts; a smaller one with fewer
than all."""
FEW = 10
"""Accounts below which a share would say more than is known: the counts are shown."""


class Input(Limits):
    period: Annotated[str | None, PERIOD] = Field(
        default=None, description="When the accounts decided, for instance 2026-Q3; empty: the last full quarter."
    )


def interview_coverage(ask: Input, deps: Deps) -> Answer:
    """Report how many of the accounts that were won, lost, churned or renewed were interviewed, and where that is thin.

    Use when someone asks about interview or win-loss coverage, how many interviews were held, which segments or
    outcomes lack interviews, or where more interviews are needed.
    """
    period = elapsed(written_period(ask.period) if ask.period else last_quarter(deps.today), deps.today)
    found, _ = concluded(deps.book, period, ask.where)
    if not found:
        raise ToolError(phrase("No account that matches decided anything in this period: {period}.", period=period))
    held = [touch for touch in interviews(deps) if touch.on >= period.start]
    strata = strata_of(found, period, {touch.account_id for touch in held})
    inside = {each.account_id for each in found}
    talked = len(inside & strata.interviewed)
    return Answer(
        limited(phrase("Interview coverage"), ask.where, period),
        phrase_n(
            "{talked} of {n} account that decided in the period was interviewed.",
            "{talked} of {n} accounts that decided in the period were interviewed.", len(found), talked=talked,
        ),
        tuple(_parts(strata, len({touch.account_id for touch in held} - inside))),
    )  # fmt: skip


def wanted(accounts: int) -> int:
    """How many interviews a stratum of so many accounts should have."""
    return min(accounts, max(LEAST, -(-accounts // PART)))


def _parts(strata: Strata, outside: int) -> Iterator[Part]:
    rows = [(key, len(accounts), len(strata.of(key, talked=True))) for key, accounts in strata.accounts.items()]
    yield _table(rows)
    thin = [(key, n, talked) for key, n, talked in rows if talked < wanted(n)]
    if thin:
        yield Note(phrase("Thin, the largest first: {strata}.", strata=tuple(map(_said, _largest(thin)))))
        yield Note(_advice(sum(wanted(n) - talked for _, n, talked in thin)))
    else:
        yield Note(phrase("No group is thin: more interviews would say little new about this period."))
    if outside:
        yield Note(
            phrase_n(
                "{n} account more was interviewed since then; it decided nothing in the period.",
                "{n} accounts more were interviewed since then; they decided nothing in the period.",
                outside,
            )
        )
    yield Note(
        phrase(
            "An interview is a call or meeting since the period began whose note says so (“interview”, “entrevista”, "
            "“win-loss”), or any touch of a research team."
        )
    )
    yield NextSteps((phrase("Whom should we interview?"),))


def _table(rows: Sequence[tuple[Stratum, int, int]]) -> Table:
    columns = (
        Column(phrase("Segment")), Column(phrase("Outcome")), Column(phrase("Accounts"), numeric=True),
        Column(phrase("Interviewed"), numeric=True), Column(phrase("Share"), numeric=True),
        Column(phrase("Advised"), numeric=True),
    )  # fmt: skip
    each = [(key[0], OUTCOMES[key[1]], n, talked, _share(n, talked), _more(n, talked)) for key, n, talked in rows]
    n, talked = sum(row[1] for row in rows), sum(row[2] for row in rows)
    more = sum(_more(row[1], row[2]) for row in rows)
    total = (phrase("Total"), None, n, talked, _share(n, talked), more)
    note = phrase(
        "Advised: how many more until a group has {least} interviews, or one for every {part} accounts where that is "
        "more; all of it where it is smaller.",
        least=LEAST, part=PART,
    )  # fmt: skip
    return Table(phrase("Interviews by segment and outcome"), columns, (*each, total), note)


def _share(n: int, talked: int) -> Cell:
    return Share(Fraction(talked, n)) if n >= FEW else phrase("{n} of {all}", n=talked, all=n)


def _more(n: int, talked: int) -> int:
    return max(0, wanted(n) - talked)


def _largest(thin: Sequence[tuple[Stratum, int, int]]) -> list[tuple[Stratum, int, int]]:
    return sorted(thin, key=lambda row: -row[1])[:8]


def _said(row: tuple[Stratum, int, int]) -> Phrase:
    (segment, outcome), n, talked = row
    group = segment or phrase("no segment")
    return phrase("{segment} · {outcome} ({n} of {all})", segment=group, outcome=OUTCOMES[outcome], n=talked, all=n)


def _advice(n: int) -> Phrase:
    return phrase_n("{n} more interview is advised.", "{n} more interviews are advised.", n)
