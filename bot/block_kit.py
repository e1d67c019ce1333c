"""Block Kit's pieces, each within Slack's limits.

Everything said goes into `plain_text`, `raw_text` or `rich_text`, which Slack shows as they are: a name from
the data cannot become a mention, a link or mark-up. Where sources disagree on a limit, the lower one is kept.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

Block = dict[str, Any]
Style = Literal["plain", "bold", "italic"]

BLOCKS = 50
CHARACTERS = 12_000
TEXT = 3_000
HEADER = 150
BUTTON_TEXT = 75
BUTTON_VALUE = 2_000
BUTTONS = 25
MENU, OPTION_TEXT = 5, 75
OPTIONS, OPTION_VALUE, PLACEHOLDER = 100, 150, 150
BLOCK_ID = 255
QUOTE = 300
"""Characters of a question that its answer repeats."""
ALT_TEXT = 2_000
TABLE_ROWS = 100
TABLE_COLUMNS = 20
TABLE_CHARACTERS = 8_000
"""Slack allows 10,000 of a message's 12,000; the rest of the answer wants to be said too."""


def header(text: str) -> Block:
    return {"type": "header", "text": plain(text, HEADER)}


def context(text: str, block_id: str | None = None) -> Block:
    named = {"block_id": block_id} if block_id else {}
    return {"type": "context", "elements": [plain(text, ALT_TEXT)], **named}


def plain(text: str, most: int) -> Block:
    return {"type": "plain_text", "text": cut(text, most), "emoji": False}


def rich_text(elements: Iterable[Block]) -> Block:
    return {"type": "rich_text", "elements": list(elements)}


def paragraphs(text: str, style: Style = "plain") -> Iterator[Block]:
    """A text of any length, in as many blocks as it takes."""
    for piece in pieces(text):
        yield rich_text([line(piece, style)])


def section(*runs: Block) -> Block:
    return {"type": "rich_text_section", "elements": list(runs)}


def line(text: str, style: Style = "plain") -> Block:
    return section(run(text, style))


def run(text: str, style: Style = "plain") -> Block:
    plain_run = {"type": "text", "text": text or " "}
    return plain_run if style == "plain" else {**plain_run, "style": {style: True}}


def lines(text: str) -> Iterator[Block]:
    """A text of any length as rich-text elements."""
    return map(line, pieces(text))


def labelled(label: str, value: str, style: Style = "bold") -> Iterator[Block]:
    """A value behind its label; a long one goes on in further elements."""
    first, *others = pieces(value)
    yield section(run(f"{label}: ", style), run(first))
    yield from map(line, others)


def bullets(items: Iterable[Block], indent: int = 0) -> Block:
    deeper = {"indent": indent} if indent else {}
    return {"type": "rich_text_list", "style": "bullet", "elements": list(items), **deeper}


def divider() -> Block:
    return {"type": "divider"}


def quote(text: str, who: str = "") -> Block:
    """A quotation; `who`: the id of the person quoted, whom Slack names (and tells) where it is a message for all."""
    said = [{"type": "user", "user_id": who}, run(f": {text}")] if who else [run(text)]
    return {"type": "rich_text_quote", "elements": said}


def monospaced(text: str) -> Block:
    return {"type": "rich_text_preformatted", "elements": [run(text)]}


def table(rows: Sequence[Sequence[str]], numeric: Sequence[bool]) -> Block:
    """A table whose first row is its header; numbers stand right."""
    return {
        "type": "table",
        "rows": [[{"type": "raw_text", "text": cell or " "} for cell in row] for row in rows],
        "column_settings": [{"align": "right"} if number else {"is_wrapped": True} for number in numeric],
    }


def button(text: str, action_id: str, value: str) -> Block:
    return {"type": "button", "action_id": action_id, "text": plain(text, BUTTON_TEXT), "value": value}


def actions(buttons: Sequence[Block], block_id: str | None = None) -> Block:
    named = {"block_id": block_id[:BLOCK_ID]} if block_id else {}
    return {"type": "actions", "elements": list(buttons[:BUTTONS]), **named}


def menu(choices: Sequence[tuple[str, str]]) -> Block:
    """A menu of (value, text) behind three dots, action id `more`."""
    options = [{"text": plain(text, OPTION_TEXT), "value": value} for value, text in choices[:MENU]]
    return {"type": "overflow", "action_id": "more", "options": options}


def choose(said: str, action_id: str, options: Sequence[tuple[str, str]]) -> Block:
    """A list of (value, text) of which one is chosen; `said` stands in it until then."""
    fitting = [each for each in options if len(each[0]) <= OPTION_VALUE][:OPTIONS]
    said_of = [{"text": plain(text, OPTION_TEXT), "value": value} for value, text in fitting]
    return {
        "type": "static_select",
        "action_id": action_id,
        "placeholder": plain(said, PLACEHOLDER),
        "options": said_of,
    }


def item(text: str, block_id: str, accessory: Block) -> Block:
    """A line with something that can be done about it."""
    return {"type": "section", "text": plain(text, TEXT), "block_id": block_id[:BLOCK_ID], "accessory": accessory}


def feedback(good: str, bad: str, key: str) -> Block:
    """Two thumbs, action id `feedback`, value `{"key": <question key>, "score": 1 or -1}`."""
    thumbs = {
        f"{name}_button": {"text": plain(text, BUTTON_TEXT), "value": compact({"key": key, "score": score})}
        for name, text, score in (("positive", good, 1), ("negative", bad, -1))
    }
    element = {"type": "feedback_buttons", "action_id": "feedback", **thumbs}
    return {"type": "context_actions", "elements": [element]}


def compact(value: Mapping[str, Any]) -> str:
    """JSON for a button's value."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


def mrkdwn(text: str) -> str:
    """Text for the one field that Slack always parses, a message's `text`: no mentions, no links."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"(?<!\w)@(?=\w)|:(?=//)", "\\g<0>\u2060", text)


def cut(text: str, most: int) -> str:
    text = text or " "
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def pieces(text: str, most: int = TEXT) -> Iterator[str]:
    """The text in order, in pieces that end at a line or word where there is one."""
    while len(text) > most:
        end = max(text.rfind("\n", 1, most), text.rfind(" ", most // 2, most)) + 1 or most
        yield text[:end]
        text = text[end:]
    yield text


def characters(block: Any) -> int:
    """How much of a message's room a block takes: all text that it holds."""
    if isinstance(block, Mapping):
        return sum(
            len(held) if key in ("text", "value") and isinstance(held, str) else characters(held)
            for key, held in block.items()
        )
    return sum(map(characters, block)) if isinstance(block, list) else 0


def said(block: Block) -> Iterator[str]:
    """The lines that a block says, for a reader without blocks; buttons say nothing."""
    match block["type"]:
        case "header":
            yield block["text"]["text"]
        case "context":
            yield from (element["text"] for element in block["elements"])
        case "rich_text":
            yield from map(_plain, block["elements"])
        case "table":
            yield from (" · ".join(cell["text"] for cell in row) for row in block["rows"])


def _plain(element: Block) -> str:
    if element["type"] == "rich_text_list":
        return "\n".join(f"• {_plain(item)}" for item in element["elements"])
    return "".join(run.get("text", "") for run in element["elements"])
