"""What is followed of a cohort, accounts or MRR, and how it is said."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from tools._phrase import Phrase, phrase, phrase_n
from tools.metrics import Cohort, CohortGrain, Money

Measure = Literal["logo", "revenue"]
SMALL = 5
"""Accounts below which a share says little and counts are shown instead."""


@dataclass(frozen=True)
class Followed:
    """What is followed: accounts that pay, or what they pay."""

    metric: str
    counted: str
    """The metric of what a small cohort counts."""
    counts: Callable[[Cohort], Sequence[int]]
    whole: Callable[[Cohort], int]
    share: Callable[[Cohort, int], Fraction | None]
    in_money: bool
    titles: Mapping[CohortGrain, Phrase]
    head_title: Phrase
    base: Mapping[CohortGrain, Phrase]
    small: Phrase
    extremes: Mapping[CohortGrain, Callable[[int], Phrase]]

    def head(self, cohort: Cohort, currency: str) -> int | Money:
        return self.sum([cohort], currency)

    def sum(self, found: Sequence[Cohort], currency: str) -> int | Money:
        whole = sum(self.whole(cohort) for cohort in found)
        return Money(whole, currency) if self.in_money else whole


EMPTY: Mapping[CohortGrain, Phrase] = {
    "month": phrase("Months that are not over are empty."),
    "quarter": phrase("Quarters that are not over are empty."),
}
MEASURES: Mapping[Measure, Followed] = {
    "logo": Followed(
        "cohort_retention", "paying_accounts", lambda cohort: cohort.paying, lambda cohort: cohort.accounts,
        Cohort.logo,
        in_money=False,
        titles={
            "month": phrase("Accounts that still pay, by months since they began"),
            "quarter": phrase("Accounts that still pay, by quarters since they began"),
        },
        head_title=phrase("Accounts"),
        base={
            "month": phrase("Share of the accounts that pay at the end of a month; 0 is the one in which they began."),
            "quarter": phrase(
                "Share of the accounts that pay at the end of a quarter; 0 is the one in which they began."
            ),
        },
        small=phrase("Of cohorts of fewer than {n} accounts, the number that pays.", n=SMALL),
        extremes={
            "month": lambda n: phrase_n("Accounts after {n} month", "Accounts after {n} months", n),
            "quarter": lambda n: phrase_n("Accounts after {n} quarter", "Accounts after {n} quarters", n),
        },
    ),
    "revenue": Followed(
        "cohort_revenue_retention", "mrr", lambda cohort: cohort.mrr, lambda cohort: cohort.mrr[0], Cohort.revenue,
        in_money=True,
        titles={
            "month": phrase("MRR kept, by months since they began"),
            "quarter": phrase("MRR kept, by quarters since they began"),
        },
        head_title=phrase("First MRR"),
        base={
            "month": phrase(
                "MRR at the end of a month against that at the end of the one in which they began; "
                "above 100% they grew."
            ),
            "quarter": phrase(
                "MRR at the end of a quarter against that at the end of the one in which they began; "
                "above 100% they grew."
            ),
        },
        small=phrase("Of cohorts of fewer than {n} accounts, the MRR.", n=SMALL),
        extremes={
            "month": lambda n: phrase_n("MRR after {n} month", "MRR after {n} months", n),
            "quarter": lambda n: phrase_n("MRR after {n} quarter", "MRR after {n} quarters", n),
        },
    ),
}  # fmt: skip
