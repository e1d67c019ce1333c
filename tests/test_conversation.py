"""One question, one path: what a person gets when something is missing, wrong, or happens meanwhile."""

import logging
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from types import SimpleNamespace
from typing import Literal

import pytest
from pydantic import BaseModel

from bot.conversation import SUGGESTIONS, Conversation
from bot.locale import Speaker
from bot.question import Person, Place, Question
from bot.router import Call, Choice, Clarify, Decline, Names
from bot.router.language import detect
from tools import Answer, Note, Tool, ToolError, phrase
from tools.metrics import ALL, NoBook, Period

TODAY = date(2026, 11, 20)


class Input(BaseModel):
    account: str
    language: Literal["en", "pt-BR"] | None = None
    limit: int = 10


@dataclass
class Book:
    """Stands in for the customer book: which load it holds, and how often its state was kept for a question."""

    info: dict = field(default_factory=lambda: {"load_id": "one"})
    used: set = field(default_factory=set)
    kept: int = 0
    is_held: bool = True
    sight = told = ALL

    @contextmanager
    def unchanging(self):
        self.kept += 1
        yield self

    def hearing(self, heard):
        return self

    def within(self, sight):
        return self

    def unread(self):
        return self


class Router:
    """Decides what it was told to."""

    def __init__(self, decision):
        self.decision, self.asked = decision, []

    def choose(self, text, language, today, names, context=None):
        self.asked.append((text, language, today, names))
        return self.decision


def tool(run):
    return Tool("brief", run, Input)


def brief(ask, deps):
    return Answer(
        phrase("Summary of {account}", account=ask.account),
        phrase("{account}", account=f"{ask.account} of {deps.book.info['load_id']}"),
        (Note(phrase("MRR")),),
    )


def conversation(decision, run=brief, books=None):
    """`books`: the book as it is each time it is opened; the last one stays."""
    opened = list(books or [Book()])
    return Conversation(
        {"brief": tool(run)},
        Router(decision),
        lambda: opened.pop(0) if len(opened) > 1 else opened[0],
        lambda book: Names({"A-1": "Acme"}),
        knowledge=SimpleNamespace(),
        today=lambda: TODAY,
        language_of=lambda text, before: detect(text, before or "en"),
    )


def question(text="summary of Acme"):
    return Question("k", text, Person("me"), Place("terminal"))


def test_the_router_decides_with_the_day_the_language_and_the_names_of_the_book():
    talk = conversation(Call("brief", {"account": "A-1"}))
    reply = talk.answer(question("resumo da Acme"))
    assert talk.router.asked == [("resumo da Acme", "pt-BR", TODAY, Names({"A-1": "Acme"}))]
    assert (reply.outcome, reply.call.arguments) == ("answered", {"account": "A-1", "limit": 10})


def test_a_button_needs_no_router():
    talk = conversation(Decline())
    assert talk.answer(question(), Call("brief", {"account": "A-1"})).outcome == "answered"
    assert talk.router.asked == []


def test_what_nobody_foresaw_gives_an_id_and_never_the_exceptions_text(caplog):
    def broken(ask, deps):
        raise RuntimeError("password=hunter2 at /secret/path")

    with caplog.at_level(logging.ERROR):
        reply = conversation(Call("brief", {"account": "A-1"}), broken).answer(question())
    assert (reply.outcome, reply.answer) == ("failed", None)
    text = Speaker("en").say(reply.message)
    assert text == f"Something went wrong on my side. Please tell an administrator: error {reply.message.values['id']}."
    assert reply.message.values["id"] in caplog.text and "hunter2" in caplog.text  # the log has it all
    assert "hunter2" not in text and "RuntimeError" not in text


def test_a_broken_router_or_book_is_no_exception_either():
    class Broken:
        def choose(self, *_):
            raise KeyError("x")

    talk = conversation(Decline())
    assert replace(talk, router=Broken()).answer(question()).outcome == "failed"
    assert replace(talk, names=lambda book: 1 / 0).answer(question()).outcome == "failed"


def test_without_a_book_the_person_is_told_how_to_get_one():
    def none():
        raise NoBook("no file")

    reply = replace(conversation(Decline()), open_book=none).answer(question("contas em risco"))
    assert (reply.outcome, reply.language) == ("failed", "pt-BR")
    assert "retention load" in Speaker("pt-BR").say(reply.message)


