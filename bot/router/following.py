"""Follow-ups: what a question leaves unsaid because the answer above it said so.

"And in Q2?", "só enterprise", "why?", "as CSV", "draft the survey for the second one". Pure: the context comes in.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Literal

from bot.router._door import Call, Context
from bot.router.slots.accounts import parts_of
from bot.router.slots.filling import fields_by_slot, left_over, newly_said, unplaced
from bot.router.slots.limits import LIMITS
from bot.router.slots.period_forms import ORDINAL, grain_of, ordinal_of
from bot.router.slots.reading import Reading
from bot.router.slots.text import fold, word_set
from tools import WHY, Tool
from tools._slots import slot_of
from tools.metrics import Period

_GLUE = word_set(
    "a about accounts again also an and are at but by can com como contas customers clients clientes d da das de "
    "do does dos e em entao essa esse esta este eu first for from gimme give had has have how i if in instead is "
    "isso it its just let limit list lista look looks many mas me mesma mesmo mostra mostre n na nas no nos now o "
    "of on one ones only os ou para por pra pras pro pros primeiras primeiros que quero qual quais queria same "
    "sao se see show so somente apenas agora tambem tb thats that the them then these this thing those to too top "
    "up us versus want was we were what whats with would you coisa ficou fica foi era eram seria quanto quantas "
    "quantos manda ver ai ok okay number version versao please pls plz pfv pf favor thanks thank obrigado "
    "obrigada valeu hmm ah oh right breakdown break broken down split quebra quebrado abre aberto separado filtra "
    "filter filtrar filtrado maiores biggest largest each cada group grouped agrupa agrupado ordered sort compare "
    "compared compara comparado contra against carteira portfolio book s as get year ano whole inteiro inteira "
    "full entire all month mes quarter trimestre week semana ours our nosso nossa deu qto qtos report relatorio "
    "file arquivo segment segmento saved salvo"
)
"""What may stand around the one thing that is new, or says nothing new by itself."""
_RENEWING = word_set(
    "renew renews renewing renewal renewals up renova renovam renovando renovacao renovacoes vence vencem vencendo "
    "contract contracts contrato contratos until till through ate"
)
"""What stands around a time to come."""
_CUE = re.compile(
    r"^(?:ok(?:ay)?[,.! ]+|hmm[,. ]+)?"
    r"(?:and|but|what about|how about|same|now|only|just|e|mas|agora|so|somente|apenas|mesma coisa|tambem)\b[\s,]*"
    r"(?:(?:for|about|on|sobre|para|pra|d[aeo])\b\s*)?"
)
_ALL = re.compile(
    r"^(?:and |but |e |mas |now |agora )?(?:(?:for|of|para|de|d[ao]s) )?"
    r"(?:all|everyone|everybody|tod[ao]s|todo mundo)(?: (?:of them|(?:the )?(?:accounts|segments|customers)"
    r"|(?:[ao]s )?(?:contas|clientes|segmentos)|elas|eles))?[\s?!.]*$"
)
_ABOUT = re.compile(r"^(?:and|but|what|how|e|mas)\s+(?:about|sobre|quanto a)\b")
_BEFORE = re.compile(
    r"\b(?:the )?(?:(week|month|quarter|year|one|period) before"
    r"|(?:previous|prior) (week|month|quarter|year|one|period))\b"
    r"|\b(?:[ao]s? )?(?:(semana|mes|trimestre|ano|periodo) )?anterior\b"
)
_THE_NTH = re.compile(
    r"^(?:and |e )?(?:vs\.?|versus|against|compared? (?:to|with)|contra|comparad[oa] (?:com|ao)) (?:the |[oa] )?"
    rf"(?P<n>{ORDINAL})(?: quarter| one| trimestre| tri)?[\s?!.]*$"
)
_AGAINST = re.compile(r"\b(?:vs?|versus|against|compar\w*|contra|than|do que)\b")
_WHY = re.compile(
    r"^(?:and |but |e |mas |ok |hmm )?"
    r"(?:why|how come|y tho|por ?que|pq|porq|what (?:caused|drove|explains)|o que (?:causou|explica|houve|aconteceu))\b"
    r"(?: (?:so|tho|though|that|this|it|is|did|was|has|are|they|happen(?:ed)?|drop(?:ped)?|fall|fell|rise|rose|changed?"
    r"|go|went|up|down|much|many|high|low|bad|isso|assim|tao|tanto|tantos|tantas|foi|e|esta|caiu|subiu|mudou|alto|baixo"
    r"|ruim|deu|aconteceu))*[\s?!.]*$"
)
_THERE = ("da", "na", "sua", "essa", "esta", "dessa", "desta", "daquela", "the", "that", "this", "our", "my")
_NO_OTHER = "".join(rf"(?<!\b{word} )" for word in _THERE)
"""Not one that is there already: "the leads of the spreadsheet"."""
_CSV = re.compile(
    r"\b(?:(?:export(?:a|ar|e|ed)?|download|baixa(?:r)?|salva(?:r)?|save)\b"
    r"(?:\s+(?:it|this|that|isso|os dados|the data))?\s*)?"
    r"(?:(?:as|in|to|into|como|em|no|num|numa|pra|para|de|a|an|um|uma)\s+)*"
    rf"(?:\.?csv|excel|xlsx?|{_NO_OTHER}(?:planilha|spreadsheet))\b"
    r"|\b(?:export(?:a|ar|e)?|download|baixar?)\b"
)
_NTH: Mapping[str, int] = {
    **{word: n for n, each in enumerate((
        "first primeira primeiro 1st 1a 1o", "second segunda segundo 2nd 2a 2o", "third terceira terceiro 3rd 3a 3o",
        "fourth quarta quarto 4th 4a 4o", "fifth quinta quinto 5th 5a 5o",
    )) for word in each.split()},
    **dict.fromkeys(("last", "ultima", "ultimo"), -1),
}  # fmt: skip
_THINGS = r"(?:one|account|customer|client|on the list|conta|cliente|empresa|da lista)"
_ORDINAL = re.compile(
    rf"\b(?:(?:the|a|o|d[ao]|n[ao]|pr[ao]|essa|esse)\s+)(?P<nth>{'|'.join(_NTH)})(?:\s+{_THINGS}|(?=\s*[?!.,]*\s*$))"
    rf"|(?:\bnumber\s+|\bno\.?\s+|\bnumero\s+|\bn[º°]\s*|#)(?P<n>\d{{1,2}})\b"
)
_IT = re.compile(
    r"\b(?:(?:this|that|the same|essa|esta|esse|este|ess[ae] mesm[ao]|a mesma|o mesmo)\s+"
    r"(?:account|customer|client|company|conta|cliente|empresa)|them|they|their|(?:for|with|about|to|on) it|d?el[ae]s?)"
    r"\b"
)
_CARRIED = ("period", "owner", "segment", "saved", *LIMITS)
"""Slots that a new question, begun as a follow-up, takes over from the one before."""


def pointed_out(text: str, context: Context, names: Mapping[str, str]) -> str:
    """The question with "the second one" and "this account" replaced by the names of the accounts they mean."""
    folded = fold(text)
    if _THE_NTH.match(folded):
        return text  # another quarter, not another account
    if (nth := _ORDINAL.search(folded)) and (account := _nth(nth, context.listed)) in names:
        return f"{text[: nth.start()]} {names[account]} {text[nth.end() :]}"
    if (it := _IT.search(folded)) and (account := spoken_of(context)) in names:
        opener = it.group().split()[0] if it.group().endswith(" it") else ""
        return f"{text[: it.start()]} {opener} {names[account]} {text[it.end() :]}"
    return text


def _nth(found: "re.Match[str]", listed: Sequence[str]) -> str:
    n = _NTH[found["nth"]] if found["nth"] else int(found["n"]) - 1
    return listed[n] if -len(listed) <= n < len(listed) else ""


def spoken_of(context: Context) -> str:
    """The one account that was spoken of last; empty where there were several or none."""
    if account := context.call.arguments.get("account"):
        return str(account)
    return context.about or (context.listed[0] if len(context.listed) == 1 else "")


def follow_up(reading: Reading, context: Context, tools: Mapping[str, Tool]) -> Call | None:
    """The call that the question makes of the one before, where it says nothing but what is different."""
    last = tools.get(context.call.tool)
    if last is None or last.writes:
        return None
    if _WHY.match(reading.folded):
        return explaining(context, tools)
    if _ALL.match(reading.folded) and (unlimited := _without_limits(context.call, last)):
        return unlimited
    if counted := _of_the_same_metric(reading, context, last, tools):
        return counted
    form, rest = _form(left_over(last, reading))
    said = words_say = newly_said(last, reading)
    if before := _the_one_before(reading, context, last):
        said = {**{name: value for name, value in said.items() if name != "compare"}, **before}
        rest = re.sub(r"\b(?:before|previous|prior|anterior)\b", " ", rest)
    if nth := _against_the_nth(reading, context, last):
        said, words_say, rest = nth, nth, ""
    language = reading.language.value if reading.language and "language" not in said else None
    if not (said or form or language) or _asks_anew(reading, said) or unplaced(last, reading, words_say):
        return None
    if set(_words(rest)) - _GLUE - (_RENEWING if said.keys() & {"renewing", "until"} else set()):
        return None
    return Call(
        last.name, {**_still_meant(context.call.arguments, said, reading), **said}, language=language or "", form=form
    )


def _of_the_same_metric(reading: Reading, context: Context, last: Tool, tools: Mapping[str, Tool]) -> Call | None:
    """The figure of a metric that was only defined or compared: "and what was it in Q3?"."""
    ours, metric = fields_by_slot(last), context.call.arguments.get("metric")
    counting = that_counts(tools)
    if counting is None or metric is None or "period" in ours or not reading.period or reading.metrics:
        return None
    if set(_words(left_over(counting, reading))) - _GLUE:
        return None
    return Call(counting.name, {"metric": metric, **newly_said(counting, reading)})


def that_counts(tools: Mapping[str, Tool]) -> Tool | None:
    """The tool that counts any metric, grouped or not."""
    return next((tool for tool in tools.values() if {"metric", "by"} <= fields_by_slot(tool).keys()), None)


def _without_limits(call: Call, tool: Tool) -> Call | None:
    """The call for all accounts: "and all of them?". A manager's stay theirs where something else limited them too."""
    fields = fields_by_slot(tool)
    limits = {fields[kind] for kind in ("segment", "saved", *LIMITS) if kind in fields} & call.arguments.keys()
    gone = limits or ({fields["owner"]} & call.arguments.keys() if "owner" in fields else set())
    return Call(call.tool, {name: each for name, each in call.arguments.items() if name not in gone}) if gone else None


