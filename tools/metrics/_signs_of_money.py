"""Signs in what an account pays: overdue invoices, contraction, how long it has paid, goals behind."""

from sqlalchemy import and_, case, func, or_, select

from tools.metrics._asking import Asked, Signs
from tools.metrics._book import goals, invoices, mrr_movements

YEAR, QUARTER = 365, 90


def overdue_days(asked: Asked) -> Signs:
    """Days by which the oldest unpaid invoice of the last year is late; 0 where all are paid."""
    i = invoices.c
    late = and_(i.due_on < asked.day, or_(i.paid_on.is_(None), i.paid_on > asked.day))
    oldest = func.min(case((late, i.due_on)))
    statement = select(i.account_id, oldest.label("oldest")).where(
        i.issued_on <= asked.day, i.issued_on > asked.back(YEAR)
    )
    for row in asked.rows(statement.group_by(i.account_id), i.account_id):
        yield row.account_id, "overdue_days", float((asked.day - row.oldest).days) if row.oldest else 0.0


def paid(asked: Asked) -> Signs:
    """contraction: the share of the MRR of 90 days ago that contractions have taken since; tenure: days since the first
    MRR."""
    m, since = mrr_movements.c, asked.back(QUARTER)
    lost = func.sum(case((and_(m.category == "contraction", m.on_day > since), -m.amount_minor), else_=0))
    before = func.sum(case((m.on_day <= since, m.amount_minor), else_=0))
    statement = select(m.account_id, lost.label("lost"), before.label("before"), func.min(m.on_day).label("first"))
    for row in asked.rows(statement.where(m.on_day <= asked.day).group_by(m.account_id), m.account_id):
        yield row.account_id, "contraction", float(row.lost) / float(row.before) if row.before else 0.0
        yield row.account_id, "tenure", float((asked.day - row.first).days)


def goals_behind(asked: Asked) -> Signs:
    """Open goals less than half as far as the calendar. The book holds only where goals stand now, so a day
    well before the data ends has no answer."""
    if not asked.recorded.is_now:
        return
    g = goals.c
    statement = select(goals).where(
        g.set_on <= asked.day, g.due_on >= asked.day, g.current.is_not(None), g.target != g.baseline
    )
    behind: dict[str, int] = {}
    for row in asked.rows(statement, g.account_id):
        time = (asked.day - row.set_on).days / max(1, (row.due_on - row.set_on).days)
        way = (row.current - row.baseline) / (row.target - row.baseline)
        behind[row.account_id] = behind.get(row.account_id, 0) + (time > 0.25 and way < time / 2)
    yield from ((account, "goals_behind", float(n)) for account, n in behind.items())
