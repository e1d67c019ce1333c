"""How well risk is told, in words: which scorer, why that one, how its lists did, and whether it still holds."""

from collections.abc import Iterator
from fractions import Fraction

from tools._phrase import Phrase, phrase, phrase_n
from tools.metrics import Backtest, Drift, Fitted, Scorecard, Share

HARDLY = 1.2
"""A lift up to this is none."""


def share(value: float) -> Share:
    """A share as it is said."""
    return Share(Fraction(value).limit_denominator(10_000))


def number(value: float) -> Fraction:
    """A number with two places."""
    return Fraction(round(value * 100), 100)


def how_lists_did(past: Backtest) -> Phrase:
    """In counts that a rep can weigh; said just as plainly when they did badly."""
    if not past.flagged or not past.lost:
        return phrase("There is too little history to test this scorecard against the past.")
    tested = phrase(
        "Tested on the past four quarters: of {flagged} accounts flagged like this, {left} left within 90 days "
        "({share}); of all accounts, {base} did.",
        flagged=past.flagged, left=past.flagged_lost, share=Share(Fraction(past.flagged_lost, past.flagged)),
        base=Share(Fraction(past.lost, past.judged)),
    )  # fmt: skip
    if (past.lift or 0) <= HARDLY:
        return phrase("{tested} That is no better than chance.", tested=tested)
    if not past.is_better_than_chance:
        return phrase("{tested} With so few accounts, that may be chance.", tested=tested)
    return tested


def which_scorer(card: Scorecard, fitted: Fitted | None) -> Phrase:
    """What scores the accounts, and why that."""
    if fitted is None:
        return phrase("Scored by the scorecard: no model has been fitted to your own losses yet.")
    if fitted.why == "too_little_history":
        return phrase_n(
            "Scored by the scorecard: {n} loss is too little history for a model.",
            "Scored by the scorecard: {n} losses are too little history for a model.", fitted.losses,
        )  # fmt: skip
    model, weights = fitted.records["model"], fitted.records["scorecard"]
    said = {"day": fitted.fitted_on, "mine": number(model.auc or 0), "theirs": number(weights.auc or 0)}
    if card.kind == "model":
        return phrase(
            "Scored by a model fitted on {day} to {n} losses of your own: on past days it ranked those who left higher "
            "than the scorecard did (AUC {mine} against {theirs}; 0.5 is chance).", n=fitted.losses, **said,
        )  # fmt: skip
    return phrase(
        "Scored by the scorecard: a model fitted on {day} ranked those who left no higher on past days (AUC {mine} "
        "against {theirs}; 0.5 is chance).", **said,
    )  # fmt: skip


def how_it_holds(drift: Drift) -> Iterator[Phrase]:
    """What has changed since the fit; nothing where it holds."""
    if drift.has_moved:
        yield phrase(
            "Things have changed since the fit: the scores have moved (PSI {psi}), and {now} of the accounts left in "
            "the last 90 days, against {then} before. `retention risk fit` learns anew.",
            psi=number(drift.psi), now=share(drift.lost), then=share(drift.lost_then),
        )  # fmt: skip
    elif drift.is_old:
        yield phrase_n(
            "The fit is {n} day old. `retention risk fit` learns anew.",
            "The fit is {n} days old. `retention risk fit` learns anew.", drift.age,
        )  # fmt: skip
