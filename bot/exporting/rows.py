"""A survey as CSV: one row for each question, in the language of the survey's reader."""

from bot import as_csv
from bot.locale import Speaker
from bot.surveys import Item, survey_of
from tools import Ask, KeptDraft, as_rows, phrase


def write(draft: KeptDraft) -> bytes:
    """The survey of a kept draft."""
    survey = survey_of(draft)
    file = as_rows([_ask(item) for item in survey.items], phrase("{text}", text=survey.title), f"{draft.id}.csv")
    return as_csv.text(file, Speaker(survey.language)).encode()


def _ask(item: Item) -> Ask:
    return Ask(item.id, item.text, "", item.kind, item.options, item.hints, item.shown_if)
