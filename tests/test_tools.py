"""The seven tools on books small enough to be counted by hand."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

import pytest

from bot.locale import Speaker
from knowledge import Passage
from tests.books import contract, day, make_book
from tools import Action, Ask, Chart, Deps, Draft, Facts, NextSteps, Note, Table, ToolError, load
from tools.metrics import Money

TODAY = day("2026-10-30")  # a Friday
TOOLS = load()


@dataclass
class Playbooks:
    """Stands in for the index: finds what it was given, and remembers what it was asked."""

    passages: list = field(default_factory=list)
    titles: list = field(default_factory=list)
    asked: list = field(default_factory=list)

    def search(self, query, language, limit=3, *, own=True):
        self.asked.append((query, language))
        return self.passages[:limit]

    def nearest(self, query, language, limit=3):
        return self.titles


def run(book, tool, today=TODAY, language="en", knowledge=None, **arguments):
    arguments = TOOLS[tool].input.model_validate(arguments)
    return TOOLS[tool].run(arguments, Deps(book, knowledge or Playbooks(), today, language))


def part(answer, kind, title=None):
    return next(p for p in answer.parts if isinstance(p, kind) and (title is None or p.title.msgid == title))


def said(thing, language="en"):
    return Speaker(language).say(thing)


def notes(answer):
    return [said(p.text) for p in answer.parts if isinstance(p, Note)]


def cells(table):
    return [[said(cell) for cell in row] for row in table.rows]


def facts(found):
    return {said(fact.label): said(fact.value) for fact in found.items}


def yearly(name, mrr, start, renews, **more):
    return contract(f"s-{name}", name, mrr * 1200, start, interval_unit="year", renews_on=day(renews), **more)


def cancelled(name):
    """Cancelled this month, and paid for until 10 January."""
    known = {"ended_on": day("2027-01-10"), "cancelled_on": day("2026-10-01")}
    return yearly(name, 200, "2026-01-10", "2027-01-10", **known)


def nps(account, score, on):
    return {
        "answer_id": f"n-{account}-{on}", "account_id": account, "answered_on": day(on), "kind": "nps", "score": score
    }  # fmt: skip


def person(name, account, role, left=None, language=None):
    return {
        "contact_id": f"{account}-{name}", "account_id": account, "name": name, "role": role,
        "left_on": day(left) if left else None, "language": language,
    }  # fmt: skip


def account(name, owner=None, segment=None, language=None):
    return {"account_id": name, "name": name.title(), "owner": owner, "segment": segment, "language": language}


def book_at(tmp_path, **tables):
    return make_book(f"sqlite:///{tmp_path / 'book.sqlite'}", as_of="2026-10-30", **tables)


# Accounts at risk

WHY = "Why (points, change), and what to do next"


@pytest.fixture
def risky(tmp_path):
    """Alpha 29 points, Beta and Epsilon 20 each, Gamma safe and by the month, Delta leaving, Gone gone."""
    return book_at(
        tmp_path,
        accounts=[
            account("alpha", "Ana", "smb"), account("beta", "Bia", "enterprise"), account("gamma", "Ana", "smb"),
            account("delta", "Bia", "smb"), account("epsilon", "Bia", "enterprise"), account("gone", "Ana", "smb"),
        ],
        subscriptions=[
            yearly("alpha", 1_000, "2025-12-15", "2026-12-15"),
            yearly("beta", 5_000, "2026-01-20", "2027-01-20"),
            contract("s-gamma", "gamma", 30_000, "2026-01-10"),
            cancelled("delta"),
            yearly("epsilon", 100, "2026-01-20", "2027-01-20"),
            contract("s-gone", "gone", 10_000, "2025-01-01", "2026-08-01"),
        ],
        survey_answers=[
            nps("alpha", 5, "2026-09-01"), nps("beta", 6, "2026-09-01"), nps("epsilon", 6, "2026-09-01"),
            nps("gamma", 9, "2026-09-01"), nps("delta", 2, "2026-09-01"),
        ],
        contacts=[
            person("Caio", "beta", "champion", left="2026-09-15"),
            person("Davi", "epsilon", "champion", left="2026-09-15"),
        ],
        touches=[
            {"touch_id": "t1", "account_id": "alpha", "on_day": day("2026-07-01"), "team": "cs", "direction": "both"},
            {"touch_id": "t2", "account_id": "gamma", "on_day": TODAY, "team": "cs", "direction": "both"},
        ],
        tickets=[{"ticket_id": "k1", "account_id": "alpha", "opened_on": day("2026-10-20"), "priority": "high"}],
    )  # fmt: skip


def test_accounts_are_ranked_by_score_and_of_equals_the_larger_comes_first(risky):
    answer = run(risky, "accounts_at_risk")
    assert cells(part(answer, Table)) == [
        ["Alpha", "29", "0", "R$1,000.00", "15 Dec 2026", "1 Jul 2026", "Ana"],
        ["Beta", "20", "0", "R$5,000.00", "20 Jan 2027", "—", "Bia"],
        ["Epsilon", "20", "0", "R$100.00", "20 Jan 2027", "—", "Bia"],
    ]
    assert said(answer.headline) == "3 accounts are at risk, with R$6,100.00 of MRR."


def test_the_reasons_add_up_to_the_score(risky):
    reasons = facts(part(run(risky, "accounts_at_risk"), Facts, WHY))
    assert reasons == {
        "Alpha, 29": "not heard from for 121 days (11), last NPS answer 5 (9), 1 urgent ticket open (6) "
        "and 1 smaller sign (3). Next: escalate the urgent ticket.",
        "Beta, 20": "last NPS answer 6 (9), 1 champion, sponsor or buyer left (8) and renews in 82 days (3). "
        "Next: call who rated us low.",
        "Epsilon, 20": "last NPS answer 6 (9), 1 champion, sponsor or buyer left (8) and renews in 82 days (3). "
        "Next: call who rated us low.",
    }


def test_what_could_not_be_judged_is_said(risky):
    assert (
        "Not known, and so not counted, for some of these accounts: Product usage (3), Usage reports (3), "
        "Seats used (3), Activation (3), Silence (2), Reopened tickets (3), CSAT (3), "
        "Overdue invoices (3), Sponsor left (1), Price ahead (3), Late commitments (3) and Goals behind (3)."
    ) in notes(run(risky, "accounts_at_risk"))


def test_those_who_have_cancelled_stand_apart_and_those_gone_are_nowhere(risky):
    answer = run(risky, "accounts_at_risk")
    assert "Not in the list: 1 account that has already cancelled and still pays, R$200.00 of MRR." in notes(answer)
    assert answer.accounts == {"alpha", "beta", "epsilon", "delta"}
    whole = next(p for p in answer.parts if isinstance(p, Facts) and p.title is None)
    assert facts(whole) == {"MRR at risk": "R$6,100.00", "Share of MRR": "92.42%", "Accounts at risk": "3 of 5"}


def test_the_list_can_be_limited_to_a_manager_a_segment_and_a_number(risky):
    assert [row[0] for row in cells(part(run(risky, "accounts_at_risk", owner="Ana"), Table))] == ["Alpha"]
    assert [row[0] for row in cells(part(run(risky, "accounts_at_risk", segment="enterprise"), Table))] == [
        "Beta",
        "Epsilon",
    ]
    first = part(run(risky, "accounts_at_risk", limit=1), Table)
    assert [row[0] for row in cells(first)] == ["Alpha"]
    assert said(first.footnote) == "2 more accounts are at risk; ask for more."
    with pytest.raises(ToolError, match="No paying account matches this"):
        run(risky, "accounts_at_risk", owner="Nobody")


def test_renewals_are_all_told_not_only_those_at_risk(risky):
    answer = run(risky, "accounts_at_risk", today=day("2026-10-05"), renewing="2026-Q4")
    assert said(answer.headline) == (
        "1 account renews, with R$1,000.00 of MRR; at risk of these: 1, with R$1,000.00 of MRR."
    )
    assert said(answer.subject) == "Accounts at risk · renewing 4th quarter of 2026"
    assert "1 account pays by the month: it renews all the time and is in no list of renewals." in notes(answer)


def test_renewals_of_those_who_are_well_are_listed_beside_those_at_risk(tmp_path):
    book = book_at(
        tmp_path,
        subscriptions=[yearly("late", 10, "2026-01-20", "2027-01-20"), yearly("soon", 20, "2026-01-05", "2027-01-05")],
    )
    answer = run(book, "accounts_at_risk", renewing="2027-Q1")
    assert said(answer.headline) == "2 accounts renew, with R$30.00 of MRR; at risk of these: 0, with R$0.00 of MRR."
    assert cells(part(answer, Table, "Other renewals, soonest first")) == [
        ["soon", "R$20.00", "5 Jan 2027", "—"],
        ["late", "R$10.00", "20 Jan 2027", "—"],
    ]
    assert answer.accounts == {"late", "soon"}


def test_renewals_that_are_over_or_none_are_refused_rather_than_called_safe(risky):
    with pytest.raises(ToolError, match="is over: I list renewals that are still to come"):
        run(risky, "accounts_at_risk", renewing="2026-09")
    with pytest.raises(ToolError) as refusal:
        run(risky, "accounts_at_risk", renewing="2027-05")
    assert said(refusal.value.message) == (
        "No paying account that matches renews in this period: May 2027. "
        "1 account pays by the month: it renews all the time and is in no list of renewals."
    )


def past(tmp_path, leavers):
    """Ten accounts since June. On 1 August, the one past day on which there were any, four would have been flagged."""
    names = [f"a{n}" for n in range(10)]
    return book_at(
        tmp_path,
        subscriptions=[
            contract(f"s-{name}", name, 10_000, "2026-06-01", "2026-09-01" if name in leavers else None)
            for name in names
        ],
        survey_answers=[nps(name, 3, "2026-07-01") for name in names[:4]],
        contacts=[person("C", name, "champion", left="2026-07-15") for name in names[:4]],
    )


def test_the_list_says_how_well_it_did_in_the_past(tmp_path):
    answer = run(past(tmp_path, ["a0", "a1", "a2", "a4"]), "accounts_at_risk")
    assert (
        "Tested on the past four quarters: of 4 accounts flagged like this, 3 left within 90 days (75.00%); "
        "of all accounts, 40.00% did. With so few accounts, that may be chance."
    ) in notes(answer)


def test_it_says_just_as_plainly_that_it_did_no_better_than_chance(tmp_path):
    answer = run(past(tmp_path, ["a0", "a4", "a5", "a6"]), "accounts_at_risk")
    assert (
        "Tested on the past four quarters: of 4 accounts flagged like this, 1 left within 90 days (25.00%); "
        "of all accounts, 40.00% did. That is no better than chance."
    ) in notes(answer)


def test_without_anybody_lost_there_is_nothing_to_test(tmp_path):
    answer = run(past(tmp_path, []), "accounts_at_risk")
    assert "There is too little history to test this scorecard against the past." in notes(answer)


# MRR summary


@pytest.fixture
def moved(tmp_path):
    """In hundreds of reais: start 103, +10 +8 +4 +2, −3 −5 −1, end 118."""

    def line(name, price, start, end=None):
        return contract(f"{name}-{start}", name, price * 10_000, start, end)

    return book_at(
        tmp_path,
        accounts=[account("grows", "Ana", "smb"), account("joins", "Ana"), account("leaves", "Bia", "smb")],
        subscriptions=[
            line("steady", 64, "2025-01-01"),
            line("grows", 20, "2025-01-01"), line("grows", 10, "2026-02-01"),
            line("shrinks", 10, "2025-01-01"), line("shrinks", 3, "2025-02-01", "2026-03-01"),
            line("leaves", 5, "2025-01-01", "2026-04-01"),
            line("returns", 4, "2025-01-01", "2025-06-01"), line("returns", 4, "2026-05-01"),
            line("joins", 8, "2026-06-01"), line("small", 2, "2026-06-15"), line("last", 1, "2025-01-01", "2026-05-05"),
        ],
    )  # fmt: skip


def test_the_bridge_leads_from_start_to_end(moved):
    answer = run(moved, "mrr_summary", period="2026-01-01..2026-06-30")
    assert cells(part(answer, Table, "From start to end")) == [
        ["Start", "R$10,300.00", "5", "—"],
        ["New", "R$1,000.00", "2", "2"],
        ["Expansion", "R$1,000.00", "1", "1"],
        ["Reactivation", "R$400.00", "1", "1"],
        ["Contraction", "-R$300.00", "1", "1"],
        ["Churn", "-R$600.00", "2", "2"],
        ["End", "R$11,800.00", "6", "—"],
    ]
    assert said(answer.headline) == "MRR was R$11,800.00 on 30 Jun 2026; net new since 1 Jan 2026: R$1,500.00."
    assert [value.minor for _, value in part(answer, Chart).points] == [
        1_030_000, 100_000, 100_000, 40_000, -30_000, -60_000, 1_180_000
    ]  # fmt: skip


def test_the_movers_and_the_others_add_up_to_the_net_new_mrr(moved):
    rows = part(run(moved, "mrr_summary", period="2026-01-01..2026-06-30"), Table, "Who moved it").rows
    assert [[said(cell) for cell in row] for row in rows] == [
        ["Grows", "Expansion", "R$1,000.00"],
        ["Joins", "New", "R$800.00"],
        ["Leaves", "Churn", "-R$500.00"],
        ["returns", "Reactivation", "R$400.00"],
        ["shrinks", "Contraction", "-R$300.00"],
        ["2 other accounts", "—", "R$100.00"],
        ["Net new MRR", "—", "R$1,500.00"],
    ]
    *each, total = (row[2] for row in rows)
    assert sum(money.minor for money in each) == total.minor
    assert all(isinstance(money, Money) for money in each)


def test_everyone_who_left_is_named_also_those_among_the_others(moved):
    answer = run(moved, "mrr_summary", period="2026-01-01..2026-06-30")
    assert cells(part(answer, Table, "Who left")) == [["Leaves", "-R$500.00"], ["last", "-R$100.00"]]
    april = run(moved, "mrr_summary", period="2026-04")
    assert [p.title.msgid for p in april.parts if isinstance(p, Table)] == ["From start to end", "Who moved it"]


def test_the_ratios_of_the_period_are_those_of_the_bridge(moved):
    found = facts(part(run(moved, "mrr_summary", period="2026-01-01..2026-06-30"), Facts))
    assert found["Quick ratio (Baremetrics: without reactivation)"] == "2.22"  # (1000 + 1000) ÷ (300 + 600)
    assert found["Logo churn in the period"] == "40.00%"  # two of the five that paid at the start


def test_the_bridge_can_be_one_managers_or_one_segments(moved):
    ana = run(moved, "mrr_summary", period="2026-01-01..2026-06-30", owner="Ana")
    assert ana.subject.values["subject"].values["limit"] == "Ana"
    assert [row[1].value for row in part(ana, Table).rows] == [200_000, 80_000, 100_000, 0, 0, 0, 380_000]
    smb = run(moved, "mrr_summary", period="2026-01-01..2026-06-30", segment="smb")
    assert [row[1].value for row in part(smb, Table).rows] == [250_000, 0, 100_000, 0, 0, -50_000, 300_000]
    assert {figure.segment["segment"] for figure in smb.figures} == {"smb"}


def test_without_a_period_it_is_the_last_full_week(moved):
    assert said(run(moved, "mrr_summary").subject) == "MRR summary · week of 19 October 2026"


def test_a_period_that_runs_is_told_up_to_today(moved):
    assert said(run(moved, "mrr_summary", period="2026-10").subject) == "MRR summary · 1–30 Oct 2026"


def test_a_period_to_come_is_refused(moved):
    with pytest.raises(ToolError, match="has not begun yet") as refusal:
        run(moved, "mrr_summary", period="2027-01")
    assert said(refusal.value.message, "pt-BR").startswith("O período (janeiro de 2027) ainda não começou")


def test_a_period_before_the_first_contract_is_not_a_row_of_zeros(moved):
    with pytest.raises(ToolError) as refusal:
        run(moved, "mrr_summary", period="2019")
    assert said(refusal.value.message) == "Nobody paid anything then (MRR summary · 2019)."


def test_what_is_no_period_is_named_with_the_forms_that_are(moved):
    with pytest.raises(ToolError, match="is not a period I know"):
        run(moved, "mrr_summary", period="soon")


# One account


@pytest.fixture
def company(tmp_path):
    """Acme renews on 15 December; Gone left in August; Quits has cancelled; Monthly pays by the month."""
    return book_at(
        tmp_path,
        accounts=[
            account("acme", "Ana", "smb", "pt-BR"), account("gone", "Bia"), account("quits", "Ana"),
            account("monthly", "Cid"), account("prospect", "Ana"),
        ],
        subscriptions=[
            yearly("acme", 1_000, "2025-12-15", "2026-12-15", product="Suite", plan="Pro"),
            contract("s-gone", "gone", 10_000, "2025-01-01", "2026-08-01"),
            cancelled("quits"),
            contract("s-monthly", "monthly", 30_000, "2026-01-10"),
        ],
        contacts=[
            person("Bruna", "acme", "buyer", language="en"), person("Caio", "acme", "champion"),
            person("Dora", "acme", "user", language="pt-BR"), person("Eva", "acme", "sponsor", left="2026-09-01"),
        ],
        exits=[{"exit_id": "e1", "account_id": "gone", "on_day": day("2026-07-20"), "reason": "price"}],
        goals=[{
            "goal_id": "g1", "account_id": "acme", "name": "Fewer errors", "baseline": 10.0, "target": 2.0,
            "current": 6.0, "set_on": day("2026-01-01"), "due_on": day("2026-12-31"),
        }],
        touches=[{
            "touch_id": "t1", "account_id": "acme", "on_day": day("2026-10-20"), "team": "sales",
            "direction": "both", "author": "Sara", "note": "hello",
        }],
    )  # fmt: skip


def test_an_account_is_summed_up_in_a_sentence(company):
    headlines = {
        name: said(run(company, "account_summary", account=name).headline)
        for name in ("acme", "gone", "quits", "prospect")
    }
    assert headlines == {
        "acme": "Acme pays R$1,000.00 a month and has been a customer since 15 Dec 2025.",
        "gone": "Gone left on 1 Aug 2026; it had been a customer since 1 Jan 2025.",
        "quits": "Quits has cancelled and leaves on 10 Jan 2027; it pays R$200.00 a month.",
        "prospect": "Prospect has never paid.",
    }


def test_the_drivers_of_one_account_add_up_to_its_score(company):
    *drivers, total = part(run(company, "account_summary", account="acme"), Table, "Risk score").rows
    assert sum(row[2] for row in drivers) == total[2].value == 11  # sponsor left 8, renews in 46 days 3
    assert {said(row[0]): row[2] for row in drivers if row[2]} == {"Sponsor left": 8, "Renewal ahead": 3}


def test_a_cancelled_account_has_no_renewal(company):
    first = facts(part(run(company, "account_summary", account="quits"), Facts))
    assert first["Renewal"] == "none, cancelled"


def test_of_an_account_long_gone_no_year_of_zeros_is_drawn(company):
    answer = run(company, "account_summary", today=day("2027-10-29"), account="gone")
    assert not any(isinstance(each, Chart) for each in answer.parts)
    assert not any("No goal" in note for note in notes(answer))


def test_teams_are_said_in_the_readers_language(company):
    rows = part(run(company, "account_summary", account="acme"), Table, "Last touches").rows
    assert [said(cell, "pt-BR") for cell in rows[0]] == ["20 de out. de 2026", "Vendas", "Sara", "hello"]


def test_an_account_that_the_book_has_not_is_refused_by_every_tool(company):
    for tool in ("account_summary", "trust_plan", "exit_survey", "interview_script"):
        with pytest.raises(ToolError, match="The book has no account"):
            run(company, tool, account="nobody")


# Drafts


def asks(answer):
    return [line for section in part(answer, Draft).sections for line in section.lines if isinstance(line, Ask)]


def lines(answer, language="en"):
    draft = part(answer, Draft)
    return [
        said(line, language)
        for section in draft.sections
        for line in section.lines
        if not isinstance(line, Ask | Action | Facts | Table | Passage)
    ]


def test_the_script_of_each_purpose_has_its_questions(company):
    ids = {
        (purpose, name): [ask.id for ask in asks(run(company, "interview_script", purpose=purpose, account=name))]
        for purpose, name in (("win_loss", "gone"), ("win_loss", "quits"), ("why_leave", "gone"))
    }
    buy, leave = ["buy-1", "buy-2", "buy-3"], [f"leave-{n}" for n in range(1, 6)]
    assert ids == {
        ("win_loss", "gone"): buy + leave,
        ("win_loss", "quits"): buy + leave,  # it still pays, but has decided to go
        ("why_leave", "gone"): leave,
    }


def test_a_role_is_asked_the_questions_of_that_role(company):
    by_role = {
        role: [ask.id for ask in asks(run(company, "interview_script", account="acme", role=role))]
        for role in ("buyer", "user")
    }
    assert by_role["buyer"] == [
        "buy-1", "buy-2", "buy-3", "stay-1", "stay-2", "stay-3", "stay-4", "stay-5"
    ]  # fmt: skip
    assert set(by_role["user"]) < set(by_role["buyer"])
    assert set(by_role["buyer"]) - set(by_role["user"]) == {"buy-2", "stay-2", "stay-5"}


def test_the_interview_is_with_someone_still_there_in_their_language(company):
    buyer = run(company, "interview_script", account="acme", role="buyer", language=None)
    assert part(buyer, Draft).language == "en"
    assert "Interview Bruna, buyer." in lines(buyer)
    user = run(company, "interview_script", account="acme", role="user")
    assert part(user, Draft).language == "pt-BR"
    sponsor = run(company, "interview_script", account="acme", role="sponsor")
    assert notes(sponsor) == ["The book has no contact of that role at this account."]
    assert part(sponsor, Draft).language == "pt-BR"  # the account's
    assert part(run(company, "interview_script", account="acme", language="en"), Draft).language == "en"


@pytest.mark.parametrize("name", ["acme", "gone", "quits", "monthly"])
def test_the_interviewer_is_never_the_accounts_own_manager(company, name):
    answer = run(company, "interview_script", account=name)
    (line,) = (
        line for line in part(answer, Draft).sections[0].lines if getattr(line, "msgid", "").startswith("Interviewer")
    )
    assert line.values["chosen"] != line.values["owner"]


def test_who_else_could_ask_is_said_and_is_the_same_each_time(company):
    """Bia looks after Gone; by its id (103 + 111 + 110 + 101 = 425, the odd one of two) it is Cid, else Ana."""
    first, again = (run(company, "interview_script", account="gone") for _ in range(2))
    assert lines(first)[:2] == [
        "Interviewer: Cid, because Bia looks after the account.",
        "Drawn by the account's id, so it is the same each time. It could also be Ana.",
    ]
    assert lines(first) == lines(again)


def flow(answer):
    (section,) = (s for s in part(answer, Draft).sections if s.heading.msgid.startswith("If they name it"))
    return section


def test_the_flow_turns_to_what_they_name_and_what_is_recorded_comes_first(company):
    gone = run(company, "interview_script", account="gone", purpose="why_leave", language="en")
    assert [said(line) for line in flow(gone).lines][:2] == [
        "If they name price or budget (recorded: price) → “What was the price compared with?”",
        "If they name another supplier → “What did they do differently?”",
    ]
    anyone = run(company, "interview_script", purpose="why_leave", language="pt-BR")
    assert said(flow(anyone).lines[0], "pt-BR") == (
        "Se mencionar preço ou orçamento → “O preço foi comparado com o quê?”"
    )


def test_the_facts_say_how_it_ended_and_for_how_long_it_lasted(company):
    def known(name):
        draft = part(run(company, "interview_script", account=name, language="en"), Draft)
        return next(facts(line) for s in draft.sections for line in s.lines if isinstance(line, Facts))

    assert known("gone") == {
        "Outcome": "lost", "Customer since": "1 Jan 2025", "Customer for": "19 months", "Left on": "1 Aug 2026",
        "Reason recorded": "price",
    }  # fmt: skip
    assert known("quits")["Outcome"] == "has cancelled, leaves on 10 Jan 2027"
    assert (known("acme")["Outcome"], known("acme")["Customer for"]) == ("stays", "10 months")
    assert known("prospect") == {"Outcome": "not won"}


def test_a_role_gets_probes_of_its_own_and_the_script_says_how_long_it_takes(company):
    def probes(role):
        return {
            a.id: a.probes for a in asks(run(company, "interview_script", account="acme", role=role, language="en"))
        }

    finance, buyer = probes("finance"), probes("buyer")
    assert finance["stay-3"] == ("Que número vocês olham para avaliar isso?",)  # the account's language
    assert buyer["stay-3"] == ()
    icp = run(company, "interview_script", purpose="icp", account="acme", language="en")
    assert [a.id for a in asks(icp)] == ["icp-1", "icp-2", "icp-3", "icp-4"]
    assert said(icp.headline) == "A draft with 4 questions, about 21 minutes."  # 5 + 4 × 4
    assert notes(icp) == []
    assert notes(run(company, "interview_script", purpose="icp", account="gone")) == [
        "Gone does not stay with us; ask customers who do well about the ideal customer."
    ]


def test_with_one_manager_only_someone_else_is_asked_for(tmp_path):
    book = book_at(
        tmp_path, accounts=[account("solo", "Ana")], subscriptions=[contract("s", "solo", 1_000, "2026-01-01")]
    )
    assert "Have someone other than Ana ask: people are franker with a stranger." in lines(
        run(book, "interview_script", account="solo")
    )


def test_a_why_leave_script_for_one_that_stays_is_questioned_but_not_for_one_that_has_cancelled(company):
    assert notes(run(company, "interview_script", account="acme", purpose="why_leave")) == [
        "Acme still pays; why-stay questions may fit better."
    ]
    assert notes(run(company, "interview_script", account="quits", purpose="why_leave")) == []


@pytest.mark.parametrize("language", ["en", "pt-BR"])
def test_the_exit_survey_asks_five_questions_with_their_logic(company, language):
    answer = run(company, "exit_survey", account="gone", language=language)
    shown = {ask.id: (ask.answer, ask.only_if) for ask in asks(answer)}
    assert shown == {
        "leave-1": ("yes_no", None),
        "leave-2": ("choice", ("leave-1", "yes")),
        "leave-3": ("choice", None),
        "leave-4": ("open", None),
        "leave-5": ("open", None),
    }


def test_in_writing_each_question_asks_one_thing_and_the_time_is_worked_out(company):
    """113 words at 180 a minute are 38 s; yes or no 5, two choices 10 each, two open ones 40 each: 143 s."""
    answer = run(company, "exit_survey", account="gone", language="en")
    assert [ask.text for ask in asks(answer)][3:] == [
        "Which factors weighed in your decision?", "Where should we do better?"
    ]  # fmt: skip
    read = [text for a in asks(answer) for text in (a.text, *a.options, *a.probes)]
    promise = "We are not asking you to reconsider; we want to learn and improve."
    assert sum(len(text.split()) for text in (promise, *read)) == 113
    assert said(answer.headline) == "A survey with 5 questions, about 3 minutes."


@pytest.mark.parametrize("language", ["en", "pt-BR"])
def test_nothing_in_the_exit_survey_tries_to_win_them_back(company, language):
    """But for the sentence that must stand before it, which says that we do not."""
    draft = part(run(company, "exit_survey", account="gone", language=language), Draft)
    first, *others = (line for section in draft.sections for line in section.lines)
    must = {
        "en": "We are not asking you to reconsider; we want to learn and improve.",
        "pt-BR": "Não queremos fazer vocês reconsiderarem; queremos aprender e melhorar.",
    }
    assert said(first, language) == must[language]
    words = []
    for line in others:
        words += [line.text, *line.options, *line.probes] if isinstance(line, Ask) else [said(line, language)]
    forbidden = (
        "reconsider", "come back", "offer", "discount", "deal", "stay with", "oferta", "desconto", "voltar", "volte",
        "reconsiderar", "condição especial", "fique",
    )  # fmt: skip
    text = " ".join(words).casefold()
    assert [word for word in forbidden if word in text] == []


def test_a_survey_for_someone_who_has_not_cancelled_comes_with_a_warning(company):
    warning = "still pays: send it only once the cancellation is certain."
    warned = {
        name: warning in " ".join(notes(run(company, "exit_survey", account=name)))
        for name in ("acme", "quits", "gone")
    }
    assert warned == {"acme": True, "quits": False, "gone": False}
    assert run(company, "exit_survey").accounts == frozenset()


# Trust plan


def actions(answer):
    return [line for section in part(answer, Draft).sections for line in section.lines if isinstance(line, Action)]


@pytest.mark.parametrize("days_left", [1, 2, 3, 5, 9, 14, 30, 46, 90, 119, 120, 121, 250, 364])
def test_every_action_has_an_owner_and_a_working_day_between_today_and_the_renewal(tmp_path, days_left):
    renewal = day("2026-12-15")
    today = renewal - timedelta(days=days_left)
    book = book_at(
        tmp_path,
        accounts=[account("acme", "Ana")],
        subscriptions=[yearly("acme", 1_000, "2025-12-15", "2026-12-15")],
    )
    planned = actions(run(book, "trust_plan", today=today, account="acme"))
    assert len(planned) == 8
    assert {action.owner for action in planned} == {"Ana"}
    assert all(today <= action.due <= renewal for action in planned)
    weekend = [action.due for action in planned if action.due.weekday() > 4]
    assert weekend == [], f"today is {today:%A}"


@pytest.mark.parametrize("today", ["2026-12-12", "2026-12-13"])  # a weekend before the renewal on Tuesday
def test_a_plan_made_at_the_weekend_begins_on_monday(tmp_path, today):
    book = book_at(
        tmp_path, accounts=[account("acme", "Ana")], subscriptions=[yearly("acme", 1_000, "2025-12-15", "2026-12-15")]
    )
    due = {action.due for action in actions(run(book, "trust_plan", today=day(today), account="acme"))}
    assert due <= {day("2026-12-14"), day("2026-12-15")}


def test_nobody_is_asked_to_work_on_christmas_or_new_years_day(tmp_path):
    for start in range(1, 29):
        renewal = date(2027, 2, start)
        book = make_book(
            f"sqlite:///{tmp_path / f'{start}.sqlite'}",
            subscriptions=[yearly("acme", 10, "2026-02-01", renewal.isoformat())],
        )
        due = {action.due for action in actions(run(book, "trust_plan", account="acme"))}
        assert not due & {date(2026, 12, 25), date(2027, 1, 1)}


def test_a_plan_serves_both_purposes_and_names_who_does_what(company):
    answer = run(company, "trust_plan", account="acme")
    assert said(answer.headline) == "A draft plan for Acme, counted back from the renewal on 15 Dec 2026."
    by_section = {
        said(section.heading): [action for action in section.lines if isinstance(action, Action)]
        for section in part(answer, Draft).sections
    }
    assert {heading: len(found) for heading, found in by_section.items() if found} == {
        "Purpose 1: secure the renewal": 5,
        "Purpose 2: support the upsell": 3,
    }
    due = [action.due for action in by_section["Purpose 1: secure the renewal"]]
    assert due == sorted(due)
    signed = by_section["Purpose 1: secure the renewal"][-1]
    assert (said(signed.what), signed.owner) == ("Have the renewal signed", "Sara")  # sales spoke with them last


def test_a_plan_without_a_manager_says_so_and_still_names_no_empty_owner(tmp_path):
    book = book_at(tmp_path, subscriptions=[yearly("orphan", 10, "2026-02-01", "2027-02-01")])
    answer = run(book, "trust_plan", account="orphan")
    assert "The account has no owner: name one, or the plan stays incomplete." in notes(answer)
    assert {said(action.owner) for action in actions(answer)} == {"to be named"}


def test_who_pays_by_the_month_gets_a_plan_of_ninety_days(company):
    answer = run(company, "trust_plan", account="monthly")
    assert said(answer.headline) == "A draft plan for Monthly, which pays by the month: it runs to 28 Jan 2027."


def test_a_cancelled_account_is_not_sold_anything_more(company):
    answer = run(company, "trust_plan", account="quits")
    assert said(answer.headline) == "A draft plan to win Quits over before it leaves on 10 Jan 2027."
    assert "It has already cancelled: speak with who decided before anything else." in notes(answer)
    assert "Offer nothing more while the cancellation stands." in lines(answer)
    assert len(actions(answer)) == 5


def test_for_an_account_that_left_there_is_nothing_to_plan(company):
    with pytest.raises(ToolError) as refusal:
        run(company, "trust_plan", account="gone")
    assert said(refusal.value.message) == (
        "Gone left on 1 Aug 2026, so there is no renewal to secure. Find out why they left first."
    )
    assert len(refusal.value.suggestions) == 3


# Playbooks


PASSAGE = Passage("Ask first.", "usage.md#first", "Save play", "First", "en")


def test_a_playbook_is_quoted_with_its_source_in_the_language_asked(company):
    shelf = Playbooks([PASSAGE])
    answer = run(company, "find_playbook", knowledge=shelf, language="pt-BR", topic="queda de uso")
    assert shelf.asked == [("queda de uso", "pt-BR")]
    assert answer.parts[0] is PASSAGE and said(answer.headline) == "From the playbook “Save play”:"
    assert isinstance(answer.parts[-1], NextSteps)


def test_what_no_playbook_covers_is_refused_with_the_nearest_ones(company):
    with pytest.raises(ToolError) as refusal:
        run(company, "find_playbook", knowledge=Playbooks(titles=["Save play"]), topic="carrots")
    assert [said(each) for each in refusal.value.suggestions] == ["What do the playbooks say about Save play?"]


def test_a_share_is_a_fraction_until_it_is_shown(risky):
    whole = next(p for p in run(risky, "accounts_at_risk").parts if isinstance(p, Facts) and p.title is None)
    assert whole.items[1].value.value == Fraction(610_000, 660_000)
