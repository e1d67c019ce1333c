"""What winning customers cost by channel: spend on one side, new accounts by how they were won on the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import BigInteger, cast, func, select

from tools.metrics._book import accounts, costs
from tools.metrics._cells import fold
from tools.metrics._counting import ratio
from tools.metrics._earned import ACQUISITION
from tools.metrics._figure import Source
from tools.metrics._flows import movements
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._query import Reader
from tools.metrics._spending import in_one_currency


@dataclass(frozen=True)
class Channel:
    """A channel's acquisition costs, minor units, and the accounts won through it; None: nothing is booked under that
    name, or no account says that it came that way. `source`: how accounts call it, where that differs."""

    name: str
    spent: int | None
    won: int | None
    source: str | None = None

    @property
    def cost(self) -> Fraction | None:
        return None if self.spent is None or not self.won else ratio(self.spent, self.won)


def channels(book: Book, period: Period) -> tuple[Sequence[Channel], Source]:
    """Acquisition costs by channel and new accounts by source, matched by name; the largest spend first.

    Spends add up to all acquisition costs of the period, accounts to all that were won. Raises Hidden.
    """
    book.disclose("customer_acquisition_cost", "lifetime")
    reader = Reader(book)
    spent, won = _spent(reader, period), _won(reader, period)
    of_source = {_key(source): source for source in won}
    found = []
    for name, amount in spent.items():
        source = of_source.pop(_key(name), None)
        found.append(Channel(name, amount, won[source] if source else None, source))
    found += [Channel(source, None, won[source], source) for source in of_source.values()]
    return sorted(found, key=lambda each: (-(each.spent or 0), each.name)), reader.source


def _key(name: str) -> str:
    """“Events” and “event” are one channel."""
    return fold(name).removesuffix("s")


def _spent(reader: Reader, period: Period) -> dict[str, int]:
    c = in_one_currency(reader.book, costs, "on_day").c
    channel = func.coalesce(c.channel, "").label("channel")
    total = cast(func.sum(c.reporting_minor), BigInteger).label("amount")
    within = (c.kind == ACQUISITION, c.on_day >= period.start, c.on_day < period.end)
    rows = reader.rows(select(channel, total).where(*within).group_by(channel))
    return {row.channel: int(row.amount) for row in rows}


def _won(reader: Reader, period: Period) -> dict[str, int]:
    new, source = movements(period, "new").subquery("won").c, func.coalesce(accounts.c.source, "").label("source")
    rows = select(source, func.count(new.account_id.distinct()).label("won")).select_from(accounts)
    joined = rows.where(accounts.c.account_id == new.account_id).group_by(source)
    return {row.source: int(row.won) for row in reader.rows(joined)}
