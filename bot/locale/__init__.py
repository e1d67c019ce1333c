"""What the bot says, in the reader's language. The law of this folder:

English is in the code, as the msgids of phrases; `<language>/LC_MESSAGES/messages.po` is one other language;
`python -m bot.locale` brings every catalogue up to date with the code. Babel knows how a language writes
numbers, money and dates. Rounding happens here and nowhere before: half-even, when showing.
"""

import gettext
import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from babel import Locale, dates, lists, numbers

from tools import Phrase, Territory, phrase, phrase_n
from tools.metrics import Change, Figure, Money, Period, Share, Unit

FOLDER = Path(__file__).parent
LANGUAGES = {"en": Locale.parse("en_001"), "pt-BR": Locale.parse("pt_BR")}
"""Language → how it writes. International English: day before month, and US$ beside R$."""

UNKNOWN = "—"
_INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff]")


@dataclass(frozen=True)
class Speaker:
    """Says any value of an answer in one language (an unknown one: English).

    What it says is plain text. Renderers escape it, whole sentences at a time: phrases hold no mark-up.
    """

    language: str = "en"

    @property
    def locale(self) -> Locale:
        return LANGUAGES.get(self.language, LANGUAGES["en"])

    def say(self, value: Any) -> str:
        """A cell, or a value of a phrase, as text. Raises TypeError for what cannot stand in an answer."""
        match value:
            case None:
                return UNKNOWN
            case str():
                return _INVISIBLE.sub("", value)
            case Phrase():
                return self._phrase(value)
            case Figure():
                return self._figure(value)
            case Money():
                return self._money(value)
            case Share():
                return self.percent(value.value)
            case Change():
                return self._change(value)
            case Period():
                return self._period(value)
            case Territory(code=code):
                return str(self.locale.territories.get(code, code))
            case date():
                return dates.format_date(value, "medium", self.locale)
            case int():
                return numbers.format_decimal(value, locale=self.locale)
            case Fraction():
                return self._decimal(value, 2)
            case tuple() | list():
                return lists.format_list([self.say(each) for each in value], locale=self.locale)
        raise TypeError(f"an answer cannot hold a {type(value).__name__}")

    def cell(self, value: Any) -> str:
        """The same on one line, a day with its month cut short."""
        if isinstance(value, date):
            return dates.format_date(value, "d MMM y", self.locale)
        return re.sub(r"\s*[\r\n\t]+\s*", " ", self.say(value))

    def short(self, value: Any) -> str:
        """The same with few characters, for the labels of a chart: `R$ 1,2 mi`, `22 Nov`."""
        match value:
            case Money():
                return str(numbers.format_compact_currency(
                    amount(value), value.currency, locale=self.locale, fraction_digits=1
                ))  # fmt: skip
            case date():
                return dates.format_skeleton("MMMd", value, locale=self.locale)
        return self.cell(value)

    def brief(self, money: Money) -> str:
        """Money with hardly a character, its currency left out: `1.2K`, `1,2 mil`."""
        return str(numbers.format_compact_decimal(amount(money), locale=self.locale, fraction_digits=1))

    def whole(self, value: Any) -> str:
        """Money without its cents, for the totals of a chart; with few characters where it would be long."""
        if not isinstance(value, Money) or abs(value.minor) >= 10**10:
            return self.short(value)
        pattern = self.locale.currency_formats["standard"].pattern.replace(".00", "")
        return numbers.format_currency(
            amount(value), value.currency, pattern, locale=self.locale, currency_digits=False
        )  # fmt: skip

    def percent(self, share: Fraction | None, places: int = 2) -> str:
        """A share of one as a percentage with so many decimals."""
        if share is None:
            return self._undefined()
        pattern = "#,##0%" if places == 0 else f"#,##0.{'0' * places}%"
        return numbers.format_percent(self._rounded(share, places + 2), pattern, locale=self.locale)

    def month(self, day: date) -> str:
        """A month with few characters: `Nov 2026`, `nov. 2026`."""
        return dates.format_date(day, "MMM y", self.locale)

    def quarter(self, day: date) -> str:
        """A quarter with few characters: `Q4 2026`, `T4 2026`."""
        return dates.format_date(day, "QQQ y", self.locale)

    def _phrase(self, value: Phrase) -> str:
        catalogue = _translations(str(self.locale))
        template = (
            catalogue.gettext(value.msgid)
            if value.plural is None
            else catalogue.ngettext(value.msgid, value.plural, value.n)
        )
        return template.format_map({name: self.say(each) for name, each in value.values.items()})

    def _figure(self, figure: Figure) -> str:
        return self._measured(figure.value, figure.unit, figure.currency)

    def _change(self, change: Change) -> str:
        """Signed; of per cents, in points."""
        value = change.value
        if value is None:
            return self._undefined()
        plus = "+" if value > 0 else ""
        if change.unit == "percent":
            return plus + self._phrase(phrase("{n} pp", n=self._decimal(value * 100, 2)))
        return plus + self._measured(value, change.unit, change.currency)

    def _measured(self, value: int | Fraction | None, unit: Unit, currency: str | None) -> str:
        if value is None:
            return self._undefined()
        match unit:
            case "money":
                return self._money(Money(round(value), currency or ""))
            case "percent":
                return self.percent(Fraction(value))
            case "ratio":
                return self._decimal(value, 2)
            case "measure":
                return self._decimal(value, next(n for n in (0, 1, 2) if n == 2 or value == round(value, n)))
            case "days":
                return self._phrase(phrase_n("{n} day", "{n} days", self._form(value), n=self._number(value)))
            case "months":
                return self._phrase(phrase_n("{n} month", "{n} months", self._form(value), n=self._number(value)))
        return self._number(value)

    def _money(self, money: Money) -> str:
        return numbers.format_currency(amount(money), money.currency, locale=self.locale)

    def _number(self, value: int | Fraction) -> str:
        return self._decimal(value, self._places(value))

    def _form(self, value: int | Fraction) -> int:
        """1 where the language says it as it says one: 0.6 months, but 0,6 mês."""
        one = self.locale.plural_form(self._rounded(value, self._places(value))) == "one"
        return 1 if one else 2

    @staticmethod
    def _places(value: int | Fraction) -> int:
        return 0 if value == round(value) else 1

    def _decimal(self, value: int | Fraction, places: int) -> str:
        pattern = "#,##0." + "0" * places if places else "#,##0"
        return numbers.format_decimal(self._rounded(value, places), pattern, locale=self.locale)

    def _period(self, period: Period) -> str:
        start = period.start
        match period.grain:
            case "day":
                return self.say(start)
            case "week":
                monday = dates.format_date(start, "long", self.locale)
                return self._phrase(phrase("week of {day}", day=monday))
            case "month":
                return dates.format_skeleton("yMMMM", start, locale=self.locale)
            case "quarter":
                name = dates.get_quarter_names("wide", locale=self.locale)[(start.month + 2) // 3]
                return self._phrase(phrase("{quarter} of {year}", quarter=name, year=str(start.year)))
            case "year":
                return str(start.year)
        return dates.format_interval(start, period.last_day, "yMMMd", locale=self.locale)

    def _undefined(self) -> str:
        return self._phrase(phrase("not defined"))

    @staticmethod
    def _rounded(value: int | Fraction, places: int) -> Decimal:
        return Decimal(round(value * 10**places)).scaleb(-places)


def amount(money: Money) -> Decimal:
    """Money in its currency's own units: 123456 centavos → 1234.56; yen have no minor unit."""
    return Decimal(money.minor).scaleb(-numbers.get_currency_precision(money.currency))


@lru_cache
def _translations(name: str) -> gettext.NullTranslations:
    """The catalogue of a locale, compiled in memory; what it lacks stays English."""
    file = FOLDER / name / "LC_MESSAGES" / "messages.po"
    if not file.exists():
        return gettext.NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = BytesIO()
    with file.open("rb") as source:
        write_mo(compiled, read_po(source, locale=name))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
