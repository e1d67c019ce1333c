"""From what was recognised to a tool's arguments, by the markers of its Input's fields."""

from collections.abc import Callable, Collection, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from pydantic.fields import FieldInfo

from bot.router._door import Call, Choice, Clarify
from bot.router.slots.accounts import AccountNames
from bot.router.slots.limits import LIMITS
from bot.router.slots.metrics import COMMON_NAMES, ambiguous_metrics, find_variant, likely_metrics
from bot.router.slots.period_forms import RHYTHMS
from bot.router.slots.reading import Reading, Stretch
from bot.router.slots.saved import Named
from bot.router.slots.text import blank, fold
from bot.router.slots.unread import Leftover, is_given_as_name, leftovers, nearest, unknown_segment
from bot.router.slots.words import Said, find_choice
from bot.router.slots.wrapping import topic
from tools import Choice as Words
from tools import Phrase, Slot, Tool, phrase, phrase_n
from tools._slots import slot_of
from tools.metrics import DIMENSIONS, GRAINS, Period, all_metrics

SHOWN = 3
"""Choices of a question asked back."""
SOON = timedelta(days=183)
WEEK = 7
"""Days of the longest period that can stand for a day: "this week"; a "quarterly meeting" says no day."""
AHEAD = ("renewing", "until")
"""Fields that take a period to come."""


@dataclass(frozen=True)
class Filled:
    """A tool's call as far as the words say; `ask` is what must be asked back before it can run.

    `sure`: not where the very thing to count is missing, which a chat model may read out of the question.
    """

    call: Call
    ask: Clarify | None = None
    sure: bool = True


def fill(tool: Tool, reading: Reading, accounts: AccountNames, familiar: Collection[str]) -> Filled:
    """Fill the fields of `tool.input` that the question speaks of; defaults are left to the tool.

    `familiar`: words that people use to ask for this tool. What limits the answer and fits no field is asked about
    where it looks like a name, else it is among the call's `unread`.
    """
    arguments, fields = _one_time(dict(_said(tool, reading))), fields_by_slot(tool)
    rest = left_over(tool, reading)
    left = leftovers(rest, reading.text, familiar) if "owner" in fields or "segment" in fields else ()
    amiss = () if "topic" in fields else _out_of_place(tool, reading, arguments)  # a topic takes any words
    if "topic" in fields:
        left = tuple(each for each in left if each.named and not is_given_as_name(each.text, reading.text))
    call = Call(tool.name, arguments, (*amiss, *(each.text for each in left)))
    if account := fields.get("account"):
        return _with_account(call, account, tool, reading, accounts)
    if (metric := fields.get("metric")) and metric not in arguments and _one_is_meant(tool, metric, reading.folded):
        return Filled(call, _which_metric(call, metric, reading.folded), sure=False)
    if (owner := fields.get("owner")) and reading.owner and reading.owner.others:
        return Filled(call, _which_owner(call, owner, reading.owner))
    if (saved := fields.get("saved")) and reading.saved and reading.saved.instead:
        return Filled(call, _which_of_that_name(call, saved, reading.saved, fields))
    if unknown := _unknown_filter(reading, fields, left):
        return Filled(call, _no_such_filter(call, unknown, reading, fields))
    return Filled(call)


def fields_by_slot(tool: Tool) -> Mapping[str | None, str]:
    """The names of the tool's fields by the kind of slot they take."""
    return {_slot(field): name for name, field in tool.input.model_fields.items()}


def _said(tool: Tool, reading: Reading) -> Iterator[tuple[str, Any]]:
    fields = tool.input.model_fields
    read = {name: value for name, field in fields.items() if (value := _value(name, field, reading)) is not None}
    return ((name, value) for name, value in read.items() if all(map(read.items().__contains__, _only(fields[name]))))


def _only(field: FieldInfo) -> Iterator[tuple[str, str]]:
    """The field and value without which this one means nothing."""
    return (marker.only for marker in field.metadata if isinstance(marker, Words | Slot) and marker.only)


def _one_time(said: Mapping[str, Any]) -> dict[str, Any]:
    """A time to come is not also one that is over; a question `about` how something went means the latter."""
    if not said.keys() & set(AHEAD):
        return dict(said)
    other = AHEAD if "about" in said else ("period",)
    return {name: value for name, value in said.items() if name not in other}


def newly_said(tool: Tool, reading: Reading) -> dict[str, Any]:
    """The tool's fields of which the words themselves speak, its account among them: what a follow-up changes."""
    fields, meant = fields_by_slot(tool), _meant(reading)
    implied = {fields.get("topic"), None if reading.metrics else fields.get("metric")}
    if reading.compared and not reading.period:
        implied.add(fields.get("period"))  # "compared with last year" changes what with, not what of
    said = {name: value for name, value in _said(tool, reading) if name not in implied}
    said = _one_time(said)
    return {**said, fields["account"]: meant[0]} if "account" in fields and len(meant) == 1 else said


