"""The composition root: the only file that sees everything."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction
from functools import cache, cached_property, lru_cache, reduce
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from bot.audience import Circles, may_all_see, may_read
from bot.conversation import Conversation, Reply
from bot.locale import Speaker
from bot.question import Person, Place, Question
from bot.roles import ROLES, Member, Roles, View, roles_of
from bot.router import Call, Names, Router
from bot.seen import Eyes
from bot.settings import Settings
from bot.unforeseen import guarded
from knowledge import Documents, Embedding, KeptIndex, Rights, build_index
from tools import Asker, Contacting, Draft, Drafts, Schedules, Shown, Tool, load, phrase, read_rules
from tools.metrics import (
    BANDS,
    DIMENSIONS,
    NOTHING,
    Book,
    NoBook,
    OldBook,
    Sight,
    Thresholds,
    account_names,
    dimension_values,
    loyalty_classes,
    open_book,
)

if TYPE_CHECKING:
    from bot.audit import Audit
    from bot.caseload import CaseloadAt
    from bot.occasions import Occasions
    from bot.router.embedded import EmbeddedRouter
    from bot.segments import SegmentsAt
    from bot.store import Store
    from bot.timetable import Timetable
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
        from bot.router.scheduling import SchedulingRouter

        embedded = EmbeddedRouter(self.tools, keep=self.settings.retention_cache / "router")
        return SchedulingRouter(self._asking(embedded), self.tools, embedded.read_as)

    def _asking(self, embedded: "EmbeddedRouter") -> Router:
        """The embedded router, or a chat model behind the same door."""
        if self.settings.chat_model is None:
            return embedded
        from bot.router.chat import ChatRouter

        return ChatRouter(embedded, self.tools, self.settings.chat_model, self.settings.chat_model_timeout)

    @cached_property
    def _book(self) -> Book:
        return open_book(self.settings.book).scored_by(self.settings.scoring)

    def book(self) -> Book:
        """The book as it is now."""
        return self._book.afresh()

    def loaded(self) -> str | None:
        """What names the data that are loaded now; None where there are none."""
        try:
            return self.book().info.get("load_id")
        except (NoBook, OldBook):
            return None

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
            self.shown, self.store.context, self.contacting, self.caseload, self.rights, self.schedules,
            self.thresholds, self.settings.link_hosts, self.view, self.segments,
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
        from bot.rounds import RoundsAt

        engine, here = self.store.engine, self.settings
        classes = cache(self.classes)
        return Contacting(
            TouchesHere(engine, question), DraftsAt(engine, question, here.retention_timezone, self.now),
            RoundsAt(engine, question, self._asker(question), self.today()), read_rules(here.contact_rules),
            None if here.retention_today else self.now(), question.asker.called, zone_of,
            lambda account: classes().get(account), question.place.team or question.place.kind,
        )  # fmt: skip

    def classes(self) -> Mapping[str, str]:
        """Account id → its class among all accounts, by which contacts with it are capped whoever makes them."""
        return loyalty_classes(self.book(), self.today(), self.thresholds)

    @cached_property
    def thresholds(self) -> Thresholds:
        """From when on an account is profitable and loyal."""
        said = self.settings
        margin = None if said.margin_threshold is None else Fraction(said.margin_threshold)
        return Thresholds(margin, said.tenure_threshold, Fraction(said.discount_rate) / 100)

    def caseload(self, question: Question) -> "CaseloadAt":
        """Snoozes and assignments, as whoever asks may see and change them."""
        from bot.caseload import CaseloadAt

        return CaseloadAt(self.store.engine, question, self._asker(question))

    def _asker(self, question: Question) -> Asker:
        """In the terminal, whose user holds the store, somebody who leads."""
        if question.place.kind == "terminal":
            return Asker()
        member = self.member(question.asker)
        return Asker(member.owner, member.role in ("admin", "leader"))

    def segments(self, question: Question) -> "SegmentsAt":
        """Saved segments, as whoever asks may see and change them."""
        from bot.segments import SegmentsAt

        return SegmentsAt(self.store.engine, question, self.caseload(question).asker)

    @cached_property
    def timetable(self) -> "Timetable":
        from bot.timetable import Timetable

        return Timetable(self.store.engine)

    def schedules(self, question: Question) -> Schedules:
        """Schedules and alerts, as whoever asks may see and change them."""
        from bot.schedules import SchedulesAt, is_zone

        here = self.settings
        zone = question.asker.zone if is_zone(question.asker.zone) else here.retention_timezone
        is_admin = self.member(question.asker).role == "admin"
        return SchedulesAt(self.timetable, question, self.now, zone, here.holidays, is_admin)

    @cached_property
    def occasions(self) -> "Occasions":
        from bot.occasions import Occasions

        return Occasions(self.timetable, self.conversation, self.now)

    @cached_property
    def roles(self) -> Roles:
        return roles_of(self.settings)

    def member(self, person: Person) -> Member:
        """The person with their role."""
        return self.roles.member(person, self._owners())

    def _owners(self) -> tuple[str, ...]:
        try:
            return self.names(self.book()).owners
        except NoBook:
            return ()

    def view(self, question: Question) -> View:
        """What whoever asks may see: in the terminal, whose user holds the book itself, everything."""
        if question.place.kind != "terminal":
            return self.roles.view(self.member(question.asker))
        return self._view_as(question.seen_as) if question.seen_as else View()

    def _view_as(self, role_or_owner: str) -> View:
        nobody = Person("terminal")
        role = next((role for role in ROLES if role == role_or_owner), None)
        return self.roles.view(Member(nobody, role) if role else Member(nobody, "rep", role_or_owner))

    def views(self, people: Iterable[Person]) -> list[View]:
        """What each of these people may see; who may see the same is told once."""
        owners = self._owners()
        members = {(m.role, m.owner): m for m in (self.roles.member(person, owners) for person in people)}
        return [self.roles.view(member) for member in members.values()]

    def says_the_same(self, reply: Reply, views: Iterable[View]) -> bool:
        """Whether an answer tells nothing that not all of these may see: made of what they all see, it is the same.

        So a leader's question about one account is answered in front of the rep whose account it is.
        """
        sight = reduce(Sight.common, (view.sight for view in views))
        if reply.call is None or sight.is_blind or self.tools[reply.call.tool].writes:
            return False
        among_them = replace(self.conversation, view=lambda _: View(sight))
        return _told(among_them.answer(reply.question, reply.call)) == _told(reply)

    def book_of(self, question: Question) -> Book:
        """The book as it is now, for whoever asks: what pickers, the Home tab and modals read by."""
        return self.book().within(self.view(question).sight)

    def drafts_of(self, question: Question) -> Drafts:
        """The drafts that whoever asks may see."""
        return Eyes(self.book_of(question)).contacting(self.contacting(question)).drafts

    def covers(self, reader: Person, owner: Person) -> bool:
        """Whether a reader may see all that the owner of a schedule sees."""
        return may_all_see(self.roles.view(self.member(owner)).sight, self.views([reader]))

    def rights(self, question: Question) -> Rights:
        """The labels of the documents that whoever asks may read there; a role that is everybody's opens none."""
        member = self.member(question.asker)
        leaders = {member.person.id} if member.named and member.role in ("admin", "leader") else set()
        reps = {member.person.id} if member.named and member.role == "rep" else set()
        return may_read(question.asker, question.place, Circles(frozenset(leaders), frozenset(reps)))

    def accounts(self, question: Question) -> "Typeahead":
        """The accounts that whoever asks may see, for finding them by name."""
        from bot.typeahead import Typeahead, typeahead

        return typeahead(self.book_of(question)) if self.member(question.asker).role else Typeahead({})

    def names_for(self, question: Question) -> Names:
        """What questions of whoever asks may name."""
        return self.names(self.book_of(question)) if self.member(question.asker).role else Names({})

    @property
    def speaker(self) -> Speaker:
        """What the commands themselves say."""
        return Speaker(self.settings.retention_language)

    def ask(self, question: Question, call: Call | None = None) -> Reply:
        """Answer a question and remember the answer, its figures and its drafts.

        What cannot be written down, and into the audit log, is not shown.
        """
        reply = self.occasions.answer(question) if question.occasion else self.conversation.answer(question, call)
        return guarded(f"keeping {question.key}", lambda: self._kept(reply), lambda error: _unkept(reply, error))

    def _kept(self, reply: Reply) -> Reply:
        if reply.outcome != "silent":
            self.remember(reply)
        return reply

    def remember(self, reply: Reply) -> None:
        from bot import markdown

        self.store.remember(reply, markdown.document(reply), self.now())
        for part in reply.answer.parts if reply.answer else ():
            if isinstance(part, Draft):
                title = Speaker(part.language).say(part.title)
                self.store.keep_draft(reply.question, part, title, markdown.draft(part), self.now())


def _unkept(reply: Reply, error: str) -> Reply:
    message = phrase(
        "I have an answer, but could not write down that you got it, so I do not show it. "
        "Please tell an administrator: error {id}.", id=error,
    )  # fmt: skip
    return Reply(reply.question, reply.language, "failed", message, needs=NOTHING)


def _told(reply: Reply) -> dict[str, Any]:
    """All that a reply tells; how many rows were read for it is not said."""
    from bot.as_json import document

    told = document(reply)
    return {**told, "figures": [{**figure, "rows": None} for figure in told["figures"]]}


@lru_cache(maxsize=64)
def names(book: Book, fiscal_start: int = 1) -> Names:
    """What the book calls things, as far as it may be seen, and when the company's fiscal year begins."""
    apart = ("account_id", "owner", "segment", *BANDS)
    values = {name: dimension_values(book, name) for name in DIMENSIONS if name not in apart}
    owners, segments = dimension_values(book, "owner"), dimension_values(book, "segment")
    return Names(account_names(book), owners, segments, values, fiscal_start)
