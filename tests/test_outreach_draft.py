"""Messages to customers: to whom, what they say, and what they leave to a person, on a book read by hand."""

import pytest

from tests.books import contract, day, make_book
from tests.conftest import ask
from tests.test_contact_tools import Logged
from tests.test_tools import Playbooks, account, cells, facts, notes, part, person, said
from tools import Contacting, Deps, Draft, Facts, Table, ToolError, Touch, load

TODAY = day("2026-10-30")  # a Friday
TOOLS = load()


def touch(id_, account_id, on, contact, direction="outbound", note=None):
    return {
        "touch_id": id_, "account_id": account_id, "on_day": day(on), "team": "cs", "contact_id": contact,
        "direction": direction, "channel": "email", "note": note,
    }  # fmt: skip


def yearly(name, renews, **more):
    line = {"interval_unit": "year", "renews_on": day(renews), "product": "Suite", "plan": "Pro"} | more
    return contract(f"s-{name}", name, 120_000, "2025-12-15", **line)


def used(on, events):
    return {"account_id": "acme", "on_day": day(on), "feature": "forms", "events": events, "users": 3}


@pytest.fixture
def book(tmp_path):
    return make_book(
        f"sqlite:///{tmp_path / 'book.sqlite'}", as_of="2026-10-30",
        accounts=[
            account("acme", "Ana Prado", language="pt-BR"), account("late", "bia@us.example"), account("monthly"),
            account("quits"), account("gone", "Ana Prado"), account("fresh", "Ana Prado"), account("prospect"),
        ],
        subscriptions=[
            yearly("acme", "2027-01-14", notice_days=60, auto_renew=True),
            yearly("late", "2026-11-14", notice_days=30, auto_renew=False),
            contract("s-monthly", "monthly", 30_000, "2026-01-10"),
            yearly("quits", "2027-01-10", ended_on=day("2027-01-10"), cancelled_on=day("2026-10-01")),
            contract("s-gone", "gone", 10_000, "2025-01-01", "2026-08-01", product="Suite"),
            contract("s-fresh", "fresh", 10_000, "2025-01-01", "2026-10-20", product="Suite"),
        ],
        contacts=[
            person("Bruna Reis", "acme", "buyer", language="en"), person("Caio Melo", "acme", "champion"),
            person("Dora Luz", "acme", "user", language="pt-BR"), person("Eva Sá", "acme", "sponsor", "2026-09-01"),
            person("Gil Sousa", "gone", "sponsor"), person("Fay Low", "fresh", "buyer"),
        ],
        touches=[
            touch("K-1", "acme", "2026-10-26", "acme-Bruna Reis"),
            touch("K-2", "acme", "2026-10-28", "acme-Bruna Reis"),
            touch("K-3", "acme", "2026-09-15", "acme-Dora Luz", "both", "They mentioned a budget cut"),
        ],
        exits=[{
            "exit_id": "e1", "account_id": "gone", "on_day": day("2026-07-20"), "reason": "price", "comment": "Dear",
        }],
        usage=[
            used("2026-08-31", 900),
            *(used(on, 100) for on in ("2026-09-07", "2026-09-14", "2026-09-21", "2026-09-28")),
            *(used(on, 61) for on in ("2026-10-05", "2026-10-12", "2026-10-19", "2026-10-26")),
        ],
    )  # fmt: skip


def run(book, kind, account="acme", contacting=None, today=TODAY, language="en", **arguments):
    deps = Deps(book, Playbooks(), today, language, contacting=contacting or Contacting())
    asked = TOOLS["outreach_draft"].input.model_validate({"account": account, "kind": kind, **arguments})
    return TOOLS["outreach_draft"].run(asked, deps)


def letter(answer):
    """Subject and lines, in the reader's language."""
    draft = part(answer, Draft)
    subject, message = draft.sections
    return [said(line, draft.language) for section in (subject, message) for line in section.lines]


def test_a_renewal_notice_states_day_term_and_notice_and_leaves_the_price_open(book):
    answer = run(book, "renewal_notice", role="user")
    assert letter(answer) == [
        "O contrato de vocês renova em 14 de jan. de 2027",
        "Olá, Dora!",
        "O contrato de vocês, de Suite, renova em 14 de jan. de 2027.",
        "A renovação é automática, por mais 12 meses.",
        "Se quiserem mudar ou encerrar o contrato, avisem a gente até 15 de nov. de 2026, por favor: "
        "ele pede 60 dias de aviso prévio.",  # 14 January less 60 days
        "A partir daí valem estas condições: [preço e condições a partir da renovação].",
        "Se quiserem conversar sobre isso antes, tenho horário em [duas datas].",
        "Um abraço,",
        "Ana Prado",
    ]
    assert said(answer.headline) == (
        "A message to Dora Luz of Acme, in Portuguese, with 2 blanks to fill in. Nothing is sent from here."
    )
    assert cells(part(answer, Table)) == [["price and terms from the renewal on"], ["two dates"]]
    assert [(figure.metric, figure.value) for figure in answer.figures] == [
        ("contract_term", 12), ("notice_period", 60)
    ]  # fmt: skip
    assert all(dict(figure.segment)["subscription_id"] == "s-acme" for figure in answer.figures)
    draft = part(answer, Draft)
    assert (draft.category, draft.contact_id, draft.account_id) == ("cs", "acme-Dora Luz", "acme")


