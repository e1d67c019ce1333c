"""What a modal wants to have filled in before it is sent to the app, as Slack's clients check it."""

import re
from collections.abc import Sequence

from bot.workspace.world import Json

_HELD = (
    "value", "selected_option", "selected_options", "selected_date", "selected_time", "selected_date_time",
    "selected_user", "selected_users", "selected_conversation", "selected_conversations", "selected_channel",
    "selected_channels", "rich_text_value", "files",
)  # fmt: skip
_PATTERNS = {"email_text_input": r"[^@\s]+@[^@\s]+\.[^@\s]+", "url_text_input": r"https?://\S+"}


def missing(blocks: Sequence[Json], values: Json) -> dict[str, str]:
    """Block id → what is wrong with what it holds: required, too_short, too_long, not_a_number, not_valid."""
    inputs = [block for block in blocks if block["type"] == "input"]
    found = {block["block_id"]: _fault(block, values.get(block["block_id"], {})) for block in inputs}
    return {block: why for block, why in found.items() if why}


def _fault(block: Json, state: Json) -> str:
    element = block["element"]
    held = state.get(element.get("action_id", ""), {})
    value = next((held[name] for name in _HELD if held.get(name) not in (None, "", [])), None)
    if value is None:
        return "" if block.get("optional") else "required"
    return _text_fault(element, value) if isinstance(value, str) else ""


def _text_fault(element: Json, value: str) -> str:
    if len(value) < (element.get("min_length") or 0):
        return "too_short"
    if len(value) > (element.get("max_length") or 3000):
        return "too_long"
    if element["type"] == "number_input":
        return _number_fault(element, value)
    pattern = _PATTERNS.get(element["type"])
    return "not_valid" if pattern and not re.fullmatch(pattern, value) else ""


def _number_fault(element: Json, value: str) -> str:
    form = r"-?\d+(\.\d+)?" if element.get("is_decimal_allowed") else r"-?\d+"
    if not re.fullmatch(form, value):
        return "not_a_number"
    least, most = float(element.get("min_value") or "-inf"), float(element.get("max_value") or "inf")
    return "" if least <= float(value) <= most else "not_a_number"
