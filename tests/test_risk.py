"""Risk: signs without a look ahead, scorecards, measures worked out by hand, learning, and the fit of a book."""

import json
import shutil
from dataclasses import replace
from datetime import date, timedelta
from math import inf, log
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, delete, update

from bot.doctor import risk
from bot.locale import Speaker
from bot.refitting import look_after
from tests.books import contract, day, make_book
from tests.conftest import DEMO_DAY, ask, assistant_at
from tools.metrics import (
    BadScorecard,
    Scoring,
    backtest,
    card_in_force,
    fit_in_force,
    open_book,
    rank,
    scorecard,
)
from tools.metrics._additive import Lesson, learn
from tools.metrics._backtest import AtK, Counts, Outcome, auc, backtest_from, brier, ece, measured
from tools.metrics._book import BOOK, book_info
from tools.metrics._drift import psi
from tools.metrics._fitted import current, keep
from tools.metrics._fitting import fit
from tools.metrics._ledger import build_ledger
from tools.metrics._proportions import wilson
from tools.metrics._query import Reader
from tools.metrics._risk import sample
from tools.metrics._scorecard import HORIZONS, Driver, Hazard, Scorecard, from_text
from tools.metrics._sign_table import table_of
from tools.metrics._signals import standings

TODAY = day("2026-10-31")
PLANNED = {"goals_behind", "price_ahead"}
"""What is known only of now: these have no answer in the past, or rest on plans that no row dates."""
EDGES = st.sampled_from([-inf, -1.5, -1.0, 0.0, 0.25, 1.0, 2.0, 90.0, inf]) | st.floats(allow_nan=False)
"""Values of signs: they often fall right on a step."""


# Signs


def rich(tmp_path: Path):
    """One account with every kind of row."""
    usage = [
        {"account_id": "a", "on_day": day("2026-10-01") - timedelta(days=7 * n), "feature": feature, "events": events,
         "users": users}
        for n in range(16)
        for feature, events, users in (("forms", 10 if n < 4 else 20, 4), *((("api", 6, 2),) if n >= 4 else ()))
    ]  # fmt: skip
    ticket = {"account_id": "a", "opened_on": day("2026-10-01"), "topic": "login"}
    return make_book(
        f"sqlite:///{tmp_path / 'book.sqlite'}",
        accounts=[
            {"account_id": "a", "name": "A", "signed_up_on": day("2026-03-01")},
            {"account_id": "b", "name": "B", "signed_up_on": day("2026-08-01")},
        ],
        subscriptions=[
            contract("s", "a", 1_000, "2026-03-01", quantity=10, interval_unit="year", notice_days=30),
            contract("s-b", "b", 1_000, "2026-08-01"),
        ],
        subscription_changes=[{"subscription_id": "s", "effective_on": day("2026-09-01"), "quantity": 8}],
        discounts=[
            {"discount_id": "d", "subscription_id": "s", "percent_bp": 2_000, "starts_on": day("2026-03-01"),
             "ends_on": day("2026-12-01")}
        ],
        usage=usage,
        tickets=[
            {**ticket, "ticket_id": "1", "solved_on": day("2026-10-05"), "reopened": True, "csat": 2.0},
            {**ticket, "ticket_id": "2", "solved_on": day("2026-10-03"), "topic": "api"},
            {**ticket, "ticket_id": "3", "priority": "critical", "opened_on": day("2026-10-20")},
        ],
        survey_answers=[
            {"answer_id": "n", "account_id": "a", "answered_on": day("2026-10-11"), "kind": "nps", "score": 7.0},
            {"answer_id": "c", "account_id": "a", "answered_on": day("2026-10-21"), "kind": "csat", "score": 4.0},
        ],
        commitments=[
            {"commitment_id": "p1", "account_id": "a", "name": "x", "promised_on": day("2026-09-01"),
             "due_on": day("2026-10-30")},
            {"commitment_id": "p2", "account_id": "a", "name": "y", "promised_on": day("2026-09-01"),
             "due_on": day("2026-10-01"), "delivered_on": day("2026-10-02")},
        ],
    )  # fmt: skip


