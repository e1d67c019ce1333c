"""The three answers of `make demo`, worked out again from the CSV files without the ledger, the tools or SQL."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from statistics import mean

import pandas as pd
import pytest

from tests.conftest import DEMO_DAY, ask
from tools import Table
from tools.metrics import Figure, Money

TODAY = date.fromisoformat(DEMO_DAY)
WEEK = date(2026, 11, 9), date(2026, 11, 15)
"""The last full week before the demo's Friday."""


class Company:
    """The exports as frames, and MRR by a slow and obvious reading of them."""

    def __init__(self, folder):
        self.tables = {file.stem: pd.read_csv(file, dtype=str, keep_default_na=False) for file in folder.glob("*.csv")}
        self.rates = {
            code: rows.sort_values("on_day")[["on_day", "rate"]].to_records(index=False).tolist()
            for code, rows in self.tables["exchange_rates"].groupby("currency")
        }
        self.lines = self.tables["subscriptions"].to_dict("records")
        self.of_line = {
            name: {
                line: rows.sort_values(by).to_dict("records")
                for line, rows in self.tables[name].groupby("subscription_id")
            }
            for name, by in (
                ("subscription_changes", "effective_on"),
                ("discounts", "starts_on"),
                ("pauses", "starts_on"),
            )
        }

    def mrr(self, day, valued=None):
        """MRR of every account at the end of a day, in centavos, at the rates of that day or of the day `valued`."""
        levels = {}
        for line in self.lines:
            if level := self._line(line, day.isoformat(), (valued or day).isoformat()):
                levels[line["account_id"]] = levels.get(line["account_id"], 0) + level
        return levels

    def _rate(self, currency, day):
        if currency == "BRL":
            return Decimal(1)
        known = self.rates[currency]
        return Decimal(([rate for since, rate in known if since <= day] or [known[0][1]])[-1])

    def _line(self, line, day, valued):
        start = max(line["started_on"], line["trial_ends_on"])
        if (
            line["kind"] == "repeat"
            or day < start
            or (line["ended_on"] and day >= line["ended_on"])
            or self._holds("pauses", line, day)
        ):
            return 0
        quantity, price = line["quantity"], line["unit_amount"]
        for change in self._rows("subscription_changes", line):
            if change["effective_on"] <= day:
                quantity, price = change["quantity"] or quantity, change["unit_amount"] or price
        total = Decimal(quantity) * Decimal(price)
        held = self._holds("discounts", line, day)
        total -= total * sum(Decimal(one["percent"] or 0) for one in held) / 100 + sum(
            Decimal(one.get("amount") or 0) for one in held
        )
        months = int(line["interval_count"]) * {"month": 1, "year": 12}[line["interval_unit"]]
        native = max((total * 100 / months).quantize(Decimal(1), ROUND_HALF_UP), Decimal(0))
        return int((native * self._rate(line["currency"], valued)).quantize(Decimal(1), ROUND_HALF_UP))

    def _rows(self, table, line):
        return self.of_line[table].get(line["subscription_id"], [])

    def _holds(self, table, line, day):
        return [
            row
            for row in self._rows(table, line)
            if row["starts_on"] <= day and (not row["ends_on"] or day < row["ends_on"])
        ]

    def movements(self, first, last):
        """Signed changes by name, day by day."""
        ever = set()
        for line in self.lines:
            start = max(line["started_on"], line["trial_ends_on"])
            if (
                start < first.isoformat()
                and (not line["ended_on"] or line["ended_on"] > start)
                and self._line(line, start, start)
            ):
                ever.add(line["account_id"])
        sums = dict.fromkeys(("new", "expansion", "reactivation", "contraction", "churn"), 0)
        for n in range((last - first).days + 1):
            day = first + timedelta(days=n)
            before, after = self.mrr(day - timedelta(days=1), valued=day), self.mrr(day)
            for account in before.keys() | after.keys():
                was, now = before.get(account, 0), after.get(account, 0)
                name = (
                    "churn"
                    if was and not now
                    else "contraction"
                    if now < was
                    else "expansion"
                    if was
                    else "reactivation"
                    if account in ever
                    else "new"
                )
                sums[name] += now - was
            ever |= after.keys()
        return sums

    def revalued(self, day):
        """What a new rate makes on its day of the MRR of the day before, of every account."""
        eve = day - timedelta(days=1)
        was, now = self.mrr(eve), self.mrr(eve, valued=day)
        return {account: now[account] - was[account] for account in was}


@pytest.fixture(scope="module")
def company(demo_home):
    return Company(demo_home / "exports")


def test_the_weekly_mrr_summary_is_the_recomputed_one_to_the_centavo(demo, company):
    reply = ask(demo, "Weekly MRR summary")
    assert reply.call.arguments == {"period": "2026-W46"}
    bridge = next(part for part in reply.answer.parts if isinstance(part, Table))
    start, *moves, rates, end = (row[1] for row in bridge.rows)
    start, end, moves = start.value, end.value, [move.value for move in moves]
    assert rates == Money(0, "BRL"), "no rate changed in this week"
    assert start == sum(company.mrr(WEEK[0] - timedelta(days=1)).values())
    assert end == sum(company.mrr(WEEK[1]).values())
    assert moves == list(company.movements(*WEEK).values())
    assert start + sum(moves) == end


