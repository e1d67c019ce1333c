"""A survey read back from its Markdown, as people may have edited it: questions, kinds of answer, logic."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import count
from typing import Literal

from bot.locale import Speaker
from knowledge import question_set
from tools import KeptDraft, ToolError, phrase

Kind = Literal["open", "yes_no", "choice", "scale"]
SETS = ("why_leave", "why_stay", "why_buy", "icp")
_NUMBERED = re.compile(r"^\s*(\d+)[.)]\s+(.*)$")
_OPTION = re.compile(r"^\s*[-*]\s+\[[ xX]\]\s+(.*)$")
_BULLET = re.compile(r"^\s*[-*]\s+(.*)$")
_ESCAPED = re.compile(r"\\([^a-zA-Z0-9\s])")


@dataclass(frozen=True)
class Item:
    """One question. `shown_if`: (id of an earlier question, the answer to it, word for word) that shows this one."""

    id: str
    text: str
    kind: Kind = "open"
    options: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    shown_if: tuple[str, str] | None = None


@dataclass(frozen=True)
class Survey:
    """A survey in one language, with what stands before and after its questions."""

    title: str
    language: str
    items: tuple[Item, ...]
    introduction: tuple[str, ...] = ()
    closing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Jump:
    """After item `at` (its place) the survey goes on with item `to`; as many as there are items: it ends.

    `when`: all of these hold: (place of an item, an answer to it, whether that is the answer).
    """

    at: int
    to: int
    when: tuple[tuple[int, str, bool], ...]


@dataclass
class _Read:
    """A survey in the making."""

    title: str = ""
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    blocks: list[tuple[str, list[str]]] = field(default_factory=list)


def survey_of(draft: KeptDraft) -> Survey:
    """The survey that a kept draft holds. Raises ToolError where it holds no question, or its logic leads nowhere."""
    read = _read(draft.body)
    if not read.blocks:
        raise ToolError(phrase("There is no numbered question in draft {id}.", id=draft.id))
    speaker = Speaker(draft.language)
    named = _ids([text for text, _ in read.blocks], draft.language)
    items = [_item(id_, text, lines, named, speaker) for id_, (text, lines) in zip(named, read.blocks, strict=True)]
    _check(items, spoken=draft.kind == "interview_script")
    return Survey(
        read.title or draft.title, draft.language, tuple(items), tuple(read.before), tuple(read.after)
    )  # fmt: skip


def jumps(items: Sequence[Item]) -> Iterator[Jump]:
    """The logic as survey tools keep it, by what is skipped: of an item's jumps the first that holds counts."""
    places = {item.id: place for place, item in enumerate(items)}
    for at in range(len(items)):
        missed: list[tuple[int, str, bool]] = []
        for to in range(at + 1, len(items)):
            shown_if = items[to].shown_if
            if shown_if is None:
                break
            source, answer = places[shown_if[0]], shown_if[1]
            if missed and source <= at:
                yield Jump(at, to, (*missed, (source, answer, True)))
            if source <= at:  # a question that is itself skipped has no answer, so nothing hangs on it
                missed.append((source, answer, False))
        else:
            to = len(items)
        if missed:
            yield Jump(at, to, tuple(missed))


def _read(body: str) -> _Read:
    read = _Read()
    inside = False
    for line in body.splitlines():
        if line.startswith("# "):
            read.title = _said(line[2:])
        elif line.startswith("#"):
            inside = False
        elif numbered := _NUMBERED.match(line):
            inside = True
            read.blocks.append((_said(numbered[2]), []))
        elif inside and line.strip():
            read.blocks[-1][1].append(line)
        elif line.strip():
            (read.after if read.blocks else read.before).append(_said(line))
    return read


def _item(id_: str, text: str, lines: list[str], named: Sequence[str], speaker: Speaker) -> Item:
    item = Item(id_, text)
    for line in lines:
        if option := _OPTION.match(line):
            item = replace(item, options=(*item.options, _said(option[1])))
        elif bullet := _BULLET.match(line):
            item = _with(item, _said(bullet[1]), named, speaker)
        else:
            item = replace(item, text=f"{item.text} {_said(line)}")
    return _told(item, speaker)


def _with(item: Item, said: str, named: Sequence[str], speaker: Speaker) -> Item:
    """The item with a line below it: a condition, a kind of answer, or a hint."""
    condition = _conditional(speaker.language).match(said)
    if condition and 0 < int(condition["number"]) <= len(named):
        return replace(item, shown_if=(named[int(condition["number"]) - 1], condition["answer"]))
    if said == speaker.say(phrase("Answer: a number from 0 to 10.")):
        return replace(item, kind="scale")
    if said == speaker.say(phrase("Answer: yes or no.")):
        return replace(item, kind="yes_no")
    if said == speaker.say(phrase("Answer: choose one.")):
        return item
    return replace(item, hints=(*item.hints, said))


def _told(item: Item, speaker: Speaker) -> Item:
    """The kind of answer, where its options say it."""
    yes_no = (speaker.say(phrase("Yes")), speaker.say(phrase("No")))
    if item.options == yes_no or item.kind == "yes_no":
        return replace(item, kind="yes_no", options=yes_no)
    return replace(item, kind="choice") if item.options else item


@cache
def _conditional(language: str) -> "re.Pattern[str]":
    """The sentence that says when a question is shown, to be read."""
    sentence = phrase("Only if question {number} was answered “{answer}”.", number="NUMBER", answer="ANSWER")
    said = re.escape(Speaker(language).say(sentence))
    return re.compile(said.replace("NUMBER", r"(?P<number>\d{1,3})").replace("ANSWER", r"(?P<answer>.+)"))


def _ids(texts: Sequence[str], language: str) -> list[str]:
    """What the questions are called: as in our sets where they are worded so, else by their numbers."""
    known = {
        said: question.id
        for name in reversed(SETS)
        for question in question_set(name)
        for said in (question.text[language], question.survey.get(language, ""))
    }
    ids: list[str] = []
    for number, text in zip(count(1), texts, strict=False):
        id_ = known.get(text, "")
        ids.append(id_ if id_ and id_ not in ids else f"q{number}")
    return ids


def _check(items: Sequence[Item], spoken: bool) -> None:
    """Every condition names an answer that an earlier question offers; in conversation, where nothing is offered, only
    an earlier question. Raises ToolError."""
    before: dict[str, Item] = {}
    for number, item in enumerate(items, start=1):
        if item.shown_if:
            source = before.get(item.shown_if[0])
            free = spoken and source is not None and source.kind == "open"
            if source is None or (not free and item.shown_if[1] not in source.options):
                said = phrase(
                    "Question {n} is to be shown after the answer “{answer}”, which no question before it offers. "
                    "Correct the draft with `retention drafts edit`.",
                    n=number,
                    answer=item.shown_if[1],
                )
                raise ToolError(said)
        before[item.id] = item


def _said(text: str) -> str:
    """Markdown as the plain text that it shows."""
    text = text.strip()
    for marks in ("**", "*"):
        if text.startswith(marks) and text.endswith(marks) and len(text) > 2 * len(marks):
            text = text[len(marks) : -len(marks)]
            break
    return _ESCAPED.sub(r"\1", text).strip()
