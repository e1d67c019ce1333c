"""Surveys as files: read back from Markdown as people edit it, and as survey tools say that they take them.

The schemas are facts written down by hand from what the makers publish: Formbricks' survey types
(packages/types/surveys), Typeform's client types (typeform-types.ts), SurveyMonkey's description of API v3
(_surveys.md, _questions.md). They hold what we write, no more.
"""

import csv
import json
from dataclasses import replace
from io import BytesIO, StringIO
from itertools import product

import pytest
from docx import Document
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from bot import markdown
from bot.exporting import export, own
from bot.locale import Speaker
from bot.surveys import Item, Survey, jumps, survey_of
from tests.books import day
from tests.test_tools import Playbooks
from tools import Deps, Draft, KeptDraft, ToolError, load

LANGUAGES = ("en", "pt-BR")
TOOLS = load()


def kept(tool="exit_survey", language="en", body=None, **arguments):
    ask = TOOLS[tool].input(**arguments, language=language)
    answer = TOOLS[tool].run(ask, Deps(None, Playbooks(), day("2026-10-30"), language))
    (draft,) = (part for part in answer.parts if isinstance(part, Draft))
    title = Speaker(language).say(draft.title)
    text = body or markdown.draft(draft)
    return KeptDraft("D-3f2a9c1b", draft.kind, title, language, text, 2, "Ana", day("2026-10-30"))


def written(form, draft=None):
    return json.loads(export(draft or kept(), form).content)


CONDITIONAL = """# Short survey

## Introduction

Hello.

## Questions

1. **How did it go?**
   - *Answer: a number from 0 to 10.*

2. **Did it help?**
   - [ ] Yes
   - [ ] No

3. Which way did you go?
   - *Only if question 2 was answered “No”.*
   - [ ] Left
   - [ ] Right

4. **What lay on the left?**
   - *Only if question 3 was answered “Left”.*

## Thanks

Bye.
"""


# Reading


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_exit_survey_reads_back_as_it_was_drafted(language):
    survey = survey_of(kept(language=language))
    yes = {"en": "Yes", "pt-BR": "Sim"}[language]
    assert [(item.id, item.kind, len(item.options), item.shown_if) for item in survey.items] == [
        ("leave-1", "yes_no", 2, None),
        ("leave-2", "choice", 4, ("leave-1", yes)),
        ("leave-3", "choice", 4, None),
        ("leave-4", "open", 0, None),
        ("leave-5", "open", 0, None),
    ]
    assert len(survey.introduction) == 2 and len(survey.closing) == 1
    assert [len(item.hints) for item in survey.items] == [0, 0, 0, 3, 2]


def test_what_people_have_made_of_it_counts():
    survey = survey_of(kept(body=CONDITIONAL))
    assert survey == Survey(
        "Short survey", "en",
        (
            Item("q1", "How did it go?", "scale"),
            Item("q2", "Did it help?", "yes_no", ("Yes", "No")),
            Item("q3", "Which way did you go?", "choice", ("Left", "Right"), (), ("q2", "No")),
            Item("q4", "What lay on the left?", "open", (), (), ("q3", "Left")),
        ),
        ("Hello.",), ("Bye.",),
    )  # fmt: skip


def test_marks_in_a_question_are_its_own():
    survey = survey_of(kept(body="1. **What \\*exactly\\* is \\[x\\] \\& Co?**\n   - [ ] a\\_b\n   - [ ] c\n"))
    assert (survey.items[0].text, survey.items[0].options) == ("What *exactly* is [x] & Co?", ("a_b", "c"))


def test_a_condition_that_nothing_fulfils_is_refused_and_so_is_a_survey_without_questions():
    with pytest.raises(ToolError) as wrong:
        survey_of(kept(body=CONDITIONAL.replace("answered “Left”", "answered “Up”")))
    assert wrong.value.message.values == {"n": 4, "answer": "Up"}
    with pytest.raises(ToolError, match="There is no numbered question"):
        survey_of(kept(body="# Only a title\n\nAnd words.\n"))


# Logic


def shown(items, answers):
    """The questions that somebody with these answers is to see."""
    seen = {}
    for item in items:
        if item.shown_if is None or seen.get(item.shown_if[0]) == item.shown_if[1]:
            seen[item.id] = answers.get(item.id)
    return list(seen)


def jumped(items, answers):
    """The questions that a survey tool shows which follows the jumps."""
    rules, place, seen = list(jumps(items)), 0, {}
    while place < len(items):
        seen[items[place].id] = answers.get(items[place].id)
        held = (
            rule.to for rule in rules if rule.at == place
            and all((seen.get(items[at].id) == answer) is so for at, answer, so in rule.when)
        )  # fmt: skip
        place = next(held, place + 1)
    return list(seen)


