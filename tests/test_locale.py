"""Words, numbers, money and days in both languages, and catalogues that miss nothing."""

import ast
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from bot.locale import FOLDER, Speaker
from bot.locale._catalogue import faults, languages
from samples import figure
from tools import Phrase, phrase, phrase_n
from tools.metrics import Money, Period, Share

SAID: list[tuple[Any, str, str]] = [
    (None, "—", "—"),
    ("ACME <b>", "ACME <b>", "ACME <b>"),
    (1234567, "1,234,567", "1.234.567"),
    (Fraction(9, 4), "2.25", "2,25"),
    (Money(123_456, "BRL"), "R$1,234.56", "R$\xa01.234,56"),
    (Money(-123_456, "USD"), "-US$1,234.56", "-US$\xa01.234,56"),
    (Money(1234, "JPY"), "JP¥1,234", "JP¥\xa01.234"),
    (Share(Fraction(11, 12)), "91.67%", "91,67%"),
    (Share(None), "not defined", "não definido"),
    (date(2026, 11, 22), "22 Nov 2026", "22 de nov. de 2026"),
    (Period.parse("2026-11-22"), "22 Nov 2026", "22 de nov. de 2026"),
    (Period.parse("2026-W46"), "week of 9 November 2026", "semana de 9 de novembro de 2026"),
    (Period.parse("2026-10"), "October 2026", "outubro de 2026"),
    (Period.parse("2026-Q3"), "3rd quarter of 2026", "3º trimestre de 2026"),
    (Period.parse("2026"), "2026", "2026"),
    (Period.parse("2026-10-01..2026-10-15"), "1–15 Oct 2026", "1\u2009–\u200915 de out. de 2026"),
    (figure(11_400_000), "R$114,000.00", "R$\xa0114.000,00"),
    (figure(Fraction(11, 12), "percent"), "91.67%", "91,67%"),
    (figure(1, "percent"), "100.00%", "100,00%"),
    (figure(Fraction(11, 4), "ratio"), "2.75", "2,75"),
    (figure(2, "ratio"), "2.00", "2,00"),
    (figure(1234, "count"), "1,234", "1.234"),
    (figure(Fraction(145, 2), "score"), "72.5", "72,5"),
    (figure(10, "score"), "10", "10"),
    (figure(1, "days"), "1 day", "1 dia"),
    (figure(Fraction(3, 2), "days"), "1.5 days", "1,5 dia"),
    (figure(12, "months"), "12 months", "12 meses"),
    (figure(Fraction(3, 5), "months"), "0.6 months", "0,6 mês"),
    (figure(None, "percent"), "not defined", "não definido"),
    (("a", "b", "c"), "a, b and c", "a, b e c"),
]


@pytest.mark.parametrize(("value", "english", "portuguese"), SAID)
def test_values_are_said_as_each_language_writes_them(value: Any, english: str, portuguese: str) -> None:
    assert Speaker("en").say(value) == english
    assert Speaker("pt-BR").say(value) == portuguese


@pytest.mark.parametrize(
    ("share", "said"),
    [(Fraction(5, 100_000), "0.00%"), (Fraction(15, 100_000), "0.02%"), (Fraction(25, 100_000), "0.02%")],
)
def test_rounding_is_half_even(share: Fraction, said: str) -> None:
    assert Speaker().say(Share(share)) == said


def test_phrases_say_their_values_in_the_readers_language_and_keep_data_as_it_is() -> None:
    said = phrase("{label}: {money} {name}", label=phrase("not defined"), money=Money(100, "BRL"), name="{x} Ltda.")
    assert Speaker("pt-BR").say(said) == "não definido: R$\xa01,00 {x} Ltda."


@pytest.mark.parametrize(
    ("n", "english", "portuguese"),
    [(0, "0 days", "0 dia"), (1, "1 day", "1 dia"), (1234, "1,234 days", "1.234 dias")],
)
def test_plurals_follow_each_languages_own_rule(n: int, english: str, portuguese: str) -> None:
    counted = phrase_n("{n} day", "{n} days", n)
    assert (Speaker("en").say(counted), Speaker("pt-BR").say(counted)) == (english, portuguese)


def test_a_phrase_without_translation_is_said_in_english() -> None:
    assert Speaker("pt-BR").say(Phrase("Never translated: {n}", {"n": 1000})) == "Never translated: 1.000"


def test_an_unknown_language_is_answered_in_english() -> None:
    assert Speaker("fr").say(Money(100, "BRL")) == "R$1.00"


def test_data_loses_characters_that_steer_terminals_and_writing_direction() -> None:
    assert Speaker().say("a\x1b[31mb\u202ec\x00") == "a[31mbc"
    assert Speaker().cell("two\r\n lines") == "two lines"


def test_what_cannot_stand_in_an_answer_is_refused() -> None:
    with pytest.raises(TypeError, match="float"):
        Speaker().say(0.1)


def test_labels_of_charts_are_short() -> None:
    speaker = Speaker("pt-BR")
    assert speaker.short(Money(123_456_789, "BRL")) == "R$\xa01,2\xa0mi"
    assert speaker.whole(Money(123_456_789, "BRL")) == "R$\xa01.234.568"
    assert speaker.month(date(2026, 11, 1)) == "nov. 2026"


@pytest.mark.parametrize("language", languages())
def test_every_phrase_of_the_code_is_well_translated(language: str) -> None:
    """When this fails: `python -m bot.locale`, translate what it lists in messages.po, run it again."""
    assert faults(language) == []


def test_phrases_are_literals_or_known_msgids_so_that_they_can_be_extracted() -> None:
    root = FOLDER.parent.parent
    assert [
        place for folder in ("bot", "tools") for file in (root / folder).rglob("*.py") for place in _computed(file)
    ] == []


def _computed(file: Path) -> list[str]:
    calls = [node for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    phrases = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id in ("phrase", "phrase_n")]
    return [f"{file.name}:{call.lineno}" for call in phrases if not _known(call.args[0])]


def _known(msgid: ast.expr) -> bool:
    """Written here, or what another phrase, a tool or a metric says, which are extracted where they stand."""
    source = msgid.func if isinstance(msgid, ast.Call) else msgid
    elsewhere = ("msgid", "help", "title", "definition_text", "formula", "reference", "rule")
    named = source.attr if isinstance(source, ast.Attribute) else source.id if isinstance(source, ast.Name) else ""
    return isinstance(msgid, ast.Constant) or named in elsewhere
