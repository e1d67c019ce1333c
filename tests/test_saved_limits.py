"""A saved segment limits other answers, by its name and by nothing that only sounds like it."""

from pathlib import Path
from uuid import uuid4

import pytest

from bot.app import Assistant
from bot.conversation import Reply
from bot.locale import Speaker
from bot.occasions import call_of
from bot.question import Person, Place, Question
from bot.router import Call, Clarify, Context, Names
from bot.router.embedded import EmbeddedRouter
from tests.books import day
from tests.conftest import assistant_at
from tools import load

TODAY = day("2026-11-20")
SAVED = {
    "Large in SP": {"segment": "enterprise", "region": "SP"},
    "Grandes de SP": {"segment": "enterprise", "region": "SP"},
    "Enterprise": {"region": "SP"}, "Health": {"industry": "health"}, "churn": {"region": "RJ"},
    "SP": {"segment": "smb"}, "At risk": {"region": "MG"}, "Top 50": {"source": "partner"},
    "Enterprise Brazil": {"region": "BA"},
}  # fmt: skip
NAMES = Names(
    {"A1": "Bravo Logística"}, ("Ana Souza",), ("enterprise", "smb"),
    {"region": ("MG", "RJ", "SP"), "industry": ("health",), "country": ("BR",)}, saved=SAVED,
)  # fmt: skip
OWNER, OTHER = "Luana Prado", "Hannah Whitlock"


@pytest.fixture(scope="module")
def router() -> EmbeddedRouter:
    return EmbeddedRouter(load())


@pytest.fixture
def bot(demo_home: Path, tmp_path: Path) -> Assistant:
    people = {"cs_team": "UANA", "leaders": "ULEAD", "default_role": "none", "owners": f"UANA={OWNER}"}
    return assistant_at(demo_home, store_url=f"sqlite:///{tmp_path / 'store.sqlite'}", **people)


def ask(bot: Assistant, text: str, who: str = "ULEAD", thread: str = "") -> Reply:
    place = Place("dm", "T1", "D1", thread or uuid4().hex)
    return bot.ask(Question(uuid4().hex, text, Person(who, name=who), place))


def subject(reply: Reply) -> str:
    assert reply.answer, reply.message
    return Speaker(reply.language).say(reply.answer.subject)


def message(reply: Reply) -> str:
    return Speaker("en").say(reply.message)


@pytest.mark.parametrize(
    ("text", "tool", "name"),
    [
        ("NRR of “Large in SP”", "query_metric", "Large in SP"),
        ('which accounts are at risk in "large in sp"?', "accounts_at_risk", "Large in SP"),
        ("contas em risco do segmento Grandes de SP", "accounts_at_risk", "Grandes de SP"),
        ("contas em risco do segmento grandes de sp", "accounts_at_risk", "Grandes de SP"),
        ("visit plan for Large in SP", "worklist", "Large in SP"),
        ("visit plan for large in sp", "worklist", "Large in SP"),
        ("plano de visitas para o segmento Grandes de SP", "worklist", "Grandes de SP"),
        ("MRR summary for segment churn", "mrr_summary", "churn"),
        ("renewals of the saved segment SP", "renewals", "SP"),
        ("renewals of the saved segment Enterprise", "renewals", "Enterprise"),
        ("visit plan for the segment Health", "worklist", "Health"),
        ("accounts at risk in the focus segment “At risk”", "accounts_at_risk", "At risk"),
    ],
)
def test_it_is_meant_where_it_is_named(router: EmbeddedRouter, text: str, tool: str, name: str) -> None:
    call = router.choose(text, "en", TODAY, NAMES)
    assert isinstance(call, Call), call
    assert (call.tool, call.arguments.get("saved"), call.unread) == (tool, name, ())
    assert not call.arguments.keys() & {"region", "segment"}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("which enterprise accounts are at risk", {"segment": "enterprise"}),
        ("which accounts are at risk", {}),
        ("logo churn last month in SP", {"region": "SP"}),
        ("NRR of the top 50 accounts in SP", {"region": "SP"}),
        ("visit plan for enterprise accounts in SP", {"segment": "enterprise", "region": "SP"}),
        ("visit plan for health accounts", {"industry": "health"}),
        ("visit plan for enterprise Brazil", {"segment": "enterprise", "country": "BR"}),
    ],
)
def test_ordinary_words_are_not_taken_for_it(router: EmbeddedRouter, text: str, wanted: dict[str, str]) -> None:
    call = router.choose(text, "en", TODAY, NAMES)
    assert isinstance(call, Call), call
    assert "saved" not in call.arguments
    assert {name: call.arguments.get(name) for name in wanted} == wanted


def test_which_is_meant_is_asked_where_a_value_is_called_the_same(router: EmbeddedRouter) -> None:
    asked = router.choose("visit plan for the segment “Enterprise”", "en", TODAY, NAMES)
    assert isinstance(asked, Clarify)
    assert Speaker("en").say(asked.question) == "Two things are called “Enterprise”. Which one do you mean?"
    plain, kept = (choice.call.arguments for choice in asked.choices)
    assert plain["segment"] == "enterprise" and "saved" not in plain
    assert kept["saved"] == "Enterprise" and "segment" not in kept


