"""What can be done with an answer at a click. Pure: which, and how it is called; `listeners.doing` does it."""

from collections.abc import Iterator, Mapping

from bot.router import Call, Context
from bot.router.following import explaining
from bot.router.slots.filling import fields_by_slot
from tools import WHY, Answer, Download, Phrase, Table, Tool, phrase

CALLED: Mapping[str, Phrase] = {
    "why": phrase("Why?"),
    "why_of": phrase("Why …"),
    "change": phrase("Change period or segment"),
    "share": phrase("Share with the channel"),
    "rows": phrase("Rows (CSV)"),
    "draft": phrase("Draft …"),
    "log_touch": phrase("Log a touch"),
    "snooze": phrase("Snooze"),
    "assign": phrase("Assign to me"),
    "risk_case": phrase("Not at risk, saved, lost …"),
    "summary": phrase("Summary"),
}
"""Verb → what its button says."""
ACCOUNT = ("draft", "log_touch", "snooze", "assign", "risk_case")
"""What can be done about an account."""
FIRST = ("why", "why_of", "draft", "change", "share")
"""What has a button of its own, where it is offered; the rest is in the menu. `why_of` lists the accounts of which
it can be asked."""
DONE_BY = {"risk_case": "risk_feedback"}
"""Verb → the tool that does it, where it is not called the same."""
CHANGEABLE = ("period", "segment", "owner")
"""Slots that the modal behind “change” asks for."""


def offers(answer: Answer, call: Call, tools: Mapping[str, Tool]) -> tuple[str, ...]:
    """The verbs that make sense for an answer. What changed something is not run again."""
    return tuple(_offers(answer, call, tools))


def _offers(answer: Answer, call: Call, tools: Mapping[str, Tool]) -> Iterator[str]:
    tool = tools[call.tool]
    if not tool.writes:
        explained = explaining(Context(call, answer.listed), tools)
        if explained and explained.tool not in (WHY[0], call.tool):
            yield "why_of" if "account" in explained.arguments and len(_rows(answer)) > 1 else "why"
        if fields_by_slot(tool).keys() & set(CHANGEABLE):
            yield "change"
        if call.form != "csv" and any(isinstance(part, Table | Download) for part in answer.parts):
            yield "rows"
    if answer.listed or call.arguments.get("account"):
        yield from (verb for verb in ACCOUNT if DONE_BY.get(verb, verb) != call.tool)


def _rows(answer: Answer) -> tuple[str, ...]:
    """The accounts that the rows of a table are about."""
    return next((part.accounts for part in answer.parts if isinstance(part, Table) and part.accounts), ())
