"""The contact guard: exact days worked out by hand, and against a slow and obvious reference."""

from datetime import date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from tools._contacting import read_rules
from tools._guard import Allowed, Blocked, Cap, Known, QuietHours, QuietPeriod, Rules, Touch, Wish, decide

MONDAY = date(2026, 11, 2)
ALWAYS = QuietHours(opens="00:00", closes="23:59:59", weekdays=())
WEEK = Cap(id="week", per="contact", days=7, most=2)


def touch(id_, on, category="cs", contact="maria", direction="outbound"):
    return Touch(id_, "acme", on, category, contact, direction)


def wish(on, category="cs", contact="maria"):
    return Wish("acme", category, on, contact)


def rules(*caps, quiet=(), hours=ALWAYS):
    return Rules(caps=caps, quiet_periods=quiet, quiet_hours=hours)


def ids(touches):
    return [each.id for each in touches]


def test_two_in_a_week_block_a_third_until_the_first_is_seven_days_old():
    # touches on 2 and 4 Nov: 9 Nov is the first day whose week (3 to 9) holds only one of them
    known = Known((touch("a", MONDAY), touch("b", MONDAY + timedelta(2))))
    decision = decide(wish(date(2026, 11, 6)), rules(WEEK), known)
    assert isinstance(decision, Blocked)
    assert (decision.first, ids(decision.touches)) == (date(2026, 11, 9), ["b", "a"])
    assert isinstance(decide(wish(date(2026, 11, 9)), rules(WEEK), known), Allowed)


def test_all_teams_share_a_budget_and_what_the_customer_sends_uses_none():
    known = Known(
        (touch("m", MONDAY, "marketing"), touch("s", MONDAY, "support"), touch("i", MONDAY, "cs", direction="inbound"))
    )
    decision = decide(wish(MONDAY), rules(WEEK), known)
    assert isinstance(decision, Blocked) and ids(decision.touches) == ["s", "m"]
    inbound = Known((touch("m", MONDAY, "marketing"), touch("i", MONDAY, direction="inbound")))
    assert isinstance(decide(wish(MONDAY), rules(WEEK), inbound), Allowed)


def test_a_touch_of_unknown_direction_counts():
    known = Known((touch("a", MONDAY, direction=None), touch("b", MONDAY, direction=None)))
    assert isinstance(decide(wish(MONDAY), rules(WEEK), known), Blocked)


def test_a_cap_of_a_category_counts_only_that_category():
    survey = Cap(id="survey", per="contact", days=90, most=1, category="survey")
    known = Known((touch("s", MONDAY, "survey"),))
    assert isinstance(decide(wish(MONDAY), rules(survey), known), Allowed)
    decision = decide(wish(MONDAY, "survey"), rules(survey), known)
    assert isinstance(decision, Blocked) and decision.first == date(2027, 1, 31)  # 2 Nov + 90 days


def test_a_touch_already_planned_later_counts_too():
    later = Known((touch("a", date(2026, 11, 9)), touch("b", date(2026, 11, 10))))
    # 4 Nov to 10 Nov would hold three; the first day 7 after 10 Nov less one: 16 Nov, whose week begins on the 10th
    decision = decide(wish(date(2026, 11, 4)), rules(WEEK), later)
    assert isinstance(decision, Blocked) and decision.first == date(2026, 11, 16)
    assert isinstance(decide(wish(date(2026, 11, 3)), rules(WEEK), later), Allowed)


def test_an_account_has_a_budget_over_its_people():
    cap = Cap(id="account", per="account", days=7, most=2)
    known = Known((touch("a", MONDAY, contact="ana"), touch("b", MONDAY, contact=None)))
    assert isinstance(decide(wish(MONDAY, contact="maria"), rules(cap), known), Blocked)
    assert isinstance(decide(wish(MONDAY, contact="maria"), rules(WEEK), known), Allowed)


def test_a_loyalty_class_has_a_number_of_its_own_and_zero_means_never():
    cap = Cap(id="sales", per="contact", days=30, most=2, category="sales", by_class={"barnacles": 0})
    assert isinstance(decide(wish(MONDAY, "sales"), rules(cap), Known()), Allowed)
    decision = decide(wish(MONDAY, "sales"), rules(cap), Known(loyalty="barnacles"))
    assert isinstance(decision, Blocked) and decision.first is None


