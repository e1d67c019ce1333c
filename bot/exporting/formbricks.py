"""A survey as Formbricks takes it: a block for each question, and the logic as jumps to blocks.

After the types that Formbricks publishes (packages/types/surveys: blocks.ts, elements.ts, logic.ts, types.ts).
"""

from hashlib import sha256
from typing import Any

from bot.exporting.own import as_bytes
from bot.surveys import Item, Jump, Survey, jumps, survey_of
from tools import KeptDraft, phrase

CHECKED = phrase(
    "Checked against the survey types that Formbricks publishes (blocks and elements), not in a running Formbricks."
)


def write(draft: KeptDraft) -> bytes:
    """The body of “create survey”, which its import takes too."""
    survey = survey_of(draft)
    here = _Ids(draft.id)
    written = {
        "name": survey.title,
        "type": "link",
        "status": "draft",
        "languages": [],
        "welcomeCard": _welcome(survey),
        "blocks": [_block(place, survey, here) for place in range(len(survey.items))],
        "endings": [{"id": here.of("ending"), "type": "endScreen", **_thanks(survey)}],
        "hiddenFields": {"enabled": False},
    }
    return as_bytes(written)


class _Ids:
    """Ids as Formbricks wants them (a letter, then letters and digits), the same for the same draft."""

    def __init__(self, draft: str) -> None:
        self.draft = draft

    def of(self, *what: object) -> str:
        digest = sha256("|".join((self.draft, *map(str, what))).encode()).hexdigest()
        return f"c{digest[:23]}"


def _text(said: str) -> dict[str, str]:
    return {"default": said}


def _welcome(survey: Survey) -> dict[str, Any]:
    return {
        "enabled": True, "headline": _text(survey.title), "subheader": _text(" ".join(survey.introduction)),
        "timeToFinish": True, "showResponseCount": False,
    }  # fmt: skip


def _thanks(survey: Survey) -> dict[str, Any]:
    return {"headline": _text(" ".join(survey.closing))} if survey.closing else {}


def _block(place: int, survey: Survey, ids: _Ids) -> dict[str, Any]:
    logic = [_logic(jump, survey, ids) for jump in jumps(survey.items) if jump.at == place]
    block = {
        "id": ids.of("block", place), "name": f"{place + 1}", "elements": [_element(survey.items[place])]
    }  # fmt: skip
    return block | ({"logic": logic} if logic else {})


def _element(item: Item) -> dict[str, Any]:
    element: dict[str, Any] = {"id": item.id, "headline": _text(item.text), "required": item.kind != "open"}
    if item.hints:
        element["subheader"] = _text(" ".join(item.hints))
    if item.kind == "open":
        return element | {"type": "openText", "inputType": "text", "longAnswer": True, "charLimit": {"enabled": False}}
    if item.kind == "scale":
        return element | {"type": "nps"}
    choices = [{"id": _choice(item, option), "label": _text(option)} for option in item.options]
    return element | {"type": "multipleChoiceSingle", "shuffleOption": "none", "choices": choices}


def _choice(item: Item, option: str) -> str:
    return f"{item.id}-{item.options.index(option) + 1}"


def _logic(jump: Jump, survey: Survey, ids: _Ids) -> dict[str, Any]:
    def condition(source: int, answer: str, is_so: bool) -> dict[str, Any]:
        item = survey.items[source]
        return {
            "id": ids.of("condition", jump.at, jump.to, source, is_so),
            "leftOperand": {"type": "element", "value": item.id},
            "operator": "equals" if is_so else "doesNotEqual",
            "rightOperand": {"type": "static", "value": _choice(item, answer)},
        }

    group = {
        "id": ids.of("group", jump.at, jump.to), "connector": "and", "conditions": [condition(*w) for w in jump.when]
    }  # fmt: skip
    target = ids.of("ending") if jump.to == len(survey.items) else ids.of("block", jump.to)
    action = {"id": ids.of("action", jump.at, jump.to), "objective": "jumpToBlock", "target": target}
    return {"id": ids.of("logic", jump.at, jump.to), "conditions": group, "actions": [action]}
