"""The composition root: the only file that sees everything."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.audience import Circles, may_read
from bot.conversation import Conversation, Reply
from bot.locale import Speaker
from bot.question import Person, Place, Question
from bot.roles import Member, Role
from bot.router import Call, Names, Router
from bot.settings import Settings
from bot.unforeseen import guarded
from knowledge import Documents, Embedding, KeptIndex, Rights, build_index
from tools import Contacting, Draft, Shown, Tool, load, phrase, read_rules
from tools.metrics import DIMENSIONS, Book, account_names, dimension_values, open_book

if TYPE_CHECKING:
    from bot.audit import Audit
    from bot.store import Store
    from bot.typeahead import Typeahead


@dataclass(frozen=True)
class Assistant:
    """Everything, put together from settings; each piece is made when it is first needed."""

    settings: Settings

    @cached_property
    def tools(self) -> dict[str, Tool]:
        return dict(load())

    @cached_property
    def knowledge(self) -> KeptIndex:
        return KeptIndex(self.settings.index, self.documents, embedding=self.embedding)

    @cached_property
    def embedding(self) -> Embedding | None:
        from bot.embeddings import embedding_of

        return embedding_of(self.settings.embedding, self.settings.retention_home)

    def build_index(self) -> None:
        """Build the index of the playbooks and documents as they are now."""
        build_index(self.settings.index, documents=self.documents, embedding=self.embedding)

    @cached_property
    def documents(self) -> Documents:
        return Documents(self.settings.own_documents)

    @cached_property
    def router(self) -> Router:
        from bot.router.embedded import EmbeddedRouter

        embedded = EmbeddedRouter(self.tools, keep=self.settings.retention_cache / "router")
        if self.settings.chat_model is None:
            return embedded
        from bot.router.chat import ChatRouter

        return ChatRouter(embedded, self.tools, self.settings.chat_model, self.settings.chat_model_timeout)

    @cached_property
    def _book(self) -> Book:
        return open_book(self.settings.book)

    def book(self) -> Book:
        """The book as it is now."""
        return self._book.afresh()

    def names(self, book: Book) -> Names:
        """What the questions of this workspace may name."""
        return names(book, self.settings.fiscal_year_starts)

    def book_heard(self) -> Book:
        """The same, knowing the conversations logged here, as answers count them."""
        from bot.contacting import heard

        return self.book().hearing(lambda: heard(self.store.engine))

    def today(self) -> date:
        return self.now().date()

    def now(self) -> datetime:
        """The moment in the workspace; on the day to which the clock is set, where it is."""
        moment = datetime.now(ZoneInfo(self.settings.retention_timezone))
        day = self.settings.retention_today
        return datetime.combine(day, moment.timetz()) if day else moment

    @cached_property
    def conversation(self) -> Conversation:
        from bot.router.language import detect

        default = self.settings.retention_language
        return Conversation(
            self.tools, self.router, self.book, self.names, self.knowledge, self.today,
            lambda text, before: detect(text, before or default),
            self.shown, self.store.context, self.contacting, self.rights,
        )  # fmt: skip

    @cached_property
    def store(self) -> "Store":
        from bot.store import open_store

        return open_store(self.settings.store)

    @cached_property
    def audit(self) -> "Audit":
        from bot.audit import Audit

        return Audit(self.store.engine)

    def shown(self, place: Place) -> Shown:
        """What was shown before, as far as it may be seen from there."""
        from bot.shown import ShownAt

        return ShownAt(self.store.engine, place, self.settings.retention_timezone)

    def contacting(self, question: Question) -> Contacting:
        """Touches and drafts, as whoever asks may see them; where the clock is set, no hour of the day counts."""
        from bot.contacting import DraftsAt, TouchesHere, zone_of

        engine, here = self.store.engine, self.settings
        return Contacting(
            TouchesHere(engine, question), DraftsAt(engine, question, here.retention_timezone, self.now),
            read_rules(here.contact_rules), None if here.retention_today else self.now(), question.asker.called,
            zone_of, question.place.team or question.place.kind,
        )  # fmt: skip

    def member(self, person: Person) -> Member:
        """The person with their role."""
        if person.outsider or person.outsider is None:
            return Member(person, None)
        named: tuple[tuple[Role, frozenset[str]], ...] = (
            ("admin", self.settings.admins), ("leader", self.settings.leaders), ("rep", self.settings.cs_team),
        )  # fmt: skip
        return Member(person, next((role for role, people in named if person.id in people), "leader"))

    def rights(self, question: Question) -> Rights:
        """The labels of the documents that whoever asks may read there."""
        circles = Circles(self.settings.leaders, self.settings.cs_team)
        return may_read(question.asker, question.place, circles)

    def accounts(self, person: Person) -> "Typeahead":
        """The accounts that somebody may see, for finding them by name."""
        from bot.typeahead import typeahead

        return typeahead(self.book())

    @property
    def speaker(self) -> Speaker:
        """What the commands themselves say."""
        return Speaker(self.settings.retention_language)

    def ask(self, question: Question, call: Call | None = None) -> Reply:
        """Answer a question and remember the answer, its figures and its drafts.

        What cannot be written down, and into the audit log, is not shown.
        """
        reply = self.conversation.answer(question, call)
        return guarded(f"keeping {question.key}", lambda: self._kept(reply), lambda error: _unkept(reply, error))

    def _kept(self, reply: Reply) -> Reply:
        self.remember(reply)
        return reply

    def remember(self, reply: Reply) -> None:
        from bot import markdown
        from bot.terminal import plain

        self.store.remember(reply, plain(reply), self.now())
        for part in reply.answer.parts if reply.answer else ():
            if isinstance(part, Draft):
                title = Speaker(part.language).say(part.title)
                self.store.keep_draft(reply.question, part, title, markdown.draft(part), self.now())


def _unkept(reply: Reply, error: str) -> Reply:
    message = phrase(
        "I have an answer, but could not write down that you got it, so I do not show it. "
        "Please tell an administrator: error {id}.", id=error,
    )  # fmt: skip
    return Reply(reply.question, reply.language, "failed", message)


@lru_cache(maxsize=2)
def names(book: Book, fiscal_start: int = 1) -> Names:
    """What the book calls things, read once per load, and when the company's fiscal year begins."""
    values = {
        name: dimension_values(book, name) for name in DIMENSIONS if name not in ("account_id", "owner", "segment")
    }
    owners, segments = dimension_values(book, "owner"), dimension_values(book, "segment")
    return Names(account_names(book), owners, segments, values, fiscal_start)
