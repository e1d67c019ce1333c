"""The router that needs no model: tools by their examples, arguments by the markers of their fields."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from importlib.resources import files
from pathlib import Path

import yaml

from bot.router._door import Call, Choice, Clarify, Context, Decision, Decline, Names
from bot.router.following import (
    asks_for_csv,
    carried_over,
    follow_up,
    is_about,
    pointed_out,
    same_with_topic,
    says_nothing_but,
    spoken_of,
    that_counts,
)
from bot.router.intents import left_out
from bot.router.learning import NONE, learnt
from bot.router.policy import LeftOut, Policy
from bot.router.slots.accounts import AccountNames, parts_of
from bot.router.slots.calendar import Calendar
from bot.router.slots.filling import fields_by_slot, fill, settle
from bot.router.slots.limits import BookValues
from bot.router.slots.reading import Reading, read
from bot.router.slots.text import fold
from bot.router.slots.unread import is_misspelt
from bot.router.slots.vocabulary import EVERYDAY
from tools import ACCOUNT, BY, COMPARE, DRAFT, FIGURE, METRIC, OWNER, SCHEDULE, SEGMENT, Slot, Tool, phrase

HELP = "help"
"""The other intent that is no tool's."""

_CLOSE_CALL = 0.2
"""Lead of `none` over a tool below which the tool is offered all the same."""

ASKERS = 32
"""For how many who see different accounts their names are kept prepared."""


@dataclass(frozen=True)
class Weighed:
    """A decision, and whether the router would stand by it. Unsure: a chat model may know better."""

    decision: Decision
    sure: bool


FEW_WORDS = 5
"""A metric and what it is by, since or of, and hardly more."""


