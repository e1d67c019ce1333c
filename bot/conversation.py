"""One question, one path: route → run → remember. Every surface (Slack, terminal, workspace) comes through here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from pydantic import ValidationError

from bot.offers import offers
from bot.question import Place, Question
from bot.router import Call, Choice, Clarify, Context, Decision, Decline, Names, Router
from bot.router.language import without_language
from bot.unforeseen import guarded
from knowledge import EVERYONE, Index, Reader, Rights
from tools import (
    Answer,
    Caseload,
    Contacting,
    Deps,
    Download,
    NoCaseload,
    NoSchedules,
    Note,
    NothingShown,
    Phrase,
    Schedules,
    Shown,
    Table,
    Tool,
    ToolError,
    guarded_drafts,
    phrase,
)
from tools.metrics import Book, NoBook, OldBook, stale_sources

Outcome = Literal["answered", "clarify", "declined", "failed", "silent"]


@dataclass(frozen=True)
class Reply:
    """What goes back to the person; renderers turn it into blocks, terminal text or JSON.

    answered: `call` and `answer` are set. clarify: `message` asks, `choices` are its buttons. declined, failed:
    `message` says so, `suggestions` are questions that would work. silent: nothing is sent. `alert` is for the owner
    of the book alone.
    """

    question: Question
    language: str
    outcome: Outcome
    message: Phrase
    call: Call | None = None
    answer: Answer | None = None
    choices: tuple[Choice, ...] = ()
    suggestions: tuple[Phrase, ...] = ()
    alert: Answer | None = None
    offers: tuple[str, ...] = ()
    """What can be done with the answer at a click (`bot.offers`)."""


QUOTING = "find_playbook"
"""The tool that quotes playbooks and documents."""
ATTEMPTS = 3
"""How often a question is asked anew where the book changed while it was being answered, and could not be held."""
SUGGESTIONS = (
    phrase("Which accounts are at risk?"),
    phrase("Weekly MRR summary"),
    phrase("What do the playbooks say about renewals?"),
)


@dataclass(frozen=True)
class Conversation:
    """Answers questions with the tools at hand."""

    tools: Mapping[str, Tool]
    router: Router
    open_book: Callable[[], Book]
    names: Callable[[Book], Names]
    knowledge: Index
    today: Callable[[], date]
    language_of: Callable[[str, str], str]
    """The language of a text, and what to take where its words leave it open; empty: the workspace's."""
    shown: Callable[[Place], Shown] = lambda _: NothingShown()
    """What was shown before, as far as it may be seen where a question is asked."""
    context: Callable[[Place], Context | None] = lambda _: None
    """What was answered last where a question is asked: follow-ups leave it unsaid."""
    contacting: Callable[[Question], Contacting] = lambda _: Contacting()
    """Touches and drafts, as whoever asks may see and change them."""
    caseload: Callable[[Question], Caseload] = lambda _: NoCaseload()
    """Snoozes and assignments, as whoever asks may see and change them."""
    rights: Callable[[Question], Rights] = lambda _: EVERYONE
    """The labels of the documents that whoever asks may read there."""
    schedules: Callable[[Question], Schedules] = lambda _: NoSchedules()
    """Schedules and alerts, as whoever asks may see and change them."""

    def answer(self, question: Question, call: Call | None = None) -> Reply:
        """The reply to a question; `call` is already chosen where a button was pressed. Never raises."""
        return guarded(
            f"question {question.key}",
            lambda: self._answer(question, call),
            lambda error: Reply(question, self._language(question, None), "failed", broken(error)),
        )

    def _language(self, question: Question, context: Context | None) -> str:
        """That of the words; “NRR Q3” is of the language in which the conversation goes on."""
        return question.language or self.language_of(question.text, context.language if context else "")

    def _answer(self, question: Question, call: Call | None) -> Reply:
        """Answer from one state of the book; where that cannot be held and it changed, once more from the new one."""
        context = None if call else self.context(question.place)
        language = self._language(question, context)
        try:
            for _ in range(ATTEMPTS):
                with self.open_book().unchanging() as book:
                    reply = self._answer_or_refuse(book, question, language, call, context)
                if book.is_held or self.open_book().info == book.info:
                    break
        except OldBook:
            message = phrase("The customer book is of an earlier version. Load your data again with `retention load`.")
            return Reply(question, language, "failed", message)
        except NoBook:
            message = phrase("There is no customer book yet. Load one with `retention load`, or try `retention demo`.")
            return Reply(question, language, "failed", message)
        return reply

    def _answer_or_refuse(
        self, book: Book, question: Question, language: str, call: Call | None, context: Context | None
    ) -> Reply:
        """A ToolError is a sentence for the person; one with an alert says that something of ours is broken."""
        try:
            return self._answer_from(book, question, language, call, context)
        except ToolError as refusal:
            return Reply(
                question, language, "failed" if refusal.alert else "declined", refusal.message, call,
                suggestions=refusal.suggestions, alert=refusal.alert,
            )  # fmt: skip

    def _answer_from(
        self, book: Book, question: Question, language: str, call: Call | None, context: Context | None
    ) -> Reply:
        decision: Decision = call or self.router.choose(
            question.text, language, self.today(), self.names(book), context
        )
        if _drafts_in_a_language(decision):
            language = self._language(replace(question, text=without_language(question.text)), context)
        decision = self._in_writing(question, language, decision)
        if isinstance(decision, Call):
            return self._run(book, question, decision.language or language, decision)
        if isinstance(decision, Clarify):
            return Reply(question, language, "clarify", decision.question, decision.call, choices=decision.choices)
        return Reply(question, language, "declined", _what_i_do(decision.help), suggestions=SUGGESTIONS)

    def _in_writing(self, question: Question, language: str, decision: Decision) -> Decision:
        """What no tool is for may stand in the playbooks, or in the team's documents, which can be about anything.

        Where the router is unsure among tools, quoting needs no choice if it seemed likeliest; else it is one of them,
        the first where the team's own document has it.
        """
        if isinstance(decision, Call) or getattr(decision, "help", False) or QUOTING not in self.tools:
            return decision
        found = Reader(self.knowledge, self.rights(question)).search(question.text, language, 1)
        if not found:
            return decision
        call, own = Call(QUOTING, {"topic": question.text}), found[0].own
        if isinstance(decision, Decline):
            return call if own or not decision.outside else decision
        if decision.call or not decision.choices:
            return decision  # it is clear what is asked for, and something is missing
        if decision.choices[0].call.tool == QUOTING:
            return call
        title = found[0].title
        label = phrase("Your document “{title}”", title=title) if own else phrase("The playbook “{title}”", title=title)
        others = tuple(choice for choice in decision.choices if choice.call.tool != QUOTING)[:2]
        written = (Choice(label, call),)
        return replace(decision, choices=(*written, *others) if own else (*others, *written))

    def _run(self, book: Book, question: Question, language: str, call: Call) -> Reply:
        tool = self.tools.get(call.tool)
        if tool is None:
            raise ToolError(phrase("I do not know how to do that any more. Please ask again."))
        try:
            asked = tool.input.model_validate(dict(call.arguments))
        except ValidationError as wrong:
            return _incomplete(question, language, call, wrong)
        reader, contacting = Reader(self.knowledge, self.rights(question)), self.contacting(question)
        book = book.hearing(contacting.touches.heard)
        shown, caseload, kept = self.shown(question.place), self.caseload(question), self.schedules(question)
        deps = Deps(book, reader, self.today(), language, shown, contacting, caseload, kept)
        answer = tool.run(asked, deps)
        answer = guarded_drafts(answer, deps)
        answer = replace(answer, stale=stale_sources(book, _used(answer, book), self.today()))
        answer = as_files(answer, call.tool) if call.form == "csv" else answer
        arguments = asked.model_dump(exclude_none=True)
        done = Call(call.tool, arguments, form=call.form)
        said = _owning(answer, call)
        return Reply(
            question, language, "answered", answer.headline, done, said, offers=offers(answer, done, self.tools)
        )