def test_the_movers_and_the_others_add_up_to_the_net_new_mrr(demo):
    reply = ask(demo, "MRR summary for October 2026")
    movers = next(
        part for part in reply.answer.parts if getattr(part, "title", None) and part.title.msgid == "Who moved it"
    )
    *rows, total = (row[2].minor for row in movers.rows)
    net_new = next(figure for figure in reply.answer.figures if figure.metric == "net_new_mrr")
    assert sum(rows) == total == net_new.value
    assert len(rows) == 6  # five accounts and the others


def test_retention_over_twelve_months_is_the_recomputed_one(demo, company):
    reply = ask(demo, "Weekly MRR summary")
    figures = {figure.metric: figure.value for figure in reply.answer.figures}
    days = [date(2025, 11, 15) + timedelta(days=n) for n in range(366)]
    opening, closing = company.mrr(days[0]), company.mrr(days[-1])
    stayed, held = set(opening), dict(closing)
    for day in days[1:]:
        stayed &= company.mrr(day).keys()
        for account, change in company.revalued(day).items():
            held[account] = held.get(account, 0) - change
    total, closing = sum(opening.values()), {account: max(0, level) for account, level in held.items()}
    assert figures["net_revenue_retention"] == Fraction(sum(closing[a] for a in stayed), total)
    assert figures["gross_revenue_retention"] == Fraction(sum(min(opening[a], closing[a]) for a in stayed), total)


def test_every_score_is_the_sum_of_its_reasons_and_the_list_is_in_order(demo):
    reply = ask(demo, "Which accounts are at risk?")
    ranked, reasons = reply.answer.parts[:2]
    scores = [row[1].value for row in ranked.rows]
    points = [sum(counting(fact.value.values["reasons"])) for fact in reasons.items]
    assert scores == points == sorted(scores, reverse=True)
    assert all(score >= 17 for score in scores) and len(scores) == 10


def counting(signs):
    """The points that signs give; of one that only gave some a week ago the change is told, and no points."""
    return [points for sign in signs if isinstance(points := sign.values.get("points"), int)]


def test_the_mrr_beside_each_account_at_risk_is_the_recomputed_one(demo, company):
    reply = ask(demo, "Which accounts are at risk?")
    levels = company.mrr(TODAY)
    shown = {row[3].segment["account_id"]: row[3].value for row in reply.answer.parts[0].rows}
    assert shown == {account: levels[account] for account in shown}


def test_the_first_accounts_score_can_be_worked_out_by_hand_from_the_files(demo, company):
    """Each driver of the riskiest account, read from the CSV rows with the steps of the scorecard."""
    reply = ask(demo, "Which accounts are at risk?")
    account = reply.answer.parts[0].rows[0][1].segment["account_id"]
    worked = _by_hand(company, account)
    name = reply.answer.parts[0].rows[0][0]
    signs = ask(demo, f"Why is {name} at risk?").answer.parts[0]
    found = counting(fact.value for fact in signs.items[:-1])
    assert sorted(found) == sorted(points for points in worked.values() if points)