def test_a_refusal_is_a_sentence_with_what_would_work():
    def refuse(ask, deps):
        raise ToolError(
            phrase("{period} has not begun yet, so nothing has happened in it.", period=Period.parse("2027")),
            suggestions=SUGGESTIONS[:1],
        )

    reply = conversation(Call("brief", {"account": "A-1"}), refuse).answer(question())
    assert (reply.outcome, reply.suggestions) == ("declined", SUGGESTIONS[:1])
    assert Speaker("en").say(reply.message) == "2027 has not begun yet, so nothing has happened in it."


def test_a_question_is_answered_from_one_state_of_the_book():
    """Opened once, and held: what that is worth is shown in test_loads_meanwhile."""
    one, two = Book({"load_id": "one"}), Book({"load_id": "two"})
    reply = conversation(Call("brief", {"account": "A-1"}), books=[one, two]).answer(question())
    assert reply.message.values["account"] == "A-1 of one"
    assert (one.kept, two.kept) == (1, 0)


def test_a_book_that_cannot_be_held_is_answered_from_anew_when_it_changed():
    loads = [Book({"load_id": str(n)}, is_held=False) for n in range(20)]
    reply = conversation(Call("brief", {"account": "A-1"}), books=loads[:2]).answer(question())
    assert reply.message.values["account"] == "A-1 of 1"
    always = conversation(Call("brief", {"account": "A-1"}), books=loads).answer(question())
    assert (always.outcome, always.message.values["account"]) == ("answered", "A-1 of 4")  # opened twice per attempt


def test_a_call_that_lacks_the_account_asks_for_it():
    reply = conversation(Call("brief", {})).answer(question("resumo"))
    assert (reply.outcome, reply.choices) == ("clarify", ())
    assert Speaker("pt-BR").say(reply.message).startswith("De qual conta")


def test_arguments_that_make_no_sense_are_declined_without_names_of_fields():
    reply = conversation(Call("brief", {"account": "A-1", "limit": "many"})).answer(question())
    assert (reply.outcome, reply.suggestions) == ("declined", SUGGESTIONS)
    assert (
        Speaker("en").say(reply.message) == "I could not make sense of what that asks for. Please ask in other words."
    )


def test_a_button_of_a_tool_that_is_no_more_is_declined():
    reply = conversation(Decline()).answer(question(), Call("gone", {}))
    assert (reply.outcome, reply.message.msgid) == (
        "declined",
        "I do not know how to do that any more. Please ask again.",
    )


def test_choices_become_the_replys_choices():
    choices = (Choice("Acme", Call("brief", {"account": "A-1"})),)
    reply = conversation(Clarify(phrase("Which account?"), choices)).answer(question())
    assert (reply.outcome, reply.choices, reply.answer) == ("clarify", choices, None)


@pytest.mark.parametrize(("help_", "begins"), [(True, "I list accounts"), (False, "I have nothing that answers that.")])
def test_what_no_tool_answers_is_declined_with_what_the_tools_can_do(help_, begins):
    reply = conversation(Decline(help=help_)).answer(question())
    assert (reply.outcome, reply.suggestions) == ("declined", SUGGESTIONS)
    assert Speaker("en").say(reply.message).startswith(begins)


def test_what_the_tool_could_not_take_is_said_first():
    call = Call("brief", {"account": "A-1"}, unread=("gold", "10k"))
    reply = conversation(call).answer(question())
    first, second = reply.answer.parts
    assert Speaker("en").say(first.text) == "Not taken into account: “gold” and “10k”."
    assert Speaker("pt-BR").say(first.text) == "Não levei em conta: “gold” e “10k”."
    assert second.text.msgid == "MRR"


def test_the_language_of_a_draft_is_not_the_readers():
    """Who asks in Portuguese for an English script reads what is said around it in Portuguese."""
    call = Call("brief", {"account": "A-1", "language": "en"})
    asked = "roteiro de entrevista em inglês para a Acme"
    assert conversation(call).answer(question(asked)).language == "pt-BR"
    clarify = Clarify(phrase("Which account?"), (Choice("Acme", call),))
    assert conversation(clarify).answer(question(asked)).language == "pt-BR"
    assert conversation(Call("brief", {"account": "A-1"})).answer(question("resumo da Acme em inglês")).language == "en"
