"""The lint of questions to customers: on questions written before its rules, and on others written after them."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from knowledge import question_set, turns
from tests.test_tools import Playbooks, notes, said
from tools import Deps, Facts, ToolError, load
from tools._linting import folded, language_of, lint, reworded
from tools._pasted import questions_in
from tools._question_rules import RULES, patterns

QUESTIONS = Path(__file__).parent / "questions"
FIRST, SECOND, THIRD = (
    yaml.safe_load((QUESTIONS / f"{name}.yml").read_text("utf-8")) for name in ("lint", "lint_second", "lint_third")
)
LANGUAGES = ("en", "pt-BR")
SETS = ("why_buy", "why_stay", "why_leave", "icp")
TOOL = load()["question_lint"]


def ask(text, language="en", **more):
    return TOOL.run(TOOL.input(text=text, **more), Deps(None, Playbooks(), None, language))


def findings(answer):
    """Title of each flawed question → rule → what is said."""
    return {
        said(part.title): {said(fact.label): said(fact.value) for fact in part.items}
        for part in answer.parts
        if isinstance(part, Facts)
    }


def good(file):
    return [(language, question) for language in LANGUAGES for question in file[language]["good"]]


def bad(file):
    return [(language, each["q"], each["rules"]) for language in LANGUAGES for each in file[language]["bad"]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_enough_questions_of_either_kind_and_of_every_rule(language):
    for file in (FIRST, SECOND, THIRD):
        assert len(file[language]["good"]) >= 15 and len(file[language]["bad"]) >= 15
        assert {rule for each in file[language]["bad"] for rule in each["rules"]} == set(RULES)


@pytest.mark.parametrize(("language", "question"), good(FIRST) + good(SECOND))
def test_nothing_is_said_against_a_good_question(language, question):
    assert lint(question, language) == ()


@pytest.mark.parametrize(("language", "question", "rules"), bad(FIRST) + bad(SECOND))
def test_the_rules_that_a_bad_question_breaks_are_named_with_words_of_it(language, question, rules):
    found = lint(question, language)
    assert set(rules) <= {finding.rule for finding in found}
    assert all(words and words in question for finding in found for words in finding.words)


@pytest.mark.parametrize("language", LANGUAGES)
def test_questions_nobody_thought_of_are_judged_nearly_as_well(language):
    """The figures of docs/interviews.md: precision 1.00; recall .88 and .92; the very rule named .67 and .71."""
    wrong = [question for of, question in good(THIRD) if of == language and lint(question, language)]
    told = [[each.rule for each in lint(q, of)] for of, q, _ in bad(THIRD) if of == language]
    named = [set(rules) <= {each.rule for each in lint(q, of)} for of, q, rules in bad(THIRD) if of == language]
    assert wrong == []
    assert sum(map(bool, told)) / len(told) >= 0.87
    assert sum(named) / len(named) >= 0.66


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SETS)
def test_our_own_questions_pass(name, language):
    """The openers in conversation, where their probes take them apart or another question hangs on them; all others,
    and what a survey asks in their place, as they are."""
    gates = {question.only_if[0] for question in question_set(name) if question.only_if}
    for question in question_set(name):
        followed, closed = bool(question.probes) or question.id in gates, question.answer != "open"
        assert lint(question.text[language], language, followed=followed, closed=closed) == ()
        probes = (*question.probes.get(language, ()), *(p for by in question.by_role.values() for p in by[language]))
        assert {probe: lint(probe, language) for probe in probes} == dict.fromkeys(probes, ())
        assert (
            lint((question.survey or question.text)[language], language, closed=closed, followed=name != "why_leave")
            == ()
        )
    asked = [turn.ask[language] for turn in turns(name)]
    assert {text: lint(text, language) for text in asked} == dict.fromkeys(asked, ())


def test_what_is_proposed_instead_passes_itself():
    for file in (FIRST, SECOND, THIRD):
        for language, question, _ in bad(file):
            assert all(lint(each, language) == () for each in reworded(question, language))


@pytest.mark.parametrize(
    ("language", "question", "instead"),
    [
        ("en", "Don't you think our onboarding is quick?", ("How would you describe our onboarding?",)),
        (
            "en", "How satisfied are you with our support and our prices?",
            ("How satisfied are you with our support?", "How satisfied are you with our prices?"),
        ),
        ("en", "Would a 20% discount change your mind?", ("What part did the price play in your decision?",)),
        ("en", "Do you always read our newsletter?", ("How often do you read our newsletter?",)),
        ("pt-BR", "Quem decidiu, e quando a decisão foi tomada?", ("Quem decidiu?", "Quando a decisão foi tomada?")),
        ("pt-BR", "Vocês sempre leem a nossa newsletter?", ("Com que frequência vocês leem a nossa newsletter?",)),
        ("pt-BR", "Vocês estão satisfeitos com o produto?", ("Qual é o grau de satisfação de vocês com o produto?",)),
        ("en", "What made you start looking?", ()),
    ],
)  # fmt: skip
def test_a_form_that_fits_gives_other_words(language, question, instead):
    assert reworded(question, language) == instead


def test_an_opener_may_hold_two_things_where_they_are_asked_one_by_one_afterwards():
    opener = "What did we do well and where should we do better?"
    assert [each.rule for each in lint(opener, "en")] == ["double_barrelled"]
    assert lint(opener, "en", followed=True) == ()
    assert lint("Did we help?", "en", closed=True) == ()


def test_win_back_wording_of_others_is_not_ours():
    assert lint("What does the new supplier offer that we did not?", "en") == ()
    assert lint("O que convenceu vocês a comprar?", "pt-BR") == ()
    assert [each.rule for each in lint("Quanto precisamos oferecer?", "pt-BR")] == ["win_back"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("is this question ok: Who decided?", ("Who decided?",)),
        ("check these:\n1. Who decided?\n2) Don't you love it?\n\n- Walk me through it",
         ("Who decided?", "Don't you love it?", "Walk me through it")),
        ("essa pergunta está boa? Vocês gostaram do produto?", ("Vocês gostaram do produto?",)),
        ("what's wrong with “Don’t you love it all?”", ("Don’t you love it all?",)),
        ("Did it matter to you? If so, how?", ("Did it matter to you? If so, how?",)),
        ("are my interview questions ok?", ()),
        ("Who decided? Who decided?", ("Who decided? Who decided?",)),
    ],
)  # fmt: skip
def test_questions_are_found_in_what_is_pasted(text, found):
    assert questions_in(text) == found


def test_each_question_is_told_with_its_words_the_reason_and_the_remedy():
    answer = ask("check these questions:\n- Don't you love our great product?\n- Who decided?\n- Would you reconsider?")
    assert said(answer.headline) == "2 of 3 questions should be put differently."
    told = findings(answer)
    assert list(told) == ["1. Don't you love our great product?", "3. Would you reconsider?"]
    assert told["3. Would you reconsider?"]["Win-back wording"] == (
        "“reconsider”: it turns listening into selling, and we promised not to. "
        "Instead: ask what happened; offers are for another day."
    )
    assert "Nothing to say against: “Who decided?”." in notes(answer)


def test_each_question_is_judged_in_its_own_language_and_told_in_the_askers():
    answer = ask("confere as perguntas:\n- O que faria vocês voltarem?\n- What would it take to keep you?", "pt-BR")
    assert said(answer.headline, "pt-BR") == "2 de 2 perguntas deveriam ser feitas de outro jeito."
    assert [said(part.items[0].label, "pt-BR") for part in answer.parts if isinstance(part, Facts)] == [
        "Tentativa de reconquista", "Tentativa de reconquista"
    ]  # fmt: skip


def test_one_good_question_may_be_asked_and_none_at_all_is_asked_for():
    assert said(ask("Who took part in the decision?").headline) == "The question can be asked as it is."
    with pytest.raises(ToolError, match="I found no question in that"):
        ask("are my questions ok?")


def test_a_long_list_is_looked_at_as_far_as_it_is_said():
    answer = ask("\n".join(f"- Who decided on part {n}?" for n in range(40)))
    assert said(answer.headline) == "All 30 questions can be asked as they are."
    assert "I looked at the first 30 only; paste the others in a second message." in notes(answer)


def test_what_is_pasted_is_data():
    answer = ask("check: Don't you love <!channel> and [this](http://evil.example)?")
    assert list(findings(answer)) == ["1. Don't you love <!channel> and [this](http://evil.example)?"]


@given(st.text(max_size=200))
def test_no_text_upsets_it(text):
    assert len(folded(text)) == len(text)
    for question in questions_in(text):
        for language in LANGUAGES:
            lint(question, language)
            reworded(question, language)


def test_the_language_is_told_by_small_words_and_else_taken_from_the_asker():
    assert [language_of(text, "pt-BR") for text in ("Who decided on it?", "Quem decidiu?", "NPS?")] == [
        "en", "pt-BR", "pt-BR"
    ]  # fmt: skip


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_patterns_in_both_languages(rule):
    assert all(patterns(rule, language).find for language in LANGUAGES)