def signs(book, on, account="a"):
    return next(dict(each.signals) for each in standings(Reader(book), on) if each.account_id == account)


def test_every_sign_is_what_the_rows_say(tmp_path):
    assert signs(rich(tmp_path), TODAY) == {
        "usage_drop": 1 - 3 * 40 / (12 * 26), "features_dropped": 1.0, "breadth": 1.0, "usage_gap": 30.0,
        "seats_used": 4 / 8, "events_per_seat": 40 / 8, "not_activated": 0.0,
        "urgent_tickets": 1.0, "critical_days": 11.0, "fcr": 0.5, "days_to_solve": 3.0, "reopened": 1.0,
        "nps": 7.0, "nps_age": 20.0, "csat": 3.0, "csat_age": 10.0, "late_commitments": 1.0,
        "price_ahead": 0.25, "renewal_days": 121.0, "notice_left": 91.0, "tenure": 244.0,
        "contraction": pytest.approx(0.2, abs=0.001),  # 2 of 10 seats; the step is rounded to the cent
    }  # fmt: skip


def test_what_the_book_cannot_tell_is_absent_and_none_is_told_apart_from_it(tmp_path):
    found = signs(rich(tmp_path), TODAY, "b")
    assert found == {
        "urgent_tickets": 0.0, "critical_days": 0.0, "late_commitments": 0.0, "not_activated": 1.0,
        "renewal_days": inf, "price_ahead": 0.0, "contraction": 0.0, "tenure": 91.0,
    }  # fmt: skip


def test_nobody_is_flagged_for_what_is_not_known():
    assert scorecard().score({}) == 0 < scorecard().at_risk
    assert scorecard().coverage({}) == 0
    assert scorecard().coverage({driver.name: 0.0 for driver in scorecard().drivers}) == 100


def forgets(url: str, past: date) -> None:
    """Take from a book all that was written after a day: rows, and what happened to earlier rows since."""
    own = {"contacts": "left_on", "accounts": "signed_up_on"}
    engine = create_engine(url)
    with engine.begin() as connection:
        for table in BOOK.sorted_tables:
            dated = next((c for c in table.c if c.name in (
                "started_on", "opened_on", "answered_on", "promised_on", "issued_on", "set_on", "effective_on",
                "starts_on", "on_day",
            )), None)  # fmt: skip
            if dated is not None and table.name not in ("exchange_rates", *own):
                connection.execute(delete(table).where(dated > past))
            for later in ("solved_on", "paid_on", "left_on", "delivered_on"):
                if later in table.c:
                    connection.execute(update(table).where(table.c[later] > past).values({later: None}))
        s = BOOK.tables["subscriptions"]
        untold = s.c.cancelled_on > past
        connection.execute(update(s).where(untold).values(ended_on=None, cancelled_on=None, cancel_reason=None))
        connection.execute(update(s).where(s.c.cancelled_on.is_(None), s.c.ended_on > past).values(ended_on=None))
        connection.execute(update(book_info).where(book_info.c.key == "as_of").values(value=past.isoformat()))
        connection.execute(update(book_info).where(book_info.c.key == "load_id").values(value="forgot"))
        for name in ("mrr_steps", "mrr_movements", "mrr_totals"):
            connection.execute(delete(BOOK.tables[name]))
        build_ledger(connection)
    engine.dispose()


@pytest.fixture
def demo_copy(demo_home, tmp_path):
    """A copy of the demo company's book that may be changed."""
    shutil.copy(demo_home / "book.sqlite", tmp_path / "book.sqlite")
    return f"sqlite:///{tmp_path / 'book.sqlite'}"


