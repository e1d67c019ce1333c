"""What papers and messages for customers share: two versions, blanks to fill in, and where their numbers come from."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, Literal

from tools._answer import Column, Draft, DraftLine, Fact, Facts, Note, Part, Section, Table, figures_in
from tools._naming import named
from tools._phrase import Phrase, phrase, phrase_n
from tools._slots import Choice
from tools.metrics import ITEMS, Figure, all_metrics

Version = Literal["internal", "customer"]
VERSIONS = Choice({
    "internal": ("internal*", "for us", "for our eyes", "intern*", "uso interno", "so pra gente", "so nosso"),
    "customer": (
        "for the customer", "for the client", "customer-safe", "customer safe", "customer version", "client version",
        "customer-facing", "customer facing", "client-facing", "external*", "to share", "shareable", "to show them",
        "to send them", "without margin", "para o cliente", "pro cliente", "ao cliente", "versao do cliente",
        "versao cliente", "extern*", "pra compartilhar", "para compartilhar", "sem margem", "que o cliente possa ver",
    ),
})  # fmt: skip
VERSION: Mapping[Version, Phrase] = {"internal": phrase("internal"), "customer": phrase("for the customer")}
"""Who will read a paper: we ourselves, or the customer, who sees no margin, risk, costs or notes of ours."""
_BLANK = phrase("[{what}]").msgid


def blank(what: Phrase) -> Phrase:
    """What the book does not know, in brackets for a person to fill in."""
    return phrase("[{what}]", what=what)


def blanks_in(draft: Draft) -> tuple[Phrase, ...]:
    """What is to be filled in, in reading order, each once."""
    found = {repr(each): each.values["what"] for each in _phrases(draft.sections) if each.msgid == _BLANK}
    return tuple(found.values())


def to_fill_in(draft: Draft) -> Iterator[Part]:
    """The same for whoever sends the draft."""
    if missing := blanks_in(draft):
        title = phrase_n("To fill in: {n} blank", "To fill in: {n} blanks", len(missing))
        yield Table(title, (Column(phrase("What the book does not know")),), tuple((each,) for each in missing))


def _phrases(thing: Any) -> Iterator[Phrase]:
    if isinstance(thing, Phrase):
        yield thing
        yield from _phrases(tuple(thing.values.values()))
    elif isinstance(thing, tuple):
        for each in thing:
            yield from _phrases(each)
    elif is_dataclass(thing) and not isinstance(thing, type | Figure):
        for field in fields(thing):
            yield from _phrases(getattr(thing, field.name))


def who_may_read(version: Version) -> Note:
    """Said with every paper that comes in two versions."""
    if version == "customer":
        return Note(phrase("The draft is safe to hand over: it shows no risk, margin, costs or notes of ours."))
    return Note(phrase("Internal: it shows risk, margin and our notes. Ask for the version for the customer to share."))


def numbers_in(figures: Iterable[Figure]) -> Table:
    """Every figure with its id, by which it can be traced."""
    columns = (
        Column(phrase("Number")), Column(phrase("Value"), numeric=True), Column(phrase("Period")), Column(phrase("Id")),
    )  # fmt: skip
    each = {figure.id: (_title(figure), figure, figure.period, figure.id) for figure in figures}
    return Table(phrase("Where the numbers come from"), columns, tuple(each.values()))


def _title(figure: Figure) -> Phrase:
    """Its metric; with the goal or contract line that it is limited to."""
    name = named(all_metrics()[figure.metric], figure.variant)
    item = next((value for limit, value in figure.segment.items() if limit in ITEMS), None)
    return phrase("{metric} · {item}", metric=name, item=item) if item else name


def paper(
    kind: str,
    title: Phrase,
    language: str,
    account_id: str,
    shared: tuple[Section, ...],
    ours: Iterable[DraftLine] | None,
) -> Draft:
    """What both sides read; where it is for us, also what is `ours` alone, and every figure with its id."""
    if ours is None:
        return Draft(f"{kind}_customer", title, language, shared, account_id, "cs")
    sections = (*shared, Section(phrase("For us only"), tuple(ours)))
    numbers = Section(phrase("Sources"), (numbers_in(figures_in(sections)),))
    return Draft(kind, title, language, (*sections, numbers), account_id)


def known_facts(facts: Mapping[Phrase, Any]) -> Facts:
    """Labelled values, without those that are not known."""
    return Facts(tuple(Fact(label, value) for label, value in facts.items() if value is not None))
