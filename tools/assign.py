"""Taking an account on."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from tools import ACCOUNT, Answer, Choice, Deps, NextSteps, Note, ToolError, phrase
from tools._account import read_account

_ME = {
    "me": (
        "me", "myself", "self-assign", "mim", "minha carteira", "minhas contas", "comigo",
    ),
}  # fmt: skip
WRITES = True


class Input(BaseModel):
    account: Annotated[str, ACCOUNT] = Field(description="Id of the account.")
    who: Annotated[Literal["me"] | None, Choice(_ME)] = Field(
        default=None, description="me: whoever asks; nobody can assign an account to somebody else."
    )


def assign(ask: Input, deps: Deps) -> Answer:
    """Assign an account to whoever asks: it is among their own from then on, beside its owner in the book.

    Use when someone takes an account on, takes care of it, or wants it assigned to them.
    """
    account = read_account(ask.account, deps).account
    name = account.name
    if ask.who is None:
        step = phrase("Assign {account} to me", account=name)
        raise ToolError(phrase("An account can be taken on by oneself only."), suggestions=(step,))
    who = deps.caseload.assign(ask.account)
    owner = phrase("Its owner in the book stays {owner}.", owner=account.owner)
    steps = (
        phrase("Summary of {account}", account=name),
        phrase("Trust plan for {account}", account=name),
    )
    return Answer(
        phrase("Assigned · {account}", account=name),
        phrase("{account} is assigned to {who}.", account=name, who=who),
        (*([Note(owner)] if account.owner else []), NextSteps(steps)),
        frozenset({ask.account}),
    )
