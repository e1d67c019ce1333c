"""Small numbers in words, and how many of something a question asks for."""

import re

NUMBERS = {
    name: number
    for number, names in {
        1: "one um uma", 2: "two dois duas", 3: "three tres", 4: "four quatro", 5: "five cinco",
        6: "six seis", 7: "seven sete", 8: "eight oito", 9: "nine nove", 10: "ten dez", 11: "eleven onze",
        12: "twelve doze", 15: "fifteen quinze", 18: "eighteen dezoito", 20: "twenty vinte",
        24: "twenty-four", 30: "thirty trinta", 40: "forty quarenta", 45: "forty-five", 50: "fifty cinquenta",
        60: "sixty sessenta", 90: "ninety noventa", 100: "hundred cem",
    }.items()
    for name in names.split()
}  # fmt: skip

_WORDS = "|".join(sorted((name for name, n in NUMBERS.items() if n > 1), key=len, reverse=True))
_N = rf"(?P<n>(?<![\d.,/$%\-])\d{{1,3}}(?![\d%]|[.,/\-]\d)|\b(?:{_WORDS})\b)"
_LEADS = (
    r"top|first|worst|biggest|largest|riskiest|just|only|list|show(?: me)?|give me|max(?:imum)?|up to|limit"
    r"|os|as|primeir[oa]s|piores|maiores|so|apenas|lista(?:r)?|mostra(?:r)?"
    r"|me (?:da|passa|mostra|lista)|ate|no maximo|limite"
)
_COUNTED = (
    r"accounts?|customers?|clients?|logos?|companies|names|rows|lines|results|worst|riskiest|most|highest|biggest|top"
    r"|contas?|clientes?|empresas?|nomes|linhas|resultados|piores|maiores|primeir[oa]s|principais|mais"
)
_PARTS = (
    r"\s+(?:(?:customer|account|loyalty)\s+)?"
    r"(?:classes|quadrants|lists|groups|pillars|motions|quadrantes|listas|grupos|pilares)\b"
)
"""What there is that many of, "as cinco listas": nobody wants that many accounts listed."""
_SPAN = r"\s+(?:days?|weeks?|months?|dias?|semanas?|mes|meses)"
_COUNTS = (
    re.compile(rf"\b(?:{_LEADS})[\s:-]+{_N}\b(?!{_SPAN}|{_PARTS})"),
    re.compile(rf"{_N}(?!{_PARTS})\s+(?:\w+\s+)?(?:{_COUNTED})\b"),
)


def number_of(text: str) -> int:
    """A number in digits or words. Raises ValueError for what no one means (0, or more than 400 periods)."""
    number = int(text) if text.isdigit() else NUMBERS[text]
    if not 1 <= number <= 400:
        raise ValueError("not a sensible number")
    return number


def find_count(folded: str) -> tuple[int, int, int] | None:
    """How many are asked for ("top 5", "dez contas"), and where that stands. Blank periods before."""
    for form in _COUNTS:
        for match in form.finditer(folded):
            text = match["n"]
            number = int(text) if text.isdigit() else NUMBERS[text]
            if number > 0:
                return number, match.start("n"), match.end("n")
    return None
