"""MRR as analytics tools keep it, per account: its movements, or what it was in each month; made into contract lines.

A line lasts as long as an account pays without a break; what it pays more or less meanwhile are changes of the line.
So the ledger has the very movements of the history, and a month's bridge is that of the tool it comes from.
"""

from sqlalchemy import BigInteger, Column, Connection, Date, MetaData, String, Table

HISTORY = Table(
    "mrr_history",
    MetaData(),
    Column("account_id", String(110), primary_key=True),
    Column("currency", String(3), primary_key=True),
    Column("on_day", Date, primary_key=True),
    Column("amount_minor", BigInteger, nullable=False),
    Column("name", String(300), nullable=True),
    Column("kind", String(300), nullable=True),
)
"""What is read; it never comes into the book itself. `amount_minor`: the change of MRR, or in months MRR itself."""

_MOVEMENTS = """
CREATE TEMP TABLE levels AS
WITH days AS (
  SELECT account_id, currency, on_day, SUM(amount_minor) AS moved,
         MAX(COALESCE(kind, '') = 'churn') AND NOT MAX(amount_minor > 0) AS ends
  FROM mrr_history GROUP BY account_id, currency, on_day
), parts AS (
  SELECT *, COALESCE(SUM(ends) OVER (PARTITION BY account_id, currency ORDER BY on_day
                                     ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS part FROM days
)
SELECT account_id, currency, on_day,
       CASE WHEN ends THEN 0 ELSE SUM(moved) OVER (PARTITION BY account_id, currency, part ORDER BY on_day) END AS level
FROM parts
"""
"""Movements are summed up. A churn ends in nothing, whatever cents the tool's rounding leaves."""

_MONTHS = """
CREATE TEMP TABLE levels AS
WITH months AS (
  SELECT on_day, LEAD(on_day) OVER (ORDER BY on_day) AS later FROM (SELECT DISTINCT on_day FROM mrr_history)
), paid AS (
  SELECT account_id, currency, on_day, SUM(amount_minor) AS level,
         LEAD(on_day) OVER (PARTITION BY account_id, currency ORDER BY on_day) AS following
  FROM mrr_history GROUP BY account_id, currency, on_day
)
SELECT account_id, currency, on_day, level FROM paid
UNION ALL
SELECT account_id, currency, later, 0 FROM paid JOIN months USING (on_day)
WHERE later IS NOT NULL AND (following IS NULL OR following > later)
"""
"""Who is not there in a month pays nothing in it."""

_SPELLS = (
    """
    CREATE TEMP TABLE steps AS
    WITH moved AS (
      SELECT *, LAG(level, 1, 0) OVER (PARTITION BY account_id, currency ORDER BY on_day) AS before FROM levels
    )
    SELECT *, SUM(before = 0) OVER (PARTITION BY account_id, currency ORDER BY on_day) AS spell
    FROM moved WHERE level <> before
    """,
    """
    CREATE TEMP TABLE spells AS
    SELECT account_id, currency, spell, MIN(on_day) AS started_on, MAX(CASE WHEN level = 0 THEN on_day END) AS ended_on,
           account_id || '/' || ROW_NUMBER() OVER (PARTITION BY account_id ORDER BY MIN(on_day), currency) AS line
    FROM steps GROUP BY account_id, currency, spell
    """,
    """
    INSERT INTO subscriptions (row_number, twin, subscription_id, account_id, kind, currency, quantity,
                               unit_amount_minor, interval_unit, interval_count, started_on, ended_on)
    SELECT ROW_NUMBER() OVER (ORDER BY line), 0, line, account_id, 'recurring', currency, 1, level, 'month', 1,
           started_on, ended_on
    FROM spells JOIN steps USING (account_id, currency, spell) WHERE on_day = started_on
    """,
    """
    INSERT INTO subscription_changes (row_number, twin, subscription_id, effective_on, unit_amount_minor)
    SELECT ROW_NUMBER() OVER (ORDER BY line, on_day), 0, line, on_day, level
    FROM spells JOIN steps USING (account_id, currency, spell) WHERE before > 0 AND level > 0
    """,
)
_ACCOUNTS = """
INSERT INTO accounts (row_number, twin, account_id, name)
SELECT ROW_NUMBER() OVER (ORDER BY account_id), 0, account_id, COALESCE(MAX(name), account_id)
FROM mrr_history GROUP BY account_id
"""
_INCOMPLETE = """
SELECT account_id FROM levels WHERE level < 0
UNION
SELECT account_id FROM (
  SELECT account_id, kind, ROW_NUMBER() OVER (PARTITION BY account_id ORDER BY on_day, amount_minor DESC) AS place
  FROM mrr_history
) WHERE place = 1 AND kind IN ('expansion', 'contraction', 'churn', 'reactivation')
ORDER BY account_id
"""


def unfold(scratch: Connection, months: bool, with_accounts: bool) -> list[str]:
    """Fill subscriptions, their changes and, if asked, accounts in a scratch database (SQLite) from its history.

    Returns the accounts whose history does not begin with their first movement; nothing is filled then.
    """
    scratch.exec_driver_sql(_MONTHS if months else _MOVEMENTS)
    incomplete = [account for (account,) in scratch.exec_driver_sql(_INCOMPLETE)]
    if not incomplete:
        for statement in (*_SPELLS, *([_ACCOUNTS] if with_accounts else [])):
            scratch.exec_driver_sql(statement)
    return incomplete
