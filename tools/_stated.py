"""Numbers that a question states in words: thresholds, and what would be different."""

import re
from dataclasses import dataclass
from fractions import Fraction
from unicodedata import combining, normalize

_N = r"(?P<n>[+-]?\s?\d[\d.,]*+)"
_MONEY = r"(?:r\$|us\$|brl|usd|eur|€)?\s*"
_PERCENT = r"\s*(?:%|percent|per cent|por cento)"
_POINTS = r"\s*(?P<points>pp|p\.p\.|points?|pontos?)"
_TO = r"[^\d+-]{0,24}?"
_MARGIN = re.compile(rf"(?:margin|margem){_TO}{_MONEY}{_N}(?!{_PERCENT})(?P<k>\s*(?:k|mil)\b)?")
_TENURE = re.compile(
    rf"(?:tenure|stay|staying|loyal|permanencia|ficar|fidelidade|fiel){_TO}{_N}\s*(?P<unit>months?|meses|mes|years?|anos?)"
)
_DISCOUNT = re.compile(rf"(?:discount rate|discounted|discount|taxa de desconto|desconto|wacc){_TO}{_N}{_PERCENT}")
_OTHER = _N.replace("<n>", "<m>")
_MORE = r"(?:more |higher |of |de |a mais de |a mais em |mais |na |em )?"
_GROWTH = r"(?:expan\w+|upsell|cross-sell|margin|margem|grow\w*|cresc\w*|vend\w*)"
_KEPT = r"(?:retention|retained|renewal rate|retencao|retidos|taxa de renovacao)"
_EXPANSION = re.compile(rf"{_GROWTH}{_TO}{_N}{_PERCENT}|{_OTHER}{_PERCENT}\s*{_MORE}{_GROWTH}")
_RETENTION = re.compile(
    rf"{_KEPT}{_TO}{_N}(?:{_POINTS}|{_PERCENT}(?P<more> (?:points?|more|higher))?)"
    rf"|{_OTHER}(?:{_POINTS.replace('<points>', '<p2>')}|{_PERCENT})\s*{_MORE}{_KEPT}"
)


@dataclass(frozen=True)
class Stated:
    """What the words state; None: nothing. `margin_at`: whole units of money. `retention` is a level of a year,
    `points` a change of it; `expansion` how much more margin, all as parts of one."""

    margin_at: Fraction | None = None
    tenure_at: int | None = None
    discount: Fraction | None = None
    expansion: Fraction | None = None
    retention: Fraction | None = None
    points: Fraction | None = None

    @property
    def changes(self) -> bool:
        """Whether anything would be different."""
        return any(each is not None for each in (self.discount, self.expansion, self.retention, self.points))


def said_of(said: str | None) -> Stated:
    """“What if expansion +10% and retention 85%, discount rate 12%?”, in either language."""
    words = _plain(said or "")
    margin, tenure, discount = _MARGIN.search(words), _TENURE.search(words), _DISCOUNT.search(words)
    expansion = _EXPANSION.search(words)
    level, points = _retention(_RETENTION.search(words))
    return Stated(
        written_number(margin["n"]) * (1000 if margin["k"] else 1) if margin else None,
        _months(tenure) if tenure else None,
        written_number(discount["n"]) / 100 if discount else None,
        written_number(expansion["n"] or expansion["m"]) / 100 if expansion else None,
        level, points,
    )  # fmt: skip


def _retention(found: re.Match[str] | None) -> tuple[Fraction | None, Fraction | None]:
    """A level, or a change in points: one with a sign is a change."""
    if found is None:
        return None, None
    written = found["n"] or found["m"]
    value = written_number(written) / 100
    changes = written.strip()[0] in "+-" or found["points"] or found["p2"] or found["more"] or found["m"]
    return (None, value) if changes else (value, None)


def _months(found: re.Match[str]) -> int:
    return round(written_number(found["n"]) * (12 if found["unit"][0] in "ya" else 1))


def _plain(text: str) -> str:
    """Without accents and capitals; commas, points and signs stay."""
    plain = "".join(sign for sign in normalize("NFKD", text.casefold()) if not combining(sign))
    return plain.replace("−", "-")


def written_number(text: str) -> Fraction:
    """As people write it in either language: the last separator is decimal if at most two digits follow."""
    sign = -1 if text.strip().startswith("-") else 1
    digits = re.sub(r"[^\d.,]", "", text).rstrip(".,")
    whole, separator, decimals = re.fullmatch(r"(.*?)(?:([.,])(\d{1,2}))?", digits).groups()  # type: ignore[union-attr]
    plain = re.sub(r"[.,]", "", whole)
    return sign * Fraction(f"{plain}.{decimals}" if separator else plain)
