"""Which accounts an answer is limited to."""

from typing import Annotated

from pydantic import BaseModel, Field

from tools._phrase import Phrase, phrase
from tools._slots import (
    COUNTRY,
    INDUSTRY,
    MRR_BAND,
    OWNER,
    REGION,
    RENEWAL,
    SAVED,
    SEGMENT,
    SIZE,
    SOURCE,
    SPEAKING,
    dimension_of,
)
from tools._values import value_called
from tools.metrics import MRR_BANDS, RENEWAL_BANDS, Period, Where


class Conditions(BaseModel):
    """The fields of a tool's input that say which accounts: what they are now, whatever the time spoken of."""

    segment: Annotated[str | None, SEGMENT] = Field(default=None, description="Only accounts of this segment.")
    owner: Annotated[str | None, OWNER] = Field(
        default=None, description="Only accounts of this customer-success manager."
    )
    country: Annotated[str | None, COUNTRY] = Field(default=None, description="Only this country: BR, US …")
    region: Annotated[str | None, REGION] = Field(default=None, description="Only this state or sales region.")
    industry: Annotated[str | None, INDUSTRY] = Field(default=None, description="Only this line of business.")
    size: Annotated[str | None, SIZE] = Field(default=None, description="Only this band of employees: 1–10 … 1001+.")
    speaking: Annotated[str | None, SPEAKING] = Field(
        default=None, description="Only accounts of this language: en, pt-BR …"
    )
    source: Annotated[str | None, SOURCE] = Field(default=None, description="Only accounts won this way.")
    mrr_band: Annotated[str | None, MRR_BAND] = Field(
        default=None, description=f"Only accounts with this MRR: {', '.join(MRR_BANDS)}, or several joined by “ + ”."
    )
    renewal: Annotated[str | None, RENEWAL] = Field(
        default=None, description=f"Only accounts that renew in so many days: {', '.join(RENEWAL_BANDS)}, or several."
    )

    @property
    def where(self) -> Where:
        """The same by dimension."""
        said = {dimension_of(name): getattr(self, name) for name in Conditions.model_fields}
        return {name: value for name, value in said.items() if value}


class Limits(Conditions):
    """The fields of a tool's input that limit it to some accounts, by conditions or by the name that some have."""

    saved: Annotated[str | None, SAVED] = Field(
        default=None, description="Only accounts of this saved segment, by the name that it was saved under."
    )


def limited(subject: Phrase, where: Where, *periods: Period | None) -> Phrase:
    """What was understood: the subject, what it is limited to, and its time."""
    for limit in (*(value_called(name, value) for name, value in where.items()), *periods):
        subject = phrase("{subject} · {limit}", subject=subject, limit=limit) if limit else subject
    return subject
