"""One question, one path: route → run → remember. Every surface (Slack, terminal, workspace) comes through here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from pydantic import ValidationError

from bot.offers import offers
from bot.question import Place, Question
from bot.roles import View
from bot.router import Call, Choice, Clarify, Context, Decision, Decline, Names, Router
from bot.router.language import without_language
from bot.seen import Eyes, context_within
from bot.unforeseen import guarded
from knowledge import EVERYONE, Index, Reader, Rights
from tools import (
    Answer,
    Caseload,
    Contacting,
    Deps,
    Download,
    NextSteps,
    NoCaseload,
    NoSchedules,
    NoSegments,
    Note,
    NothingShown,
    Phrase,
    Schedules,
    Segments,
    Shown,
    Table,
    Tool,
    ToolError,
    guarded_drafts,
    in_full,
    phrase,
)
from tools._segments import segment_named
from tools.metrics import ALL, NOTHING, BadScorecard, Book, Hidden, NoBook, OldBook, Sight, Thresholds, stale_sources

Outcome = Literal["answered", "clarify", "declined", "failed", "silent"]


@dataclass(frozen=True)
class Reply:
    """What goes back to the person; renderers turn it into blocks, terminal text or JSON.

    answered: `call` and `answer` are set. clarify: `message` asks, `choices` are its buttons. declined, failed:
    `message` says so, `suggestions` are questions that would work. silent: nothing is sent. `alert` is for the owner
    of the book alone. `needs`: what whoever reads it must be able to see.
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
    needs: Sight = ALL


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
    thresholds: Thresholds = field(default_factory=Thresholds)
    """From when on an account counts as profitable and loyal."""
    link_hosts: frozenset[str] = frozenset()
    """The hosts to which links out of the book are shown."""
    view: Callable[[Question], View] = lambda _: View()
    """What whoever asks may see: the one place from which all that is read for an answer is limited."""
    segments: Callable[[Question], Segments] = lambda _: NoSegments()
    """Saved segments, as whoever asks may see and change them."""

    def answer(self, question: Question, call: Call | None = None) -> Reply:
        """The reply to a question; `call` is already chosen where a button was pressed. Never raises."""
        return guarded(
            f"question {question.key}",
            lambda: self._answer(question, call),
            lambda error: Reply(question, self._language(question, None), "failed", broken(error), needs=NOTHING),
        )

    def _language(self, question: Question, context: Context | None) -> str:
        """That of the words; “NRR Q3” is of the language in which the conversation goes on."""
        return question.language or self.language_of(question.text, context.language if context else "")

    def _answer(self, question: Question, call: Call | None) -> Reply:
        """Answer from one state of the book; where that cannot be held and it changed, once more from the new one."""
        context = None if call else self.context(question.place)
        language = self._language(question, context)
        try:
            view = self.view(question)
            if view.refusal:
                return Reply(question, language, "declined", view.refusal, needs=NOTHING)
            for _ in range(ATTEMPTS):
                with self.open_book().within(view.sight).unchanging() as book:
                    reply = self._answer_or_refuse(book, view, question, language, call, context)
                if book.is_held or self.open_book().info == book.info:
                    break
        except OldBook:
            message = phrase("The customer book is of an earlier version. Load your data again with `retention load`.")
            return Reply(question, language, "failed", message, needs=NOTHING)
        except NoBook:
            message = phrase("There is no customer book yet. Load one with `retention load`, or try `retention demo`.")
            return Reply(question, language, "failed", message, needs=NOTHING)
        except BadScorecard:
            message = phrase("The weights of the risk score cannot be used. `retention doctor` says what is wrong.")
            return Reply(question, language, "failed", message, needs=NOTHING)
        return reply

    def _answer_or_refuse(
        self, book: Book, view: View, question: Question, language: str, call: Call | None, context: Context | None
    ) -> Reply:
        """A ToolError is a sentence for the person; one with an alert says that something of ours is broken."""
        try:
            return self._answer_from(book, view, question, language, call, context)
        except ToolError as refusal:
            return Reply(
                question, language, "failed" if refusal.alert else "declined", refusal.message, call,
                suggestions=refusal.suggestions, alert=refusal.alert, needs=view.sight,
            )  # fmt: skip
        except Hidden as hidden:
            return Reply(question, language, "declined", view.not_shown(hidden), call, needs=NOTHING)

    def _answer_from(
        self, book: Book, view: View, question: Question, language: str, call: Call | None, context: Context | None
    ) -> Reply:
        names = self.names_for(question, book)
        context = context if view.sight.is_whole else context_within(context, names.accounts)
        decision: Decision = call or self.router.choose(question.text, language, self.today(), names, context)
        if _drafts_in_a_language(decision):
            language = self._language(replace(question, text=without_language(question.text)), context)
        decision = self._in_writing(question, language, decision)
        if isinstance(decision, Call):
            return self._run(book, view, question, decision.language or language, decision)
        if isinstance(decision, Clarify):
            needs = view.sight if _speaks_of_accounts(decision) else NOTHING
            return Reply(
                question, language, "clarify", decision.question, decision.call, choices=decision.choices, needs=needs
            )
        message = _what_i_do(decision.help)
        return Reply(question, language, "declined", message, suggestions=SUGGESTIONS, needs=NOTHING)

    def names_for(self, question: Question, book: Book) -> Names:
        """What questions of whoever asks may name: what the book has, and the segments that were saved."""
        kept = self.saved(question, book).all()
        return replace(self.names(book), saved={each.name: each.conditions for each in kept})

    def saved(self, question: Question, book: Book) -> Segments:
        """The saved segments that whoever asks may know of."""
        return Eyes(book).segments(self.segments(question))

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

    def _run(self, book: Book, view: View, question: Question, language: str, call: Call) -> Reply:
        tool = self.tools.get(call.tool)
        if tool is None:
            raise ToolError(phrase("I do not know how to do that any more. Please ask again."))
        full = replace(call, arguments=in_full(call.arguments, self.saved(question, book)))
        if view.blind and not tool.open and not _of_the_company(tool, full, view):
            return Reply(question, language, "declined", view.blind, call, needs=NOTHING)
        try:
            named, asked = (tool.input.model_validate(dict(each.arguments)) for each in (call, full))
        except ValidationError as wrong:
            return _incomplete(question, language, call, wrong)
        deps = self._deps(book, view, question, language, tool, full)
        answer = guarded_drafts(tool.run(asked, deps), deps)
        needs = deps.book.told if deps.book.used or not tool.open else NOTHING
        answer = replace(answer, stale=stale_sources(deps.book, _used(answer, deps.book), self.today()))
        answer = _as_named(_as_limited(answer, deps.book, full), call)
        answer = as_files(answer, call.tool) if call.form == "csv" else answer
        done, said = Call(call.tool, named.model_dump(exclude_none=True), form=call.form), _owning(answer, call)
        return Reply(
            question, language, "answered", answer.headline, done, said,
            offers=offers(answer, done, self.tools), needs=needs,
        )  # fmt: skip

    def _deps(self, book: Book, view: View, question: Question, language: str, tool: Tool, call: Call) -> Deps:
        """What the tool may use: nothing in it reaches what whoever asks may not see."""
        if view.totals and _of_the_company(tool, call, view):
            book = book.within(view.totals)
        eyes = Eyes(book)
        contacting = eyes.contacting(self.contacting(question))
        book = book.unread().hearing(contacting.touches.heard)
        reader, shown = Reader(self.knowledge, self.rights(question)), eyes.shown(self.shown(question.place))
        caseload, kept = eyes.caseload(self.caseload(question)), self.schedules(question)
        saved = self.saved(question, book)
        return Deps(
            book, reader, self.today(), language, shown, contacting, caseload, kept, saved, self.thresholds,
            self.link_hosts,
        )  # fmt: skip


