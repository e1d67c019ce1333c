"""Side by side: peers, campaigns, regions, products and actions, on books counted by hand."""

from fractions import Fraction

import pytest

from tests.books import contract, day, make_book
from tests.test_tools import Playbooks, account, cells, notes, part, said
from tools import Deps, Table, ToolError, load
from tools.metrics import all_campaigns, difference, peers, products

TOOL = load()["compare"]
TODAY = day("2026-10-30")


def run(book, language="en", today=TODAY, **arguments):
    return TOOL.run(TOOL.input.model_validate(arguments), Deps(book, Playbooks(), today, language))


def reached(id_, campaign, name, on="2026-06-01", responded=None, converted=None, contact=None):
    return {
        "response_id": id_, "campaign_id": campaign, "account_id": name, "contact_id": contact, "reached_on": day(on),
        "responded_on": day(responded) if responded else None, "converted_on": day(converted) if converted else None,
    }  # fmt: skip


# Two shares


def test_the_interval_is_that_of_newcombes_worked_example():
    """Newcombe (1998), table II, 56/70 against 48/80, method 10: 0.0524 to 0.3339."""
    found = difference(56, 70, 48, 80)
    assert (round(float(found.low), 4), round(float(found.high), 4)) == (0.0524, 0.3339)
    assert not found.holds_zero
    assert difference(1, 10, 1, 11).holds_zero
    assert difference(0, 0, 1, 2) is None


# Peers


@pytest.fixture
def alike(tmp_path):
    """`one` and `twin` are the same; `near` pays a little more; `far` is another segment and much larger."""

    def row(name, segment, employees):
        return {**account(name, "Ana", segment), "employees": employees}

    return make_book(
        f"sqlite:///{tmp_path / 'book.sqlite'}", as_of="2026-10-30",
        accounts=[
            row("one", "smb", 20), row("twin", "smb", 20), row("near", "smb", 30), row("far", "enterprise", 3000),
            row("gone", "smb", 20),
        ],
        subscriptions=[
            contract("s1", "one", 10_000, "2026-01-01"), contract("s2", "twin", 10_000, "2026-01-01"),
            contract("s3", "near", 12_000, "2026-01-01"), contract("s4", "far", 900_000, "2024-01-01"),
            contract("s5", "gone", 10_000, "2026-01-01", "2026-05-01"),
        ],
        usage=[
            {"account_id": name, "on_day": day("2026-10-20"), "feature": "forms", "events": events}
            for name, events in (("one", 10), ("twin", 10), ("near", 40))
        ],
        tickets=[{"ticket_id": "t", "account_id": "near", "opened_on": day("2026-10-01")}],
    )  # fmt: skip


def test_the_nearest_are_those_most_alike_by_what_is_known_of_both(alike):
    found, among, _ = peers(alike, "one", TODAY, 2)
    assert [(each.account_id, each.known) for each in found] == [
        ("twin", ("segment", "employees", "tenure", "mrr", "usage")),
        ("near", ("segment", "employees", "tenure", "mrr", "usage")),
    ]
    assert (found[0].distance, among) == (0.0, 3)
    assert [each.account_id for each in peers(alike, "one", TODAY, 9)[0]] == ["twin", "near", "far"]
    assert peers(alike, "one", TODAY, 9)[0][-1].known == ("segment", "employees", "tenure", "mrr")
    assert peers(alike, "gone", TODAY, 3) == ([], 0, peers(alike, "gone", TODAY, 3)[2])


def test_the_answer_shows_k_features_distances_and_where_the_account_stands(alike):
    answer = run(alike, account="one", limit=3)
    nearest = part(answer, Table, "The {n} nearest peer")
    assert said(nearest.title) == "The 3 nearest peers"
    assert cells(nearest)[0] == [
        "Twin", "smb", "R$100.00", "0.00", "segment, employees, months as a customer, MRR and usage"
    ]  # fmt: skip
    beside = {row[0]: row[1:] for row in cells(part(answer, Table, "Beside its peers"))}
    assert beside["MRR"] == ["R$100.00", "R$120.00", "16.67%", "3"]  # level with one of three
    assert beside["Times used, last 4 full weeks"] == ["10", "10", "25.00%", "2"]
    assert beside["Tickets opened, 90 days"] == ["0", "0", "66.67%", "3"]
    assert said(answer.headline) == (
        "One lags behind at least three in four of its 3 nearest peers in: MRR and Times used, last 4 full weeks."
    )
    assert answer.listed == ("twin", "near", "far")


def test_who_does_not_pay_has_no_peers(alike):
    with pytest.raises(ToolError, match="there are no peers"):
        run(alike, account="gone")


