"""Whom to interview and how far interviews reach, on a book counted by hand."""

from dataclasses import dataclass, field
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.books import contract, day, make_book
from tests.test_contact_tools import Logged
from tests.test_tools import Playbooks, account, cells, notes, part, person, said
from tools import Contacting, Deps, NextSteps, Table, ToolError, load
from tools._guard import Touch
from tools._interviewing import allotted, interviewer, is_interview, shuffled
from tools.interview_coverage import wanted
from tools.metrics import Concluded, Period, concluded

TODAY = day("2026-10-30")  # a Friday
Q3 = Period.parse("2026-Q3")
TOOLS = load()


@dataclass
class Talks(Logged):
    """Touches as a store would keep them, all of them too."""

    kept: list = field(default_factory=list)

    def all(self):
        return tuple(self.kept)


def yearly(name, start, renews=None, end=None, price=120_000):
    more = {"interval_unit": "year", "renews_on": day(renews) if renews else None}
    return contract(f"s-{name}-{start}", name, price, start, end, **more)


def talk(id_, name, on, note="win-loss interview", team="cs", channel="call", contact=None):
    return {
        "touch_id": id_, "account_id": name, "on_day": day(on), "team": team, "channel": channel, "direction": "both",
        "note": note, "contact_id": contact,
    }  # fmt: skip


@pytest.fixture
def book(tmp_path):
    """In the third quarter: two churned and one won in smb, one contracted and one renewed in enterprise, one lost."""
    return make_book(
        f"sqlite:///{tmp_path / 'book.sqlite'}", as_of="2026-10-30",
        accounts=[
            account("gone", "Ana", "smb"), account("quit", "Bia", "smb"), account("fresh", "Ana", "smb"),
            account("less", "Bia", "enterprise"), account("again", "Ana", "enterprise"), account("never", "Bia"),
            account("calm", "Cid", "smb"), account("trial", None, "smb"),
        ],
        subscriptions=[
            contract("s1", "gone", 10_000, "2025-01-01", "2026-08-01"),
            contract("s2", "quit", 10_000, "2025-01-01", "2026-09-01"),
            contract("s3", "fresh", 10_000, "2026-07-15"),
            contract("s4", "less", 30_000, "2025-01-01"), contract("s5", "less", 10_000, "2025-01-01", "2026-08-15"),
            yearly("again", "2025-09-01", renews="2026-09-01"),
            contract("s6", "calm", 10_000, "2025-01-01"),
            contract("s7", "trial", 10_000, "2026-08-01", "2026-08-20", trial_ends_on=day("2026-08-31")),
        ],
        exits=[{"exit_id": "e", "account_id": "never", "on_day": day("2026-07-10"), "reason": "price"}],
        contacts=[
            person("Bruna", "gone", "buyer"), person("Caio", "gone", "user"), person("Dora", "quit", "user"),
            person("Eva", "fresh", "champion"), person("Fabio", "less", "buyer"), person("Gil", "again", "sponsor"),
            person("Hugo", "never", "buyer", left="2026-08-01"), person("Iris", "trial", None),
        ],
        touches=[talk("K-1", "quit", "2026-09-10"), talk("K-2", "calm", "2026-10-01", note="Entrevista de pesquisa")],
    )  # fmt: skip


def run(book, tool, language="en", contacting=None, **arguments):
    deps = Deps(book, Playbooks(), TODAY, language, contacting=contacting or Contacting(workspace="T1"))
    return TOOLS[tool].run(TOOLS[tool].input.model_validate(arguments), deps)


# Outcomes


def test_each_account_has_one_outcome(book):
    found, source = concluded(book, Q3, {})
    assert {each.account_id: each.outcome for each in found} == {
        "gone": "churned", "quit": "churned", "fresh": "won", "less": "contracted", "again": "renewed",
        "never": "lost", "trial": "lost",
    }  # fmt: skip
    assert [each.account_id for each in concluded(book, Q3, {"segment": "enterprise"})[0]] == ["again", "less"]
    assert {"exits", "subscriptions"} <= set(source.tables)


def test_what_was_decided_at_another_time_is_not_in_it(book):
    assert [each.account_id for each in concluded(book, Period.parse("2026-07"), {})[0]] == ["fresh", "never"]


# The sample


