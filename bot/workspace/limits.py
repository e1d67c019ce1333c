"""What Slack refuses: the limits of blocks, messages and views. Where sources disagree, the lower one holds.

`faults` walks a payload and says what is wrong and where, as Slack does in `response_metadata.messages`.
"""

import json
from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Any, Literal

from bot.workspace.elements import element_faults, text_faults
from bot.workspace.rich import rich_faults
from bot.workspace.world import Json, Refusal

Surface = Literal["message", "modal", "home"]

MESSAGE_BLOCKS, VIEW_BLOCKS = 50, 100
MESSAGE_CHARACTERS = 13_200
"""All text in a message's blocks, as measured; Slack's documentation is silent."""
MARKDOWN = 12_000
TABLE_ROWS, TABLE_COLUMNS, TABLE_CHARACTERS = 100, 20, 10_000
VIEW_BYTES = 250_000
ID = 255

NOT_ON: Mapping[Surface, Container[str]] = {
    "message": {"alert", "file"},
    "modal": {"context_actions", "markdown", "table", "file"},
    "home": {"alert", "context_actions", "markdown", "table", "file"},
}


def check_message(blocks: Any, files: Container[str] = ()) -> None:
    """Raises Refusal as chat.postMessage does. `files`: ids that an image may show."""
    if not isinstance(blocks, list):
        raise Refusal("invalid_blocks_format")
    _refuse(faults(blocks, "message", files), "invalid_blocks")
    if len(blocks) > MESSAGE_BLOCKS:
        raise Refusal("invalid_blocks", f"[ERROR] no more than {MESSAGE_BLOCKS} items allowed [json-pointer:/blocks]")
    tables = [each for each in blocks if each["type"] == "table"]
    if len(tables) > 1:
        raise Refusal("invalid_attachments", "[ERROR] only_one_table_allowed")
    if sum(len(each["text"]) for each in blocks if each["type"] == "markdown") > MARKDOWN:
        raise Refusal("msg_blocks_too_long")
    if characters(blocks) > MESSAGE_CHARACTERS:
        raise Refusal("msg_blocks_too_long")


def check_view(view: Json, files: Container[str] = ()) -> None:
    """Raises Refusal as views.open and views.publish do."""
    if view.get("type") not in ("modal", "home"):
        raise Refusal("invalid_arguments", "[ERROR] unsupported type [json-pointer:/view/type]")
    blocks = view.get("blocks")
    if not isinstance(blocks, list) or len(blocks) > VIEW_BLOCKS:
        raise Refusal("invalid_arguments", f"[ERROR] 1 to {VIEW_BLOCKS} blocks [json-pointer:/view/blocks]")
    _refuse(faults(blocks, view["type"], files, "/view/blocks"), "invalid_arguments")
    _refuse(_view_faults(view), "invalid_arguments")
    if len(json.dumps(view).encode()) > VIEW_BYTES:
        raise Refusal("view_too_large")


def faults(blocks: Sequence[Any], surface: Surface, files: Container[str] = (), at: str = "/blocks") -> Iterator[str]:
    """What Slack would say of these blocks, each with where it is."""
    for n, block in enumerate(blocks):
        yield from (f"[ERROR] {fault} [json-pointer:{at}/{n}]" for fault in _block_faults(block, surface, files))
    yield from _repeated([each["block_id"] for each in blocks if isinstance(each, dict) and each.get("block_id")], at)


def characters(payload: Any) -> int:
    """All text that blocks show."""
    if isinstance(payload, Mapping):
        shown = (len(held) for key, held in payload.items() if key in ("text", "alt_text") and isinstance(held, str))
        return sum(shown) + sum(characters(held) for held in payload.values())
    return sum(map(characters, payload)) if isinstance(payload, list) else 0


def _refuse(found: Iterator[str], error: str) -> None:
    if messages := list(found):
        raise Refusal(error, *messages)


def _view_faults(view: Json) -> Iterator[str]:
    if view["type"] == "modal":
        yield from text_faults(view.get("title"), 24, "title", kinds=("plain_text",))
        for name in ("submit", "close"):
            if view.get(name):
                yield from text_faults(view[name], 24, name, kinds=("plain_text",))
        if any(block["type"] == "input" for block in view["blocks"]) and not view.get("submit"):
            yield "[ERROR] a modal with input blocks needs submit"
    if len(view.get("private_metadata") or "") > 3000:
        yield "[ERROR] private_metadata must be less than 3001 characters"
    yield from (f"[ERROR] {name} too long" for name in ("callback_id", "external_id") if len(view.get(name) or "") > ID)


def _block_faults(block: Any, surface: Surface, files: Container[str]) -> Iterator[str]:
    kind = block.get("type") if isinstance(block, dict) else None
    if kind not in _RULES or kind in NOT_ON[surface]:
        yield f"unsupported type: {kind}"
        return
    if len(block.get("block_id") or "") > ID:
        yield "block_id must be less than 256 characters"
    yield from _RULES[kind](block)
    yield from _repeated([each for each in _action_ids(block) if each], "action_id")
    if kind == "image" or block.get("elements"):
        yield from _unknown_files(block, files)


