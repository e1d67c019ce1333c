"""Which metric is meant: by its names, by what is counted ("how many … cancelled"), or almost by its name."""

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain

from rapidfuzz import fuzz, process

from bot.router.slots.text import Word, fold
from bot.router.slots.words import Said
from tools.metrics import all_metrics, metric_names

COMMON_NAMES = (
    "mrr", "mrr_at_risk", "risk_score", "paying_accounts", "new_accounts", "churned_accounts", "reactivated_accounts",
    "renewal_rate", "mrr_up_for_renewal", "contracted_mrr", "scheduled_mrr_change", "scheduled_churned_mrr",
    "cohort_retention", "cohort_revenue_retention",
)  # fmt: skip
"""Metrics whose names are also words by which other tools are asked."""
_ALIKE, _OFFERED = 88.0, 60.0
"""Likeness in per cent from which a misspelt name is taken, and from which it is offered."""
_SHORTEST, _STRANGE = 5, 4
"""Letters of the shortest name that may be misspelt (of shorter ones every other is a slip away), and of its word."""
_WORD = re.compile(r"[^\W_]+|(?<=\s)-(?=\s)")

_HOW_MANY = r"\b(?:how many|number of|count of|quant[ao]s|numero de|quantidade de|total de)\b"
_HOW_MUCH = r"\b(?:how much|quanto)\b"
_MONEY = r"\b(?:mrr|revenue|receita|faturamento)\b"
_WHO = r"\b(?:accounts?|customers?|clients?|logos?|companies|contas?|clientes?|empresas?|assinantes)\b"
_LEFT = r"\b(?:churn(?:ed)?|cancel\w*|left|leave|lost|lose|losing|quit|gone|sai\w*|saem|perd\w+|foram embora)\b"
_CAME = r"\b(?:new|joined|signed|won|win|closed|added?|acquired|nov[ao]s|entraram|ganh\w+|fech\w+|conquist\w+)\b"
_BACK = r"\b(?:c[ao]me back|return\w*|reactivat\w+|won back|win back|volt\w+|reativ\w+|recuper\w+|reconquist\w+)\b"
_GONE = r"\b(?:churned|cancell?ed|lost|lose|perdid[ao]s|perdemos|cancelad[ao]s|cancelaram|sairam)\b"
_OTHERS = re.compile(
    r"\bris[ck]o?\b|\bat[- ]risk\b|\brenew|\brenov|\btickets?\b|\bchamados?\b|\bcontacts?\b|\bcontatos?\b"
)
"""Other things that are counted by the account."""


def _all(*patterns: str) -> "re.Pattern[str]":
    return re.compile("".join(f"(?=.*{pattern})" for pattern in patterns))


_WHICH = r"\b(?:which|what|who|whose|quais|que|quem|onde)\b"
_LESS = (
    r"\b(?:lost|lose|losing|loses|perde\w*|perdi\w*) (?:\w+ ){0,2}(?:mrr|revenue|receita|faturamento)\b"
    r"|\b(?:shrank|shrunk|shrink\w*|encolhe\w*|diminui\w*)\b"
    r"|\b(?:mrr|revenue|receita) (?:fell|dropped|went down|caiu|cairam)\b"
)
_MORE = (
    r"\b(?:grew|gr(?:ow|own|owing)|cresce\w*) (?:\w+ ){0,3}(?:mrr|revenue|receita|most|mais)\b|\bmais cresce\w*"
    r"|\b(?:gained|gain|gaining|ganhou|ganharam) (?:\w+ ){0,2}(?:mrr|revenue|receita)\b"
)

WHO_MOVED = Said("net_new_mrr", 0, 0)
"""What is asked of accounts whose MRR went up or down, by no metric's name."""
_COUNTED: tuple[tuple["re.Pattern[str]", str], ...] = (
    (_all(_WHICH, f"(?:{_LESS}|{_MORE})"), WHO_MOVED.value or ""),
    (_all(_HOW_MANY, _WHO, _BACK), "reactivated_accounts"),
    (_all(_HOW_MANY, _WHO, _LEFT), "churned_accounts"),
    (_all(_HOW_MANY, _WHO, _CAME), "new_accounts"),
    (_all(_HOW_MUCH, _MONEY, _BACK), "reactivation_mrr"),
    (_all(_HOW_MUCH, _MONEY, _LEFT), "churned_mrr"),
    (_all(r"\b(?:what|o que)\b", _MONEY, r"\b(?:lose|lost|perd\w+)\b"), "churned_mrr"),
    (_all(_HOW_MUCH, _MONEY, _CAME), "new_mrr"),
    (_all(_HOW_MANY, _LEFT), "churned_accounts"),
)
_ASIDE: tuple[tuple["re.Pattern[str]", str], ...] = (
    (_all(_WHO, _GONE), "churned_accounts"),
    (_all(_WHO, r"\b(?:new|nov[ao]s)\b"), "new_accounts"),
    (_all(_WHO, r"\b(?:reactivated|reativad[ao]s)\b"), "reactivated_accounts"),
    (_all(_HOW_MANY, _WHO), "paying_accounts"),
)
"""What is counted with words in between ("churned enterprise accounts"); told apart only where nothing is named."""

_CHURN = re.compile(r"\bchurn\w*|\bcancel\w*|\bperda\b|\bloss(?:es)?\b|\bevasao\b")
_OF_CHURN = ("logo_churn_rate", "gross_mrr_churn_rate", "churned_accounts")
"""A bare "churn" is the name of no metric: it may be of accounts or of money, a rate or a number."""
_REVENUE = re.compile(r"\brevenue\b|\breceita\b|\bfaturamento\b")
_OF_REVENUE = ("mrr", "net_new_mrr", "annual_recurring_revenue")
_USUAL = ("net_revenue_retention", "logo_churn_rate", "mrr")

