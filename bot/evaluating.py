"""`retention eval`: how well questions are understood, on a file of them with what each should lead to."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from bot.router import Call, Clarify, Context, Decision, Decline, Names, Router
from bot.router.slots.limits import any_values
from tools import TOPIC, Tool
from tools.metrics import Period

OUTSIDE = ("none", "help")


class NoQuestions(Exception):
    """The file holds nothing to evaluate; the message says what is wrong with it."""


@dataclass(frozen=True)
class Outcome:
    """One question and what it led to. `did`: answered, asked back, helped or declined."""

    q: str
    lang: str
    wanted: tuple[str, ...]
    did: str
    tool: str | None
    """The tool that ran, or that lacked something and asked for it."""
    arguments: Mapping[str, Any]
    offered: tuple[str, ...]
    right_tool: bool
    right_arguments: bool
    seconds: float

    @property
    def inside(self) -> bool:
        return not set(self.wanted) & set(OUTSIDE)

    @property
    def right(self) -> bool:
        return self.right_tool and self.right_arguments


@dataclass(frozen=True)
class Score:
    """Shares are (right, of): small numbers speak for themselves."""

    language: str
    tool: tuple[int, int]
    direct: tuple[int, int]
    """Of what was answered without asking back: the right tool."""
    slots: tuple[int, int]
    """Of what the right tool was chosen for: exactly the wanted arguments."""
    asked_back: tuple[int, int]
    outside: tuple[int, int]
    """Of what is outside: answered all the same."""
    p95: float
    """Seconds."""


def evaluate(path: Path, router: Router, tools: Mapping[str, Tool], today: date, names: Names) -> list[Outcome]:
    """Every question of the file through the router; the file's own day and names, where it has them, count.

    Raises NoQuestions where the file is no list of {q, lang, tool, arguments, after}.
    """
    items, day, called = _read(path)
    return [_asked(item, router, tools, day or today, called or names) for item in items]


def scores(outcomes: Sequence[Outcome]) -> list[Score]:
    """One score for each language, and one of all where there are several."""
    languages = sorted({each.lang for each in outcomes})
    return [_score(name, [each for each in outcomes if each.lang == name]) for name in languages] + (
        [_score("", outcomes)] if len(languages) > 1 else []
    )


def as_json(outcomes: Sequence[Outcome]) -> str:
    """What each question led to."""
    shown = [{**asdict(each), "right": each.right} for each in outcomes]
    return json.dumps(shown, ensure_ascii=False, indent=2, default=str)


def _read(path: Path) -> tuple[list[Mapping[str, Any]], date | None, Names | None]:
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as broken:
        raise NoQuestions(f"{path}: not YAML in UTF-8: {str(broken).splitlines()[0]}") from broken
    head = found if isinstance(found, Mapping) else {}
    items = head.get("questions") if head else found
    if not isinstance(items, list) or not items:
        raise NoQuestions(f"{path}: no list of questions; write items such as {{q: …, lang: en, tool: renewals}}")
    for n, item in enumerate(items, 1):
        if not isinstance(item, Mapping) or not isinstance(item.get("q"), str) or not _wanted(item.get("tool")):
            raise NoQuestions(f"{path}, item {n}: needs q, and tool: a tool, several ([a, b]), none or help")
        arguments, after = item.get("arguments") or {}, item.get("after") or {"tool": ""}
        if not isinstance(arguments, Mapping) or not isinstance(after, Mapping) or "tool" not in after:
            raise NoQuestions(f"{path}, item {n}: write arguments: {{period: 2026-Q3}}, after: {{tool: renewals}}")
    return items, _today(path, head), _names(path, head)


def _wanted(tool: Any) -> tuple[str, ...]:
    """The tools that are right; none where nothing of the kind is written."""
    written = [tool] if isinstance(tool, str) else tool
    return tuple(written) if isinstance(written, list) and all(isinstance(each, str) for each in written) else ()


def _today(path: Path, head: Mapping[str, Any]) -> date | None:
    if "today" not in head:
        return None
    try:
        return date.fromisoformat(str(head["today"]))
    except ValueError:
        raise NoQuestions(f"{path}: today is {head['today']!r}; write a day such as 2026-11-22") from None


def _names(path: Path, head: Mapping[str, Any]) -> Names | None:
    if not (said := head.get("names")):
        return None
    lists = [said.get(name, []) for name in ("owners", "segments")] if isinstance(said, Mapping) else []
    if not (lists and isinstance(said.get("accounts"), Mapping) and all(isinstance(each, list) for each in lists)):
        raise NoQuestions(f"{path}: names needs accounts: {{id: name}}, owners: [name] and segments: [name]")
    accounts = {str(id_): str(name) for id_, name in said["accounts"].items()}
    owners, segments = (tuple(map(str, each)) for each in lists)
    return Names(accounts, owners, segments, any_values())  # countries, plans … as any book may have them


def _asked(item: Mapping[str, Any], router: Router, tools: Mapping[str, Tool], today: date, names: Names) -> Outcome:
    context = _context(item.get("after"))
    language = str(item.get("lang") or "en")
    start = time.perf_counter()
    decision = router.choose(item["q"], language, today, names, context)
    took = time.perf_counter() - start
    wanted = _wanted(item["tool"])
    did, tool, call, offered = _led_to(decision)
    return Outcome(
        q=item["q"], lang=language, wanted=wanted, did=did, tool=tool,
        arguments=_said(call) if call else {}, offered=offered, right_tool=tool in wanted,
        right_arguments=_alike(item, call, tools), seconds=took,
    )  # fmt: skip


def _led_to(decision: Decision) -> tuple[str, str | None, Call | None, tuple[str, ...]]:
    """What was done, by which tool and call, and the tools that were offered to choose from."""
    match decision:
        case Call(tool) as call:
            return "answered", tool, call, ()
        case Clarify(choices=choices, call=call):
            return "asked back", call.tool if call else None, call, tuple(choice.call.tool for choice in choices)
        case Decline(help=asked):
            return "declined", "help" if asked else "none", None, ()


def _context(after: Any) -> Context | None:
    """`after`: {tool, arguments, shown}: what was answered before, and the accounts it listed."""
    if not after:
        return None
    return Context(Call(after["tool"], after.get("arguments") or {}), tuple(after.get("shown") or ()))


def _said(call: Call) -> dict[str, Any]:
    language = {"language": call.language} if call.language else {}
    return {**call.arguments, **language, **({"as": call.form} if call.form else {})}


def _alike(item: Mapping[str, Any], call: Call | None, tools: Mapping[str, Tool]) -> bool:
    """Whether the call says what was wanted.

    What is a tool's default may be said or not, a topic's words are free, and `until` counts by its last day and
    `since` by its first, as they are read.
    """
    if "arguments" not in item:
        return True
    wanted = {**(item["arguments"] or {}), **({"as": item["as"]} if "as" in item else {})}
    if call is None:
        return not wanted
    fields = tools[call.tool].input.model_fields if call.tool in tools else {}
    got = _said(call)
    names = {name for name in wanted.keys() | got.keys() if name not in fields or TOPIC not in fields[name].metadata}
    return all(_plain(name, _of(wanted, name, fields)) == _plain(name, _of(got, name, fields)) for name in names)


def _of(arguments: Mapping[str, Any], name: str, fields: Mapping[str, Any]) -> Any:
    if name in arguments:
        return arguments[name]
    return fields[name].get_default() if name in fields and not fields[name].is_required() else None


def _plain(name: str, value: Any) -> Any:
    if name == "until" and value:
        return Period.parse(str(value)).last_day
    if name == "since" and value:
        return Period.parse(str(value)).start
    return value.casefold().strip(" ?!.") if isinstance(value, str) else value


def _score(language: str, outcomes: Sequence[Outcome]) -> Score:
    inside = [each for each in outcomes if each.inside]
    direct = [each for each in inside if each.did == "answered"]
    outside = [each for each in outcomes if "none" in each.wanted]
    return Score(
        language,
        tool=_share(each.right_tool or each.wanted[0] in each.offered[:1] for each in inside),
        direct=_share(each.right_tool for each in direct),
        slots=_share(each.right_arguments for each in inside if each.right_tool),
        asked_back=_share(each.did == "asked back" for each in inside),
        outside=_share(each.did == "answered" for each in outside),
        p95=sorted(each.seconds for each in outcomes)[int(0.95 * (len(outcomes) - 1))],
    )


def _share(of: Iterator[bool]) -> tuple[int, int]:
    counted = list(of)
    return sum(counted), len(counted)