class EmbeddedRouter:
    """Chooses among tools by likeness to their examples. Trained when made; thread-safe from then on."""

    def __init__(self, tools: Mapping[str, Tool], policy: Policy | None = None, keep: Path | None = None) -> None:
        """`keep`: the folder in which what is learnt from the examples is kept for the next start."""
        self.policy = policy or Policy()
        self._tools = tools
        self._prepared: tuple[tuple[Names, AccountNames, BookValues], ...] = ()
        self._learnt = learnt(tuple(_examples(tools)), keep)
        self._familiar = {name: EVERYDAY | self._learnt.words[name] for name in tools}
        self._common = self._learnt.common

    def choose(self, text: str, language: str, today: date, names: Names, context: Context | None = None) -> Decision:
        return self.weigh(text, language, today, names, context).decision

    def weigh(self, text: str, language: str, today: date, names: Names, context: Context | None = None) -> Weighed:
        """Decide, and say how sure. Never fails, whatever the text; `language` changes nothing here."""
        accounts, _ = self._prepare(names)
        reading = self._read(pointed_out(text, context, names.accounts) if context else text, today, names)
        for before in (context, context.earlier) if context else ():
            if before and (call := follow_up(reading, before, self._tools)):
                return Weighed(call, sure=True)
        weighed = self._by_words(reading, accounts)
        if isinstance(said := weighed.decision, Call) and asks_for_csv(reading, self._tools[said.tool]):
            weighed = Weighed(replace(said, form="csv"), weighed.sure)
        return self._in_context(weighed, reading, context.earlier or context, accounts) if context else weighed

    def _by_words(self, reading: Reading, accounts: AccountNames) -> Weighed:
        """Decide by the words alone."""
        if not (parts_of(reading.folded) or reading.saved):
            return Weighed(Decline(help=True), sure=True)
        if tool := self._about_what_has_an_id(reading):
            return self._settled(tool, reading, accounts)
        if tool := self._that_works_it_out(reading):
            return self._settled(tool, reading, accounts)
        ranked = self._ranked(reading.shape)
        first, best = ranked[0]
        if first in (HELP, NONE):
            named = self._if_named(reading) if best < self.policy.answer else None
            return self._settled(named, reading, accounts) if named else self._not_a_tool(ranked, reading, accounts)
        if tool := self._that_counts_it(first, reading) or self._that_takes_all(ranked, reading):
            return self._settled(tool, reading, accounts)
        if self._clear(ranked):
            return self._settled(self._with_all_that_belongs(first, reading), reading, accounts)
        if tool := self._before_the_colon(reading):
            return self._settled(tool, reading, accounts)
        if tool := self._if_named(reading):
            return self._settled(tool, reading, accounts)
        if best >= self.policy.clarify:
            return Weighed(self._which_tool(ranked, reading, accounts), sure=False)
        return Weighed(Decline(), sure=False)

    def _that_works_it_out(self, reading: Reading) -> str | None:
        """The tool that works a metric out for the one account named, where the metric itself is of an average one."""
        if not reading.accounts or not reading.metrics or reading.group or reading.compared:
            return None
        return self._that_measures(reading, of_account=True)

    def _that_counts_it(self, first: str, reading: Reading) -> str | None:
        """The tool that counts any metric, where few words name one that the tool meant, it seems, does not use."""
        counting, known = that_counts(self._tools), {each.partition(" by ")[0] for each in self._tools[first].measures}
        plain = len(reading.metrics) == 1 and len(reading.folded.split()) <= FEW_WORDS
        strange = plain and known and reading.metrics[0].value not in known
        return counting.name if counting and strange else None

    def _with_all_that_belongs(self, first: str, reading: Reading) -> str:
        """The tool that shows a metric with all that belongs to it, in the place of the one that counts any."""
        counting = that_counts(self._tools)
        plain = len(reading.metrics) == 1 and not (
            reading.compared or reading.limits or reading.segment or reading.saved
        )
        if counting is None or first != counting.name or not plain or reading.accounts or reading.owner:
            return first
        return self._that_measures(reading, of_account=False) or first

    def _that_measures(self, reading: Reading, of_account: bool) -> str | None:
        metric = reading.metrics[0].value
        named = {metric, f"{metric} by {reading.group.by}" if reading.group else metric}
        found = (tool for tool in self._tools.values() if named & tool.measures)
        return next((tool.name for tool in found if ("account" in fields_by_slot(tool)) is of_account), None)

    def settle(self, call: Call, today: date, names: Names) -> Decision:
        """A call in someone's words (a chat model's), in the book's terms or as a question back."""
        accounts, _ = self._prepare(names)
        filled = settle(self._tools[call.tool], call.arguments, lambda text: self._read(text, today, names), accounts)
        return filled.ask or filled.call

    def read_as(self, tool: str, text: str, today: date, names: Names) -> Decision:
        """What a text says to one tool, whichever it seems to be for."""
        accounts, _ = self._prepare(names)
        return self._settled(tool, self._read(text, today, names), accounts).decision

    def ranking(self, text: str, today: date, names: Names) -> list[tuple[str, float]]:
        """Every intent (the tools, `help` and `none`) with its score, best first: what `weigh` decides by."""
        return self._ranked(self._read(text, today, names).shape)

    def left_out(self) -> LeftOut:
        """How every example would be scored had it been left out of training; policies are measured by it."""
        learnt = self._learnt
        return LeftOut(left_out(learnt.shapes, learnt.labels), learnt.labels, frozenset(self._tools))

    def _in_context(self, weighed: Weighed, reading: Reading, context: Context, accounts: AccountNames) -> Weighed:
        """What was decided by the words alone, with what the answer before had said already."""
        topic = same_with_topic(reading, context, self._tools)
        match weighed.decision:
            case Call(tool) if topic and (tool == topic.tool or is_about(reading)):
                return Weighed(topic, sure=True)
            case Call(tool, arguments) if tool == context.call.tool and not arguments:
                return weighed  # asked again in so many words: for everybody
            case Call() as call:
                return Weighed(carried_over(call, reading, context, self._tools), weighed.sure)
            case Clarify(choices=(), call=Call() as call) if account := spoken_of(context):
                return Weighed(replace(call, arguments={**call.arguments, "account": account}), sure=True)
            case Clarify() | Decline(help=False) if not weighed.sure:
                counted = topic or self._of_another_metric(reading, context, accounts)
                return Weighed(counted, sure=True) if counted else weighed
        return weighed

    def _of_another_metric(self, reading: Reading, context: Context, accounts: AccountNames) -> Call | None:
        """Where only a metric is said ("and the NRR?"), it is counted for what the answer before was about."""
        counting = that_counts(self._tools)
        if counting is None or not says_nothing_but(reading, counting):
            return None
        decision = self._settled(counting.name, reading, accounts).decision
        return carried_over(decision, reading, context, self._tools) if isinstance(decision, Call) else None

    def _clear(self, ranked: list[tuple[str, float]]) -> bool:
        (_, best), (_, second) = ranked[:2]
        return best >= self.policy.answer and best - second >= self.policy.lead

    def _that_takes_all(self, ranked: list[tuple[str, float]], reading: Reading) -> str | None:
        """A tool that can group or compare one metric as the question asks, where the likeliest cannot.

        Cohorts are not only a way to group: who asks by cohort may want to see them age.
        """
        grouped = (BY,) if reading.group and reading.group.sure and reading.group.by != "cohort" else ()
        compared = (COMPARE,) if reading.compared and reading.compared.end else ()
        asked = (*grouped, *compared)
        if len(reading.metrics) != 1 or all(_takes(self._tools[ranked[0][0]], (kind,)) for kind in asked):
            return None
        likely = (self._tools[name] for name, score in ranked if name in self._tools and score >= self.policy.clarify)
        able = (tool.name for tool in likely if all(_takes(tool, (kind,)) for kind in (METRIC, *asked)))
        return next(able, None)

    def _before_the_colon(self, reading: Reading) -> str | None:
        """The tool that the words before a colon clearly ask for: "log a call with Acme: the CFO says …"."""
        head, colon, said = reading.shape.partition(": ")
        if not (colon and said):
            return None
        ranked = self._ranked(head)
        return ranked[0][0] if ranked[0][0] in self._tools and self._clear(ranked) else None

    def _about_what_has_an_id(self, reading: Reading) -> str | None:
        """The tool that takes the id of a figure, a draft or a schedule: who names one can mean nothing else."""
        said = ((reading.figure, FIGURE), (reading.draft, DRAFT), (reading.schedule, SCHEDULE))
        kind = next((slot for found, slot in said if found), None)
        return next((name for name, tool in self._tools.items() if kind and _takes(tool, (kind,))), None)

    def _if_named(self, reading: Reading) -> str | None:
        """The tool that is clearly asked for once the unknown name is taken for an account, manager or segment."""
        if reading.accounts or is_misspelt(fold(" ".join(reading.strangers[:1])), self._common):
            return None
        for sign, shape in reading.if_named.items():
            ranked = self._ranked(shape)
            tool = self._tools.get(ranked[0][0])
            if tool and self._clear(ranked) and _takes(tool, (ACCOUNT,) if sign == "@a" else (OWNER, SEGMENT)):
                return tool.name
        return None

    def _settled(self, tool: str, reading: Reading, accounts: AccountNames) -> Weighed:
        filled = fill(self._tools[tool], reading, accounts, self._familiar[tool])
        return Weighed(filled.ask or filled.call, filled.sure)

    def _read(self, text: str, today: date, names: Names) -> Reading:
        accounts, values = self._prepare(names)
        calendar = Calendar(today, fiscal=names.fiscal_start)
        return read(text, calendar, accounts, names.owners, names.segments, values, self._common, names.saved)

    def _ranked(self, shape: str) -> list[tuple[str, float]]:
        scores = self._learnt.trained.scores(shape)
        named = {label: float(score) for label, score in zip(self._learnt.trained.labels, scores, strict=True)}
        return sorted(named.items(), key=lambda each: -each[1])

    def _not_a_tool(self, ranked: list[tuple[str, float]], reading: Reading, accounts: AccountNames) -> Weighed:
        (first, best), (second, score) = ranked[:2]
        if second in self._tools and score >= self.policy.clarify and best - score < _CLOSE_CALL:
            return Weighed(self._which_tool(ranked, reading, accounts), sure=False)
        sure = best >= self.policy.answer
        return Weighed(Decline(help=first == HELP, outside=sure), sure)

    def _which_tool(self, ranked: list[tuple[str, float]], reading: Reading, accounts: AccountNames) -> Clarify:
        """Up to three tools to choose from, with what was understood; what lacks is asked later."""
        likely = [name for name, _ in ranked if name in self._tools][:3]
        calls = [fill(self._tools[name], reading, accounts, self._familiar[name]).call for name in likely]
        choices = tuple(Choice(phrase(self._tools[call.tool].help), call) for call in calls)
        return Clarify(phrase("I am not sure what you mean. Is it one of these?"), choices)

    def _prepare(self, names: Names) -> tuple[AccountNames, BookValues]:
        """The names prepared for searching; those of the last few askers are kept, who do not all see the same."""
        kept = next((one for one in self._prepared if one[0] is names or one[0] == names), None)
        if kept is None:
            kept = (names, AccountNames(dict(names.accounts)), BookValues(names.values))
            self._prepared = (kept, *self._prepared[: ASKERS - 1])
        return kept[1:]


def _takes(tool: Tool, kinds: tuple[Slot, ...]) -> bool:
    """Whether the tool has a field of one of these kinds; an account must be one it cannot do without."""
    fields = tool.input.model_fields.values()
    return any(
        kind in field.metadata and (kind != ACCOUNT or field.is_required()) for field in fields for kind in kinds
    )


def _examples(tools: Mapping[str, Tool]) -> Iterator[tuple[str, str]]:
    """(intent, text) of every example, the tools' own and those of outside.yml."""
    text = files("bot.router").joinpath("outside.yml").read_text(encoding="utf-8")
    outside = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # libyaml's is ten times as fast
    for intent, by_language in (*((tool.name, tool.examples) for tool in tools.values()), *outside.items()):
        for texts in by_language.values():
            yield from ((intent, text) for text in texts)