def test_people_are_drawn_in_each_group_by_who_decides_most(book):
    answer = run(book, "interviewees", period="2026-Q3")
    assert said(answer.headline) == "5 people to interview, of 7 accounts with an outcome."
    drawn = cells(part(answer, Table, "Whom to interview"))
    assert sorted(row[:5] for row in drawn) == [
        ["Again", "enterprise", "renewed", "Gil", "sponsor"],
        ["Fresh", "smb", "won", "Eva", "champion"],
        ["Gone", "smb", "churned", "Bruna", "buyer"],
        ["Less", "enterprise", "contracted", "Fabio", "buyer"],
        ["Trial", "smb", "lost before they paid", "Iris", "—"],
    ]
    owners = {"Again": "Ana", "Fresh": "Ana", "Gone": "Ana", "Less": "Bia"}
    assert all(row[5] in {"Ana", "Bia", "Cid"} - {owners.get(row[0])} for row in drawn)
    assert answer.accounts == {"gone", "fresh", "less", "again", "trial", "never"}


def test_the_groups_add_up_and_who_was_interviewed_is_left_out(book):
    *rows, total = cells(part(run(book, "interviewees", period="2026-Q3"), Table, "By segment and outcome"))
    assert rows == [
        ["enterprise", "contracted", "1", "0", "1", "1"],
        ["enterprise", "renewed", "1", "0", "1", "1"],
        ["smb", "churned", "2", "1", "1", "1"],
        ["smb", "won", "1", "0", "1", "1"],
        ["smb", "lost before they paid", "1", "0", "1", "1"],
        ["—", "lost before they paid", "1", "0", "1", "0"],
    ]
    assert total == ["Total", "—", "7", "1", "6", "5"]


def test_what_cannot_be_drawn_is_said(book):
    answer = run(book, "interviewees", period="2026-Q3")
    assert notes(answer) == [
        "Drawn with the seed “2026-Q3 T1”: who draws again with it gets the same order.",
        "Passed over, as the book knows nobody to ask there: Never.",
        "1 interview is missing: nobody else in its group may be asked now.",
        "An invitation counts as a survey in the contact budget. Checked for 30 Oct 2026.",
    ]


def test_whom_the_guard_holds_back_is_listed_with_the_first_allowed_day(book):
    talks = Talks([
        Touch("T-1", "gone", day("2026-10-01"), "survey", "gone-Bruna", "outbound", "email"),
        Touch("T-2", "fresh", day("2026-10-20"), "survey", "fresh-Eva", "outbound", "email"),
    ])  # fmt: skip
    answer = run(book, "interviewees", period="2026-Q3", contacting=Contacting(talks, workspace="T1"))
    drawn = {row[0]: row[3] for row in cells(part(answer, Table, "Whom to interview"))}
    assert drawn["Gone"] == "Caio"  # Bruna was sent a survey this month; he was not
    assert "Fresh" not in drawn
    assert cells(part(answer, Table, "Not to be contacted now")) == [
        ["Fresh", "Eva", "the budget is used up (Survey, per person: 1 of 1 in 90 days)", "18 Jan 2027"]
    ]
    assert "fresh" in answer.accounts


def test_an_outcome_a_segment_a_role_and_a_number_limit_it(book):
    churned = run(book, "interviewees", period="2026-Q3", outcome="churned", role="user")
    assert [row[3] for row in cells(part(churned, Table, "Whom to interview"))] == ["Caio"]
    assert said(churned.subject) == "Whom to interview · 3rd quarter of 2026 · churned"
    one = run(book, "interviewees", period="2026-Q3", segment="enterprise", limit=1)
    assert len(cells(part(one, Table, "Whom to interview"))) == 1
    with pytest.raises(ToolError, match="decided anything in this period"):
        run(book, "interviewees", period="2019")


def test_without_a_period_it_is_the_last_full_quarter_and_a_weekend_is_looked_past(book):
    answer = run(book, "interviewees")
    assert said(answer.subject) == "Whom to interview · 3rd quarter of 2026"
    deps = Deps(book, Playbooks(), day("2026-10-31"), "en")  # a Saturday
    saturday = TOOLS["interviewees"].run(TOOLS["interviewees"].input(), deps)
    assert "Checked for 2 Nov 2026." in notes(saturday)[-1]


def test_the_draw_is_the_same_for_the_same_seed_and_another_for_another():
    accounts = [Concluded(f"a{n}", f"A{n}", None, None, "won") for n in range(30)]
    first = [each.account_id for each in shuffled(accounts, "2026-Q3 T1")]
    assert first == [each.account_id for each in shuffled(accounts[::-1], "2026-Q3 T1")]
    assert first != [each.account_id for each in shuffled(accounts, "2026-Q4 T1")]
    fewer = [each.account_id for each in shuffled(accounts[5:], "2026-Q3 T1")]
    assert fewer == [id_ for id_ in first if id_ not in {"a0", "a1", "a2", "a3", "a4"}]