def _header(block: Json) -> Iterator[str]:
    return text_faults(block.get("text"), 150, "text", kinds=("plain_text",))


def _section(block: Json) -> Iterator[str]:
    fields = block.get("fields") or []
    if not block.get("text") and not fields:
        yield "missing required field: text"
    if block.get("text"):
        yield from text_faults(block["text"], 3000, "text")
    if len(fields) > 10:
        yield "no more than 10 items allowed: fields"
    for field in fields:
        yield from text_faults(field, 2000, "fields")
    if accessory := block.get("accessory"):
        yield from _image(accessory) if accessory.get("type") == "image" else element_faults(accessory, "section")


def _context(block: Json) -> Iterator[str]:
    yield from _count(block, 10)
    for each in block.get("elements") or ():
        yield from _image(each) if each.get("type") == "image" else text_faults(each, 3000, "elements")


def _actions(block: Json) -> Iterator[str]:
    yield from _count(block, 25)
    for each in block.get("elements") or ():
        yield from element_faults(each, "actions")


def _context_actions(block: Json) -> Iterator[str]:
    yield from _count(block, 5)
    for each in block.get("elements") or ():
        yield from element_faults(each, "context_actions")


def _image(block: Json) -> Iterator[str]:
    if not block.get("alt_text") or len(block["alt_text"]) > 2000:
        yield "alt_text must have 1 to 2000 characters"
    if bool(block.get("image_url")) == bool(block.get("slack_file")):
        yield "either image_url or slack_file"
    if len(block.get("image_url") or "") > 3000:
        yield "image_url must be less than 3001 characters"
    if block.get("title"):
        yield from text_faults(block["title"], 2000, "title", kinds=("plain_text",))


def _input(block: Json) -> Iterator[str]:
    yield from text_faults(block.get("label"), 2000, "label", kinds=("plain_text",))
    if block.get("hint"):
        yield from text_faults(block["hint"], 2000, "hint", kinds=("plain_text",))
    yield from element_faults(block.get("element") or {}, "input")


def _markdown(block: Json) -> Iterator[str]:
    if not 1 <= len(block.get("text") or "") <= MARKDOWN:
        yield f"text must have 1 to {MARKDOWN} characters"


def _table(block: Json) -> Iterator[str]:
    rows = block.get("rows") or []
    if not 1 <= len(rows) <= TABLE_ROWS:
        yield f"1 to {TABLE_ROWS} rows"
    if any(not 1 <= len(row) <= TABLE_COLUMNS for row in rows) or len({len(row) for row in rows}) > 1:
        yield f"each row has as many cells, 1 to {TABLE_COLUMNS}"
    if len(block.get("column_settings") or ()) > TABLE_COLUMNS:
        yield f"no more than {TABLE_COLUMNS} items allowed: column_settings"
    for cell in (cell for row in rows for cell in row):
        yield from _cell(cell)
    if characters(rows) > TABLE_CHARACTERS:
        yield f"cells hold more than {TABLE_CHARACTERS} characters"


def _cell(cell: Json) -> Iterator[str]:
    match cell.get("type"):
        case "raw_text":
            if not cell.get("text"):
                yield "a cell must have text"
        case "raw_number":
            if not isinstance(cell.get("value"), int | float):
                yield "a number cell must have a value"
        case "rich_text":
            yield from rich_faults(cell)
        case other:
            yield f"unsupported type of cell: {other}"


def _nothing(_: Json) -> Iterator[str]:
    return iter(())


def _count(block: Json, most: int) -> Iterator[str]:
    if not 1 <= len(block.get("elements") or ()) <= most:
        yield f"1 to {most} items allowed: elements"


def _action_ids(block: Json) -> Iterator[str]:
    held = [*(block.get("elements") or ()), block.get("accessory") or {}, block.get("element") or {}]
    yield from (str(each.get("action_id") or "") for each in held if isinstance(each, dict))


def _repeated(ids: list[str], what: str) -> Iterator[str]:
    yield from (f"[ERROR] {each} already exists [json-pointer:{what}]" for each, n in Counter(ids).items() if n > 1)


def _unknown_files(block: Json, files: Container[str]) -> Iterator[str]:
    for image in (block, *(block.get("elements") or ())):
        file = (image.get("slack_file") or {}).get("id") if isinstance(image, dict) else None
        if file and file not in files:
            yield f"invalid slack file: {file}"


_RULES = {
    "actions": _actions, "context": _context, "context_actions": _context_actions, "divider": _nothing,
    "header": _header, "image": _image, "input": _input, "markdown": _markdown, "rich_text": rich_faults,
    "section": _section, "table": _table,
}  # fmt: skip