def test_signs_of_a_past_day_are_the_same_in_a_book_that_knows_nothing_later(demo, demo_copy):
    past = demo.book().as_of - timedelta(days=200)
    before = {each.account_id: dict(each.signals) for each in standings(Reader(demo.book()), past)}
    forgets(demo_copy, past)
    after = {each.account_id: dict(each.signals) for each in standings(Reader(open_book(demo_copy)), past)}
    without = lambda known: {name: value for name, value in known.items() if name not in PLANNED}
    assert len(before) > 200 and before.keys() == after.keys()
    assert {each: without(known) for each, known in before.items()} == {
        each: without(known) for each, known in after.items()
    }


def test_signs_of_some_accounts_are_those_they_have_among_all(demo):
    everyone = standings(Reader(demo.book()), demo.today())
    some = [each.account_id for each in everyone[::20]]
    found = standings(Reader(demo.book()), demo.today(), some)
    assert sorted(found, key=lambda s: s.account_id) == sorted(everyone[::20], key=lambda s: s.account_id)


# Scorecards


CARD = """
version: 7
at_risk: 40
high: 70
drivers:
  silence: {steps: [[30, 20], [90, 60]]}
  nps: {steps: [[8, 10], [6, 40]], at_most: true}
"""


def test_a_company_brings_its_own_weights(tmp_path):
    file = tmp_path / "card.yml"
    file.write_text(CARD)
    book = rich(tmp_path).scored_by(Scoring(weights=file))
    assert card_in_force(book).version == "7"
    assert [(risk.score, risk.at_risk) for risk in rank(book, TODAY).risks] == [(10, False), (0, False)]  # NPS 7


@pytest.mark.parametrize(
    ("change", "where", "fault"),
    [
        (("60]]}", "50]]}"), "drivers", "all drivers together are 90 points, not 100"),
        (("[30, 20], [90, 60]", "[90, 20], [30, 60]"), "silence", "steps must go from harmless to dangerous"),
        (("[30, 20]", "[30, 70]"), "silence", "steps must give ever more points"),
        (("version: 7", ""), "scorecard", "KeyError 'version'"),
        (("drivers:", "drivers: ["), "YAML", ""),
    ],
)
def test_weights_that_cannot_be_used_are_refused_by_name(change, where, fault):
    with pytest.raises(BadScorecard) as refused:
        from_text(CARD.replace(*change), Path("card.yml"))
    assert refused.value.where == where and refused.value.fault.startswith(fault)


def test_points_are_those_of_the_furthest_step():
    rising = Driver("silence", ((30, 4), (60, 8)), before=-2)
    assert [rising.points(value) for value in (29, 30, 59.9, 60, inf)] == [-2, 4, 4, 8, 8]
    falling = Driver("nps", ((8, 3), (6, 9)), at_most=True)
    assert [falling.points(value) for value in (9, 8, 7, 6, 0)] == [0, 3, 3, 9, 9]
    assert (rising.most, rising.span) == (8, 10)


def test_chances_never_fall_with_a_longer_horizon_or_a_higher_score():
    hazard = Hazard((-4.0, -4.0, -5.0, -3.0), (0.05, 0.03, 0.0, 0.02))
    by_score = [list(hazard.chances(score).values()) for score in range(0, 101, 10)]
    assert all(chances == sorted(chances) for chances in by_score)
    assert all(list(column) == sorted(column) for column in zip(*by_score, strict=True))
    flat = Hazard((0.0,) * 4, (0.0,) * 4)
    assert flat.chances(50) == dict(zip(HORIZONS, (0.5, 0.75, 0.875, 0.9375), strict=True))


# Measures, by hand


def judged(name, score, lost_in=None, flagged=False, mrr=100, chance=None, segment=None, on=TODAY):
    return Outcome(on, name, segment, mrr, score, flagged, lost_in, chance)


def test_auc_counts_pairs_in_order_and_ties_half():
    # lost 9 and 5 against stayed 7, 5, 1: 3 + (0 + ½ + 1) of 6
    assert auc([9, 5, 7, 5, 1], [True, True, False, False, False]) == 4.5 / 6
    assert auc([1, 2], [True, True]) is None


