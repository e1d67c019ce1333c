"""Alerts in words: tell me when an account becomes high risk, avise se o MRR em risco passar de R$ 100 mil."""

import re
from dataclasses import dataclass

from bot.router.slots.text import blank, clean, fold
from bot.router.timing.hours import find_hour
from bot.router.timing.places import ME, find_place
from bot.router.timing.rhythms import find_rhythm
from tools import Recurrence, Watch

_TELL = re.compile(
    r"(?<!\w)(?:(?:please|por favor|can you|pode|i want to|i'd like to|quero|queria|gostaria de|eu)\s+)*"
    r"(?:tell(?: me| us)?|let (?:me|us) know|be told|(?:set up |create |make )?(?:an? )?alert(?: me| us)?"
    r"|notify(?: me| us)?|warn(?: me| us)?"
    r"|ping (?:me|us)|heads[- ]up|message me|dm me|send (?:me )?an alert|post(?: an alert)?"
    r"|(?:me |nos )?avis[ae]r?(?:-me|-nos)?|(?:me |nos )?alert[ae]r?(?:-me)?|(?:me )?notifi(?:que|ca|car)(?:-me)?"
    r"|me (?:fal[ae]|dig[ao]|diz|chama|mand[ae] um (?:aviso|alerta))|ser avisad[oa]|(?:cri[ae]r? )?um alerta"
    r"|saber|post[ae](?: um alerta)?)"
    r"(?P<between>[^,;.]{0,40}?)\s+(?:when(?:ever)?|if|once|as soon as|each time|every time|quando|se|assim que"
    r"|sempre que|toda vez que|caso)\b"
)
_BECOMING = (
    r"(?:becom\w+|turn(?:s|ing|ed)?|go(?:es)?|gets?|got|enters?|moves?|hits?|reach(?:es)?|falls?|vir\w+"
    r"|entr\w+|fic\w+|pass\w+|chegar?|cair|cai|estiver)"
)
_RISK = re.compile(
    rf"\b{_BECOMING}\b(?:\s+\w+){{0,3}}?\s+(?P<level>(?:a |at |em |de |in |into |to |um |uma )*(?:high|alto"
    rf"|elevado)?[- ]?(?:risk|risco)(?: alto| elevado)?)\b"
)
_LESS = (
    r"(?:<=|≤|=<|<|below|under|at most|up to|or less|or lower|abaixo d[eo]|menor(?: ou igual)?(?: (?:que|a"
    r"|do que))?|ate|no maximo|ou menos|ou menor)"
)
_NPS = re.compile(
    rf"\bnps\b.{{0,30}}?(?P<op>{_LESS})\s*(?P<n>10|\d)(?![\d.,%])|\bnps\b\D{{0,30}}?(?P<m>10|\d)\s*(?:or less"
    rf"|or lower|or below|ou menos|ou menor|pra baixo|para baixo)"
    r"|\b(?P<detractor>detractor|detrator)\w*|\bnps\b\D{0,20}?(?:0|zero) (?:to|a) (?P<to>\d)"
)
_WHOLE_COMPANY = re.compile(r"\b(?:our|company|overall|total|geral|da empresa|nosso)\b")
_RENEWAL = re.compile(r"\b(?:renew\w*|renov\w*|venc\w*|expir\w*|contracts? ends?)\b")
_DAYS = re.compile(r"(?P<all>\d{1,3}(?:\s*(?:,|/|;|\be\b|\band\b|\bor\b|\bou\b)\s*\d{1,3})*)\s*(?:days?|dias?)\b")
_UNPLANNED = re.compile(
    r"\b(?:without|with no|has no|have no|and no|sem|nao (?:tem|tiver)|e nao tem)\s+(?:a\s+|an\s+|any\s+|um\s+"
    r"|nenhum\s+)?(?:trust |renewal |success )?plan\w*(?: de \w+)?"
)
_ABOVE = (
    r"(?:exceed\w*|pass(?:es)?|cross(?:es)?|(?:go(?:es)?|rises?|is|gets?|climbs?|moves?)\s+(?:above|over|past"
    r"|beyond|higher than|more than|to more than)|reach(?:es)?|hits?|above|over|more than"
    r"|higher than|>=|≥|>|(?:passar|passe|passa|for|ficar|fica|estiver|subir|sobe)(?:\s+(?:d[eo]|acima d[eo]"
    r"|maior (?:que|do que)|mais d[eo]|para mais de))|ultrapass\w+|super\w+|exced\w+|chegar a|bater|acima d[eo]"
    r"|maior (?:que|do que)|mais d[eo])"
)
_BELOW = (
    r"(?:(?:drops?|falls?|go(?:es)?|is|gets?|dips?|moves?)\s+(?:below|under|beneath|lower than|less than"
    r"|to less than)|below|under|less than|lower than|<=|≤|<"
    r"|(?:cair|caia|cai|baixar|baixa|for|ficar|fica|estiver|descer)(?:\s+(?:d[eo]|abaixo d[eo]|menor (?:que"
    r"|do que)|menos d[eo]|para menos de|a menos de))|abaixo d[eo]|menor (?:que|do que)|menos d[eo])"
)
_VALUE = (
    r"\s*(?:de\s+)?(?P<money>r\$|us\$|\$|€|brl|usd|eur)?\s*(?P<value>\d[\d.,]*\d|\d)\s*(?P<unit>k\b|mil\b"
    r"|mm?\b|mi\b|milh(?:ao|oes)\b|millions?\b|thousand\b|%|percent\b|por cento\b)?(?:\s*(?:reais|dolares"
    r"|dollars|euros)\b)?"
)
_CROSSING = re.compile(rf"(?:\b|(?<=\s))(?:(?P<above>{_ABOVE})|(?P<below>{_BELOW})){_VALUE}")
_MINE = re.compile(r"\b(?:of mine|mine|my|meus?|minhas?|d[ao] minha carteira|na minha carteira)\b")
_FILLER = re.compile(
    r"\b(?:an?|any|some|the|of|one|our|um|uma|algum|alguma|qualquer|os?|as?|d[aeo]s?|n[ao]s?|accounts?|customers?|clients?|contas?|clientes?|nosso|nossa"
    r"|contracts?|contratos?|answers?|responde\w*|gives?|d[ae]r|scores?|nota|up for|comes? up|is|for|with|com"
    r"|in|em|within|to|que|and|e|resposta|respon\w+|tiver|estiver|faltar\w*|falta\w*|has|have|are|there|left|before|antes|a)\b|[?.!,]"
)
_MANY = {"k": 3, "mil": 3, "thousand": 3, "m": 6, "mm": 6, "mi": 6}