def test_a_contract_that_ends_and_whose_notice_is_over_is_said_to(book):
    answer = run(book, "renewal_notice", "late")
    assert letter(answer)[1:] == [
        "Hello [name],",
        "Your contract for Suite renews on 14 Nov 2026.",
        "It does not renew by itself: without your agreement it ends on that day.",
        "The contract asks for 30 days of notice; the last day to give it was 15 Oct 2026.",
        "If you meant to change or end it, tell me and I will find out what is still possible.",
        "These terms hold from then on: [price and terms from the renewal on].",
        "If you would like to go through it together first, I am free on [two dates].",
        "Best regards,",
        "[your name]",
    ]
    assert notes(answer) == ["The last day to give notice, 15 Oct 2026, is over: this comes late."]
    assert facts(part(answer, Facts)) == {"To": "nobody: the book knows no one who is still there"}


def test_of_the_fitting_roles_the_first_whom_the_guard_allows_is_written_to(book):
    """Bruna, the buyer, has had two messages this week; 26 Oct falls out of the week on 2 Nov."""
    answer = run(book, "renewal_notice")
    assert facts(part(answer, Facts)) == {
        "To": "Caio Melo, champion",
        "Why": "works with us most closely; the contact guard allows it on 30 Oct 2026",
        "Passed over": "Bruna Reis, buyer (not before 2 Nov 2026)",
    }
    named = run(book, "renewal_notice", said="write to Bruna about the renewal")
    assert facts(part(named, Facts)) == {
        "To": "Bruna Reis, buyer", "Why": "named in the question; the contact guard allows it from 2 Nov 2026 on"
    }  # fmt: skip
    assert part(named, Draft).language == "en"


def test_where_nobody_may_be_written_to_it_is_the_one_who_may_first(book):
    saturday = run(book, "renewal_notice", today=day("2026-10-31"))
    assert (
        facts(part(saturday, Facts))["Why"] == "decides on the contract; the contact guard allows it from 2 Nov 2026 on"
    )


@pytest.mark.parametrize(
    ("touchpoint", "whom", "subject"),
    [
        (None, "Caio Melo, champion", "One question about working with us"),
        ("support", "Dora Luz, user", "One question about the support you had"),
        ("renewal", "Caio Melo, champion", "One question about your renewal"),  # Bruna may not be asked
        ("onboarding", "Caio Melo, champion", "One question about your first weeks with us"),
        ("qbr", "Caio Melo, champion", "One question about our business review"),
    ],
)
def test_an_nps_request_asks_one_question_of_whoever_can_answer_it(book, touchpoint, whom, subject):
    answer = run(book, "nps_request", touchpoint=touchpoint, language="en")
    assert facts(part(answer, Facts))["To"] == whom
    asked = run(book, "nps_request", touchpoint=touchpoint, said="Bruna")
    first, _, _, question, *_ = letter(asked)
    assert first == subject
    assert question == (
        "How likely are you to recommend Suite to a friend or colleague, from 0 (not at all likely) to 10 (extremely "
        "likely)?"
    )
    assert sum(line.endswith("?") for line in letter(asked)) == 1
    assert part(answer, Draft).category == "survey"


def test_a_follow_up_is_for_whoever_spoke_with_us_last_and_holds_no_note_of_ours(book):
    answer = run(book, "follow_up")
    assert facts(part(answer, Facts))["To"] == "Dora Luz, user"
    assert letter(answer)[2] == "Agradeço a conversa de 15 de set. de 2026."
    assert notes(answer) == ["Noted on 15 Sept 2026, for you alone: “They mentioned a budget cut”"]
    assert not any("budget" in line for line in letter(answer))
    logged = Logged([Touch("T-9", "acme", day("2026-10-29"), "cs", "acme-Caio Melo", "both")])
    later = run(book, "follow_up", contacting=Contacting(logged))
    assert facts(part(later, Facts))["To"] == "Caio Melo, champion"
    assert letter(later)[2] == "Agradeço a conversa de 29 de out. de 2026."


