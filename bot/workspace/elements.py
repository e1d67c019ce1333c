"""Slack's rules of interactive elements, texts and options."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from bot.workspace.world import Json

ID = 255
_SELECTS = ("static", "external", "users", "conversations", "channels")
_PICKED = {f"{multi}{kind}_select" for multi in ("", "multi_") for kind in _SELECTS}
_DATES = {"datepicker", "timepicker", "datetimepicker"}
_CHOICES = {"checkboxes", "radio_buttons"}
_TYPED = {"plain_text_input", "number_input", "email_text_input", "url_text_input", "rich_text_input"}

ALLOWED = {
    "section": {"button", "overflow", *_PICKED, *_DATES, *_CHOICES},
    "actions": {"button", "overflow", *_PICKED, *_DATES, *_CHOICES},
    "context_actions": {"feedback_buttons", "icon_button"},
    "input": {*_PICKED, *_DATES, *_CHOICES, *_TYPED, "file_input"},
}
"""Which elements stand in which block."""


def element_faults(element: Json, block: str) -> Iterator[str]:
    """What is wrong with an interactive element of a block of this type."""
    kind = element.get("type")
    if kind not in ALLOWED[block]:
        yield f"unsupported type of element in {block}: {kind}"
        return
    if len(element.get("action_id") or "") > ID:
        yield "action_id must be less than 256 characters"
    if element.get("placeholder"):
        yield from text_faults(element["placeholder"], 150, "placeholder", kinds=("plain_text",))
    if element.get("confirm"):
        yield from _confirm(element["confirm"])
    yield from _rule(str(kind))(element)


def text_faults(text: Any, most: int, name: str, *, kinds: Sequence[str] = ("plain_text", "mrkdwn")) -> Iterator[str]:
    """What is wrong with a text object."""
    if not isinstance(text, dict) or text.get("type") not in kinds:
        yield f"{name} must be an object of {' or '.join(kinds)}"
    elif not isinstance(text.get("text"), str) or not 1 <= len(text["text"]) <= most:
        yield f"{name} must have 1 to {most} characters"
    elif text["type"] == "mrkdwn" and "emoji" in text:
        yield f"{name}: emoji is for plain_text alone"


def option_faults(option: Any, *, kinds: Sequence[str] = ("plain_text",)) -> Iterator[str]:
    """What is wrong with an option of a select, or of what an external select is given."""
    if not isinstance(option, dict):
        yield "an option must be an object"
        return
    yield from text_faults(option.get("text"), 75, "option text", kinds=kinds)
    if not 1 <= len(option.get("value") or "") <= 150:
        yield "option value must have 1 to 150 characters"
    if option.get("description"):
        yield from text_faults(option["description"], 75, "option description", kinds=kinds)


def options_faults(holder: Json, most: int = 100) -> Iterator[str]:
    """Of `options`, or of `option_groups`."""
    groups = holder.get("option_groups")
    listed = [group.get("options") or [] for group in groups] if groups else [holder.get("options") or []]
    if groups and len(groups) > 100:
        yield "no more than 100 items allowed: option_groups"
    for group in groups or ():
        yield from text_faults(group.get("label"), 75, "group label", kinds=("plain_text",))
    for options in listed:
        if not 1 <= len(options) <= most:
            yield f"1 to {most} options"
        for option in options:
            yield from option_faults(option)


def _rule(kind: str) -> Callable[[Json], Iterator[str]]:
    if kind in _CHOICES:
        return _choices
    return _RULES.get(kind, _nothing)


def _button(element: Json) -> Iterator[str]:
    yield from text_faults(element.get("text"), 75, "button text", kinds=("plain_text",))
    yield from (f"{name} too long" for name, most in (("value", 2000), ("url", 3000)) if _long(element, name, most))
    if element.get("style") not in (None, "primary", "danger"):
        yield "style must be primary or danger"


def _feedback(element: Json) -> Iterator[str]:
    for side in ("positive_button", "negative_button"):
        button = element.get(side) or {}
        yield from text_faults(button.get("text"), 75, side, kinds=("plain_text",))
        if not 1 <= len(button.get("value") or "") <= 2000:
            yield f"{side} must have a value"


def _icon(element: Json) -> Iterator[str]:
    yield from text_faults(element.get("text"), 75, "icon button text", kinds=("plain_text",))
    if not element.get("icon"):
        yield "missing required field: icon"


def _overflow(element: Json) -> Iterator[str]:
    yield from options_faults({"options": element.get("options")}, 5)


def _choices(element: Json) -> Iterator[str]:
    options = element.get("options") or []
    if not 1 <= len(options) <= 10:
        yield "1 to 10 options"
    for option in options:
        yield from option_faults(option, kinds=("plain_text", "mrkdwn"))


def _static(element: Json) -> Iterator[str]:
    yield from options_faults(element)
    chosen = [element["initial_option"]] if element.get("initial_option") else element.get("initial_options") or []
    groups = element.get("option_groups") or [{"options": element.get("options") or []}]
    known = [option for group in groups for option in group.get("options") or ()]
    if any(each not in known for each in chosen):
        yield "initial_option must be one of the options"


def _input(element: Json) -> Iterator[str]:
    if not 0 <= (element.get("max_length") or 0) <= 3000:
        yield "max_length must be 1 to 3000"
    initial, most = element.get("initial_value") or "", element.get("max_length") or 3000
    if len(initial) > most:
        yield f"initial_value must be less than {most + 1} characters"


def _confirm(confirm: Json) -> Iterator[str]:
    for name, most in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
        yield from text_faults(confirm.get(name), most, f"confirm {name}")


def _nothing(_: Json) -> Iterator[str]:
    return iter(())


def _long(element: Json, name: str, most: int) -> bool:
    return len(element.get(name) or "") > most


_RULES = {
    "button": _button, "feedback_buttons": _feedback, "icon_button": _icon, "overflow": _overflow,
    "static_select": _static, "multi_static_select": _static, "plain_text_input": _input,
}  # fmt: skip
