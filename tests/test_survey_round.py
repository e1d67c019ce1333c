"""Survey rounds: whom they reserve, that nobody is asked twice, and that what is reserved can be given back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from bot.contacting import DraftsAt, TouchesHere
from bot.conversation import Reply
from bot.question import Person, Place, Question
from bot.rounds import RoundsAt
from bot.store import open_store
from bot.tables import audit_entries, survey_reservations
from tests.books import contract, day, make_book
from tests.test_tools import Playbooks, account, cells, notes, part, person, said
from tools import (
    Allowed,
    Asker,
    Blocked,
    Contacting,
    Deps,
    Download,
    Draft,
    Round,
    Table,
    ToolError,
    Touch,
    Wish,
    ledger,
    load,
    phrase,
)
from tools._guard import Cap, Known, QuietHours, Rules, decide

TODAY = date(2026, 10, 30)  # a Friday
TOOL = load()["survey_round"]
RULES = Rules(
    caps=(Cap(id="survey", per="contact", days=90, most=1, category="survey"),),
    quiet_hours=QuietHours(opens="00:00", closes="23:59:59", weekdays=()),
)


@pytest.fixture
def store(url):
    opened = open_store(url)
    yield opened
    opened.close()


@pytest.fixture
def local(tmp_path):
    """A store on SQLite, where it is no question of the engine."""
    opened = open_store(f"sqlite:///{tmp_path / 'store.sqlite'}")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """`big`, `late` and `seen` pay; Leo of `late` was asked in September, and nobody is known at `seen`."""
    return make_book(
        f"sqlite:///{tmp_path_factory.mktemp('rounds') / 'book.sqlite'}", as_of="2026-10-30",
        accounts=[
            account("big", "Bia", "enterprise"), account("late"), account("seen"), account("small", "Bia", "smb"),
        ],
        subscriptions=[
            contract(f"s-{name}", name, mrr, "2025-01-01")
            for name, mrr in (("big", 90_000), ("late", 20_000), ("seen", 30_000), ("small", 1_000))
        ],
        contacts=[
            person("Bento", "big", "user"), person("Bruna", "big", "buyer"), person("Leo", "late", "buyer"),
            person("Sol", "seen", "user", left="2026-01-01"), person("Sara", "small", "user"),
        ],
        touches=[
            {"touch_id": "K-1", "account_id": "late", "on_day": day("2026-09-10"), "team": "survey",
             "channel": "email", "direction": "outbound", "contact_id": "late-Leo"},
        ],
    )  # fmt: skip


def question(key="1", who="Ana", team="T1"):
    return Question(f"{team}/C1/{key}", "prepare", Person(f"U-{who}", who), Place("channel", team, "C1", "1.0"))


def rounds(store, asked=None, leads=True):
    return RoundsAt(store.engine, asked or question(), Asker(leads=leads), TODAY)


def wanted(*people, period="2026-Q4"):
    touches = tuple(Touch("", each, TODAY, "survey", f"{each}-Maria", "outbound") for each in people)
    return Round(period, "", TODAY, touches)


def guards(round_):
    return [
        lambda logged, touch=touch: decide(Wish(touch.account_id, "survey", touch.on, touch.contact_id), RULES,
                                           Known(logged))
        for touch in round_.people
    ]  # fmt: skip


def prepare(store, round_, asked=None):
    return rounds(store, asked).prepare(round_, guards(round_))


def test_a_round_reserves_once_whoever_tries_and_its_own_question_tried_again_gets_the_same(store):
    first = prepare(store, wanted("acme", "beta"))
    assert (first.is_new, first.who, [touch.account_id for touch in first.people]) == (True, "Ana", ["acme", "beta"])
    again = prepare(store, wanted("acme", "beta"))
    assert (again.is_new, len(again.people)) == (True, 2), "the same question, tried again after a crash"
    second = prepare(store, wanted("acme", "gamma"), question("2", "Bia"))
    assert (second.is_new, second.who, len(second.people)) == (False, "Ana", 2)
    with store.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(survey_reservations)).scalar() == 2
        kinds = connection.execute(select(audit_entries.c.kind, audit_entries.c.facts)).all()
    assert [row.kind for row in kinds] == ["changed"] and '"reserved":2' in kinds[0].facts.replace(" ", "")


def test_whom_another_round_or_a_logged_survey_took_meanwhile_is_not_reserved(store):
    here = TouchesHere(store.engine, question())
    here.log(Touch("", "acme", TODAY, "survey", "acme-Maria", "outbound"))
    prepare(store, wanted("beta"))
    made = prepare(store, wanted("acme", "beta", "gamma", period="2026-11"), question("2"))
    assert [touch.account_id for touch in made.people] == ["gamma"]


def test_of_many_who_prepare_at_once_one_does_and_nobody_is_reserved_twice(store):
    tries = [wanted(*order, period=period) for period in ("2026-Q4", "2026-Q4", "2026-11") for order in ("abc", "cba")]
    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(lambda n: prepare(store, tries[n], question(f"q{n}")), range(6)))
    assert sum(each.is_new for each in made) == 2, "one of each period"
    with store.engine.connect() as connection:
        found = connection.execute(select(survey_reservations.c.account_id)).scalars().all()
    assert sorted(found) == ["a", "b", "c"]


def test_only_who_prepared_it_or_leads_discards_it_and_then_it_can_be_prepared_anew(store):
    prepare(store, wanted("acme"))
    other = rounds(store, question("2", "Bia"), leads=False)
    found = other.find("2026-Q4", "")
    assert (found.mine, other.discard(found)) == (False, False)
    own = rounds(store, question("3"), leads=False)
    assert own.reserved("acme")[0].reserved_for == "2026-Q4"
    assert own.discard(own.find("2026-Q4", "")) and not own.discard(found)
    assert rounds(store).reserved("acme") == ()
    assert prepare(store, wanted("acme"), question("4")).is_new


def test_rounds_are_a_workspaces_own_but_what_is_reserved_holds_for_all(store):
    prepare(store, wanted("acme"))
    elsewhere = question("9", team="T2")
    assert rounds(store, elsewhere).find("2026-Q4", "") is None
    assert prepare(store, wanted("acme"), elsewhere).people == ()


def test_an_approved_survey_takes_up_what_was_reserved_for_that_person(store, book):
    prepare(store, wanted("big"))
    asked = question("5")
    store.remember(Reply(asked, "en", "answered", phrase("ok")), "ok")
    draft = Draft("nps_request", phrase("NPS"), "en", (), "big", "survey", "big-Maria")
    store.keep_draft(asked, draft, "NPS", "# NPS")
    shelf = DraftsAt(store.engine, asked)
    kept, deps = shelf.find(shelf.id_of(draft)), deps_of(book, store, asked)

    def approved(**more):
        wish = Wish("big", "survey", TODAY, "big-Maria", **more)
        return shelf.approve(kept, TODAY, ledger(deps, wish).decide)

    blocked = approved()
    assert isinstance(blocked, Blocked) and [touch.reserved_for for touch in blocked.touches] == ["2026-Q4"]
    assert isinstance(approved(as_reserved=True), Allowed)
    later = ledger(deps, Wish("big", "survey", TODAY + timedelta(7), "big-Maria"))
    counted = later.decide(deps_of(book, store, question("6")).contacting.counted("big")).touches
    assert [touch.reserved_for for touch in counted] == [None], "the survey stands in the place of what was reserved"


def deps_of(book, store, asked, language="en"):
    contacting = Contacting(TouchesHere(store.engine, asked), rounds=rounds(store, asked), workspace="T1")
    return Deps(book, Playbooks(), TODAY, language, contacting=contacting)


def run(book, store, key="1", language="en", **arguments):
    return TOOL.run(TOOL.input.model_validate(arguments), deps_of(book, store, question(key), language))


def test_the_first_run_lists_whom_the_guard_allows_and_why_not_others_and_the_second_lists_none(book, local):
    first = run(book, local, period="2026-Q4")
    assert [row[:4] for row in cells(part(first, Table, "Whom to ask"))] == [
        ["Big", "enterprise", "Bruna", "buyer"], ["Small", "smb", "Sara", "user"],
    ]  # fmt: skip
    assert len(part(first, Download).rows) == 2 and first.listed == ("big", "small")
    (held,) = cells(part(first, Table, "Left out by the contact guard"))
    assert held == ["Late", "the budget is used up (Survey, per person: 1 of 1 in 90 days)", "9 Dec 2026"]
    assert "1 account is passed over: the book knows nobody to contact there." in notes(first)
    assert said(first.headline) == (
        "2 people may be asked and are reserved (4th quarter of 2026); nobody is asked twice in it."
    )
    assert run(book, local, period="2026-Q4").listed == ("big", "small"), "tried again"
    second = run(book, local, "2", period="2026-Q4")
    assert second.listed == () and not any(isinstance(each, Table | Download) for each in second.parts)
    assert said(second.headline).startswith("Nobody is to be asked now: the round (4th quarter of 2026) was prepared")
    assert run(book, local, "3").subject == first.subject, "the quarter is that of the day"


def test_the_guard_names_the_round_as_its_reason_until_it_is_discarded(book, local):
    run(book, local)
    guard = load()["contact_guard"]

    def asked(key):
        said_of = {"account": "big", "category": "survey", "said": "may I survey Bruna"}
        return guard.run(guard.input.model_validate(said_of), deps_of(book, local, question(key)))

    blocked = asked("2")
    assert "reserved for the survey round (4th quarter of 2026))" in said(blocked.headline)
    (touch,) = cells(part(blocked, Table, "Touches that used up the budget"))
    assert touch == ["30 Oct 2026", "Survey", "—", "Bruna", "—", "reserved for the survey round (4th quarter of 2026)"]
    shown = run(book, local, "3", act="show")
    assert said(shown.headline) == "2 people are reserved; prepared on 30 Oct 2026 by Ana."
    gone = run(book, local, "4", "pt-BR", act="discard")
    assert said(gone.headline, "pt-BR").startswith("A rodada de pesquisa (4º trimestre de 2026) foi descartada: 2")
    assert said(asked("5").headline).startswith("Yes: Bruna of Big")
    with pytest.raises(ToolError, match="No survey round"):
        run(book, local, "6", act="show")


def test_a_round_of_some_accounts_is_another_and_a_window_that_is_over_is_none(book, local):
    assert run(book, local, segment="enterprise").listed == ("big",)
    rest = run(book, local, "2")
    assert [row[2] for row in cells(part(rest, Table, "Whom to ask"))] == ["Sara"], "Bento is Bruna's colleague"
    assert "1 account is in another round of this period." in notes(rest)
    with pytest.raises(ToolError, match="is over"):
        run(book, local, "3", period="2026-Q3")
