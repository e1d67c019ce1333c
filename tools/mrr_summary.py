"""What happened to monthly recurring revenue in a period."""

from typing import Annotated

from pydantic import BaseModel, Field

from tools import PERIOD, SEGMENT, Answer, Deps


class Input(BaseModel):
    period: Annotated[str | None, PERIOD] = Field(
        default=None, description="The period, for instance 2026-W46, 2026-10, 2026-Q3 or 2026-01-01..2026-06-30; empty: last full week."
    )
    segment: Annotated[str | None, SEGMENT] = Field(default=None, description="Only accounts of this segment.")


EXAMPLES: dict[str, tuple[str, ...]] = {"en": (), "pt-BR": ()}


def mrr_summary(ask: Input, deps: Deps) -> Answer:
    """Summarise MRR for a week, month, quarter or any period: where it started, what moved it, where it ended.

    Use for the weekly or monthly MRR or revenue summary, the MRR bridge, new, expansion, contraction, churned and
    reactivated MRR, net and gross revenue retention, quick ratio, and who gained or lost most.
    """
    raise NotImplementedError