def test_without_anything_to_compare_it_says_what_there_is(alike):
    assert said(run(alike).headline).startswith("Say what to compare: an account with its peers, two campaigns")


# Campaigns


@pytest.fixture
def told(tmp_path):
    """Spring reached ten accounts and won four, autumn ten and won none; winter is another offer, of one account."""
    names = [f"a{n}" for n in range(10)]
    return make_book(
        f"sqlite:///{tmp_path / 'book.sqlite'}", as_of="2026-10-30",
        accounts=[account(name, "Ana", "smb" if name < "a5" else "enterprise") for name in names],
        subscriptions=[
            *(contract(f"s-{name}", name, 10_000, "2025-01-01") for name in names),
            contract("more-0", "a0", 3_000, "2026-06-20"),  # the day of the decision
            contract("more-1", "a1", 4_000, "2026-07-19"),  # 29 days later
            contract("more-2", "a2", 5_000, "2026-07-20"),  # 30 days later: too late
        ],
        campaigns=[
            {"campaign_id": "c1", "name": "Spring push", "offer": "Forms", "starts_on": day("2026-06-01")},
            {"campaign_id": "c2", "name": "Autumn push", "offer": "Forms", "starts_on": day("2026-09-01")},
            {"campaign_id": "c3", "name": "Winter", "offer": "Mobile", "starts_on": day("2026-10-01")},
            {"campaign_id": "c4", "name": "Next year", "starts_on": day("2027-01-01")},
        ],
        campaign_contacts=[
            *(reached(f"r1{name}", "c1", name, responded="2026-06-10" if name < "a6" else None,
                      converted="2026-06-20" if name < "a4" else None) for name in names),
            reached("r-again", "c1", "a0", contact="another person"),
            *(reached(f"r2{name}", "c2", name, "2026-09-02") for name in names),
            reached("r3", "c3", "a0", "2026-10-02", converted="2026-10-20"),
            reached("r4", "c3", "a1", "2026-11-20"),
        ],
    )  # fmt: skip


def test_campaigns_are_counted_alike_in_accounts_and_in_mrr_of_thirty_days(told):
    found = [
        (each.name, each.reached, each.responded, each.converted, each.mrr, each.open)
        for each in all_campaigns(told, TODAY)
    ]
    assert found == [
        ("Winter", 1, 0, 1, 0, 1), ("Autumn push", 10, 0, 0, 0, 0), ("Spring push", 10, 6, 4, 7_000, 0),
    ]  # fmt: skip
    assert [each.reached for each in all_campaigns(told, TODAY, {"segment": "smb"})] == [1, 5, 5]


def test_the_named_campaigns_are_compared_with_an_interval(told):
    answer = run(told, sides="campaigns", said="compare the autumn push with the spring push campaign")
    assert said(answer.subject) == "Autumn push beside Spring push"
    assert said(answer.headline) == "Autumn push converted fewer of the accounts it reached than Spring push."
    rows = {row[0]: row[1:] for row in cells(part(answer, Table, "The same measures of both"))}
    assert rows["Accounts reached"] == ["10", "10"] and rows["Conversion"] == ["0.00%", "40.00%"]
    assert rows["MRR won"] == ["R$0.00", "R$70.00"]
    assert cells(part(answer, Table, "How far apart they may be"))[0] == [
        "Conversion", "-40.00 pp", "-68.73 pp", "-3.84 pp", "a difference"
    ]  # fmt: skip
    assert any("Fewer than 30 accounts were reached by Autumn push and Spring push" in note for note in notes(answer))


def test_no_difference_may_be_shown_and_unnamed_campaigns_are_the_latest_with_the_one_before(told):
    answer = run(told, sides="campaigns", said="compare the current campaign with the last one")
    assert said(answer.subject) == "Winter beside Autumn push"
    smb = run(told, sides="campaigns", said="autumn push", segment="enterprise")
    assert said(smb.subject) == "Autumn push beside Spring push"  # of one: the one before it with its offer
    assert said(smb.headline) == "No difference in conversion is shown between Autumn push and Spring push."


def test_without_campaigns_it_says_which_tables_are_missing(alike):
    with pytest.raises(ToolError, match="campaigns and campaign_contacts"):
        run(alike, sides="campaigns", said="compare campaigns")


# Regions and products