def _by_hand(company, account):
    rows = {
        name: table[table["account_id"] == account].to_dict("records")
        for name, table in company.tables.items()
        if "account_id" in table
    }
    ago = lambda day: (TODAY - date.fromisoformat(day)).days
    step = lambda value, *steps: max((points for least, points in steps if value >= least), default=0)
    known = {}
    used = [(ago(row["on_day"]), int(row["events"])) for row in rows["usage"] if ago(row["on_day"]) >= 0]
    if used and (latest := min(day for day, _ in used)) < 365:
        known["gap"] = step(latest, (60, 6))
        recent = sum(events for day, events in used if day - latest < 28)
        before = sum(events for day, events in used if 28 <= day - latest < 112)
        if latest < 60 and before:
            known["usage"] = step(1 - 3 * recent / before, (0.2, 5), (0.4, 11), (0.6, 17))
        latest_users = [int(r["users"]) for r in rows["usage"] if r["users"] and 0 <= ago(r["on_day"]) - latest < 28]
        known["seats"] = step(-max(latest_users) / _seats(company, rows["subscriptions"]), (-0.5, 2), (-0.25, 4))
    spoken = [
        ago(t["on_day"]) for t in rows["touches"] if t["direction"] in ("inbound", "both") and ago(t["on_day"]) >= 0
    ]
    if spoken or rows["touches"]:
        known["silence"] = step(
            min(spoken, default=max(ago(t["on_day"]) for t in rows["touches"])), (30, 4), (60, 8), (90, 11)
        )
    urgent = [t for t in rows["tickets"] if t["priority"] in ("high", "critical") and not t["solved_on"]]
    known["tickets"] = step(len(urgent), (1, 6), (2, 9))
    critical = [ago(t["opened_on"]) for t in urgent if t["priority"] == "critical"]
    known["critical"] = step(max(critical, default=0), (5, 3))
    reopened = [t for t in rows["tickets"] if t["solved_on"] and ago(t["solved_on"]) < 90 and t["reopened"] == "true"]
    known["reopened"] = step(len(reopened), (2, 2))
    rated = [(t["solved_on"], t["csat"]) for t in rows["tickets"] if t["csat"]]
    rated += [(a["answered_on"], a["score"]) for a in rows["survey_answers"] if a["kind"] == "csat"]
    ratings = [float(score) for day, score in rated if 0 <= ago(day) < 180]
    known["csat"] = step(-mean(ratings), (-3, 2)) if ratings else 0
    promised = [c for c in rows["commitments"] if 0 < ago(c["due_on"]) < 365 and not c["delivered_on"]]
    known["commitments"] = step(len(promised), (1, 2), (2, 3))
    nps = sorted(
        (a["answered_on"], -float(a["score"]))
        for a in rows["survey_answers"]
        if a["kind"] == "nps" and 0 <= ago(a["answered_on"]) < 365
    )
    if nps:
        known["nps"] = step(nps[-1][1], (-8, 3), (-6, 9))
    late = [ago(i["due_on"]) for i in rows["invoices"] if not i["paid_on"] and ago(i["issued_on"]) < 365]
    known["overdue"] = step(max(late, default=0), (1, 4), (30, 8))
    gone = [
        c
        for c in rows["contacts"]
        if c["role"] in ("champion", "sponsor", "buyer") and c["left_on"] and 0 <= ago(c["left_on"]) < 180
    ]
    known["sponsor"] = step(len(gone), (1, 8))
    renewals = [
        -ago(s["renews_on"])
        for s in rows["subscriptions"]
        if s["renews_on"] and not s["ended_on"] and (s["interval_unit"], s["interval_count"]) != ("month", "1")
    ]
    if renewals:
        known["renewal"] = 5 if min(renewals) <= 30 else 3 if min(renewals) <= 90 else 0
    behind = 0
    for goal in rows["goals"]:
        if goal["current"] and goal["due_on"] >= DEMO_DAY and ago(goal["set_on"]) >= 0:
            time = ago(goal["set_on"]) / (date.fromisoformat(goal["due_on"]) - date.fromisoformat(goal["set_on"])).days
            way = (float(goal["current"]) - float(goal["baseline"])) / (float(goal["target"]) - float(goal["baseline"]))
            behind += time > 0.25 and way < time / 2
    known["goals"] = step(behind, (1, 3))
    then, contracted = company.mrr(TODAY - timedelta(days=90)).get(account, 0), 0
    for n in range(89, -1, -1):
        day = TODAY - timedelta(days=n)
        now, level = company.mrr(day).get(account, 0), company.mrr(day - timedelta(days=1), valued=day).get(account, 0)
        contracted += max(0, level - now) if now else 0
    known["contraction"] = step(contracted / then if then else 0, (0.01, 2), (0.2, 4))
    return known


def _seats(company, lines):
    """The most units of any line that runs, after all its changes so far."""
    running = [line for line in lines if not line["ended_on"] and line["kind"] != "repeat"]
    units = {line["subscription_id"]: int(line["quantity"]) for line in running}
    changes = sorted(company.tables["subscription_changes"].to_dict("records"), key=lambda row: row["effective_on"])
    for row in changes:
        if row["subscription_id"] in units and row["quantity"] and row["effective_on"] <= DEMO_DAY:
            units[row["subscription_id"]] = int(row["quantity"])
    return max(units.values())


def test_the_interview_script_is_for_the_account_that_left(demo, company):
    from tools.metrics import lately_left

    name = lately_left(demo.book(), TODAY)[0]
    reply = ask(demo, f"Monte um roteiro de entrevista win-loss para {name}")
    account = company.tables["accounts"].set_index("name").loc[name]
    assert (reply.language, reply.call.tool) == ("pt-BR", "interview_script")
    assert reply.call.arguments["account"] == account["account_id"]
    assert account["account_id"] not in company.mrr(TODAY)
    draft = next(part for part in reply.answer.parts if type(part).__name__ == "Draft")
    asked = [line.id for section in draft.sections for line in section.lines if type(line).__name__ == "Ask"]
    assert asked == ["buy-1", "buy-2", "buy-3", "leave-1", "leave-2", "leave-3", "leave-4", "leave-5"]
    interviewer = next(line for line in draft.sections[0].lines if "chosen" in getattr(line, "values", {}))
    assert interviewer.values["owner"] == account["owner"] != interviewer.values["chosen"]


def test_every_amount_shown_is_money_with_a_currency(demo):
    reply = ask(demo, "Weekly MRR summary")
    amounts = [
        cell
        for part in reply.answer.parts
        for row in getattr(part, "rows", ())
        for cell in row
        if isinstance(cell, Money | Figure)
    ]
    assert {cell.currency for cell in amounts} == {"BRL"}
