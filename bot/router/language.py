"""Which language a question is in: English or Brazilian Portuguese, even when it is two words long."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from math import log

from bot.router.slots.text import clean, fold, word_set
from bot.router.slots.words import find_language

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_ENGLISH = word_set(
    """
    the of and to is are was were what which who whom how why when where for with from by about this
    that these those my our your their his her its we you they it i in on at not do does did can could
    should would will may have has had please show give tell me list risk account accounts customer
    customers last next week month quarter year weekly monthly quarterly summary revenue health survey
    interview trust plan plans help hi hello hey thanks top between since until and or any all if leave
    left churned lost draft write make want need an every each daily delete pause resume run move schedule schedules
    alert alerts
    """
)
_PORTUGUESE = word_set(
    """
    o os da das do dos de em na nas nos um uma uns umas para pra pro por pelo pela com sem que qual
    quais quem quando onde como quanto quantos porque e ou mas se eu voce vc nos ele ela eles elas meu
    minha nosso nossa seu sua este esta esse essa isso sao foi esta estao tem ter ser fazer conta contas
    cliente clientes risco semana mes trimestre ano passado passada semanal mensal trimestral resumo
    receita saude pesquisa saida entrevista roteiro confianca plano planos ajuda oi ola obrigado
    obrigada bom boa dia tarde noite desde entre ate ultimo ultimos ultima ultimas proximo proximos
    mostra mostre monta monte quero preciso me nao sim ao aos pf pfv tudo toda todo todas todos cada delete pause
    pausa retoma roda muda apaga agendamento agendamentos alerta alertas
    """
)
_ACCENTS = frozenset("ãõáàâéêíóôúç")
_SURE = 0.35
_ID = re.compile(r"\b(?:[DS]-[0-9a-f]{8}|f[0-9a-f]{11})\b", re.IGNORECASE)
"""An id is of no language, whatever its letters sound like."""


def detect(text: str, default: str) -> str:
    """The language of a question: `en` or `pt-BR`; `default` when its words leave it open.

    A language asked for ("in English, please") wins over the language in which it is asked.
    """
    plain = _ID.sub(" ", clean(text))
    if asked := find_language(fold(plain)):
        return asked.value or default
    leaning = sum(_leaning(match.group(), match.start() > 0) for match in _WORD.finditer(plain))
    if abs(leaning) < _SURE:
        return default
    return "en" if leaning > 0 else "pt-BR"


def without_language(text: str) -> str:
    """A question without the words that ask for a language."""
    plain = clean(text)
    asked = find_language(fold(plain))
    return plain[: asked.start] + plain[asked.end :] if asked else plain


def _leaning(word: str, inside: bool) -> float:
    """Above 0: English, below: Portuguese. Known words count most, capitalised ones inside (names) least."""
    folded = fold(word)
    english, portuguese = folded in _ENGLISH, folded in _PORTUGUESE
    if english != portuguese:
        return 1.0 if english else -1.0
    if english or len(folded) < 3:
        return 0.0
    name = inside and word[0].isupper()
    accent = -0.6 if _ACCENTS & set(word.lower()) else 0.0
    return (0.15 if name else 1.0) * max(-0.8, min(0.8, accent + _sound(folded)))


def _sound(word: str) -> float:
    """Mean log-odds of a word's letter triples, as the tools' own examples use them."""
    counts = _triples()
    padded = f" {word} "
    odds = [
        log((counts["en"][padded[at : at + 3]] + 0.5) / (counts["pt-BR"][padded[at : at + 3]] + 0.5))
        for at in range(len(padded) - 2)
    ]
    return sum(odds) / len(odds) / 2


@cache
def _triples() -> Mapping[str, Counter[str]]:
    from tools import load

    examples = [tool.examples for tool in load().values()]
    return {language: _count(text for by in examples for text in by.get(language, ())) for language in ("en", "pt-BR")}


def _count(texts: Iterable[str]) -> Counter[str]:
    words = (f" {word} " for text in texts for word in _WORD.findall(re.sub(r"\{\w+\}", "", fold(text))))
    return Counter(word[at : at + 3] for word in words for at in range(len(word) - 2))