def test_leave_2_is_jumped_over_after_a_no():
    items = survey_of(kept()).items
    assert [(jump.at, jump.to, jump.when) for jump in jumps(items)] == [(0, 2, ((0, "Yes", False),))]


def test_a_condition_at_the_end_jumps_to_the_end():
    items = survey_of(kept(body=CONDITIONAL)).items
    for answers in ({"q2": "Yes"}, {"q2": "No", "q3": "Left"}, {"q2": "No", "q3": "Right"}):
        assert jumped(items, answers) == shown(items, answers)


@given(st.lists(st.one_of(st.none(), st.tuples(st.integers(0, 5), st.sampled_from("ab"))), min_size=1, max_size=6))
def test_jumps_show_whatever_the_conditions_show(conditions):
    def condition(n):
        return (f"q{conditions[n][0] % n}", conditions[n][1]) if n and conditions[n] else None

    items = [Item(f"q{n}", "?", "choice", ("a", "b"), (), condition(n)) for n in range(len(conditions))]
    for answers in product("ab", repeat=len(items)):
        said = dict(zip((item.id for item in items), answers, strict=True))
        assert jumped(items, said) == shown(items, said)


# Our own forms


@pytest.mark.parametrize("language", LANGUAGES)
def test_json_says_its_version_and_reads_back(language):
    for draft in (kept(language=language), kept(tool="interview_script", language=language, purpose="why_leave")):
        file = export(draft, "json")
        assert own.read(file.content) == survey_of(draft)
        assert json.loads(file.content)["schema"] == "retention-survey/1" and file.notes == ()
    with pytest.raises(ValueError, match="not retention-survey/1"):
        own.read(b'{"schema": "retention-survey/2"}')


def test_csv_has_a_row_for_each_question_in_the_readers_language():
    text = export(kept(language="pt-BR"), "csv").content.decode("utf-8-sig")
    rows = list(csv.reader(StringIO(text)))
    assert rows[0] == ["Pergunta", "Id", "Texto", "Resposta", "Opções", "Dicas", "Aparece se"]
    assert len(rows) == 6
    assert rows[2][1:4] == ["leave-2", rows[2][2], "escolher uma"] and rows[2][6] == "pergunta 1: Sim"


def test_markdown_is_what_is_kept_and_word_is_that_to_be_printed():
    draft = kept()
    assert export(draft, "md").content.decode() == draft.body
    document = Document(BytesIO(export(draft, "docx").content))
    said = [(each.style.name, each.text) for each in document.paragraphs]
    assert said[0] == ("Title", "Exit survey · any account")
    assert ("Normal", "1. Did we help solve the problem you bought us for?") in said
    assert ("Normal", "☐ Neither: we no longer do this") in said
    assert sum(set(text) == {"_"} for _, text in said) == 8  # four lines for each of two open questions
    assert document.core_properties.language == "en-US"


def test_word_holds_tables_and_no_lines_where_nobody_writes():
    plan = replace(kept(), kind="trust_plan", body="# Plan\n\n| Action | Owner |\n| --- | --- |\n| Call | **Ana** |\n")
    document = Document(BytesIO(export(plan, "docx").content))
    assert [[cell.text for cell in row.cells] for row in document.tables[0].rows] == [
        ["Action", "Owner"], ["Call", "Ana"]
    ]  # fmt: skip


def test_only_surveys_go_into_the_forms_of_survey_tools():
    with pytest.raises(ToolError, match="An interview is not sent out as a form"):
        export(kept(tool="interview_script", purpose="icp"), "typeform")
    with pytest.raises(ToolError, match="holds questions, and draft"):
        export(replace(kept(), kind="trust_plan"), "csv")


def test_a_survey_that_wins_back_is_not_exported():
    with pytest.raises(ToolError, match="must not try to win anybody back"):
        export(replace(kept(), body=kept().body + "\nWe have a discount for you.\n"), "formbricks")


# The forms of survey tools

