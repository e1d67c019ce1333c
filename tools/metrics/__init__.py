"""The metrics database. The law of this folder:

every public module is one metric, named as its file: one function, whose docstring holds definition, formula and
reference, and which gives the rows it is counted from; called as a metric it gives a `Figure`. Nothing here knows the
tools, the playbooks or the language of the reader.
"""

from tools.metrics._breakdown import Breakdown, Line, broken_down, compared_period
from tools.metrics._called import metric_names
from tools.metrics._dimensions import DIMENSIONS, Dimension
from tools.metrics._figure import Change, Figure, Money, Parts, Share, Source, Unit
from tools.metrics._flows import CATEGORIES, Category, Flows, Mover, bridges, flows, ledger_rows, ledger_sums, movers
from tools.metrics._opening import Book, NoBook, open_book
from tools.metrics._period import GRAINS, Grain, Period, add_months
from tools.metrics._profile import (
    Profile,
    UnknownAccount,
    account_names,
    lately_left,
    profile,
    rates_used,
)
from tools.metrics._query import Where, dimension_values
from tools.metrics._registry import Metric, UnknownVariant, all_metrics
from tools.metrics._risk import Backtest, Contribution, Ranking, Risk, backtest, rank, scorecard
from tools.metrics._signals import next_renewal
from tools.metrics._trace import NoLongerDefined, Retraced, Statement, retrace, statements

__all__ = [
    "CATEGORIES",
    "DIMENSIONS",
    "GRAINS",
    "Backtest",
    "Book",
    "Breakdown",
    "Category",
    "Change",
    "Contribution",
    "Dimension",
    "Figure",
    "Flows",
    "Grain",
    "Line",
    "Metric",
    "Money",
    "Mover",
    "NoBook",
    "NoLongerDefined",
    "Parts",
    "Period",
    "Profile",
    "Ranking",
    "Retraced",
    "Risk",
    "Share",
    "Source",
    "Statement",
    "Unit",
    "UnknownAccount",
    "UnknownVariant",
    "Where",
    "account_names",
    "add_months",
    "all_metrics",
    "backtest",
    "bridges",
    "broken_down",
    "compared_period",
    "dimension_values",
    "flows",
    "lately_left",
    "ledger_rows",
    "ledger_sums",
    "metric_names",
    "movers",
    "next_renewal",
    "open_book",
    "profile",
    "rank",
    "rates_used",
    "retrace",
    "scorecard",
    "statements",
]  # fmt: skip
