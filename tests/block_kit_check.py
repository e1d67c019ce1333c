"""Slack's rules on raw payloads: slackblocks as the validator, and the rules it does not know."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import slackblocks as sb
from slackblocks import rich_text as rt

from bot.blocks import Message

Payload = Mapping[str, Any]


def check(message: Message) -> None:
    """Raises for whatever Slack would refuse."""
    blocks = [_block(block) for block in message.blocks]
    sb.Message(channel="C1", text=message.text, blocks=blocks)
    assert message.text
    assert len(message.blocks) <= 50
    assert sum(block["type"] == "table" for block in message.blocks) <= 1
    _unique([block["block_id"] for block in message.blocks if "block_id" in block])
    for block in message.blocks:
        _unique([element["action_id"] for element in block.get("elements", ()) if "action_id" in element])
    texts = [text for block in message.blocks for text in _texts(block)]
    assert all(0 < len(text) <= 3000 for text in texts)
    assert sum(map(len, texts)) <= 12_000


def _unique(ids: list[str]) -> None:
    assert max(Counter(ids).values(), default=1) == 1, ids


def _texts(payload: Any) -> list[str]:
    if isinstance(payload, Mapping):
        own = [v for k, v in payload.items() if k in ("text", "alt_text") and isinstance(v, str)]
        return own + [text for value in payload.values() for text in _texts(value)]
    return [text for each in payload for text in _texts(each)] if isinstance(payload, list) else []


def _block(payload: Payload) -> sb.Block:
    """The payload as slackblocks objects, whose constructors hold the rules, and which write it again."""
    built = _BUILD.get(payload["type"], sb.Block.from_dict)(dict(payload))
    assert _without_ids(built._resolve()) == _without_ids(dict(payload))
    return built


def _without_ids(payload: Any) -> Any:
    """slackblocks makes up block ids, and drops empty and default settings."""
    if isinstance(payload, Mapping):
        return {
            k: _without_ids(v)
            for k, v in payload.items()
            if k != "block_id"
            and (k, v)
            not in (
                ("emoji", False),
                ("indent", 0),
                ("offset", 0),
                ("border", 0),
                ("optional", False),
                ("multiline", False),
            )
        }
    return [_without_ids(each) for each in payload] if isinstance(payload, list) else payload


def _rich_text(payload: Payload) -> sb.Block:
    return sb.RichTextBlock([_element(element) for element in payload["elements"]])


def _element(payload: Payload) -> Any:
    parts = payload["elements"]
    match payload["type"]:
        case "rich_text_section":
            return rt.RichTextSection([_run(part) for part in parts])
        case "rich_text_list":
            return rt.RichTextList(
                payload["style"], [_element(part) for part in parts], indent=payload.get("indent", 0)
            )
        case "rich_text_quote":
            return rt.RichTextQuote([_run(part) for part in parts])
        case "rich_text_preformatted":
            return rt.RichTextCodeBlock([_run(part) for part in parts])
    raise AssertionError(payload["type"])


def _run(payload: Payload) -> Any:
    if payload["type"] == "user":
        return rt.RichTextUser(payload["user_id"])
    if payload["type"] == "link":  # of a canvas: a page of Slack's own, and the only link there is
        assert "/files/" in payload["url"] or "/docs/" in payload["url"]
        return rt.RichTextLink(payload["url"], payload["text"])
    assert payload["type"] == "text"
    return rt.RichText(payload["text"], **payload.get("style", {}))


def _table(payload: Payload) -> sb.Block:
    assert sum(len(cell["text"]) for row in payload["rows"] for cell in row) <= 10_000
    assert len({len(row) for row in payload["rows"]}) == 1
    rows = [[sb.RawText(cell["text"]) for cell in row] for row in payload["rows"]]
    return sb.TableBlock(rows, [sb.ColumnSettings(**each) for each in payload["column_settings"]])


def _actions(payload: Payload) -> sb.Block:
    assert len(payload.get("block_id", "")) <= 255
    return sb.ActionsBlock([_button(element) for element in payload["elements"]])


def _section(payload: Payload) -> sb.Block:
    assert len(payload["block_id"]) <= 255
    return sb.SectionBlock(sb.Text.from_dict(payload["text"]), accessory=_button(payload["accessory"]))


def _button(payload: Payload) -> Any:
    if payload["type"] == "overflow":
        assert all(len(each["value"]) <= 150 for each in payload["options"])
        return sb.OverflowMenu(payload["action_id"], [_option(each) for each in payload["options"]])
    if payload["type"] == "static_select":
        assert all(len(each["value"]) <= 150 for each in payload["options"])
        options = [_option(each) for each in payload["options"]]
        return sb.StaticSelectMenu(payload["action_id"], options, placeholder=sb.Text.from_dict(payload["placeholder"]))
    return sb.Button(text=sb.Text.from_dict(payload["text"]), action_id=payload["action_id"], value=payload["value"])


def _feedback(payload: Payload) -> sb.Block:
    (element,) = payload["elements"]
    good, bad = (
        sb.FeedbackButton(sb.Text.from_dict(element[side]["text"]), element[side]["value"])
        for side in ("positive_button", "negative_button")
    )
    return sb.ContextActionsBlock([sb.FeedbackButtons(good, bad, action_id=element["action_id"])])


def _input(payload: Payload) -> sb.Block:
    element, built = payload["element"], _INPUTS[payload["element"]["type"]](payload["element"])
    assert _without_ids(built._resolve()) == _without_ids(dict(element))
    hint = sb.Text.from_dict(payload["hint"]) if "hint" in payload else None
    return sb.InputBlock(sb.Text.from_dict(payload["label"]), element=built, hint=hint, optional=payload["optional"])


def _options(payload: Payload) -> list[Any]:
    return [_option(each) for each in payload["options"]]


def _option(payload: Payload) -> Any:
    return sb.Option(sb.Text.from_dict(payload["text"]), payload["value"])


def _initial(payload: Payload) -> dict[str, Any]:
    return {"initial_option": _option(payload["initial_option"])} if "initial_option" in payload else {}


def _external(payload: Payload) -> Any:
    holder = sb.Text.from_dict(payload["placeholder"])
    return sb.ExternalSelectMenu(payload["action_id"], placeholder=holder, min_query_length=payload["min_query_length"],
                                 **_initial(payload))  # fmt: skip


def _static(payload: Payload) -> Any:
    return sb.StaticSelectMenu(payload["action_id"], options=_options(payload), **_initial(payload))


def _datepicker(payload: Payload) -> Any:
    return sb.DatePicker(payload["action_id"], initial_date=payload.get("initial_date"))


def _text_input(payload: Payload) -> Any:
    assert len(payload.get("initial_value", "")) <= payload["max_length"] <= 3000
    return sb.PlainTextInput(payload["action_id"], initial_value=payload.get("initial_value"),
                             multiline=payload["multiline"], max_length=payload["max_length"])  # fmt: skip


_INPUTS = {
    "external_select": _external, "static_select": _static, "datepicker": _datepicker, "plain_text_input": _text_input,
}  # fmt: skip
_BUILD = {
    "rich_text": _rich_text, "table": _table, "actions": _actions, "context_actions": _feedback, "input": _input,
    "section": _section,
}  # fmt: skip


def check_view(view: Payload) -> None:
    """Raises for a modal or Home tab that Slack would refuse."""
    blocks = [_block(block) for block in view["blocks"]]
    if view["type"] == "home":
        sb.HomeTabView(blocks)
    else:
        sb.Modal(sb.Text.from_dict(view["title"]), blocks, submit=sb.Text.from_dict(view["submit"]),
                 close=sb.Text.from_dict(view["close"]), private_metadata=view["private_metadata"])  # fmt: skip
        assert view["callback_id"]
    assert len(view["blocks"]) <= 100
    assert not {block["type"] for block in view["blocks"]} & NOT_IN[view["type"]]
    _unique([block["block_id"] for block in view["blocks"] if "block_id" in block])


NOT_IN = {
    "modal": {"context_actions", "markdown", "table", "data_table", "plan", "task_card", "card"},
    "home": {"context_actions", "markdown", "table", "plan", "task_card", "alert", "input"},
}
"""Blocks that Slack does not take there, where sources disagree the stricter."""