def test_after_a_loss_it_is_quiet_for_thirty_days_and_a_ticket_until_it_is_solved():
    quiet = (
        QuietPeriod(id="loss", after="loss", days=30, categories=("sales",)),
        QuietPeriod(id="ticket", after="critical_ticket", categories=("sales",)),
    )
    left = Known(events={"loss": MONDAY})
    decision = decide(wish(date(2026, 11, 20), "sales"), rules(quiet=quiet), left)
    assert isinstance(decision, Blocked) and decision.first == date(2026, 12, 2)
    assert isinstance(decide(wish(date(2026, 11, 20), "survey"), rules(quiet=quiet), left), Allowed)
    broken = decide(wish(MONDAY, "sales"), rules(quiet=quiet), Known(lasting=frozenset({"critical_ticket"})))
    assert isinstance(broken, Blocked) and broken.first is None


def test_weekends_holidays_and_hours_of_the_customer():
    hours = QuietHours(opens="08:00", closes="18:00", weekdays=(5, 6), dates=("12-25",))
    saturday = decide(wish(date(2026, 11, 7)), rules(hours=hours), Known())
    assert isinstance(saturday, Blocked) and (saturday.resting, saturday.first) == (True, date(2026, 11, 9))
    christmas = decide(wish(date(2026, 12, 25)), rules(hours=hours), Known())  # a Friday
    assert isinstance(christmas, Blocked) and christmas.first == date(2026, 12, 28)
    early = decide(wish(MONDAY), rules(hours=hours), Known(now=datetime(2026, 11, 2, 7, 59)))
    assert isinstance(early, Blocked) and (early.first, early.opens) == (MONDAY, hours.opens)
    late = decide(wish(MONDAY), rules(hours=hours), Known(now=datetime(2026, 11, 2, 18, 0)))
    assert isinstance(late, Blocked) and (late.first, late.opens) == (date(2026, 11, 3), None)
    assert isinstance(decide(wish(MONDAY), rules(hours=hours), Known(now=datetime(2026, 11, 2, 8, 0))), Allowed)
    assert isinstance(
        decide(wish(date(2026, 11, 3)), rules(hours=hours), Known(now=datetime(2026, 11, 2, 23, 0))), Allowed
    )


def test_our_own_rules_can_be_read():
    ours = read_rules(None)
    assert {cap.id for cap in ours.caps} >= {"contact_week", "account_month", "contact_survey"}
    assert ours.quiet_hours.dates == ("12-25", "01-01")


DAYS = st.integers(0, 40).map(lambda n: MONDAY + timedelta(n))
TOUCHES = st.lists(
    st.tuples(
        DAYS,
        st.sampled_from(["cs", "sales"]),
        st.sampled_from(["maria", "ana", None]),
        st.sampled_from(["outbound", "both", "inbound", None]),
    ),
    max_size=8,
)
CAPS = st.lists(
    st.builds(
        Cap, id=st.just("cap"), per=st.sampled_from(["contact", "account"]), days=st.integers(1, 14),
        most=st.integers(1, 3), category=st.sampled_from([None, "cs", "sales"]),
    ),
    min_size=1, max_size=3,
)  # fmt: skip


def holds(caps, touches):
    """The slow and obvious reference: no window of any cap, wherever it begins, holds more than it may."""
    people = {each.contact_id for each in touches} - {None}
    for cap in caps:
        groups = (
            [[t for t in touches if t.contact_id == person] for person in people]
            if cap.per == "contact"
            else [list(touches)]
        )
        for group in groups:
            mine = [t.on for t in group if cap.category in (None, t.category) and t.direction != "inbound"]
            for start in (MONDAY + timedelta(n) for n in range(-20, 90)):
                if sum(start <= on < start + timedelta(cap.days) for on in mine) > cap.most:
                    return False
    return True


@settings(deadline=None)  # a loaded machine is no fault of the guard
@given(CAPS, TOUCHES, DAYS, st.sampled_from(["cs", "sales"]))
def test_the_guard_says_what_counting_every_window_says(caps, drawn, on, category):
    touches = tuple(touch(str(n), *each) for n, each in enumerate(drawn))
    kept = ()
    for each in touches:  # a past that keeps the caps: only then is "one more breaks it" the same as "it is blocked"
        kept = (*kept, each) if holds(caps, (*kept, each)) else kept
    allowed = [
        day for day in (on + timedelta(n) for n in range(60)) if holds(caps, (*kept, touch("new", day, category)))
    ]
    decision = decide(wish(on, category), rules(*caps), Known(kept))
    assert isinstance(decision, Allowed) == (allowed[0] == on)
    assert (decision.on if isinstance(decision, Allowed) else decision.first) == allowed[0]
