"""Everything worth knowing before talking to one account."""

from typing import Annotated

from pydantic import BaseModel, Field

from tools import ACCOUNT, Answer, Deps


class Input(BaseModel):
    account: Annotated[str, ACCOUNT] = Field(description="Id of the account.")


EXAMPLES: dict[str, tuple[str, ...]] = {"en": (), "pt-BR": ()}


def account_summary(ask: Input, deps: Deps) -> Answer:
    """Summarise one account: contract, MRR history, health, usage, tickets, NPS, people, goals, last touches.

    Use when someone names one customer and wants an overview, status, briefing, history or preparation for a call.
    """
    raise NotImplementedError