def test_brier_and_calibration_error():
    assert brier([0.8, 0.3], [True, False]) == pytest.approx((0.04 + 0.09) / 2)
    # one band of two, half lost, told 0.25; one band of one, lost, told 0.9: (|0.5 − 1| + |0.9 − 1|) ÷ 3
    assert ece([0.25, 0.25, 0.9], [True, False, True]) == pytest.approx(0.6 / 3)


def test_wilson_interval():
    low, high = wilson(9, 20)
    assert (round(low, 4), round(high, 4)) == (0.2582, 0.6579)  # Newcombe's method 3
    assert wilson(0, 0) == (0.0, 1.0)


def test_all_measures_of_one_small_list():
    outcomes = [
        judged("a", 90, 30, flagged=True, mrr=500, chance=0.5, segment="smb"),
        judged("b", 80, flagged=True, chance=0.5),
        judged("c", 70, 60, mrr=300, chance=0.1), *(judged(f"d{n}", n, chance=0.0, segment="smb") for n in range(17)),
    ]  # fmt: skip
    found = measured("scorecard", outcomes)
    assert (found.judged, found.lost, found.flagged, found.flagged_lost) == (20, 2, 2, 1)
    assert found.lift == (1 / 2) / (2 / 20) == 5
    assert found.at[0] == AtK(10, 10, 2, 2) and (found.at[0].precision, found.at[0].recall) == (0.2, 1.0)
    assert found.top_lift == (1 / 2) / (2 / 20)  # the riskiest tenth of 20 is a and b
    assert found.mrr_caught == 500 / 800
    assert found.auc == (18 + 17) / 36
    assert found.brier == pytest.approx((0.25 + 0.25 + 0.81) / 20)
    assert found.ece == pytest.approx((abs(1.0 - 1) + abs(0.1 - 1)) / 20)
    assert found.lead_days == 30
    assert found.segments == (("smb", Counts(18, 1, 1, 1)),)
    assert not found.is_better_than_chance  # one of two: Wilson's low end is 9%, the base rate 10%
    assert backtest_from(json.loads(json.dumps(found.plain()))) == found


def test_shuffled_labels_have_no_lift():
    rng = np.random.default_rng(5)
    names = [f"a{n}" for n in range(4_000)]
    lost = rng.random(4_000) < 0.1
    scores = rng.permutation(4_000)
    outcomes = [
        judged(name, float(score), 9 if was else None, flagged=bool(score >= 3_600))
        for name, score, was in zip(names, scores, lost, strict=True)
    ]
    found = measured("scorecard", outcomes)
    assert found.lift == pytest.approx(1, abs=0.2) and found.top_lift == pytest.approx(1, abs=0.2)
    assert not found.is_better_than_chance
    assert found.auc_interval[0] < 0.5 < found.auc_interval[1]


def test_population_stability_index():
    assert psi((0.5, 0.5), (0.5, 0.5)) == 0
    assert psi((0.5, 0.5), (0.25, 0.75)) == pytest.approx(-0.25 * log(0.5) + 0.25 * log(1.5))


# Learning


def known_truth(rows=3_000, seed=3):
    rng = np.random.default_rng(seed)
    x = rng.random((rows, 3))
    odds = -2 + 4 * (x[:, 0] > 0.7) - 1.5 * x[:, 1]
    lost = (rng.random(rows) < 1 / (1 + np.exp(-odds))).astype(int)
    x[rng.random(rows) < 0.2, 0] = np.nan
    return Lesson(x, lost, np.arange(rows), [1, -1, 0], bins=10)


