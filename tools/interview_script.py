"""A script for a win-loss, why-buy, why-stay or why-leave interview."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from tools import ACCOUNT, LANGUAGE, Answer, Choice, Deps

Purpose = Literal["win_loss", "why_buy", "why_stay", "why_leave"]
Role = Literal["buyer", "champion", "user", "finance", "sponsor"]

PURPOSES = Choice({
    "win_loss": ("win-loss", "win loss", "win/loss", "winloss", "ganho e perda", "ganhos e perdas", "ganhas e perdidas"),
    "why_buy": ("why-buy", "why buy", "why they bought", "why do customers buy", "por que compra*", "por que compr*", "motivo da compra"),
    "why_stay": ("why-stay", "why stay", "why they stay*", "why they renewed", "por que fic*", "por que renov*", "motivo da renovação"),
    "why_leave": ("why-leave", "why leave", "why they left", "churn interview", "exit interview", "por que sa*", "por que cancel*", "entrevista de saída"),
})  # fmt: skip
ROLES = Choice({
    "buyer": ("buyer", "purchaser", "procurement", "comprador*", "compras"),
    "champion": ("champion", "campeão", "campeã", "defensor*", "patrocinador interno"),
    "user": ("user", "users", "end user", "usuári*"),
    "finance": ("finance", "cfo", "financeir*", "finanças"),
    "sponsor": ("sponsor", "executive", "executiv*", "ceo", "diretor*", "patrocinador*"),
})  # fmt: skip


class Input(BaseModel):
    account: Annotated[str | None, ACCOUNT] = Field(default=None, description="Id of the account to interview; empty: a general script.")
    purpose: Annotated[Purpose, PURPOSES] = Field(default="win_loss", description="What the interview is to find out.")
    role: Annotated[Role | None, ROLES] = Field(default=None, description="Role of the person interviewed.")
    language: Annotated[Literal["en", "pt-BR"] | None, LANGUAGE] = Field(
        default=None, description="Language of the script; empty: the contact's, else the asker's."
    )


EXAMPLES: dict[str, tuple[str, ...]] = {"en": (), "pt-BR": ()}


def interview_script(ask: Input, deps: Deps) -> Answer:
    """Draft an interview script: win-loss, why customers buy, why they stay or why they leave.

    Use when someone wants questions, a script or a guide for talking to a customer about a decision they took.
    """
    raise NotImplementedError