def unplaced(tool: Tool, reading: Reading, said: Mapping[str, Any]) -> list[str]:
    """What was recognised in the question and no field of the tool takes; `said`: what its fields took."""
    return list(_out_of_place(tool, reading, said))


def left_over(tool: Tool, reading: Reading) -> str:
    """What no slot took, without what this tool takes though it is not told from other words everywhere."""
    rest, fields = reading.rest, fields_by_slot(tool)
    taken: list[Stretch] = [limit for limit in reading.limits if limit.slot in fields]
    if reading.group and "by" in fields:
        taken.append(reading.group)
    for each in (*taken, *_chosen(tool, reading)):
        rest = blank(rest, each.start, each.end)
    return rest


def _chosen(tool: Tool, reading: Reading) -> Iterator[Stretch]:
    """What the tool's choices took."""
    markers = (marker for field in tool.input.model_fields.values() for marker in field.metadata)
    found = (find_choice(reading.without_names, marker.words) for marker in markers if isinstance(marker, Words))
    return filter(None, found)


def _meet(one: Stretch, other: Stretch) -> bool:
    return one.start < other.end and other.start < one.end


def _out_of_place(tool: Tool, reading: Reading, filled: Mapping[str, Any]) -> Iterator[str]:
    """What was recognised and no field of the tool takes. Whatever is asked for now need not be said."""
    fields = fields_by_slot(tool)
    timed = filled.keys() & {fields.get("period"), "since", *AHEAD}
    if (period := reading.period) and not timed and not _now(period.period, reading):
        yield reading.text[period.start : period.end]
    if "account" not in fields:
        yield from (reading.text[mention.start : mention.end] for mention in reading.accounts)
    chosen = list(_chosen(tool, reading))
    untaken = (each for each in _untaken(reading, fields) if not any(_meet(each, other) for other in chosen))
    yield from (reading.text[each.start : each.end] for each in untaken)


def _untaken(reading: Reading, fields: Container[str | None]) -> Iterator[Stretch]:
    """Ways to group, compare or limit, and further metrics, that the tool has no field for."""
    if (group := reading.group) and group.sure and "by" not in fields:
        yield group
    if (compared := reading.compared) and compared.end and "compare" not in fields:
        yield compared
    if reading.saved and not reading.saved.instead and "saved" not in fields:
        yield reading.saved
    taken: set[str] = set()
    for limit in reading.limits:
        if (limit.sure and limit.slot not in fields) or limit.slot in taken:
            yield limit
        taken.add(limit.slot)
    if "metric" in fields:
        first = reading.metrics[0].value if reading.metrics else None
        yield from (said for said in reading.metrics[1:] if said.value not in (*COMMON_NAMES, first))


def _now(period: Period, reading: Reading) -> bool:
    """Today is in it; or it is a day soon to come, when they meet the customer."""
    return period.start <= reading.today < period.end or (
        period.grain == "day" and reading.today < period.start < reading.today + timedelta(days=14)
    )


def _unknown_filter(reading: Reading, fields: Mapping[str | None, str], left: Sequence[Leftover]) -> str | None:
    """What is meant for a manager or a segment that the book has not."""
    if "segment" in fields and reading.segment and reading.segment.value is None:
        return reading.text[reading.segment.start : reading.segment.end]
    if "saved" in fields and (called := unknown_segment(reading.rest, reading.text)):
        return called
    return next((each.text for each in left if each.named), None)


def _no_such_filter(call: Call, name: str, reading: Reading, fields: Mapping[str | None, str]) -> Clarify:
    """Which one is meant, or all of them; that it was asked once is enough."""
    bare = Call(call.tool, call.arguments, tuple(each for each in call.unread if each != name))
    known = [
        *(("owner", each) for each in reading.owners),
        *(("segment", each) for each in reading.segments),
        *((slot_of(dimension), each) for dimension, each in reading.values.all()),
    ]
    field_of = {each: fields[kind] for kind, each in reversed(known) if kind in fields}
    near = nearest(name, tuple(field_of))
    choices = [Choice(each, Call(bare.tool, {**bare.arguments, field_of[each]: each}, bare.unread)) for each in near]
    everyone = Choice(phrase("All accounts"), bare)
    unknown = phrase("I know no manager and no segment called “{name}”.", name=name)
    if "country" in fields:
        unknown = phrase("Nothing in the book is called “{name}”: no manager, segment, country, plan …", name=name)
    return Clarify(unknown, (*choices, everyone))