def test_curves_rise_and_fall_only_where_sense_demands_and_find_the_truth():
    lesson = known_truth()
    first, second, noise = learn(lesson).curves
    assert list(first.heights) == sorted(first.heights)
    assert list(second.heights) == sorted(second.heights, reverse=True)
    spans = [max(curve.heights) - min(curve.heights) for curve in (first, second, noise)]
    assert spans[0] > 2.5 > spans[1] > spans[2]
    assert first.missing == 0.0  # what is not known counts as the average


def test_log_odds_are_the_sum_of_the_curves_and_the_same_each_time():
    lesson = known_truth(1_000)
    found, again = learn(lesson), learn(lesson)
    row = lesson.rows[:1]
    added = found.start + sum(curve.of(row[:, n])[0] for n, curve in enumerate(found.curves))
    assert found.log_odds(row)[0] == pytest.approx(added)
    assert found.curves == again.curves


def test_a_sign_of_which_nothing_is_known_is_no_hindrance():
    lesson = known_truth(600)
    lesson.rows[:, 2] = np.nan
    assert learn(lesson).curves[2].heights == (0.0,)


# Fitting the demo company


@pytest.fixture(scope="module")
def fitted(demo_home):
    return fit(open_book(f"sqlite:///{demo_home / 'book.sqlite'}"), date.fromisoformat(DEMO_DAY))


def test_the_model_ranks_the_demo_companys_losses_better_than_the_scorecard(fitted):
    model, weights = fitted.records["model"], fitted.records["scorecard"]
    assert fitted.why == "better" and fitted.card is fitted.model
    assert (model.judged, model.lost) == (weights.judged, weights.lost)
    assert model.auc > weights.auc + 0.03 and model.is_better_than_chance
    assert model.brier < weights.brier and model.ece < 0.03


def test_its_contributions_add_up_exactly_and_scores_stay_between_0_and_100(demo, fitted, tmp_path):
    keep(fitted, tmp_path)
    risks = rank(demo.book().scored_by(Scoring(models=tmp_path)), demo.today()).risks
    assert all(risk.card.kind == "model" for risk in risks)
    assert all(sum(c.points for c in risk.contributions) == risk.score for risk in risks)
    assert all(0 <= risk.score <= 100 and list(risk.chances) == list(HORIZONS) for risk in risks)
    card = fitted.model
    assert not card.score({}) >= card.at_risk  # not knowing anything flags nobody


def test_a_fit_is_a_file_that_reads_back_and_comes_out_the_same(demo, fitted, tmp_path):
    file = keep(fitted, tmp_path)
    assert current(tmp_path) == fitted
    assert file.name == f"{fitted.version}.json" and json.loads(file.read_text())["form"] == 1
    book = demo.book().scored_by(Scoring(models=tmp_path))
    assert fit_in_force(book) == fitted and backtest(book, demo.today()) == fitted.records["model"]


def test_a_file_of_another_form_or_none_leaves_the_scorecard_in_force(demo, tmp_path):
    (tmp_path / "current.json").write_text('{"form": 99}')
    book = demo.book().scored_by(Scoring(models=tmp_path))
    assert card_in_force(book) == scorecard() and fit_in_force(book) is None
    (tmp_path / "current.json").write_text("not JSON at all")
    assert card_in_force(book) == scorecard()


def test_a_fit_of_other_weights_says_nothing_of_these(demo, fitted, tmp_path):
    file = tmp_path / "card.yml"
    file.write_text(CARD)
    keep(replace(fitted, why="not_better"), tmp_path)
    assert card_in_force(demo.book().scored_by(Scoring(models=tmp_path))) == fitted.weights
    own = demo.book().scored_by(Scoring(weights=file, models=tmp_path))
    assert card_in_force(own).version == "7"


def test_of_a_large_book_every_nth_account_is_tried(tmp_path):
    accounts = [{"account_id": f"A{n:04d}", "name": f"A{n:04d}"} for n in range(6_001)]
    book = make_book(f"sqlite:///{tmp_path / 'large.sqlite'}", as_of="2026-10-31", accounts=accounts)
    assert sample(book) == [f"A{n:04d}" for n in range(0, 6_001, 3)]
    assert sample(rich(tmp_path)) is None


