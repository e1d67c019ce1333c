"""What the playbooks say."""

from typing import Annotated

from pydantic import BaseModel, Field

from knowledge import Passage
from tools import TOPIC, Answer, Deps, NextSteps, Phrase, ToolError, phrase

OPEN = True


class Input(BaseModel):
    topic: Annotated[str, TOPIC] = Field(description="What the person needs guidance on, in their words.")


def find_playbook(ask: Input, deps: Deps) -> Answer:
    """Quote what the playbooks say on a topic: onboarding, renewal, save plays, QBRs, NPS, win-back, loyalty.

    Use for "how do we", "what should I do when", best practice, process, definitions and strategy questions that
    ask for guidance rather than for figures.
    """
    passages = deps.knowledge.search(ask.topic, deps.language)
    if not passages:
        raise ToolError(
            phrase("No playbook covers “{topic}”.", topic=ask.topic),
            suggestions=tuple(
                phrase("What do the playbooks say about {title}?", title=title)
                for title in deps.knowledge.nearest(ask.topic, deps.language)
            ),
        )
    return Answer(
        subject=phrase("Playbooks · {topic}", topic=ask.topic),
        headline=_where(passages[0]),
        parts=(*passages, NextSteps((phrase("Which accounts are at risk?"),))),
    )


def _where(passage: Passage) -> Phrase:
    if passage.own:
        return phrase("From your document “{title}”:", title=passage.title)
    return phrase("From the playbook “{title}”:", title=passage.title)
