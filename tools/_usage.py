"""Usage of the last four weeks that were reported, beside the four before."""

from datetime import timedelta
from itertools import pairwise

from tools._registry import Deps
from tools.metrics import Figure, Period, Profile, all_metrics

FOUR_WEEKS = timedelta(weeks=4)
FRESH = timedelta(weeks=3)
"""How old the latest report may be for its weeks to be called the last ones."""


def last_four_weeks(account: Profile, deps: Deps) -> tuple[Figure, Figure] | None:
    """Usage events of both stretches, counted back from the latest report, so that each holds as many reports.

    None where usage is not reported, not any more, or by the month, as then no four weeks can be told.
    """
    days = [week.on_day for week in account.usage_weeks]
    if len(days) < 2 or days[-1] < deps.today - FRESH:
        return None
    if min((later - earlier).days for earlier, later in pairwise(days)) > 7:
        return None
    end = days[-1] + timedelta(days=1)
    where = {"account_id": str(account.account.account_id)}
    events = all_metrics()["usage_events"]
    now = events(deps.book, Period(end - FOUR_WEEKS, end), where)
    return now, events(deps.book, Period(end - 2 * FOUR_WEEKS, end - FOUR_WEEKS), where)