def _the_one_before(reading: Reading, context: Context, last: Tool) -> dict[str, str]:
    """The period before that of the answer before, where it had one: "and the week before?"."""
    found, field = _BEFORE.search(reading.folded), fields_by_slot(last).get("period")
    if not found or field is None or _AGAINST.search(reading.folded) or not context.call.arguments.get(field):
        return {}
    named = grain_of(next(filter(None, found.groups()), ""))
    period = Period.parse(str(context.call.arguments[field]))
    if named in (None, period.grain):
        return {field: str(period.previous())}
    return {field: str(Period.containing(period.start - timedelta(days=1), named))}


def _against_the_nth(reading: Reading, context: Context, last: Tool) -> dict[str, str]:
    """Another quarter of the year that is looked at, to compare with: "against the 2nd"."""
    fields, found = fields_by_slot(last), _THE_NTH.match(reading.folded)
    looked_at = context.call.arguments.get(fields.get("period") or "")
    if not found or "compare" not in fields or not looked_at or Period.parse(str(looked_at)).grain != "quarter":
        return {}
    year = Period.parse(str(looked_at)).start.year
    return {fields["compare"]: f"{year}-Q{ordinal_of(found['n'])}"}


def carried_over(call: Call, reading: Reading, context: Context, tools: Mapping[str, Tool]) -> Call:
    """A call for something else, with the period and limits of the one before where it begins as a follow-up."""
    last = tools.get(context.call.tool)
    if last is None or not _CUE.match(reading.folded) or reading.accounts:
        return call
    before = _still_meant(_shared(tools[call.tool], last, context.call), call.arguments, reading)
    return replace(call, arguments={**before, **call.arguments})


