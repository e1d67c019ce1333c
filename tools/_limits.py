"""Which accounts an answer is limited to."""

from typing import Annotated

from pydantic import BaseModel, Field

from tools._phrase import Phrase, phrase
from tools._slots import OWNER, SEGMENT
from tools.metrics import Period, Where


class Limits(BaseModel):
    """The fields of a tool's input that limit it to some accounts."""

    segment: Annotated[str | None, SEGMENT] = Field(default=None, description="Only accounts of this segment.")
    owner: Annotated[str | None, OWNER] = Field(
        default=None, description="Only accounts of this customer-success manager."
    )

    @property
    def where(self) -> Where:
        said = {name: getattr(self, name) for name in Limits.model_fields}
        return {name: value for name, value in said.items() if value}


def limited(subject: Phrase, where: Where, *periods: Period | None) -> Phrase:
    """What was understood: the subject, what it is limited to, and its time."""
    for limit in (*where.values(), *periods):
        subject = phrase("{subject} · {limit}", subject=subject, limit=limit) if limit else subject
    return subject
