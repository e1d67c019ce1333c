"""The metrics database. The law of this folder:

every public module is one metric, named as its file: one function, whose docstring holds definition, formula and
reference, and which gives the rows it is counted from; called as a metric it gives a `Figure`. Nothing here knows the
tools, the playbooks or the language of the reader.
"""

from tools.metrics._backtest import AtK, Backtest, Counts
from tools.metrics._breakdown import Breakdown, Line, broken_down, compared_period
from tools.metrics._called import metric_called, metric_names, metrics_called_almost
from tools.metrics._campaigns import Campaign, Group, acted_and_not, all_campaigns
from tools.metrics._cohorts import COHORTS, Cohort, CohortGrain, cohorts
from tools.metrics._comparing import Comparison, Differing, Explained, compare, differing_accounts
from tools.metrics._contacted import Contacted, contacted, contacted_each, last_touches
from tools.metrics._contracted import (
    REASONS,
    ContractChange,
    ContractedMonth,
    Reason,
    RollForward,
    changes_ahead,
    roll_forward,
)
from tools.metrics._counting import ratio
from tools.metrics._dimensions import DIMENSIONS, Dimension
from tools.metrics._drift import Drift, drift
from tools.metrics._evidence import Evidence, evidence_of
from tools.metrics._fates import FATES
from tools.metrics._figure import Change, Figure, Money, Parts, Share, Source, Unit
from tools.metrics._fitted import Fitted
from tools.metrics._flows import (
    CATEGORIES,
    Category,
    Flows,
    Mover,
    bridges,
    flows,
    ledger_level,
    ledger_rows,
    ledger_sums,
    movers,
)
from tools.metrics._freshness import Failure, Freshness, Supply, freshness, stale_sources
from tools.metrics._ideal import FEWEST, OF_PROSPECTS, Ideal, Trait, ideal_customers
from tools.metrics._journey import Event, Journey, Stretch, journey, touch_kind
from tools.metrics._lists import (
    Lost,
    account_count,
    goals_set,
    largest_of,
    last_visits,
    lost_accounts,
    paying_since,
    promoters,
    referred,
)
from tools.metrics._motions import Motions, motions
from tools.metrics._opening import Book, NoBook, OldBook, open_book
from tools.metrics._outcomes import Concluded, Decided, concluded, touches_that_say
from tools.metrics._peers import FEATURES, Described, Peer, described, peers
from tools.metrics._period import GRAINS, Grain, Period, add_months
from tools.metrics._products import Product, products
from tools.metrics._profile import (
    Profile,
    UnknownAccount,
    account_names,
    lately_left,
    profile,
    rates_used,
)
from tools.metrics._proportions import Interval, difference
from tools.metrics._prospects import (
    Prospect,
    audiences_by_network,
    has_web_analytics,
    matched_prospects,
    mentions_of,
    top_content,
)
from tools.metrics._query import ITEMS, Where, dimension_values
from tools.metrics._registry import Metric, UnknownVariant, all_metrics
from tools.metrics._renewing import Outcome, Renewal, Renewals, coming_renewals, renewal_outcome
from tools.metrics._risk import (
    START,
    Contribution,
    Ranking,
    Risk,
    backtest,
    card_in_force,
    fit_in_force,
    left_between,
    rank,
)
from tools.metrics._risk_changes import RiskChange, RiskChanges, Shift, flagged, ranked_then, risk_changes
from tools.metrics._risk_record import Became, Followed, RiskRecord, interval, lost, lost_mrr, risk_record
from tools.metrics._scorecard import HORIZONS, BadScorecard, Driver, Hazard, Scorecard, scorecard
from tools.metrics._scoring import Scoring
from tools.metrics._sight import ALL, NOTHING, SECRETS, TOGETHER, Hidden, Secret, Sight
from tools.metrics._signals import next_renewal
from tools.metrics._trace import NoLongerDefined, Retraced, Statement, retrace, statements

__all__ = [
    "ALL",
    "CATEGORIES",
    "COHORTS",
    "DIMENSIONS",
    "FATES",
    "FEATURES",
    "FEWEST",
    "GRAINS",
    "HORIZONS",
    "ITEMS",
    "NOTHING",
    "OF_PROSPECTS",
    "REASONS",
    "SECRETS",
    "START",
    "TOGETHER",
    "AtK",
    "Backtest",
    "BadScorecard",
    "Became",
    "Book",
    "Breakdown",
    "Campaign",
    "Category",
    "Change",
    "Cohort",
    "CohortGrain",
    "Comparison",
    "Concluded",
    "Contacted",
    "ContractChange",
    "ContractedMonth",
    "Contribution",
    "Counts",
    "Decided",
    "Described",
    "Differing",
    "Dimension",
    "Drift",
    "Driver",
    "Event",
    "Evidence",
    "Explained",
    "Failure",
    "Figure",
    "Fitted",
    "Flows",
    "Followed",
    "Freshness",
    "Grain",
    "Group",
    "Hazard",
    "Hidden",
    "Ideal",
    "Interval",
    "Journey",
    "Line",
    "Lost",
    "Metric",
    "Money",
    "Motions",
    "Mover",
    "NoBook",
    "NoLongerDefined",
    "OldBook",
    "Outcome",
    "Parts",
    "Peer",
    "Period",
    "Product",
    "Profile",
    "Prospect",
    "Ranking",
    "Reason",
    "Renewal",
    "Renewals",
    "Retraced",
    "Risk",
    "RiskChange",
    "RiskChanges",
    "RiskRecord",
    "RollForward",
    "Scorecard",
    "Scoring",
    "Secret",
    "Share",
    "Shift",
    "Sight",
    "Source",
    "Statement",
    "Stretch",
    "Supply",
    "Trait",
    "Unit",
    "UnknownAccount",
    "UnknownVariant",
    "Where",
    "account_count",
    "account_names",
    "acted_and_not",
    "add_months",
    "all_campaigns",
    "all_metrics",
    "audiences_by_network",
    "backtest",
    "bridges",
    "broken_down",
    "card_in_force",
    "changes_ahead",
    "cohorts",
    "coming_renewals",
    "compare",
    "compared_period",
    "concluded",
    "contacted",
    "contacted_each",
    "described",
    "difference",
    "differing_accounts",
    "dimension_values",
    "drift",
    "evidence_of",
    "fit_in_force",
    "flagged",
    "flows",
    "freshness",
    "goals_set",
    "has_web_analytics",
    "ideal_customers",
    "interval",
    "journey",
    "largest_of",
    "last_touches",
    "last_visits",
    "lately_left",
    "ledger_level",
    "ledger_rows",
    "ledger_sums",
    "left_between",
    "lost",
    "lost_accounts",
    "lost_mrr",
    "matched_prospects",
    "mentions_of",
    "metric_called",
    "metric_names",
    "metrics_called_almost",
    "motions",
    "movers",
    "next_renewal",
    "open_book",
    "paying_since",
    "peers",
    "products",
    "profile",
    "promoters",
    "rank",
    "ranked_then",
    "rates_used",
    "ratio",
    "referred",
    "renewal_outcome",
    "retrace",
    "risk_changes",
    "risk_record",
    "roll_forward",
    "scorecard",
    "stale_sources",
    "statements",
    "top_content",
    "touch_kind",
    "touches_that_say",
]  # fmt: skip
