"""A made-up software company, written as the CSV files that a real company would export.

The company sells a workflow platform by the seat to some four hundred accounts and is three years old.
Customers leave for causes that the data shows late, noisily and not always; some leave without a sign and
many who look bad stay. Every name, person and sentence is invented.
"""

from collections.abc import Iterable
from datetime import date
from itertools import chain
from operator import attrgetter
from pathlib import Path

from tools.metrics._demo.accounts import Account, account_row, found_accounts
from tools.metrics._demo.billing import invoices
from tools.metrics._demo.commitments import commitments
from tools.metrics._demo.contracts import sign_contracts
from tools.metrics._demo.costs import burdens, exchange_rates, service_costs, winning_costs
from tools.metrics._demo.lines import Line, change_rows, discount_rows, pause_rows, subscription_row
from tools.metrics._demo.offering import features, packages
from tools.metrics._demo.outcomes import exits, goals
from tools.metrics._demo.outreach import campaign_contacts, campaign_rows, prospects
from tools.metrics._demo.people import Contact, contact_row, hire_contacts
from tools.metrics._demo.public import audiences, mentions, web_visits
from tools.metrics._demo.support import tickets
from tools.metrics._demo.surveys import survey_answers
from tools.metrics._demo.touches import touches
from tools.metrics._demo.usage import usage
from tools.metrics._demo.writing import Row, numbered, write_tables

__all__ = ["write_demo_company"]


def write_demo_company(directory: Path, today: date, seed: int = 7) -> None:
    """Write the demo company as `<table>.csv`, one file per table of `_book.SOURCE_TABLES`, into `directory`.

    Columns are the canonical ones, written as people write them: money with two decimals in columns without
    `_minor`, `percent` (10 is 10%), `rate` (5.4000), ISO dates, true and false, UTF-8. All dates count back
    from `today`; nothing is told that would only be known later. The same day and seed give the same bytes.
    """
    accounts = found_accounts(today, seed)
    lines = {account.id: sign_contracts(account, today, seed) for account in accounts}
    contacts = {account.id: hire_contacts(account, today, seed) for account in accounts}
    write_tables(
        directory,
        {
            **_who(accounts, contacts),
            **_contracts(list(chain.from_iterable(lines.values())), today),
            **_behaviour(accounts, lines, contacts, today, seed),
            **_money(accounts, lines, today, seed),
            "packages": packages(),
            "features": features(),
            **_outreach(accounts, lines, contacts, today, seed),
            **_in_public(accounts, today, seed),
        },
    )


def _who(accounts: list[Account], contacts: dict[str, list[Contact]]) -> dict[str, Iterable[Row]]:
    return {
        "accounts": map(account_row, accounts),
        "contacts": map(contact_row, chain.from_iterable(contacts.values())),
    }


def _contracts(lines: list[Line], today: date) -> dict[str, Iterable[Row]]:
    return {
        "subscriptions": (subscription_row(line, today) for line in sorted(lines, key=attrgetter("started_on", "id"))),
        "subscription_changes": chain.from_iterable(map(change_rows, lines)),
        "discounts": chain.from_iterable(map(discount_rows, lines)),
        "pauses": chain.from_iterable(map(pause_rows, lines)),
    }


def _behaviour(
    accounts: list[Account],
    lines: dict[str, list[Line]],
    contacts: dict[str, list[Contact]],
    today: date,
    seed: int,
) -> dict[str, Iterable[Row]]:
    asked = [(account, contacts[account.id]) for account in accounts]
    return {
        "usage": chain.from_iterable(usage(account, lines[account.id], today, seed) for account in accounts),
        "tickets": numbered("ticket_id", "T-", "opened_on", (tickets(account, today, seed) for account in accounts)),
        "survey_answers": numbered(
            "answer_id", "N-", "answered_on", (survey_answers(*one, today, seed) for one in asked)
        ),
        "touches": numbered("touch_id", "K-", "on_day", (touches(*one, today, seed) for one in asked)),
        "commitments": numbered(
            "commitment_id", "P-", "promised_on", (commitments(account, today, seed) for account in accounts)
        ),
        "goals": numbered("goal_id", "G-", "set_on", (goals(account, today, seed) for account in accounts)),
        "exits": numbered("exit_id", "X-", "on_day", (exits(account, today, seed) for account in accounts)),
    }


def _money(accounts: list[Account], lines: dict[str, list[Line]], today: date, seed: int) -> dict[str, Iterable[Row]]:
    billed = (invoices(account, lines[account.id], today, seed) for account in accounts)
    served = (service_costs(account, today, seed) for account in accounts)
    spent = chain([winning_costs(accounts, today, seed)], served, [burdens(accounts, lines, today, seed)])
    return {
        "invoices": numbered("invoice_id", "F-", "issued_on", billed),
        "costs": numbered("cost_id", "D-", "on_day", spent),
        "exchange_rates": exchange_rates(today, seed),
    }


def _outreach(
    accounts: list[Account],
    lines: dict[str, list[Line]],
    contacts: dict[str, list[Contact]],
    today: date,
    seed: int,
) -> dict[str, Iterable[Row]]:
    reached = (campaign_contacts(each, lines[each.id], contacts[each.id], today, seed) for each in accounts)
    return {
        "campaigns": campaign_rows(today),
        "campaign_contacts": numbered("response_id", "R-", "reached_on", reached),
        "prospects": prospects(accounts, today, seed),
    }


def _in_public(accounts: list[Account], today: date, seed: int) -> dict[str, Iterable[Row]]:
    return {
        "web_visits": numbered("visit_id", "V-", "on_day", (web_visits(each, today, seed) for each in accounts)),
        "mentions": numbered("mention_id", "M-", "on_day", (mentions(each, today, seed) for each in accounts)),
        "audiences": audiences(today),
    }
