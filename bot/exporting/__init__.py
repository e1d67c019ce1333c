"""Drafts as files that other programs open. Each form says what it was checked against, and what it cannot hold."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from bot.surveys import Survey, survey_of
from tools import KeptDraft, Phrase, ToolError, phrase, refuse_win_back

FormName = Literal["md", "docx", "csv", "json", "formbricks", "typeform", "surveymonkey"]


@dataclass(frozen=True)
class Form:
    """A form of file: `write` makes it of a kept draft. `checked`: against what the form was checked."""

    suffix: str
    write: Callable[[KeptDraft], bytes]
    checked: Phrase | None = None
    by_hand: Callable[[Survey], tuple[Phrase, ...]] = lambda _: ()
    """What of the survey the form cannot hold, to be done by hand."""
    needs_survey: bool = True


@dataclass(frozen=True)
class Exported:
    """A file, and what whoever exported it must know."""

    content: bytes
    suffix: str
    notes: tuple[Phrase, ...]


def export(draft: KeptDraft, name: FormName) -> Exported:
    """The draft's latest version in a form. Raises ToolError where the form cannot hold it."""
    form = forms()[name]
    if not form.needs_survey:
        return Exported(form.write(draft), form.suffix, ())
    if draft.kind not in ("exit_survey", "interview_script"):
        raise ToolError(
            phrase("A {form} file holds questions, and draft {id} has none: take md or docx.", form=name, id=draft.id)
        )
    if form.checked and draft.kind != "exit_survey":
        raise ToolError(
            phrase("An interview is not sent out as a form: take md, docx, csv or json for draft {id}.", id=draft.id)
        )
    refuse_win_back(draft.kind, draft.language, draft.body)
    survey = survey_of(draft)
    checked = (form.checked,) if form.checked else ()
    return Exported(form.write(draft), form.suffix, (*checked, *form.by_hand(survey)))


def forms() -> Mapping[FormName, Form]:
    """Every form by name. What writes them is imported when it is needed."""
    from bot.exporting import formbricks, own, paper, rows, surveymonkey, typeform

    return {
        "md": Form("md", lambda draft: draft.body.encode(), needs_survey=False),
        "docx": Form("docx", paper.write, needs_survey=False),
        "csv": Form("csv", rows.write),
        "json": Form("json", own.write),
        "formbricks": Form("json", formbricks.write, formbricks.CHECKED),
        "typeform": Form("json", typeform.write, typeform.CHECKED),
        "surveymonkey": Form("json", surveymonkey.write, surveymonkey.CHECKED, surveymonkey.by_hand),
    }
