"""What the playbooks say."""

from typing import Annotated

from pydantic import BaseModel, Field

from tools import TOPIC, Answer, Deps


class Input(BaseModel):
    topic: Annotated[str, TOPIC] = Field(description="What the person needs guidance on, in their words.")


EXAMPLES: dict[str, tuple[str, ...]] = {"en": (), "pt-BR": ()}


def find_playbook(ask: Input, deps: Deps) -> Answer:
    """Quote what the playbooks say on a topic: onboarding, renewal, save plays, QBRs, NPS, win-back, loyalty.

    Use for "how do we", "what should I do when", best practice, process, definitions and strategy questions that
    ask for guidance rather than for figures.
    """
    raise NotImplementedError