def _drafts_in_a_language(decision: Decision) -> bool:
    """The language asked for is the draft's: who asks "em inglês" for an interview still reads Portuguese."""
    calls = [choice.call for choice in decision.choices] if isinstance(decision, Clarify) else [decision]
    return any(isinstance(call, Call) and "language" in call.arguments for call in calls)


def _used(answer: Answer, book: Book) -> set[str]:
    """The tables behind an answer: those its figures were counted from, and those that were read for it."""
    return {table for figure in answer.figures for table in figure.source.tables} | book.used


def as_files(answer: Answer, name: str) -> Answer:
    """The answer with its tables as CSV files and nothing else; where it has none, the files that it brings."""
    tables = [part for part in answer.parts if isinstance(part, Table)]
    made = tuple(part for part in answer.parts if isinstance(part, Download))
    if made and not tables:
        return replace(answer, parts=made)
    if not tables:
        raise ToolError(phrase("There is no table in that answer to make a file of."))
    numbered = [name if len(tables) == 1 else f"{name}-{n}" for n in range(1, len(tables) + 1)]
    files = (
        Download(f"{called}.csv", table.title, table.columns, table.rows)
        for called, table in zip(numbered, tables, strict=True)
    )
    return replace(answer, parts=tuple(files))


def _owning(answer: Answer, call: Call) -> Answer:
    """The answer, saying first what it leaves out of the question."""
    if not call.unread:
        return answer
    words = tuple(phrase("“{words}”", words=words) for words in call.unread)
    return replace(answer, parts=(Note(phrase("Not taken into account: {words}.", words=words)), *answer.parts))


def _incomplete(question: Question, language: str, call: Call, wrong: ValidationError) -> Reply:
    """A call that lacks something asks for it; one that holds nonsense is declined."""
    missing = [str(error["loc"][0]) for error in wrong.errors() if error["type"] == "missing"]
    if missing == ["account"]:
        return Reply(
            question, language, "clarify", phrase("Which account do you mean? Please ask again with its name."), call
        )
    message = phrase("I could not make sense of what that asks for. Please ask in other words.")
    return Reply(question, language, "declined", message, call, suggestions=SUGGESTIONS)


def broken(error: str) -> Phrase:
    """What a person is told when something broke."""
    return phrase("Something went wrong on my side. Please tell an administrator: error {id}.", id=error)


def _what_i_do(asked_for_help: bool) -> Phrase:
    can = phrase(
        "I list accounts at risk and renewals, count any metric and show how, summarise MRR and accounts, quote the "
        "playbooks, say whom you may contact and log it, and draft interview scripts, exit surveys, trust plans, QBR "
        "packs, value cases and messages to customers."
    )
    return can if asked_for_help else phrase("I have nothing that answers that. {can}", can=can)
