"""What a figure is grouped by: "by segment", "por motivo", "which countries", "month by month", "over time"."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from bot.router.slots.comparisons import explains
from bot.router.slots.period_forms import GRAIN, grain_of, rhythm_in

NOUNS: Mapping[str, str] = {
    "account_id": r"(?:accounts?|customers?|clients?|contas?|clientes?)(?! d| manager)",
    "segment": r"segments?|segmentos?",
    "industry": r"industr(?:y|ies)|sectors?|verticals?|verticais|industrias?|setor(?:es)?|ramos?(?: de atividade)?",
    "country": r"countr(?:y|ies)|geograph(?:y|ies)|pais(?:es)?",
    "region": r"regions?|states?|regi(?:ao|oes)|estados?|ufs?",
    "owner": r"owners?|(?:account )?managers?|csms?|gerentes?|responsave(?:l|is)|donos?|carteiras?",
    "language": r"languages?|idiomas?|linguas?",
    "source": r"(?:lead |acquisition )?(?:sources?|channels?)|origens|origem|cana(?:l|is)(?: de aquisicao)?|fontes?",
    "size": r"(?:(?:company|account|customer) )?sizes?|headcount|(?:number of )?employees|(?:numero de )?funcionarios"
    r"|(?:faixas? de )?(?:portes?|tamanhos?)(?: d[ae] empresas?)?",
    "mrr_band": r"mrr (?:bands?|ranges?|brackets?)|(?:faixas?|bandas?) de mrr",
    "renewal": r"(?:renewal (?:windows?|bands?)|days to (?:the )?renewal)|(?:janelas?|faixas?) de renovacao"
    r"|dias (?:ate|para) a renovacao",
    "cohort": r"cohorts?|coortes?|safras?|vintages?",
    "plan": r"plans?|packages?|planos?|pacotes?",
    "product": r"products?|produtos?",
    "reason": r"(?:(?:churn|cancell?ation|exit|leaving) )?(?:reasons?|causes?)"
    r"|(?:motivos?|raz(?:ao|oes)|causas?)(?: d[eo] (?:cancelamento|churn|saida))?(?! d)",
}
_NOUN = re.compile("(?:" + "|".join(f"(?P<{name}>{words})" for name, words in NOUNS.items()) + r")\b")
_EACH = re.compile(
    r"\b(?:by|per|por|for (?:each|every)|across(?: the| all)?|(?:para|em|de|a) cada|each|every|cada"
    r"|ranking (?:of|d[eo]s?))\s+(?:(?:the|o|a|os|as)\s+)?"
)
_AFTER = re.compile(r"\s+(?:breakdown|split|ranking)\b")
_WHICH = re.compile(
    r"\b(?:which|what|quais|qual|que|top(?: \w+)?|main|principa(?:l|is)|maiores|largest|biggest|os (?:\w+ )?maiores)\s+"
)
_GRAIN = re.compile(rf"(?P<grain>{GRAIN})\b(?!\s*\d)")
_TIME = re.compile(rf"\b(?P<grain>{GRAIN}) (?:by|a) (?P=grain)\b|\bover time\b|\bao longo do tempo\b")
_TREND = re.compile(
    r"\b(?:trends?|trending|tendencias?|evolucao|evoluiu|evolution|evolved|history|historico|serie historica)\b"
)
_PLAIN = {
    name: dimension
    for dimension, names in {
        "segment": "segment segmento", "industry": "industry industria", "country": "country countries paises",
        "region": "region regiao", "owner": "owner manager gerente responsavel", "language": "language idioma",
        "cohort": "cohort coorte", "product": "product produto", "reason": "reason motivo",
    }.items()
    for name in names.split()
}  # fmt: skip
_WORD, _ALIKE = re.compile(r"[a-z]{5,}"), 80.0
"""What may be a name of a dimension with a slip in it, and how like one it must be, in per cent."""
_MOVED = r"(?=.*\b(?:lost|los[ei]\w*|shr[aiu]nk\w*|gr[eo]w\w*|gain\w*|perde\w*|encolhe\w*|cresce\w*|ganh\w*)\b)"
_WHO = re.compile(
    rf"\b(?P<who>who|quem)\b{_MOVED}|\b(?:quais|que)\s+(?P<elas>contas|clientes)\b{_MOVED}"
    r"|\b(?:which|what|whose)\s+(?:\S+\s+)?(?P<them>accounts|customers|clients)\b"
)
"""Accounts, where it is asked what became of them; "which retail accounts"."""
_REASONS = re.compile(r"\b(?:reasons|motivos|razoes|causas)\b")


@dataclass(frozen=True)
class Group:
    """A dimension or a grain of time, and the stretch that says it.

    `sure`: it is said in so many words ("by plan"); what only hints at it ("which plans") is taken by a tool that can
    group, and missed by no other.
    """

    by: str
    start: int
    end: int
    sure: bool = True


def find_group(folded: str, dated: bool) -> Group | None:
    """What the text asks to group by. `dated`: it names a period besides, so that "monthly" says how to part it."""
    return next(_found(folded, dated), None)


def _found(folded: str, dated: bool) -> Iterator[Group]:
    for time in _TIME.finditer(folded):
        yield Group(grain_of(time["grain"] or "month") or "month", time.start(), time.end())
    for cue in _EACH.finditer(folded):
        yield from _at(cue, folded)
    for noun in _NOUN.finditer(folded):
        if after := _AFTER.match(folded, noun.end()):
            yield Group(str(noun.lastgroup), noun.start(), after.end())
    if trend := _TREND.search(folded):
        yield Group("month", trend.start(), trend.end(), sure=False)
    if dated and (said := rhythm_in(folded)):
        yield Group(*said, sure=False)
    for cue in _WHICH.finditer(folded):
        if which := _NOUN.match(folded, cue.end()):
            yield Group(str(which.lastgroup), which.start(), which.end(), sure=False)
    if who := _WHO.search(folded):
        yield Group("account_id", *who.span(who.lastgroup or 0), sure=False)
    if reasons := _REASONS.search(folded):
        yield Group("reason", reasons.start(), reasons.end(), sure=False)
    if explains(folded):
        yield Group("segment", 0, 0, sure=False)


def _at(cue: "re.Match[str]", folded: str) -> Iterator[Group]:
    if noun := _NOUN.match(folded, cue.end()):
        by = str(noun.lastgroup)
        yield Group(by, cue.start(), noun.end(), sure=by != "account_id")  # other tools list accounts as well
    elif grain := _GRAIN.match(folded, cue.end()):
        yield Group(grain_of(grain["grain"]) or "month", cue.start(), grain.end())
    elif (word := _WORD.match(folded, cue.end())) and (near := _misspelt(word.group())):
        yield Group(near, cue.start(), word.end())


def _misspelt(word: str) -> str | None:
    """The dimension that a word is nearly the name of."""
    found = process.extractOne(word, _PLAIN.keys(), scorer=fuzz.ratio, score_cutoff=_ALIKE)
    return _PLAIN[found[0]] if found else None