def same_with_topic(reading: Reading, context: Context, tools: Mapping[str, Tool]) -> Call | None:
    """The call before with another topic: "and about discounts?"."""
    last, cue = tools.get(context.call.tool), _CUE.match(reading.folded)
    field = fields_by_slot(last).get("topic") if last else None
    if not (last and cue and field) or last.writes:
        return None
    return Call(last.name, {**context.call.arguments, field: reading.text[cue.end() :].strip(" ?!.")})


def is_about(reading: Reading) -> bool:
    """Whether it begins with "and about …": what follows is another topic, whatever else it may be like."""
    return bool(_ABOUT.match(reading.folded))


def says_nothing_but(reading: Reading, tool: Tool) -> bool:
    """Whether the question says nothing but one metric and what else the tool's fields take."""
    return len(reading.metrics) == 1 and not set(_words(left_over(tool, reading))) - _GLUE


def explaining(context: Context, tools: Mapping[str, Tool]) -> Call | None:
    """What explains the answer before: its tool says which; else how its figures were counted."""
    last = tools.get(context.call.tool)
    if last is None or last.writes:
        return None
    name, arguments = last.why
    if name == last.name:
        more = {**arguments, **context.call.arguments}
        return Call(name, more) if more != context.call.arguments else Call(*WHY)
    if name not in tools:
        return None
    told = _shared(tools[name], last, context.call)
    if account := fields_by_slot(tools[name]).get("account"):
        whose = spoken_of(context) or next(iter(context.listed), "")
        if not whose:
            return None
        told[account] = whose
    return Call(name, {**told, **arguments})


