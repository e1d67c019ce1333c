"""Saved segments: save, open, list, pin for the weekly post, unpin, delete."""

import re
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field
from rapidfuzz import fuzz, process, utils

from tools import (
    TOPIC,
    Answer,
    Choice,
    Code,
    Column,
    Deps,
    Fact,
    Facts,
    KeptSegment,
    NextSteps,
    Note,
    Part,
    Phrase,
    Table,
    ToolError,
    phrase,
    phrase_n,
)
from tools._limits import Conditions
from tools._segments import FOCUS
from tools._values import value_called
from tools.metrics import Money, Period, account_count, all_metrics, largest_of

_ACTS = Choice({
    "save": (
        "save", "create", "define", "keep", "store", "salva", "salve", "salvar", "cria", "crie", "criar", "definir",
        "guarda", "guarde", "guardar", "grava", "grave", "new saved segment", "novo segmento",
    ),
    "pin": (
        "pin", "focus on", "in focus", "a focus segment", "fixa", "fixe", "fixar", "foco no", "em foco",
    ),
    "unpin": (
        "unpin", "unfocus", "out of focus", "from the focus", "stop focusing", "desafix*", "desfix*",
        "do foco", "dos segmentos em foco", "para de focar",
    ),
    "delete": ("delete", "remove", "drop", "get rid of", "apag*", "exclu*", "delet*", "remov*"),
    "open": (
        "open", "reopen", "bring up", "sql of", "definition of", "how many", "count of", "who owns", "abre", "abra",
        "abrir", "reabre", "reabrir", "traz", "sql do", "definicao do", "quantas contas", "contagem do",
        "quem e o dono", "show saved segment", "mostra o segmento",
    ),
    "list": ("focus segments", "segmentos em foco", "which segments", "quais segmentos", "list", "lista*"),
})  # fmt: skip
_QUOTED = re.compile(r"[\"“”'‘’«»]([^\"“”‘’«»]{2,60})[\"“”'‘’«»]")
_CALLED = re.compile(
    r"\b(?:as(?! contas| clientes| empresas)|called|named|name it|under the name|como|chamad[oa]|com o nome(?: de)?"
    r"|de nome|nome)\s+"
    r"(?:(?:a )?segment(?:o)?(?: (?:called|named|chamado|de nome))?\s+)?(.{2,60})$",
    re.IGNORECASE,
)
_NOT_KEPT = re.compile(
    r"\b(?:at[- ]risk|em risco|risk score|pontua[cç][aã]o de risco|NPS|CSAT|promoters?|promotor\w*|detra\w+|usage|uso"
    r"|churned|canceladas?|overdue|inadimplentes?|tickets?|chamados?|plano \w+|\w+ plan)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d[\d.,]*")
ALMOST = 85
WRITES = True


class Input(Conditions):
    act: Annotated[Literal["list", "save", "open", "pin", "unpin", "delete"], _ACTS] = Field(
        default="list", description="What to do with saved segments."
    )
    said: Annotated[str | None, TOPIC] = Field(
        default=None, description="The name of the segment, in quotes, or the words that hold it."
    )


def segments(ask: Input, deps: Deps) -> Answer:
    """Save a segment of accounts under a name, open it again, list them, or pin up to three as focus segments.

    Use when someone wants to save, open, list, pin, unpin or delete a saved segment. Not to count by segment.
    """
    if ask.act == "save":
        return _saved(ask, deps)
    if ask.act == "list":
        return _all(deps)
    kept = _meant(ask.said or "", deps)
    match ask.act:
        case "pin":
            return _pinned(kept, deps)
        case "unpin":
            _lead(deps)
            deps.segments.unpin(kept)
            return _about(kept, phrase("“{name}” is not in focus any more.", name=kept.name), deps)
        case "delete":
            if not deps.segments.delete(kept):
                said = phrase("Only {owner} or who leads may delete “{name}”.", owner=kept.owner, name=kept.name)
                raise ToolError(said)
            said = phrase("“{name}” is deleted.", name=kept.name)
            return Answer(phrase("Saved segments"), said, (NextSteps((phrase("Saved segments"),)),))
    return _about(kept, _counted(kept, deps), deps)


