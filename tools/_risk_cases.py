"""What reps say of accounts at risk: labelled cases with who said them and when; no score is fitted to them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

from tools._phrase import Phrase, phrase

Verdict = Literal["not_at_risk", "saved", "lost"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
JUDGED = timedelta(days=90)
"""After so many days it is known whether somebody who disagreed was right."""


@dataclass(frozen=True)
class RiskCase:
    """What somebody said of one account: that it is not at risk, or how it ended.

    `score`, `flagged`: how it stood on that day, `flagged` being on the list; `score` None: it did not pay.
    """

    account_id: str
    verdict: Verdict
    on: date
    reason: str | None = None
    who: str = ""
    score: int | None = None
    flagged: bool = False


SAID: Mapping[Verdict, Phrase] = {
    "not_at_risk": phrase("not at risk"),
    "saved": phrase("saved"),
    "lost": phrase("lost anyway"),
}


def case_said(case: RiskCase) -> Phrase:
    """What was said, by whom and when."""
    said = phrase("{verdict}, says {who} on {day}", verdict=SAID[case.verdict], who=case.who, day=case.on)
    return phrase("{said}: {reason}", said=said, reason=case.reason) if case.reason else said


def latest(cases: Iterable[RiskCase]) -> Mapping[str, RiskCase]:
    """Account id → what was said of it last. `cases`: in the order in which they were said."""
    return {case.account_id: case for case in cases}


def disagreements(cases: Sequence[RiskCase]) -> list[RiskCase]:
    """Of each account the first time that somebody said, while it was on the list, that it was not at risk."""
    said = (case for case in reversed(cases) if case.verdict == "not_at_risk" and case.flagged)
    return list({case.account_id: case for case in said}.values())
