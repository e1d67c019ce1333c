"""Conditions on what changes by itself, as far as its bands say them: MRR above R$ 5,000, renewing within 90 days."""

import re
from collections.abc import Iterator

from bot.router.slots.limits import Limit
from tools._stated import written_number
from tools.metrics import together

_MONEY = r"(?:r\$|us\$|\$|€|eur|usd|brl)?\s*"
_AMOUNT = rf"{_MONEY}(?P<{{0}}>\d[\d.,]*)\s*(?P<{{0}}_k>k|mil|thousand)?\b(?:\s*(?:reais|dollars|dolares|euros))?"
_OF = (
    r"\b(?:(?:with|com|of|de)\s+)?(?:(?:an?|the|o|um)\s+)?(?:mrr|(?:monthly |mensal )?(?:revenue|receita))\s*(?:is\s+)?"
)
_PAYING = r"\b(?:(?:that|who|que)\s+)?(?:paying|pay|pays|pagam|paga|pagando)\s+"
_ABOVE = (
    r"(?:above|over|from|of at least|at least|more than|greater than|higher than|>=?|≥|acima de|a partir de|mais de"
    r"|maior (?:do )?que|de pelo menos|pelo menos|superior a)"
)
_BELOW = r"(?:below|under|less than|lower than|smaller than|<|abaixo de|menos de|menor (?:do )?que|inferior a)"
_BETWEEN = rf"(?:between|from|entre|de)\s+{_AMOUNT.format('low')}\s+(?:and|to|e|a|ate)\s+{_AMOUNT.format('high')}"
_MRR = tuple(
    re.compile(rf"(?:{_OF}|{_PAYING}){said}")
    for said in (_BETWEEN, rf"{_ABOVE}\s+{_AMOUNT.format('low')}", rf"{_BELOW}\s+{_AMOUNT.format('high')}")
)
_RENEWING = re.compile(
    r"\b(?:(?:that|which|que)\s+)?(?:(?:are |is )?(?:renewing|renews?|(?:due|up) for renewal)|renova\w*|venc\w+)\s+"
    r"(?:with)?(?:in|em|n[oa]s)?\s*(?:ate\s+|the\s+)?(?:(?:next|proximos)\s+)?(?P<days>\d{2,3})\s+(?:days|dias)\b"
)


def find_mrr_band(folded: str) -> Limit | None:
    """MRR from, up to or between edges of the bands; None where an amount is none of these edges."""
    for found in filter(None, (form.search(folded) for form in _MRR)):
        said = found.groupdict()
        low, high = (_whole(said.get(end), said.get(f"{end}_k")) for end in ("low", "high"))
        value = together("mrr_band", low or 0, high)
        return Limit("mrr_band", value, *found.span(), sure=True) if value else None
    return None


def find_renewals(folded: str) -> Iterator[Limit]:
    """Renewing within 30, 60, 90 or 180 days: a condition for tools that keep it, to others a time to come."""
    for found in _RENEWING.finditer(folded):
        if value := together("renewal", 0, int(found["days"])):
            yield Limit("renewal", value, *found.span(), sure=False)


def _whole(amount: str | None, thousands: str | None) -> int | None:
    """5,000, 5.000, 5k and 5 mil as 5000; cents are no edge of a band."""
    if amount is None:
        return None
    value = written_number(amount) * (1_000 if thousands else 1)
    return int(value) if value.denominator == 1 else -1