_WITH_REACTIVATION = re.compile(
    r"\b(?:with|including|com|incluindo|without|sem) (?:reactivations?|reativac(?:ao|oes))\b"
)
"""Says which variant, and names no metric."""
_VARIANTS: Mapping[str, tuple[str, ...]] = {
    "simple": ("simple", "simples"),
    "cohort": ("cohort", "coorte", "por coorte"),
    "with_reactivation": ("with reactivation", "including reactivation", "com reativacao", "com reativacoes"),
    "flow": ("by flows", "flow", "por fluxo", "fluxo"),
    "net_of_new": ("net of new", "liquido de novos", "liquida de novos"),
    "value": ("by value", "in value", "value", "em valor", "por valor"),
}


def find_metrics(folded: str, common: Container[str], rest: str | None = None) -> tuple[Said, ...]:
    """The metrics that a folded text speaks of, in its order; what is counted in so many words comes first.

    `common`: words that people use in questions; a name with another word in it may be misspelt, where that is not
    among what was understood otherwise and is blank in `rest`.
    """
    folded = _WITH_REACTIVATION.sub(lambda said: " " * len(said.group()), folded)
    nearly, whole = _misspelt(rest or folded, common), list(_named(folded))
    if nearly and any(said.start <= nearly.start and nearly.end <= said.end for said in whole):
        nearly = None  # "logo churn" is named in full, and no misspelt "logos"
    named = [said for said in whole if not nearly or said.end <= nearly.start or nearly.end <= said.start]
    named = sorted([*named, *([nearly] if nearly else [])], key=lambda said: said.start)
    named.sort(key=lambda said: said.value == "paying_accounts")  # "logos" tells whose a figure is
    if _OTHERS.search(folded):
        return tuple(named)
    counted = next((metric for form, metric in _COUNTED if form.match(folded)), None)
    aside = next((metric for form, metric in _ASIDE if form.match(folded)), None) if not named else None
    return (Said(counted or aside, 0, 0), *named) if (counted or aside) in all_metrics() else tuple(named)


def find_variant(folded: str, metric: str) -> str | None:
    """A published variant of the metric that the text names."""
    for variant in all_metrics()[metric].variants:
        for words in _VARIANTS.get(variant, (variant.replace("_", " "),)):
            if re.search(rf"\b{words}\b", folded):
                return variant
    return None


def ambiguous_metrics(folded: str) -> tuple[str, ...]:
    """The metrics that a word may mean which is the name of none: "churn", "revenue"."""
    if _CHURN.search(folded):
        return _OF_CHURN
    return _OF_REVENUE if _REVENUE.search(folded) else ()


def likely_metrics(folded: str, limit: int) -> tuple[str, ...]:
    """What may be meant where nothing is named: all that a word may mean, else the metrics called most alike."""
    if several := ambiguous_metrics(folded):
        return several[:limit]
    ranked = process.extract(folded, _by_name().keys(), scorer=fuzz.WRatio, score_cutoff=_OFFERED, limit=30)
    return tuple(dict.fromkeys((*(_by_name()[name] for name, _, _ in ranked), *_USUAL)))[:limit]


def _named(folded: str) -> Iterator[Said]:
    """The longest names, one after the other."""
    words, names, at = _words(folded), _by_name(), 0
    while at < len(words):
        for length in range(min(_longest(), len(words) - at), 0, -1):
            run = words[at : at + length]
            if metric := names.get(" ".join(word.text for word in run)):
                yield Said(metric, run[0].start, run[-1].end)
                at += length - 1
                break
        at += 1


def _misspelt(folded: str, common: Container[str]) -> Said | None:
    """The metric whose name is nearly said, with a strange word in it. Where another is named there in full, it must be
    a part of that name, as in "expantion mrr": NRR and MRR are a slip apart, and neither is the other misspelt."""
    words, best = _words(folded), (_ALIKE, Said(None, 0, 0))
    strange = {word.start for word in words if word.text not in common and len(word.text) >= _STRANGE}
    for run in _runs(words, 4) if strange else ():
        said = folded[run[0].start : run[-1].end]
        if said in _by_name() or not any(word.start in strange for word in run):
            continue
        found = process.extractOne(said, _long_names(), scorer=fuzz.ratio, score_cutoff=best[0])
        if found and {word.text for word in run if word.text in _acronyms()} <= set(found[0].split()):
            best = found[1], Said(_by_name()[found[0]], run[0].start, run[-1].end)
    return best[1] if best[1].value else None


def _words(folded: str) -> list[Word]:
    return [Word(found.group(), found.start(), found.end()) for found in _WORD.finditer(folded)]


def _runs(words: Sequence[Word], most: int) -> Iterator[Sequence[Word]]:
    """Every stretch of at most so many words."""
    yield from (
        words[at : at + length]
        for at in range(len(words))
        for length in range(1, most + 1)
        if at + length <= len(words)
    )


@cache
def _acronyms() -> frozenset[str]:
    """Names of metrics that are too short to be misspelt."""
    return frozenset(name for name in _by_name() if len(name) < _SHORTEST)


@cache
def _by_name() -> Mapping[str, str]:
    """Name, as its words → metric; the metric's id is a name as well."""
    return {
        " ".join(word.text for word in _words(fold(name))): metric
        for metric, names in metric_names().items()
        for name in (metric.replace("_", " "), *chain(*names.values()))
    }


@cache
def _long_names() -> tuple[str, ...]:
    return tuple(name for name in _by_name() if len(name) >= _SHORTEST)


@cache
def _longest() -> int:
    return max(len(name.split()) for name in _by_name())
