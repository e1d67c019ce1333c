"""Slots: what a field of a tool's `Input` takes from the words of a question.

The embedded router fills a field by the marker in its annotation, so a new tool needs no change to the router:

    account: Annotated[str, ACCOUNT] = Field(description="Id of the account to summarise.")
    set: Annotated[Literal["why_buy", "why_stay"], Choice({"why_stay": ("why stay", "por que fica*")})] = ...
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class Slot:
    """A kind of value that the router recognises in words.

    account: one account, given as its id. period: a written period (`2026-W47`, see Period). count: how many.
    owner: a customer-success manager as the book names them. segment: a value of accounts.segment. saved: the name of a
    saved segment.
    topic: what remains of the question. language: `en` or `pt-BR`, where a draft is wanted in another language.
    figure: the id of a figure that was shown. answer: the key of an answer, which no words hold but buttons do.
    draft: the id of a draft that is kept. form: what is filled in, and no words hold. schedule: the id of a schedule or
    alert; plan_of: what one is to be. reviewed: a period to look back on: no day, and not the rhythm of the review
    itself ("quarterly").
    metric: a metric's name. variant: of that metric, a published variant. by: a dimension or a grain of time to group
    by. compare: `previous`, `year` or a written period. The others limit to a value of the dimension of their name
    (`speaking`: of the language) as the book has it.
    """

    kind: Literal[
        "account", "period", "count", "owner", "segment", "topic", "language", "figure", "answer", "metric", "variant",
        "by", "compare", "industry", "country", "region", "speaking", "source", "size", "cohort", "plan", "product",
        "reason", "draft", "form", "reviewed", "schedule", "plan_of", "saved",
        "mrr_band", "renewal",
    ]  # fmt: skip
    unless: tuple[str, str] | None = None
    """Of an account: the field and its value beside which an unknown name is none, but an offer."""
    only: tuple[str, str] | None = None
    """The field and its value without which this one means nothing: it is not read then."""


ACCOUNT = Slot("account")
PERIOD = Slot("period")
COUNT = Slot("count")
OWNER = Slot("owner")
SINCE = Slot("period", only=("about", "changes"))
SEGMENT = Slot("segment")
TOPIC = Slot("topic")
LANGUAGE = Slot("language")
FIGURE = Slot("figure")
ANSWER = Slot("answer")
METRIC = Slot("metric")
VARIANT = Slot("variant")
BY = Slot("by")
COMPARE = Slot("compare")
INDUSTRY = Slot("industry")
COUNTRY = Slot("country")
REGION = Slot("region")
SPEAKING = Slot("speaking")
SOURCE = Slot("source")
SIZE = Slot("size")
MRR_BAND = Slot("mrr_band")
RENEWAL = Slot("renewal", only=("act", "save"))
"""Elsewhere “renewing in 90 days” is a time to come, and this comes with a saved segment."""
COHORT = Slot("cohort")
PLAN = Slot("plan")
PRODUCT = Slot("product")
REASON = Slot("reason")
DRAFT = Slot("draft")
FORM = Slot("form")
REVIEWED = Slot("reviewed")
SAVED = Slot("saved")
SCHEDULE = Slot("schedule")
PLAN_OF = Slot("plan_of")


@dataclass(frozen=True)
class Choice:
    """A closed set of values, each with the words (any language) that mean it; a final * matches any ending.

    `only`: the field and its value without which this one means nothing: it is not read then.
    """

    words: Mapping[str, tuple[str, ...]] = field(hash=False)
    only: tuple[str, str] | None = None


def slot_of(dimension: str) -> str:
    """The slot that takes a value of the dimension, and the field that limits to it; `language` is that of drafts."""
    return "speaking" if dimension == "language" else dimension


def dimension_of(slot: str) -> str:
    """The dimension that a slot takes a value of."""
    return "language" if slot == "speaking" else slot
