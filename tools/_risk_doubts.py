"""How often reps who disagreed with a flag were right: told beside the test of the list, and never part of it."""

from collections.abc import Iterator

from tools._answer import Note
from tools._phrase import phrase, phrase_n
from tools._registry import Deps
from tools._risk_cases import JUDGED, disagreements
from tools.metrics import left_between


def doubts(deps: Deps) -> Iterator[Note]:
    """Of the flags with which somebody disagreed, how many accounts left within 90 days, where these are over."""
    said = disagreements(deps.caseload.cases())
    if not said:
        return
    over = [case for case in said if case.on + JUDGED <= deps.today]
    told = phrase_n("We disagreed with {n} flag.", "We disagreed with {n} flags.", len(said))
    if not over:
        yield Note(phrase("{told} None of them is 90 days old yet.", told=told))
        return
    left = left_between(deps.book, min(case.on for case in over), deps.today)
    gone = sum(case.account_id in left and case.on < left[case.account_id] <= case.on + JUDGED for case in over)
    yield Note(phrase_n(
        "{told} Of {n} that is 90 days old, {left} left all the same.",
        "{told} Of {n} that are 90 days old, {left} left all the same.", len(over), told=told, left=gone,
    ))  # fmt: skip
