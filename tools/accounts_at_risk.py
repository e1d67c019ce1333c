"""Which accounts may leave, why, and how much MRR goes with them."""

from typing import Annotated

from pydantic import BaseModel, Field

from tools import COUNT, OWNER, PERIOD, SEGMENT, Answer, Deps


class Input(BaseModel):
    limit: Annotated[int, COUNT] = Field(default=10, ge=1, le=100, description="How many accounts to list.")
    owner: Annotated[str | None, OWNER] = Field(default=None, description="Only accounts of this customer-success manager.")
    segment: Annotated[str | None, SEGMENT] = Field(default=None, description="Only accounts of this segment.")
    renewing: Annotated[str | None, PERIOD] = Field(
        default=None, description="Only accounts whose contract renews in this period, for instance 2026-12 or 2026-Q4."
    )


EXAMPLES: dict[str, tuple[str, ...]] = {"en": (), "pt-BR": ()}


def accounts_at_risk(ask: Input, deps: Deps) -> Answer:
    """List the accounts most at risk of leaving, ranked, with the reasons.

    Use when someone asks who may churn or cancel, which customers need attention, are unhealthy, in danger or
    likely not to renew, for everyone or for one manager, segment or renewal period.
    """
    raise NotImplementedError
