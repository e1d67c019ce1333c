"""A customer trust-enablement plan for one account."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from tools import ACCOUNT, LANGUAGE, Answer, Deps


class Input(BaseModel):
    account: Annotated[str, ACCOUNT] = Field(description="Id of the account.")
    language: Annotated[Literal["en", "pt-BR"] | None, LANGUAGE] = Field(
        default=None, description="Language of the plan; empty: the asker's."
    )


EXAMPLES: dict[str, tuple[str, ...]] = {"en": (), "pt-BR": ()}


def trust_plan(ask: Input, deps: Deps) -> Answer:
    """Draft a trust-enablement plan for an account: secure the renewal and support the upsell, who does what by when.

    Use when someone wants a trust plan, success plan, renewal plan or joint plan for one customer.
    """
    raise NotImplementedError