def _which_of_that_name(call: Call, field: str, named: Named, fields: Mapping[str | None, str]) -> Clarify:
    """The value that the accounts have, or the segment that somebody saved under the same name."""
    dimension, value = named.instead or ("", "")
    bare = {name: each for name, each in call.arguments.items() if name != fields.get(slot_of(dimension))}
    plain = Choice(
        phrase("{value}, as the accounts have it", value=value),
        replace(call, arguments={**bare, **({of: value} if (of := fields.get(slot_of(dimension))) else {})}),
    )
    kept = Choice(
        phrase("The saved segment “{name}”", name=named.name), replace(call, arguments={**bare, field: named.name})
    )
    return Clarify(phrase("Two things are called “{name}”. Which one do you mean?", name=named.name), (plain, kept))


def _one_is_meant(tool: Tool, field: str, said: str) -> bool:
    """The tool is of use only with a metric, or a word is said that may be several."""
    return tool.input.model_fields[field].is_required() or bool(ambiguous_metrics(said))


def _which_metric(call: Call, field: str, said: str) -> Clarify:
    """The metrics that may be meant, as buttons."""
    question = phrase("Which figure do you mean?")
    return Clarify(
        question,
        tuple(
            Choice(phrase(all_metrics()[metric].title), replace(call, arguments={**call.arguments, field: metric}))
            for metric in likely_metrics(said, SHOWN)
        ),
    )


def settle(tool: Tool, said: Mapping[str, Any], in_words: Callable[[str], Reading], accounts: AccountNames) -> Filled:
    """Arguments as someone worded them (an account by name, an owner by the first) in the book's own terms.

    `in_words` reads a value as if it were a question. An account, manager or segment that the book does not know
    is asked back; what else it does not know is left out.
    """
    fields = fields_by_slot(tool)
    arguments, asked = dict[str, Any](), None
    for name, field in tool.input.model_fields.items():
        if _slot(field) == "account":
            asked = (name, field.is_required(), said.get(name))
        elif name in said and (value := _in_terms_of_the_book(name, field, said[name], in_words)) is not None:
            arguments[name] = value
    call = Call(tool.name, arguments)
    if (metric := fields.get("metric")) and metric not in arguments:
        called = fold(str(said.get(metric) or ""))
        if called or _one_is_meant(tool, metric, called):
            return Filled(call, _which_metric(call, metric, called))
    for kind in ("owner", "segment"):
        if (limit := fields.get(kind)) and said.get(limit) and limit not in arguments:
            unknown = str(said[limit])
            return Filled(call, _no_such_filter(call, unknown, in_words(unknown), fields))
    if asked is None or (asked[2] is None and not asked[1]):
        return Filled(call)
    name, _, wanted = asked
    if wanted in accounts.accounts:
        return Filled(Call(tool.name, {**arguments, name: wanted}))
    return _with_account(call, name, tool, in_words(str(wanted or "")), accounts, called=wanted or "")


def _in_terms_of_the_book(name: str, field: FieldInfo, value: Any, in_words: Callable[[str], Reading]) -> Any:
    match _slot(field):
        case "period" | "owner" | "segment":
            return _value(name, field, in_words(str(value)))
        case "count":
            return _within(field, value)
        case "metric":
            return value if value in all_metrics() else _metric(in_words(str(value)))
        case "by":
            return value if value in (*DIMENSIONS, *GRAINS) else _by(in_words(f"by {value}"))
        case "compare":
            return value if value in ("previous", "year") else _compare(in_words(f"against {value}"))
        case str() as kind if kind in LIMITS:
            return in_words(str(value)).values.called(LIMITS[kind], str(value)) or value
    return value


def _slot(field: FieldInfo) -> str | None:
    return next((marker.kind for marker in field.metadata if isinstance(marker, Slot)), None)


def _value(name: str, field: FieldInfo, reading: Reading) -> Any:
    for marker in field.metadata:
        if isinstance(marker, Words):
            said = find_choice(reading.without_names, marker.words)
            return said.value if said else None
    match _slot(field):
        case "period":
            period = _period(reading, ahead=name in AHEAD)
            return None if name == "day" and period and Period.parse(period).days > WEEK else period
        case "reviewed":
            return _reviewed(reading)
        case "count":
            return _within(field, reading.count)
        case "owner":
            return reading.owner and reading.owner.value
        case "segment":
            return reading.segment and reading.segment.value
        case "saved":
            return reading.saved.name if reading.saved and not reading.saved.instead else None
        case "language":
            return reading.language and reading.language.value
        case "figure":
            return reading.figure and reading.figure.value
        case "draft":
            return reading.draft and reading.draft.value
        case "schedule":
            return reading.schedule and reading.schedule.value
        case "topic":
            return topic(reading.text)
        case "metric":
            return _metric(reading)
        case "variant":
            metric = _metric(reading)
            return find_variant(reading.folded, metric) if metric else None
        case "by":
            return _by(reading)
        case "compare":
            return _compare(reading)
        case str() as kind if kind in LIMITS:
            return next((limit.value for limit in reading.limits if limit.slot == kind), None)
    return None


