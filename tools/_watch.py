"""What an alert watches for: a closed set of conditions."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Watch(BaseModel):
    """A condition on the accounts, or the metric, that the alert's arguments name.

    risk: an account's score reaches `level`. nps: a customer answers NPS with `threshold` or less. renewal: a contract
    renews in so many `days` or sooner, where `unplanned` only if no plan for it is kept. metric: the metric goes above
    (or not `above`: below) the `threshold`, an amount in whole units or, where `percent`, hundredths.
    """

    model_config = ConfigDict(frozen=True)

    kind: Literal["risk", "nps", "renewal", "metric"]
    level: Literal["at_risk", "high"] = "high"
    days: tuple[int, ...] = ()
    unplanned: bool = False
    above: bool = True
    threshold: str = ""
    percent: bool = False
    after_loads: bool = Field(
        default=True, description="It looks after each load of data too; else at its times alone."
    )
    mine: bool = Field(default=False, description="Only the accounts of whoever asks.")
