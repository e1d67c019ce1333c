"""Campaigns, counted alike: whom each reached, who took the offer, and what MRR came with it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, and_, case, cast, func, select

from tools.metrics._book import campaign_contacts, campaigns, mrr_movements
from tools.metrics._dates import days_later
from tools.metrics._figure import EMPTY, Source
from tools.metrics._opening import Book
from tools.metrics._query import Where, limited_to, read

AFTER = 30
"""Days after the day on which an account took the offer, that day included, in which its MRR counts as won with it."""
WON = ("new", "expansion", "reactivation")


@dataclass(frozen=True)
class Campaign:
    """One campaign, counted in accounts: an account counts once, however many of its people were reached.

    `mrr`: new, expansion and reactivation MRR of the accounts that took the offer, from that day on for 30 days, in
    minor units of the reporting currency. `open`: how many took it so lately that their 30 days are not over.
    """

    id: str
    name: str
    channel: str | None
    offer: str | None
    starts_on: date | None
    reached: int
    responded: int
    converted: int
    mrr: int
    open: int
    source: Source


def all_campaigns(book: Book, day: date, where: Where = EMPTY) -> list[Campaign]:
    """Every campaign that had begun by a day, the latest first, as of the end of that day."""
    rows, source = read(book, _counted(day, where))
    return [
        Campaign(
            row.campaign_id, row.name, row.channel, row.offer, row.starts_on, int(row.reached or 0),
            int(row.responded or 0), int(row.converted or 0), int(row.mrr or 0), int(row.still_open or 0), source,
        )
        for row in rows
    ]  # fmt: skip


def _counted(day: date, where: Where) -> Any:
    c, each = campaigns.c, _each_account(day, where).subquery("each")
    e = each.c
    columns = (c.campaign_id, c.name, c.channel, c.offer, c.starts_on)
    sums = (
        func.count(e.account_id).label("reached"), func.count(e.responded_on).label("responded"),
        func.count(e.converted_on).label("converted"), cast(func.sum(e.mrr), BigInteger).label("mrr"),
        func.sum(case((days_later(e.converted_on, AFTER - 1) > day, 1), else_=0)).label("still_open"),
    )  # fmt: skip
    rows = select(*columns, *sums).join_from(campaigns, each, e.campaign_id == c.campaign_id, isouter=True)
    begun = rows.where(c.starts_on.is_(None) | (c.starts_on <= day)).group_by(*columns)
    return begun.order_by(c.starts_on.is_(None), c.starts_on.desc(), c.campaign_id)


def _each_account(day: date, where: Where) -> Any:
    """Each account that a campaign reached, when it answered and took the offer, and the MRR that came then."""
    r, m = campaign_contacts.c, mrr_movements.c
    known = [func.min(case((column <= day, column))).label(column.name) for column in (r.responded_on, r.converted_on)]
    reached = select(r.campaign_id, r.account_id, *known).where(
        r.reached_on <= day, *limited_to(where, campaign_contacts, day)
    )
    each = reached.group_by(r.campaign_id, r.account_id).subquery("reached")
    e = each.c
    in_time = and_(
        m.account_id == e.account_id, m.category.in_(WON), m.on_day >= e.converted_on, m.on_day <= day,
        m.on_day < days_later(e.converted_on, AFTER),
    )  # fmt: skip
    rows = select(*e, func.sum(m.amount_minor).label("mrr"))
    return rows.select_from(each.outerjoin(mrr_movements, in_time)).group_by(*e)


@dataclass(frozen=True)
class Group:
    """Accounts that paid at the start of a period, and what they pay a while after it, minor units."""

    accounts: int
    before: int
    after: int
    left: int


def acted_and_not(book: Book, acted: frozenset[str], start: date, later: date, where: Where) -> tuple[Group, Group]:
    """Accounts that paid at the start of `start`: those among `acted`, and the others; what each pays at the end of
    `later`, and how many of them pay nothing then."""
    m = mrr_movements.c
    before = cast(func.sum(case((m.on_day < start, m.amount_minor), else_=0)), BigInteger)
    after = cast(func.sum(m.amount_minor), BigInteger)
    rows, _ = read(
        book,
        select(m.account_id, before.label("before"), after.label("after"))
        .where(m.on_day <= later, *limited_to(where, mrr_movements, later))
        .group_by(m.account_id)
        .having(before > 0),
    )
    return _group([row for row in rows if row.account_id in acted]), _group(
        [row for row in rows if row.account_id not in acted]
    )


def _group(rows: list[Any]) -> Group:
    left = sum(row.after <= 0 for row in rows)
    return Group(len(rows), sum(int(row.before) for row in rows), sum(max(int(row.after), 0) for row in rows), left)