def _metric(reading: Reading) -> str | None:
    """The metric asked for. Where nothing else is named, reasons are those for which accounts left,
    and who pays so much is asked for by MRR."""
    if reading.metrics:
        return reading.metrics[0].value
    if any(limit.dimension == "mrr_band" for limit in reading.limits):
        return "mrr"
    return "churned_accounts" if reading.group and reading.group.by == "reason" else None


def _by(reading: Reading) -> str | None:
    return reading.group.by if reading.group else None


def _compare(reading: Reading) -> str | None:
    return reading.compared.how if reading.compared else None


def _period(reading: Reading, ahead: bool) -> str | None:
    """The written period.

    Who asks for risk "this week" does not mean renewals of this week: the question must speak of them, or the
    period lie ahead, and not by much: "in October", asked in November, is the one that is over.
    """
    if not ahead:
        if reading.compared and reading.compared.period:
            return str(reading.compared.period)
        return str(reading.period.period) if reading.period else None
    if reading.ahead is None:
        return None
    period = reading.ahead.period
    as_said = reading.period is not None and reading.period.period == period
    to_come = reading.today <= period.start and period.grain != "day"
    soon = as_said or period.start < reading.today + SOON
    return str(period) if reading.of_renewals or (to_come and soon) else None


def _reviewed(reading: Reading) -> str | None:
    """A period to look back on. "The quarterly review" says how often, and "on Thursday" when they meet."""
    said = reading.period
    if said is None or said.period.days <= WEEK or said.period.start > reading.today:
        return None
    rhythm = reading.folded[said.start : said.end].strip() in RHYTHMS
    return None if rhythm else str(said.period)


def _within(field: FieldInfo, count: int | None) -> int | None:
    """A count kept within the field's bounds: "top 500" of a list of 100 at most is 100."""
    if count is None:
        return None
    for bound in field.metadata:
        count = max(count, getattr(bound, "ge", count))
        count = min(count, getattr(bound, "le", count))
    return count


def _with_account(
    call: Call, name: str, tool: Tool, reading: Reading, accounts: AccountNames, called: str | None = None
) -> Filled:
    """The call with its account, or what to ask about it.

    `called`: what an account was called by someone who surely meant one.
    """
    required = called is not None or tool.input.model_fields[name].is_required()
    meant = _meant(reading)
    if len(meant) == 1:
        return Filled(replace(call, arguments={**call.arguments, name: meant[0]}))
    if meant:
        return Filled(call, Clarify(_which_account(len(meant)), _choices(call, name, meant, accounts), call))
    if stranger := called or (None if _is_offer(call, tool, name) else _stranger(reading, required)):
        near = _choices(call, name, accounts.nearest(stranger), accounts)
        general = () if required else (Choice(phrase(tool.help), call),)
        unknown = phrase("I know no account called {name}.", name=stranger)
        return Filled(call, Clarify(unknown, (*near[: 3 - len(general)], *general), call))
    return Filled(call, Clarify(phrase("Which account?"), call=call) if required else None)


def _which_account(n: int) -> Phrase:
    if n <= SHOWN:
        return phrase("Which account do you mean?")
    return phrase_n("{n} account is called like that.", "{n} accounts are called like that. Is it one of these?", n)


def _meant(reading: Reading) -> list[str]:
    """The accounts that may be meant; one written in full outdoes those named in part."""
    exact = [mention for mention in reading.accounts if mention.exact]
    return list(dict.fromkeys(id_ for mention in exact or reading.accounts for id_ in mention.ids))


def _stranger(reading: Reading, required: bool) -> str | None:
    """An unknown name. Where an account is optional, only one that is written like a name counts."""
    written = [name for name in reading.strangers if required or name[0].isupper()]
    return written[0] if written else None


def _is_offer(call: Call, tool: Tool, name: str) -> bool:
    """Whether an unknown name is no account beside what was chosen."""
    slots = (marker for marker in tool.input.model_fields[name].metadata if isinstance(marker, Slot))
    return any(slot.unless and call.arguments.get(slot.unless[0]) == slot.unless[1] for slot in slots)


def _choices(bare: Call, name: str, ids: list[str], accounts: AccountNames) -> tuple[Choice, ...]:
    shown = ids[:SHOWN]
    return tuple(
        Choice(accounts.label(id_, shown), replace(bare, arguments={**bare.arguments, name: id_})) for id_ in shown
    )


def _which_owner(call: Call, name: str, owner: Said) -> Clarify:
    owners = [each for each in (owner.value, *owner.others) if each][:SHOWN]
    return Clarify(
        phrase("Whose accounts do you mean?"),
        tuple(Choice(each, replace(call, arguments={**call.arguments, name: each})) for each in owners),
    )
