"""Slack's rules of rich text."""

from collections.abc import Iterator
from typing import Any

from bot.workspace.world import Json

_RUNS = {"text", "link", "user", "usergroup", "channel", "emoji", "broadcast", "date", "color", "team"}
_NEEDS = {"text": "text", "link": "url", "user": "user_id", "channel": "channel_id", "emoji": "name"}


def rich_faults(block: Json) -> Iterator[str]:
    """What is wrong with a rich_text block or cell."""
    elements = block.get("elements")
    if not elements:
        yield "missing required field: elements"
        return
    for element in elements:
        yield from _element_faults(element)


def _element_faults(element: Any) -> Iterator[str]:
    match element.get("type"):
        case "rich_text_section" | "rich_text_preformatted" | "rich_text_quote":
            yield from _runs(element)
        case "rich_text_list":
            if element.get("style") not in ("bullet", "ordered"):
                yield "a list is of style bullet or ordered"
            for item in element.get("elements") or ():
                yield from _element_faults(item)
        case other:
            yield f"unsupported type: {other}"


def _runs(element: Json) -> Iterator[str]:
    for run in element.get("elements") or ():
        kind = run.get("type")
        if kind not in _RUNS:
            yield f"unsupported type: {kind}"
        elif kind in _NEEDS and not run.get(_NEEDS[kind]):
            yield f"missing required field: {_NEEDS[kind]}"