def _as_limited(answer: Answer, book: Book, call: Call) -> Answer:
    """The answer, saying of how much it speaks where that is not all and the question did not say so.

    Sums without names have no rows to hand out and no account to go on with.
    """
    if book.sight.nameless:
        parts = tuple(part for part in answer.parts if not isinstance(part, Download | NextSteps))
        whole = _limited(answer.subject, phrase("the whole company, without names"))
        return replace(answer, subject=whole, parts=parts, accounts=frozenset(), listed=())
    owners = tuple(sorted(book.sight.owners or ()))
    if not owners or not book.used or {"account", "owner"} & call.arguments.keys():
        return answer
    return replace(answer, subject=_limited(answer.subject, phrase("only accounts of {owners}", owners=owners)))


def _as_named(answer: Answer, call: Call) -> Answer:
    """The answer, saying which saved segment its conditions are."""
    segment = segment_named(call.arguments)
    return replace(answer, subject=_limited(answer.subject, segment)) if segment else answer


def _limited(subject: Phrase, limit: Phrase) -> Phrase:
    return phrase("{subject} · {limit}", subject=subject, limit=limit)


def _of_the_company(tool: Tool, call: Call, view: View) -> bool:
    """Whether what is asked is counted over the whole company for somebody who sees its totals and not all accounts."""
    about_some = {"account", "owner"} & call.arguments.keys() or call.arguments.get("by") == "account_id"
    return view.totals is not None and tool.totals and not about_some


def _speaks_of_accounts(asked_back: Clarify) -> bool:
    calls = (asked_back.call, *(choice.call for choice in asked_back.choices))
    return any(call is not None and {"account", "owner"} & call.arguments.keys() for call in calls)


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
        which = phrase("Which account do you mean? Please ask again with its name.")
        return Reply(question, language, "clarify", which, call, needs=NOTHING)
    message = phrase("I could not make sense of what that asks for. Please ask in other words.")
    return Reply(question, language, "declined", message, call, suggestions=SUGGESTIONS, needs=NOTHING)


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