def test_a_win_back_waits_for_the_quiet_period_and_says_until_when(book):
    with pytest.raises(ToolError) as refusal:
        run(book, "win_back", "fresh")
    assert said(refusal.value.message) == (
        "Fresh left on 20 Oct 2026 and is left in peace for now: a win-back message may go out from 19 Nov 2026 on."
    )
    with pytest.raises(ToolError, match="has not left"):
        run(book, "win_back", "acme")
    answer = run(book, "win_back", "gone")
    assert letter(answer) == [
        "What has changed since you left",
        "Hello Gil,",
        "You left us on 1 Aug 2026.",
        "You told us why back then. Since then this has changed: [what has changed about the reason they left for].",
        "If that makes Suite of use to you again, I will gladly show it to you.",
        "If not, there is nothing you need to do: I will leave it at this one message.",
        "Best regards,",
        "Ana Prado",
    ]
    assert notes(answer) == ["Recorded reason: price. In their words: “Dear” Write only if that changed."]
    assert part(answer, Draft).category == "sales"
    assert letter(run(book, "win_back", "fresh", today=day("2026-11-19")))[2] == "You left us on 20 Oct 2026."


def test_a_re_engagement_counts_whole_weeks_as_often_as_those_before(book):
    answer = run(book, "re_engagement", language="pt-BR", said="Bruna")
    assert letter(answer)[2:4] == [
        "In the last four full weeks Suite was used 244 times at your company; in the four weeks before, 400 times.",
        "The last time we heard from you was on 15 Sept 2026.",
    ]
    assert [figure.value for figure in answer.figures] == [4 * 61, 4 * 100]
    assert said(answer.headline, "pt-BR").startswith("Uma mensagem para Bruna Reis, de Acme, em inglês")
    months_later = run(book, "re_engagement", today=day("2026-12-18"), said="Bruna")
    assert not months_later.figures  # what was reported then are no last four weeks


def test_a_change_is_checked_against_term_and_notice(book):
    answer = run(book, "change_announcement", day="2027-01", language="en", said="Bruna")
    assert letter(answer)[0] == "A change to Suite from 1 Jan 2027"
    assert letter(answer)[2] == "From 1 Jan 2027 on, this changes: [what changes: how it was, how it will be]."
    assert letter(answer)[5] == (
        "If the change does not suit you: your contract runs to 14 Jan 2027 and asks for 60 days of notice, so you can "
        "end it by telling us by 15 Nov 2026."
    )
    assert notes(answer) == ["It would hold from 1 Jan 2027, before the term ends on 14 Jan 2027: check that you may."]
    late = run(book, "change_announcement", "late", day="2027-01")
    assert notes(late) == ["The last day to give notice, 15 Oct 2026, is over: they could not decline it in time."]
    assert letter(late)[5] == ("If the change does not suit you: [what the contract lets them do, and by when].")
    assert notes(run(book, "change_announcement", "late"))[0].startswith("Say from which day it holds")


@pytest.mark.parametrize(
    ("kind", "account_id", "why"),
    [
        ("renewal_notice", "monthly", "Monthly pays by the month: there is no renewal to give notice of."),
        ("renewal_notice", "gone", "Gone left on 1 Aug 2026: this message is for customers."),
        ("nps_request", "quits", "Quits has cancelled and leaves on 10 Jan 2027: such a message would pass over what "
         "they told us."),
        ("re_engagement", "prospect", "Prospect has never paid: these messages are for customers."),
        ("follow_up", "nobody", "The book has no account “nobody”."),
    ],
)  # fmt: skip
def test_what_would_be_wrong_to_send_is_not_drafted(book, kind, account_id, why):
    with pytest.raises(ToolError) as refusal:
        run(book, kind, account_id)
    assert said(refusal.value.message) == why


def test_a_role_that_nobody_has_is_said_and_another_is_written_to(book):
    answer = run(book, "re_engagement", role="finance")
    assert notes(answer) == ["The book has no contact of that role at this account."]
    assert facts(part(answer, Facts))["To"] == "Caio Melo, champion"


def test_in_conversation_a_blocked_draft_lists_the_touches_and_the_first_day_and_counts_once_approved(demo):
    """A true friend is written to once a week: approved once, the second message to the same person is not."""
    reply = ask(demo, "renewal notice for Itupolo & Moraes in English")
    draft = next(note.split()[1] for note in notes(reply.answer) if note.startswith("Draft D-"))
    assert said(ask(demo, f"approve {draft}").message).startswith(f"Draft {draft} is approved for 20 Nov 2026.")
    second = ask(demo, "renewal notice for Itupolo & Moraes, to Juliana Correia").answer
    assert "First allowed day: 1 Dec 2026." in notes(second)
    used_up = part(second, Table, "Touches that used up the budget")
    latest, *earlier = cells(used_up)
    assert latest[:4] == ["20 Nov 2026", "Customer success team", "e-mail", "Juliana Correia"] and len(earlier) == 2


def test_no_letter_holds_a_number_that_is_no_figure(book):
    """Days are days; the scale of the question is its own."""
    for kind in ("renewal_notice", "follow_up", "re_engagement", "change_announcement"):
        draft = part(run(book, kind, day="2027-03"), Draft)
        for section in draft.sections:
            for line in section.lines:
                assert not any(isinstance(value, int | float) for value in line.values.values())