@dataclass(frozen=True)
class Alert:
    """What is watched for. `about`: the words that say which accounts, or which metric and of which accounts."""

    watch: Watch
    about: str
    to: str
    recurrence: Recurrence | None = None


def find_alert(raw: str) -> Alert | None:
    """The alert that a sentence asks for; None where it asks a question ("tell me when Acme renews")."""
    text = clean(raw)
    folded = fold(text)
    tell = _TELL.search(folded)
    if tell is None or len(folded[: tell.start()].split()) > FEW:
        return None
    place = find_place(folded, text)
    rest = blank(folded, place.start, place.end) if place else folded
    rhythm = find_rhythm(folded[: tell.end()])
    recurrence = None
    if rhythm:
        hour = find_hour(blank(folded[: tell.end()], rhythm.start, rhythm.end))
        recurrence = Recurrence(**{**vars(rhythm.recurrence), "at": hour.at if hour else None})
    found = _condition(rest[tell.end() :])
    if found is None:
        return None
    watch, about = found
    if _MINE.search(about):
        watch, about = watch.model_copy(update={"mine": True}), _MINE.sub(" ", about)
    return Alert(watch, " ".join(about.split()), place.to if place else ME if _to_me(tell.group()) else "", recurrence)


FEW = 6
"""Words that may stand before "tell me when": "hi, every Monday, please …"."""


def _to_me(told: str) -> bool:
    return bool(re.search(r"\bdm me\b|\bmessage me\b", told))


def _condition(body: str) -> tuple[Watch, str] | None:
    if (nps := _NPS.search(body)) and not _WHOLE_COMPANY.search(body):
        return Watch(kind="nps", threshold=_score(nps)), _accounts(blank(body, nps.start(), nps.end()))
    if risk := _RISK.search(body):
        level = "high" if re.search(r"high|alto|elevado", risk["level"]) else "at_risk"
        return Watch(kind="risk", level=level), _accounts(blank(body, risk.start(), risk.end()))  # type: ignore[arg-type]
    if _RENEWAL.search(body) and (days := _DAYS.search(body)):
        return _renewal(body, days)
    if crossing := _CROSSING.search(body):
        about = body[: crossing.start()].strip(" ,.")
        return (_metric(crossing), about) if about else None
    return None


def _renewal(body: str, days: "re.Match[str]") -> tuple[Watch, str]:
    numbers = tuple(sorted({int(n) for n in re.findall(r"\d+", days["all"])}, reverse=True))
    rest, unplanned = blank(body, days.start(), days.end()), _UNPLANNED.search(body)
    if unplanned:
        rest = blank(rest, unplanned.start(), unplanned.end())
    watch = Watch(kind="renewal", days=numbers, unplanned=bool(unplanned))
    return watch, _accounts(_RENEWAL.sub(" ", rest))


def _score(match: "re.Match[str]") -> str:
    if match["detractor"]:
        return "6"
    number = int(match["n"] or match["m"] or match["to"])
    strictly = match["op"] and re.fullmatch(r"<|below|under|abaixo d[eo]|menor(?: (?:que|do que))?", match["op"])
    return str(number - 1 if strictly else number)


def _metric(match: "re.Match[str]") -> Watch:
    unit = match["unit"] or ""
    power = next((n for name, n in _MANY.items() if unit == name), 6 if unit.startswith("mil") and unit != "mil" else 0)
    percent = unit in ("%", "percent", "por cento")
    return Watch(kind="metric", above=bool(match["above"]), threshold=_number(match["value"], power), percent=percent)


def _number(written: str, power: int) -> str:
    """`100.000` and `100,000` are a hundred thousand, `1,5` and `1.5` one and a half."""
    last = max(written.rfind("."), written.rfind(","))
    whole, part = (written[:last], written[last + 1 :]) if last >= 0 else (written, "")
    if len(part) == 3:  # three digits behind the sign: it parts thousands
        whole, part = whole + part, ""
    digits = re.sub(r"\D", "", whole) + (part + "0" * power)[: max(power, len(part))]
    places = max(len(part) - power, 0)
    number = f"{digits[: len(digits) - places] or '0'}.{digits[len(digits) - places :]}" if places else digits
    return number.lstrip("0") if not places and number.strip("0") else number


def _accounts(words: str) -> str:
    """What limits the accounts: the words that are not only in the way."""
    return " ".join(_FILLER.sub(" ", words).split())