def test_allotment_is_by_largest_remainder():
    """12 of 7 + 2 + 21 + 1 = 31: 2.71, 0.77, 8.13, 0.39; two are left over for the remainders .77 and .71."""
    sizes = {("smb", "won"): 7, ("smb", "lost"): 2, ("ent", "won"): 21, ("ent", "lost"): 1}
    assert list(allotted(sizes, 12).values()) == [3, 1, 8, 0]
    assert list(allotted(sizes, 99).values()) == [7, 2, 21, 1]
    assert allotted({("smb", "won"): 0}, 5) == {("smb", "won"): 0}


@given(st.lists(st.integers(0, 40), min_size=1, max_size=8), st.integers(1, 60))
def test_no_group_gets_more_than_it_has_and_all_are_given_out(sizes, n):
    given_ = allotted({(str(place), "won"): size for place, size in enumerate(sizes)}, n)
    assert sum(given_.values()) == min(n, sum(sizes))
    assert all(got <= size for got, size in zip(given_.values(), sizes, strict=True))


def test_nobody_asks_about_their_own_account():
    owners = ("Ana", "Bia", "Cid")
    assert all("Ana" not in interviewer(f"a{n}", "Ana", owners) for n in range(9))
    assert interviewer("a", "Ana", ("Ana",)) == ()


@pytest.mark.parametrize(
    ("touch", "is_one"),
    [
        (("cs", "call", "Why-leave interview with Bruna", "both"), True),
        (("cs", "meeting", "entrevista de saída", None), True),
        (("research", "email", None, "outbound"), True),
        (("sales", "call", "win/loss", "both"), True),
        (("cs", "email", "interview invitation", "outbound"), False),
        (("cs", "call", "interview invitation declined", "both"), False),
        (("cs", "call", "about prices", "both"), False),
    ],
)
def test_an_interview_is_a_conversation_that_says_so(touch, is_one):
    team, channel, note, direction = touch
    assert is_interview(Touch("t", "a", date(2026, 1, 1), team, None, direction, channel, None, note)) is is_one


# Coverage


def test_coverage_adds_up_and_shows_counts_where_there_are_few(book):
    answer = run(book, "interview_coverage", period="2026-Q3")
    assert said(answer.headline) == "1 of 7 accounts that decided in the period were interviewed."
    *rows, total = cells(part(answer, Table, "Interviews by segment and outcome"))
    assert rows[2] == ["smb", "churned", "2", "1", "1 of 2", "1"]
    assert total == ["Total", "—", "7", "1", "1 of 7", "6"]
    assert sum(int(row[5]) for row in rows) == 6
    assert notes(answer)[0].startswith("Thin, the largest first: smb · churned (1 of 2), ")
    assert notes(answer)[1:3] == [
        "6 more interviews are advised.",
        "1 account more was interviewed since then; it decided nothing in the period.",
    ]
    assert [said(step) for p in answer.parts if isinstance(p, NextSteps) for step in p.questions] == [
        "Whom should we interview?"
    ]


def test_what_was_logged_here_counts_too(book):
    talks = Talks([Touch("T-1", "gone", day("2026-10-29"), "cs", None, "both", "meeting", "Ana", "interview")])
    answer = run(book, "interview_coverage", period="2026-Q3", contacting=Contacting(talks))
    assert said(answer.headline).startswith("2 of 7 accounts")
    portuguese = run(book, "interview_coverage", "pt-BR", period="2026-Q3", contacting=Contacting(talks))
    assert said(portuguese.headline, "pt-BR") == "2 de 7 contas que decidiram no período foram entrevistadas."


def test_how_many_are_wanted():
    assert [wanted(n) for n in (1, 5, 6, 50, 51, 200)] == [1, 5, 5, 5, 6, 20]


def test_shares_are_shown_of_ten_accounts_and_more(tmp_path):
    names = [f"a{n:02}" for n in range(12)]
    crowd = make_book(
        f"sqlite:///{tmp_path / 'crowd.sqlite'}", as_of="2026-10-30",
        subscriptions=[contract(f"s-{name}", name, 1_000, "2026-07-02") for name in names],
        touches=[talk(f"K-{name}", name, "2026-08-01") for name in names[:6]],
    )  # fmt: skip
    answer = run(crowd, "interview_coverage", period="2026-Q3")
    assert cells(part(answer, Table, "Interviews by segment and outcome"))[0] == [
        "—", "won", "12", "6", "50.00%", "0"
    ]  # fmt: skip
    assert "No group is thin: more interviews would say little new about this period." in notes(answer)