def _saved(ask: Input, deps: Deps) -> Answer:
    name = _name(ask.said or "")
    if not ask.where:
        raise ToolError(
            phrase("Say which accounts: a segment, country, region, industry, size, language, source or manager."),
            suggestions=(phrase("Save enterprise accounts in SP as “Large in SP”"),),
        )
    if name is None:
        raise ToolError(
            phrase("Say what to call it, in quotes."),
            suggestions=(phrase("Save enterprise accounts in SP as “Large in SP”"),),
        )
    _refuse_what_is_not_kept(ask, name)
    count, source = account_count(deps.book, ask.where, deps.today)
    parameters = {key: str(value) for key, value in source.parameters.items()}
    new = KeptSegment("", name, dict(ask.where), source.sql, parameters, "", count, deps.today)
    kept = deps.segments.save(new)
    if kept is None:
        raise ToolError(phrase("“{name}” is the name of somebody else's segment. Choose another one.", name=name))
    said = phrase_n("“{name}” is saved: {n} account.", "“{name}” is saved: {n} accounts.", count, name=name)
    return _about(kept, said, deps)


def _refuse_what_is_not_kept(ask: Input, name: str) -> None:
    """A segment is never saved without a condition that was asked for. Raises ToolError with what there is instead."""
    said = (ask.said or "").replace(name, " ")
    if found := _NOT_KEPT.search(said):
        raise ToolError(phrase(
            "A segment keeps what accounts are, what they pay and when they renew, and not “{words}”. Leave that out, "
            "and ask for it with the segment's name: “accounts at risk in …”.", words=found.group(),
        ))  # fmt: skip
    if _NUMBER.search(said) and not (ask.mrr_band or ask.renewal or ask.size):
        raise ToolError(phrase(
            "I cannot tell what “{words}” limits. MRR can be from or up to 500, 1,000, 5,000, 10,000 or 50,000; "
            "renewals within 30, 60, 90 or 180 days.", words=_NUMBER.search(said)[0],  # type: ignore[index]
        ))  # fmt: skip


def _name(said: str) -> str | None:
    found = _QUOTED.search(said) or _CALLED.search(said.strip(" .!?"))
    return found[1].strip(" .,!?:") if found else None


def _all(deps: Deps) -> Answer:
    kept = deps.segments.all()
    if not kept:
        steps = NextSteps((phrase("Save enterprise accounts in SP as “Large in SP”"),))
        return Answer(phrase("Saved segments"), phrase("No segment is saved yet."), (steps,))
    columns = (
        Column(phrase("Segment")), Column(phrase("Conditions")), Column(phrase("Accounts now"), True),
        Column(phrase("Owner")), Column(phrase("Saved on")), Column(phrase("In focus")),
    )  # fmt: skip
    rows = tuple(
        (
            each.name, _conditions(each), account_count(deps.book, each.conditions, deps.today)[0], each.owner,
            each.saved_on, phrase("Yes") if each.pinned_by else None,
        )
        for each in kept
    )  # fmt: skip
    said = phrase_n("{n} saved segment.", "{n} saved segments.", len(kept))
    steps = NextSteps(tuple(phrase("Open segment “{name}”", name=each.name) for each in kept[:3]))
    return Answer(phrase("Saved segments"), said, (Table(phrase("Saved segments"), columns, rows), steps))


def _meant(said: str, deps: Deps) -> KeptSegment:
    """The one whose name is in the words. Raises ToolError with those that there are."""
    known = {each.name: each for each in deps.segments.all()}
    best = process.extract(
        said, list(known), scorer=fuzz.partial_ratio, processor=utils.default_process, score_cutoff=ALMOST
    )
    if not best:
        raise ToolError(
            phrase("Which saved segment? I know {names}.", names=tuple(phrase("{name}", name=each) for each in known))
            if known
            else phrase("No segment is saved yet."),
            suggestions=tuple(phrase("Open segment “{name}”", name=each) for each in [*known][:3]),
        )
    return known[max(best, key=lambda each: (each[1], len(each[0])))[0]]