I18N = {"type": "object", "required": ["default"], "additionalProperties": {"type": "string"}}
CUID = {"type": "string", "pattern": "^[a-z][0-9a-z]{23}$"}
ELEMENT = {
    "type": "object",
    "required": ["id", "type", "headline", "required"],
    "properties": {
        "id": {"type": "string", "pattern": "^[a-zA-Z0-9_-]+$"},
        "type": {"enum": ["openText", "multipleChoiceSingle", "nps"]},
        "headline": I18N, "subheader": I18N, "required": {"type": "boolean"},
        "inputType": {"enum": ["text", "email", "url", "number", "phone"]},
        "longAnswer": {"type": "boolean"},
        "charLimit": {"type": "object", "properties": {"enabled": {"type": "boolean"}}},
        "shuffleOption": {"enum": ["none", "all", "exceptLast"]},
        "choices": {
            "type": "array", "minItems": 2,
            "items": {
                "type": "object", "required": ["id", "label"], "additionalProperties": False,
                "properties": {"id": {"type": "string"}, "label": I18N},
            },
        },
    },
    "additionalProperties": False,
}  # fmt: skip
CONDITION = {
    "type": "object", "required": ["id", "leftOperand", "operator", "rightOperand"], "additionalProperties": False,
    "properties": {
        "id": CUID, "operator": {"enum": ["equals", "doesNotEqual"]},
        "leftOperand": {"properties": {"type": {"const": "element"}, "value": {"type": "string", "minLength": 1}}},
        "rightOperand": {"properties": {"type": {"const": "static"}, "value": {"type": "string", "minLength": 1}}},
    },
}  # fmt: skip
FORMBRICKS = {
    "type": "object",
    "required": ["name", "type", "welcomeCard", "blocks", "endings"],
    "properties": {
        "name": {"type": "string"}, "type": {"enum": ["link", "app"]},
        "status": {"enum": ["draft", "inProgress", "paused", "completed"]}, "languages": {"type": "array"},
        "hiddenFields": {"type": "object", "required": ["enabled"]},
        "welcomeCard": {
            "type": "object", "required": ["enabled", "headline"],
            "properties": {"headline": I18N, "subheader": I18N},
        },
        "endings": {
            "items": {"required": ["id", "type"], "properties": {"id": CUID, "type": {"const": "endScreen"}}}
        },
        "blocks": {
            "type": "array", "minItems": 1,
            "items": {
                "type": "object", "required": ["id", "name", "elements"], "additionalProperties": False,
                "properties": {
                    "id": CUID, "name": {"type": "string", "minLength": 1},
                    "elements": {"type": "array", "minItems": 1, "items": ELEMENT},
                    "logic": {"type": "array", "items": {
                        "type": "object", "required": ["id", "conditions", "actions"], "additionalProperties": False,
                        "properties": {
                            "id": CUID,
                            "conditions": {
                                "type": "object", "required": ["id", "connector", "conditions"],
                                "properties": {
                                    "id": CUID, "connector": {"enum": ["and", "or"]},
                                    "conditions": {"type": "array", "items": CONDITION},
                                },
                            },
                            "actions": {"type": "array", "items": {
                                "type": "object", "required": ["id", "objective", "target"],
                                "properties": {"id": CUID, "objective": {"const": "jumpToBlock"}, "target": CUID},
                            }},
                        },
                    }},
                },
            },
        },
    },
    "additionalProperties": False,
}  # fmt: skip
CLAUSE = {
    "type": "object", "required": ["op", "vars"], "additionalProperties": False,
    "properties": {
        "op": {"enum": ["is", "is_not", "equal", "not_equal", "and", "or", "always"]}, "vars": {"type": "array"}
    },
}  # fmt: skip
TYPEFORM = {
    "type": "object",
    "required": ["title", "fields"],
    "properties": {
        "title": {"type": "string"},
        "settings": {"properties": {"language": {"enum": ["en", "pt"]}, "is_public": {"type": "boolean"}}},
        "welcome_screens": {"type": "array"}, "thankyou_screens": {"type": "array"},
        "fields": {"type": "array", "items": {
            "type": "object", "required": ["ref", "title", "type"], "additionalProperties": False,
            "properties": {
                "ref": {"type": "string"}, "title": {"type": "string"},
                "type": {"enum": ["long_text", "yes_no", "multiple_choice", "opinion_scale"]},
                "properties": {
                    "type": "object", "additionalProperties": False,
                    "properties": {
                        "description": {"type": "string"}, "allow_multiple_selection": {"type": "boolean"},
                        "randomize": {"type": "boolean"}, "start_at_one": {"type": "boolean"},
                        "steps": {"type": "integer", "minimum": 5, "maximum": 11},
                        "choices": {"type": "array", "items": {"type": "object", "required": ["ref", "label"]}},
                    },
                },
                "validations": {"type": "object", "properties": {"required": {"type": "boolean"}}},
            },
        }},
        "logic": {"type": "array", "items": {
            "type": "object", "required": ["type", "ref", "actions"],
            "properties": {
                "type": {"enum": ["field", "hidden"]}, "ref": {"type": "string"},
                "actions": {"type": "array", "items": {
                    "type": "object", "required": ["action", "details", "condition"], "additionalProperties": False,
                    "properties": {
                        "action": {"const": "jump"}, "condition": CLAUSE,
                        "details": {"properties": {"to": {
                            "required": ["type", "value"],
                            "properties": {"type": {"enum": ["field", "hidden", "thankyou"]}},
                        }}},
                    },
                }},
            },
        }},
    },
    "additionalProperties": False,
}  # fmt: skip
SURVEYMONKEY = {
    "type": "object",
    "required": ["pages"],
    "properties": {
        "title": {"type": "string"}, "language": {"type": "string"}, "buttons_text": {"type": "object"},
        "pages": {"type": "array", "minItems": 1, "items": {
            "type": "object", "required": ["questions"], "additionalProperties": False,
            "properties": {
                "title": {"type": "string"}, "description": {"type": "string"}, "position": {"type": "integer"},
                "questions": {"type": "array", "minItems": 1, "items": {
                    "type": "object", "required": ["headings", "family", "subtype"], "additionalProperties": False,
                    "properties": {
                        "headings": {"type": "array", "items": {"type": "object", "required": ["heading"]}},
                        "position": {"type": "integer"},
                        "family": {"enum": ["single_choice", "open_ended", "presentation"]},
                        "subtype": {"enum": ["vertical", "horiz", "menu", "single", "essay", "descriptive_text"]},
                        "answers": {"properties": {"choices": {
                            "type": "array", "items": {"type": "object", "required": ["text"]}
                        }}},
                    },
                    "if": {"properties": {"family": {"const": "single_choice"}}}, "then": {"required": ["answers"]},
                }},
            },
        }},
    },
    "additionalProperties": False,
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("form", "schema"), [("formbricks", FORMBRICKS), ("typeform", TYPEFORM), ("surveymonkey", SURVEYMONKEY)]
)
def test_each_form_is_as_its_maker_says(form, schema, language):
    validator = Draft202012Validator(schema)
    for draft in (kept(language=language), kept(body=CONDITIONAL)):
        assert list(validator.iter_errors(written(form, draft))) == []


