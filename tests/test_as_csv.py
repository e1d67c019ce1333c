"""CSV that a spreadsheet opens as it is."""

import csv
from datetime import date
from fractions import Fraction
from io import StringIO

import pytest

from bot import as_csv
from bot.locale import Speaker
from samples import DOWNLOAD, HOSTILE, brl, figure, words
from tools import Cell, Column, Download
from tools.metrics import Money, Period, Share


def rows_of(*rows: tuple[Cell, ...], language: str = "en") -> list[list[str]]:
    columns = tuple(Column(words("Column {n}", n=n)) for n in range(len(rows[0])))
    written = as_csv.text(Download("x.csv", words("x"), columns, rows), Speaker(language))
    return list(csv.reader(StringIO(written.removeprefix("\ufeff"))))


def test_a_file_begins_with_the_mark_of_utf8_and_ends_its_lines_as_spreadsheets_do() -> None:
    assert as_csv.text(DOWNLOAD, Speaker()) == (
        "\ufeffAccount,MRR (BRL),on_day\r\n\"ACME, Inc.\",1234.56,2026-10-01\r\n'=cmd|' /C calc'!A0,-0.50,\r\n"
    )


@pytest.mark.parametrize("text", ["=1+1", "+55 11", "-2", "@sum(a1)", "\t=1", "=1", HOSTILE, "Padaria", "", "’=1"])
def test_no_text_is_taken_for_a_formula(text: str) -> None:
    ((_, plain), (said, number)) = rows_of((text, -2))
    assert not said.startswith(("=", "+", "-", "@", "\t", "\r", "="))
    assert (plain, number) == ("Column 1", "-2")


def test_a_label_is_no_formula_either() -> None:
    written = as_csv.text(Download("x.csv", words("x"), (Column("=1+1"),), ()), Speaker())
    assert written == "\ufeff'=1+1\r\n"


@pytest.mark.parametrize("language", ["en", "pt-BR"])
def test_numbers_are_plain_in_every_language(language: str) -> None:
    (head, row) = rows_of(
        (1234567, Fraction(1, 3), Share(Fraction(11, 12)), brl(123_456_789), Period.parse("2026-11"), date(2026, 1, 2)),
        language=language,
    )
    assert row == [
        "1234567", "0.3333333333333333333333333333", "91.66666666666666666666666667", "1234567.89", "2026-11",
        "2026-01-02",
    ]  # fmt: skip
    assert [label.partition(" (")[2] for label in head] == ["", "", "%)", "BRL)", "", ""]


def test_figures_are_numbers_of_their_unit() -> None:
    (head, row) = rows_of(
        (figure(123_456), figure(Fraction(1, 4), "percent"), figure(None, "percent"), figure(7, "count"))
    )
    assert row == ["1234.56", "25", "", "7"]
    assert [label.partition(" (")[2] for label in head] == ["BRL)", "%)", "%)", ""]


def test_a_column_that_mixes_currencies_says_each() -> None:
    (head, first, second) = rows_of((brl(100),), (Money(5_000, "JPY"),))
    assert (head, first, second) == (["Column 0"], ["1.00 BRL"], ["5000 JPY"])