def _shared(tool: Tool, last: Tool, call: Call) -> dict[str, Any]:
    """The earlier call's period and limits, as far as this tool takes them in fields of the same name."""
    ours, theirs = fields_by_slot(tool), fields_by_slot(last)
    names = {ours[kind] for kind in _CARRIED if kind in ours and ours[kind] == theirs.get(kind)}
    return {name: call.arguments[name] for name in names if call.arguments.get(name) is not None}


def _asks_anew(reading: Reading, said: Mapping[str, Any]) -> bool:
    """A metric with a period of its own, and no word that ties it to what was said before."""
    return "metric" in said and len(said) > 1 and not _CUE.match(reading.folded)


def _still_meant(arguments: Mapping[str, Any], said: Mapping[str, Any], reading: Reading) -> Mapping[str, Any]:
    """What the call before asked for, without what goes with something that is replaced."""
    gone = set[str]()
    if "metric" in said and said["metric"] != arguments.get("metric"):
        gone.add("variant")
    if "period" in said and "compare" not in said and arguments.get("compare") not in (None, "previous", "year"):
        gone.add("compare")
    if "saved" in said:
        gone |= set(_fields_of(said["saved"], reading))  # others are meant now than those that were so
    conditions = _fields_of(arguments.get("saved"), reading)
    if conditions.keys() & said.keys():  # "and in RJ?": they are not those of the segment any more
        arguments = {**arguments, **conditions}
        gone.add("saved")
    return {name: value for name, value in arguments.items() if name not in gone}


def _fields_of(saved: str | None, reading: Reading) -> Mapping[str, str]:
    """What a saved segment limits, by field."""
    conditions = reading.conditions.get(saved or "", {})
    return {slot_of(dimension): value for dimension, value in conditions.items()}


def asks_for_csv(reading: Reading, tool: Tool) -> bool:
    """Whether the tables are wanted as files. What a tool takes whole (a topic, a note) may speak of any file."""
    return "topic" not in fields_by_slot(tool) and bool(_form(left_over(tool, reading))[0])


def _form(rest: str) -> tuple[Literal["", "csv"], str]:
    """The form asked for, and what else is said."""
    found = _CSV.search(rest)
    return ("csv", rest[: found.start()] + rest[found.end() :]) if found else ("", rest)


def _words(rest: str) -> Iterator[str]:
    return (part.text for part in parts_of(rest))