def test_with_too_little_history_it_is_the_scorecard(tmp_path):
    found = fit(rich(tmp_path), TODAY)
    assert (found.why, found.model, found.card.kind, found.losses) == ("too_little_history", None, "scorecard", 0)


def test_the_first_fit_is_made_by_itself_and_made_anew_when_it_is_old(tmp_path):
    book, bot = rich(tmp_path), assistant_at(tmp_path)
    folder, found = tmp_path / "risk", fit(book, bot.today())
    assert look_after(bot) and current(folder).version == found.version
    keep(replace(found, version="young"), folder)
    assert not look_after(bot) and current(folder).version == "young"
    keep(replace(found, version="old", fitted_on=bot.today() - timedelta(days=46)), folder)
    assert look_after(bot) and current(folder).version == found.version


def test_where_no_model_is_wanted_none_is_fitted_and_one_that_is_there_is_not_used(tmp_path):
    book, bot = rich(tmp_path), assistant_at(tmp_path, risk_model=False)
    assert not look_after(bot) and current(tmp_path / "risk") is None
    keep(fit(book, bot.today()), tmp_path / "risk")
    assert fit_in_force(bot.book()) is None and card_in_force(bot.book()) == scorecard()


def test_the_doctor_says_what_scores_risk_and_what_is_wrong_with_it(tmp_path):
    rich(tmp_path)
    bot, say = assistant_at(tmp_path), Speaker("en").say
    (check,) = risk(bot.settings, bot.today())
    assert check.ok and say(check.message).startswith("Scored by the scorecard: no model has been fitted")
    keep(replace(fit(bot.book(), bot.today()), fitted_on=bot.today() - timedelta(days=46)), tmp_path / "risk")
    scorer, age = risk(bot.settings, bot.today())
    assert say(scorer.message) == "Scored by the scorecard: 0 losses are too little history for a model."
    assert not age.ok and say(age.message) == "The fit is 46 days old. `retention risk fit` learns anew."
    (tmp_path / "own.yml").write_text(CARD.replace("60]]}", "50]]}"))
    (bad,) = risk(assistant_at(tmp_path, risk_scorecard=tmp_path / "own.yml").settings, bot.today())
    assert not bad.ok and say(bad.message).endswith("own.yml, drivers: all drivers together are 90 points, not 100.")


@given(
    st.lists(st.tuples(st.lists(EDGES, min_size=1, unique=True), st.booleans(), st.integers(-9, 9)), min_size=1),
    st.data(),
)
def test_accounts_scored_together_have_the_scores_they_have_alone(drawn, data):
    drivers = tuple(
        Driver(f"d{n}", tuple((edge, 3 * k - n) for k, edge in enumerate(sorted(edges, reverse=falls))), falls, before)
        for n, (edges, falls, before) in enumerate(drawn)
    )
    card = Scorecard("1", 40, 70, drivers, start=data.draw(st.integers(0, 30)))
    signs = st.dictionaries(st.sampled_from([*(driver.name for driver in drivers), "none's"]), EDGES)
    known = {f"a{n}": each for n, each in enumerate(data.draw(st.lists(signs, max_size=8)))}
    table = table_of(known)
    assert card.scores(table) == [card.score(each) for each in known.values()]
    assert [dict(signals) for signals in table.signals()] == list(known.values())


def test_a_question_under_weights_that_cannot_be_used_is_told_so(tmp_path):
    rich(tmp_path)
    (tmp_path / "own.yml").write_text(CARD.replace("60]]}", "50]]}"))
    reply = ask(assistant_at(tmp_path, risk_scorecard=tmp_path / "own.yml"), "Which accounts are at risk?")
    assert reply.outcome == "failed"
    assert Speaker("en").say(reply.message).startswith("The weights of the risk score cannot be used.")
