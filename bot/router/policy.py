"""When to answer at once and when to ask back, and how that is measured."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.router.intents import Floats


@dataclass(frozen=True)
class Policy:
    """To answer takes a best score, its lead over the next tool's and the one over what is no tool's; to ask back, a
    best score.

    The numbers are those that `LeftOut.calibrated` finds for the examples as they are. Those are varied on purpose:
    what people ask is understood better than an example left out (rightly answered .99, not .96; see `make eval`).
    """

    answer: float = 0.34
    lead: float = 0.14
    doubt: float = 0.25
    clarify: float = 0.12


@dataclass(frozen=True)
class Measured:
    """What a policy does on examples left out, as shares of 1.

    top: the right tool scores highest. answered: of the tools' examples, answered at once. right: of those,
    by the right tool. leaked: of the examples that are no tool's, answered all the same.
    """

    top: float
    answered: float
    right: float
    leaked: float


@dataclass(frozen=True)
class LeftOut:
    """Scores of examples, each as if left out of training (examples × sorted labels), with their labels."""

    scores: Floats
    labels: Sequence[str]
    tools: frozenset[str]

    def measured(self, policy: Policy) -> Measured:
        names = np.array(sorted(set(self.labels)))
        of_tools = np.isin(names, list(self.tools))
        best, order = self.scores.argmax(axis=1), np.sort(self.scores[:, of_tools], axis=1)
        none = self.scores[:, ~of_tools].max(axis=1, initial=0.0)
        clear = (order[:, -1] >= policy.answer) & (order[:, -1] - order[:, -2] >= policy.lead)
        direct, right = clear & (order[:, -1] - none >= policy.doubt), names[best] == np.array(self.labels)
        ours = np.isin(self.labels, list(self.tools))
        shares = (right[ours], direct[ours], right[ours & direct], direct[~ours])
        return Measured(*(float(share.mean()) if share.size else 1.0 for share in shares))

    def calibrated(self, right: float = 0.96, leaked: float = 0.03) -> Policy:
        """Of the policies right and tight enough the one that answers most; the strictest if none is."""
        grid = [
            Policy(answer / 100, lead / 100, doubt / 100)
            for answer in range(30, 50, 2) for lead in range(8, 26, 2) for doubt in (15, 20, 25)
        ]  # fmt: skip
        measured = [(self.measured(policy), policy) for policy in grid]
        fit = [(m.answered, -p.answer, p) for m, p in measured if m.right >= right and m.leaked <= leaked]
        return max(fit, key=lambda each: each[:2])[2] if fit else grid[-1]