@pytest.fixture
def places(tmp_path):
    """North kept five of six and grew a product; south lost four of six; one account has no region."""
    rows, lines = [], []
    for region, lost in (("north", 1), ("south", 4)):
        for n in range(6):
            name = f"{region}{n}"
            rows.append({**account(name, "Ana"), "region": region})
            end = "2026-08-01" if n < lost else None
            lines.append(contract(f"s-{name}", name, 10_000, "2025-01-01", end, product="Base"))
    rows.append(account("nowhere"))
    lines += [
        contract("s-nowhere", "nowhere", 5_000, "2025-01-01", product="Base"),
        contract("add-1", "north1", 2_000, "2026-01-01", product="Forms"),
        contract("add-2", "north2", 2_000, "2025-01-01", "2026-09-01", product="Forms"),
    ]
    return make_book(
        f"sqlite:///{tmp_path / 'book.sqlite'}", as_of="2026-10-30", accounts=rows, subscriptions=lines,
        usage=[
            {"account_id": name, "on_day": day("2026-10-12"), "feature": "forms", "events": events}
            for name, events in (("north1", 100), ("north2", 200), ("south5", 10))
        ],
    )  # fmt: skip


def test_regions_add_up_to_the_whole_and_have_a_next_step(places):
    table = cells(part(run(places, sides="regions"), Table, "{by}"))
    assert table == [
        ["north", "R$520.00", "67.53%", "5", "60", "1 of 6", "16.67%", "used more, and stays: offer more"],
        ["south", "R$200.00", "25.97%", "2", "5", "4 of 6", "66.67%", "more leave than elsewhere: find out why"],
        ["none recorded", "R$50.00", "6.49%", "1", "—", "0 of 1", "—", "as elsewhere: keep the rhythm"],
        ["Total", "R$770.00", "100.00%", "8", "39", "5 of 13", "38.46%", "—"],
    ]


def test_products_are_counted_by_their_own_lines_and_add_up(places):
    from tools.metrics import Period

    found, _ = products(places, TODAY, Period.parse("2026-09-28..2026-10-25"))
    assert [(each.name, each.mrr, each.accounts, each.start, each.left, each.usage) for each in found] == [
        ("Base", 75_000, 8, 13, 5, 310), ("Forms", 2_000, 1, 1, 1, 100),
    ]  # fmt: skip
    rows = cells(part(run(places, sides="products"), Table, "{by}"))
    assert [row[1] for row in rows] == ["R$750.00", "R$20.00", "R$770.00"]


# Actions


@pytest.fixture
def acted(tmp_path):
    """Four accounts paid in April; two were called in the second quarter and kept paying, one of the others left."""

    def call(id_, name, on, direction="both", note=None):
        return {
            "touch_id": id_, "account_id": name, "on_day": day(on), "team": "cs", "direction": direction, "note": note,
        }  # fmt: skip

    return make_book(
        f"sqlite:///{tmp_path / 'book.sqlite'}", as_of="2026-10-30",
        subscriptions=[
            contract("s1", "called", 10_000, "2025-01-01"), contract("s2", "reviewed", 10_000, "2025-01-01"),
            contract("s3", "left", 10_000, "2025-01-01", "2026-08-01"), contract("s4", "stayed", 10_000, "2025-01-01"),
            contract("s5", "called", 5_000, "2026-07-01"), contract("s6", "young", 10_000, "2026-05-01"),
        ],
        touches=[
            call("1", "called", "2026-05-05"), call("2", "reviewed", "2026-06-01", note="QBR"),
            call("3", "left", "2026-05-05", "outbound"), call("4", "stayed", "2026-07-05"),
            call("5", "young", "2026-05-06"),
        ],
    )  # fmt: skip


def test_what_went_with_an_action_is_shown_beside_those_without_it_and_called_not_causal(acted):
    answer = run(acted, sides="actions", period="2026-Q2")
    assert cells(part(answer, Table)) == [
        ["with a conversation with customer success", "2", "R$200.00", "R$250.00", "25.00%", "0", "0.00%"],
        ["without", "2", "R$200.00", "R$100.00", "-50.00%", "1", "50.00%"],
    ]
    assert said(answer.headline).endswith("not causal.")
    assert any(note.startswith("Not causal:") for note in notes(answer))
    reviews = run(acted, sides="actions", deed="review", period="2026-Q2")
    assert cells(part(reviews, Table))[0][:2] == ["with a business review", "1"]


def test_an_action_of_which_nothing_can_be_known_yet_is_not_judged(acted):
    with pytest.raises(ToolError, match="90 days later"):
        run(acted, sides="actions", period="2026-10")


def test_what_stands_is_a_fraction_of_the_peers(alike):
    from tools._account import read_account
    from tools._alike import Alike

    of_one = Alike(read_account("one", Deps(alike, Playbooks(), TODAY, "en")), 3, Deps(alike, Playbooks(), TODAY, "en"))
    assert of_one.standings[0].percentile.value == Fraction(1, 6)