def _pinned(kept: KeptSegment, deps: Deps) -> Answer:
    _lead(deps)
    if not kept.pinned_by and not deps.segments.pin(kept):
        pinned = tuple(phrase("{name}", name=each.name) for each in deps.segments.all() if each.pinned_by)
        raise ToolError(
            phrase("{n} segments can be in focus, and {n} are: {names}. Unpin one first.",
                   n=FOCUS, names=pinned),
            suggestions=tuple(phrase("Unpin segment “{name}”", name=each) for each in pinned),
        )  # fmt: skip
    again = next((each for each in deps.segments.all() if each.id == kept.id), kept)
    said = phrase("“{name}” is in focus: the weekly MRR summary begins with it.", name=kept.name)
    return _about(again, said, deps)


def _lead(deps: Deps) -> None:
    if not deps.caseload.asker.leads:
        raise ToolError(phrase("Only who leads may say which segments are in focus."))


def _counted(kept: KeptSegment, deps: Deps) -> Phrase:
    count, _ = account_count(deps.book, kept.conditions, deps.today)
    if kept.count is None:
        return phrase_n(
            "“{name}”: {n} account that you see.", "“{name}”: {n} accounts that you see.", count, name=kept.name
        )
    if count == kept.count:
        return phrase_n("“{name}”: {n} account, as when it was saved.", "“{name}”: {n} accounts, as when it was saved.",
                        count, name=kept.name)  # fmt: skip
    return phrase_n(
        "“{name}”: {n} account; {before} when it was saved on {day}.",
        "“{name}”: {n} accounts; {before} when it was saved on {day}.",
        count, name=kept.name, before=kept.count, day=kept.saved_on,
    )  # fmt: skip


def _about(kept: KeptSegment, headline: Phrase, deps: Deps) -> Answer:
    return Answer(phrase("Segment “{name}”", name=kept.name), headline, tuple(_parts(kept, deps)))


def _parts(kept: KeptSegment, deps: Deps) -> Iterator[Part]:
    today = Period.containing(deps.today, "day")
    yield Facts((
        Fact(phrase("Conditions"), _conditions(kept)),
        Fact(phrase("Accounts now"), account_count(deps.book, kept.conditions, deps.today)[0]),
        Fact(phrase("MRR"), all_metrics()["mrr"](deps.book, today, kept.conditions)),
        Fact(phrase("Owner"), kept.owner or None),
        Fact(phrase("Saved on"), kept.saved_on),
        Fact(phrase("In focus"), phrase("pinned by {who}", who=kept.pinned_by) if kept.pinned_by else phrase("no")),
    ))  # fmt: skip
    largest = largest_of(deps.book, kept.conditions, deps.today, 10)
    if largest:
        columns = Column(phrase("Account")), Column(phrase("MRR"), True), Column(phrase("Owner"))
        rows = tuple((row.name, Money(int(row.mrr), deps.book.currency), row.owner) for row in largest)
        yield Table(phrase("The largest of them"), columns, rows, accounts=tuple(row.account_id for row in largest))
    yield Code(kept.sql)
    if kept.parameters:
        said = ", ".join(f":{name} = {value}" for name, value in kept.parameters.items())
        yield Note(phrase("With {parameters}.", parameters=said))
    unpin, pin = phrase("Unpin segment “{name}”", name=kept.name), phrase("Pin segment “{name}”", name=kept.name)
    yield NextSteps((unpin if kept.pinned_by else pin, phrase("Saved segments")))


def _conditions(kept: KeptSegment) -> tuple[Phrase, ...]:
    return tuple(phrase("{value}", value=value_called(name, value)) for name, value in kept.conditions.items())