def test_formbricks_jumps_over_a_question_by_the_choice_that_was_not_made():
    survey = written("formbricks")
    first, _, third = (survey["blocks"][n] for n in range(3))
    (logic,) = first["logic"]
    (condition,) = logic["conditions"]["conditions"]
    assert (condition["leftOperand"]["value"], condition["operator"], condition["rightOperand"]["value"]) == (
        "leave-1", "doesNotEqual", "leave-1-1"
    )  # fmt: skip
    assert logic["actions"][0]["target"] == third["id"]
    assert [block["id"] for block in survey["blocks"] if "logic" in block] == [first["id"]]
    assert written("formbricks") == survey, "the same draft has the same ids"
    last = written("formbricks", kept(body=CONDITIONAL))
    targets = {
        action["target"] for block in last["blocks"] for each in block.get("logic", ()) for action in each["actions"]
    }
    assert last["endings"][0]["id"] in targets


def test_typeform_jumps_over_a_question_unless_it_was_a_yes():
    (logic,) = written("typeform")["logic"]
    assert logic == {
        "type": "field", "ref": "leave-1",
        "actions": [{
            "action": "jump", "details": {"to": {"type": "field", "value": "leave-3"}},
            "condition": {
                "op": "is_not",
                "vars": [{"type": "field", "value": "leave-1"}, {"type": "constant", "value": True}],
            },
        }],
    }  # fmt: skip
    last = written("typeform", kept(body=CONDITIONAL))["logic"][-1]["actions"][-1]
    assert last["details"]["to"] == {"type": "thankyou", "value": "thanks"}
    assert last["condition"]["vars"][1] == {"type": "choice", "value": "q3-1"}


def test_surveymonkey_has_each_condition_on_a_page_of_its_own_and_says_what_to_do_by_hand():
    survey = written("surveymonkey")
    assert [[q["headings"][0]["heading"].split("\n")[0] for q in page["questions"]] for page in survey["pages"]] == [
        ["Did we help solve the problem you bought us for?"],
        ["If so, did the problem go away or did we become less effective?"],
        ["Did you go in-house or to another solution?", "Which factors weighed in your decision?",
         "Where should we do better?"],
        ["Thank you. What you wrote will be read by the people who can change it."],
    ]  # fmt: skip
    assert survey["pages"][1]["description"] == "Only if question 1 was answered “Yes”."
    notes = [Speaker().say(note) for note in export(kept(), "surveymonkey").notes]
    assert notes == [
        "Checked against the API description that SurveyMonkey publishes (v3), not with its service.",
        "Its API has no skip logic. Set it up there: question 2 only if question 1 was answered “Yes”.",
    ]