@pytest.mark.parametrize(
    ("before", "said", "after"),
    [
        ({}, "and for Large in SP?", {"saved": "Large in SP"}),
        ({}, "e do segmento Grandes de SP?", {"saved": "Grandes de SP"}),
        (
            {"region": "RJ", "owner": "Ana Souza"},
            "and for Large in SP?",
            {"saved": "Large in SP", "owner": "Ana Souza"},
        ),
        ({"saved": "Large in SP"}, "and in RJ?", {"segment": "enterprise", "region": "RJ"}),
        ({"saved": "Large in SP"}, "and for Ana Souza?", {"saved": "Large in SP", "owner": "Ana Souza"}),
        ({"saved": "Large in SP"}, "and for segment Health?", {"saved": "Health"}),
        ({"saved": "Large in SP"}, "and all of them?", {}),
    ],
)
def test_follow_ups_know_it(router: EmbeddedRouter, before: dict[str, str], said: str, after: dict[str, str]) -> None:
    context = Context(Call("query_metric", {"metric": "mrr", **before}))
    assert router.choose(said, "en", TODAY, NAMES, context) == Call("query_metric", {"metric": "mrr", **after})


def test_the_figures_are_those_of_its_conditions_and_the_answer_says_both(bot: Assistant) -> None:
    ask(bot, 'save enterprise accounts in SP as "Large in SP"')
    named, plain = ask(bot, "paying accounts of “Large in SP”"), ask(bot, "paying accounts of enterprise in SP")
    assert named.answer and plain.answer
    assert [figure.id for figure in named.answer.figures] == [figure.id for figure in plain.answer.figures]
    assert subject(named) == f"{subject(plain)} · segment “Large in SP”"
    at_risk = ask(bot, "quais contas estão em risco no segmento “Large in SP”?")
    assert subject(at_risk) == "Contas em risco · enterprise · SP · segmento “Large in SP”"


def test_what_contradicts_it_is_said_and_not_counted(bot: Assistant) -> None:
    ask(bot, 'save enterprise accounts in SP as "Large in SP"')
    reply = ask(bot, "paying accounts of “Large in SP” in RJ")
    assert reply.outcome == "declined"
    assert message(reply) == "“Large in SP” is SP and not RJ: no account is both."
    assert ask(bot, "paying accounts of “Large in SP” in SP").outcome == "answered"


def test_a_follow_up_in_slack_keeps_the_name_and_not_its_conditions(bot: Assistant) -> None:
    ask(bot, 'save enterprise accounts in SP as "Large in SP"')
    first = ask(bot, "paying accounts of “Large in SP”", thread="one")
    assert first.call and first.call.arguments == {"metric": "paying_accounts", "saved": "Large in SP"}
    then = ask(bot, "and the NRR?", thread="one")
    assert then.call and then.call.arguments["saved"] == "Large in SP" and "region" not in then.call.arguments


def test_a_schedule_counts_it_anew_and_says_so_when_it_is_deleted(bot: Assistant) -> None:
    ask(bot, 'save enterprise accounts in SP as "Large in SP"')
    added = ask(bot, "post the paying accounts of Large in SP every Monday at 9h")
    assert added.outcome == "answered", added.message
    (kept,) = bot.timetable.all()
    assert kept.arguments == {"metric": "paying_accounts", "saved": "Large in SP"}
    question = Question("due", kept.words, Person("ULEAD"), Place("dm", "T1", "D1", "due"), language="en")
    assert subject(bot.ask(question, call_of(kept, bot.conversation, question, TODAY))).endswith("“Large in SP”")
    ask(bot, "delete segment “Large in SP”")
    gone = bot.ask(question, call_of(kept, bot.conversation, question, TODAY))
    assert message(gone) == "There is no saved segment “Large in SP”, or it was deleted."


def test_an_alert_watches_it_by_name(bot: Assistant) -> None:
    ask(bot, 'save enterprise accounts in SP as "Large in SP"')
    added = ask(bot, "tell me when the paying accounts of “Large in SP” fall below 1000")
    assert added.outcome == "answered", added.message
    assert "Paying accounts falls below 1,000.00 · segment “Large in SP”" in Speaker("en").say(added.message)
    (kept,) = bot.timetable.all()
    assert kept.arguments == {"metric": "paying_accounts", "saved": "Large in SP"} and kept.observed


def test_the_askers_sight_still_limits_and_segments_of_others_accounts_are_not_there(bot: Assistant) -> None:
    ask(bot, f'save the enterprise accounts of {OTHER} as "Theirs"')
    ask(bot, 'save enterprise accounts as "Big ones"')
    mine = ask(bot, "paying accounts of segment “Big ones”", "UANA")
    plain = ask(bot, "paying accounts of enterprise", "UANA")
    assert mine.answer and plain.answer
    assert [figure.id for figure in mine.answer.figures] == [figure.id for figure in plain.answer.figures]
    theirs = bot.ask(
        Question(uuid4().hex, "?", Person("UANA"), Place("dm", "T1", "D1", "2")),
        Call("query_metric", {"metric": "paying_accounts", "saved": "Theirs"}),
    )
    assert message(theirs) == "There is no saved segment “Theirs”, or it was deleted."
    listed = ask(bot, "saved segments", "UANA")
    assert message(listed) == "1 saved segment."
    opened = ask(bot, "open segment “Big ones”", "UANA")
    assert message(opened).endswith("accounts that you see.")


def test_a_name_is_not_taken_away_from_whoever_saved_it(bot: Assistant) -> None:
    ask(bot, 'save enterprise accounts as "Big ones"')
    assert message(ask(bot, 'save smb accounts as "Big ones"', "UANA")) == (
        "“Big ones” is the name of somebody else's segment. Choose another one."
    )
    ask(bot, 'save smb accounts as "Small ones"', "UANA")
    assert message(ask(bot, 'save enterprise accounts as "Small ones"')).startswith("“Small ones” is saved:")
