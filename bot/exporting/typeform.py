"""A survey as Typeform's Create API takes it, the logic as logic jumps.

After the types that Typeform publishes with its client (@typeform/api-client, typeform-types.ts).
"""

from typing import Any

from bot.exporting.own import as_bytes
from bot.surveys import Item, Jump, Survey, jumps, survey_of
from tools import KeptDraft, phrase

CHECKED = phrase("Checked against the form types that Typeform publishes with its client, not with its service.")
LANGUAGES = {"en": "en", "pt-BR": "pt"}
THANKS = "thanks"


def write(draft: KeptDraft) -> bytes:
    """The body of “create form”."""
    survey = survey_of(draft)
    logic = [
        {"type": "field", "ref": item.id, "actions": actions}
        for place, item in enumerate(survey.items)
        if (actions := [_action(jump, survey) for jump in jumps(survey.items) if jump.at == place])
    ]
    written = {
        "title": survey.title,
        "settings": {"language": LANGUAGES[survey.language], "is_public": False, "show_progress_bar": True},
        "welcome_screens": [_welcome(survey)],
        "fields": [_field(item) for item in survey.items],
        "thankyou_screens": [{"ref": THANKS, "title": " ".join(survey.closing), "properties": {"show_button": False}}],
        "logic": logic,
    }
    return as_bytes(written)


def _welcome(survey: Survey) -> dict[str, Any]:
    said = {"show_button": True, "description": " ".join(survey.introduction)}
    return {"ref": "welcome", "title": survey.title, "properties": said}


def _field(item: Item) -> dict[str, Any]:
    properties: dict[str, Any] = {"description": " ".join(item.hints)} if item.hints else {}
    kind = {"open": "long_text", "yes_no": "yes_no", "choice": "multiple_choice", "scale": "opinion_scale"}[item.kind]
    if item.kind == "choice":
        choices = [{"ref": _choice(item, option), "label": option} for option in item.options]
        properties |= {"choices": choices, "allow_multiple_selection": False, "randomize": False}
    if item.kind == "scale":
        properties |= {"steps": 11, "start_at_one": False}
    required = {"required": item.kind != "open"}
    return {"ref": item.id, "title": item.text, "type": kind, "properties": properties, "validations": required}


def _choice(item: Item, option: str) -> str:
    return f"{item.id}-{item.options.index(option) + 1}"


def _action(jump: Jump, survey: Survey) -> dict[str, Any]:
    conditions = [_condition(survey.items[source], answer, is_so) for source, answer, is_so in jump.when]
    last = jump.to == len(survey.items)
    to = {"type": "thankyou", "value": THANKS} if last else {"type": "field", "value": survey.items[jump.to].id}
    both = conditions[0] if len(conditions) == 1 else {"op": "and", "vars": conditions}
    return {"action": "jump", "details": {"to": to}, "condition": both}


def _condition(item: Item, answer: str, is_so: bool) -> dict[str, Any]:
    """A yes or no is the constant true or false there, a choice its reference."""
    if item.kind == "yes_no":
        value: dict[str, Any] = {"type": "constant", "value": item.options.index(answer) == 0}
    else:
        value = {"type": "choice", "value": _choice(item, answer)}
    return {"op": "is" if is_so else "is_not", "vars": [{"type": "field", "value": item.id}, value]}
