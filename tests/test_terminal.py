"""The terminal says what Slack says."""

import re
from io import StringIO

import pytest
from rich.console import Console

import samples
from bot import terminal
from bot.app import Assistant
from bot.conversation import Reply
from bot.locale import LANGUAGES, Speaker
from samples import (
    CODE,
    DOWNLOAD,
    HEATMAP,
    HOSTILE,
    NEXT,
    PASSAGE,
    SURVEY,
    TABLE,
    TWO_LINES,
    WATERFALL,
    cohorts,
    reply,
    words,
)
from tests.conftest import ask
from tools import Column, Note, Table, phrase
from tools.metrics import Money

EVERY = [
    pytest.param(each, id=f"{language}: {name}") for language in LANGUAGES for name, each in samples.replies(language)
]


@pytest.mark.parametrize("sample", EVERY)
def test_every_reply_can_be_shown(sample: Reply) -> None:
    page = StringIO()
    terminal.show(sample, Console(file=page, width=100, force_terminal=True))
    assert page.getvalue()
    assert "\x1b[31mgnp" not in page.getvalue()


def test_a_table_is_read_in_columns() -> None:
    assert (
        terminal.plain(reply(TABLE))
        == """\
Understood as: MRR summary · week of 9 November 2026
MRR ended the week at R$114,000.00.

Top movers
Account                 Change         Share
────────────────────────────────────────────
Padaria São João   -R$1,234.56        33.33%
ACME, Inc.           US$500.00   not defined
others (2)              R$0.00             —
Sorted by size of change.

Data as of 22 Nov 2026.
"""
    )


def test_a_waterfall_shows_changes_as_bars_with_their_direction() -> None:
    lines = terminal.plain(reply(WATERFALL)).splitlines()
    assert [line for line in lines if "█" in line] == [
        "New            ▲ R$8,000.00  ████████████████████████████████",
        "Expansion     ▲ R$10,000.00  ████████████████████████████████████████",
        "Reactivation   ▲ R$4,000.00  ████████████████",
        "Contraction   ▼ -R$3,000.00  ████████████",
        "Churn         ▼ -R$5,000.00  ████████████████████",
    ]


def test_a_heat_map_is_a_table_on_shaded_ground() -> None:
    lines = terminal.plain(reply(HEATMAP)).splitlines()
    assert lines[3:8] == [
        "Revenue retention by cohort",
        "Cohort     Accounts       0      1      2  3",
        "Aug 2026         12  100.0%  96.3%  92.6%",
        "Sept 2026        19  101.3%  97.6%",
        "Oct 2026         26  102.6%",
    ]
    page = StringIO()
    terminal.show(reply(HEATMAP), Console(file=page, width=100, force_terminal=True))
    assert re.search(r"\x1b\[[\d;]+m102\.6%", page.getvalue()), "on a ground of its own"


def test_a_heat_map_that_is_too_wide_goes_on_below_without_the_rows_that_have_nothing_there() -> None:
    lines = terminal.plain(reply(cohorts(14, 14))).splitlines()
    assert max(map(len, lines)) <= 100
    below = [n for n, line in enumerate(lines) if line.startswith("Cohort")][1]
    assert lines[below : below + 6] == [
        "Cohort     Accounts     10     11     12     13",
        "Sept 2025        12  63.0%  59.3%  55.6%  51.9%",
        "Oct 2025         19  64.3%  60.6%  56.9%",
        "Nov 2025         26  65.6%  61.9%",
        "Dec 2025         33  66.9%",
        "By months since the first payment.",
    ]


def test_lines_side_by_side_are_bars_of_one_scale_under_their_names() -> None:
    lines = terminal.plain(reply(TWO_LINES)).splitlines()
    assert [line for line in lines if line in ("2026", "the year before")] == ["2026", "the year before"]
    assert [line.count("█") for line in lines if line.startswith(("Oct 2026", "Oct 2025"))] == [40, 19]
    assert "The bars do not start at zero." in lines


def test_code_is_shown_word_for_word() -> None:
    assert CODE.text in terminal.plain(reply(CODE))


def test_a_download_says_how_to_get_it() -> None:
    assert "All rows of MRR: 2 rows, as a file." in terminal.plain(reply(DOWNLOAD))


def test_a_passage_is_quoted_with_its_source() -> None:
    text = terminal.plain(reply(PASSAGE))
    assert "│ Call the sponsor first." in text
    assert "Renewal in 90 days, “What to do” (renewal-90-days.md#what-to-do)" in text


def test_a_draft_is_readable_text() -> None:
    text = terminal.plain(reply(SURVEY))
    assert "Só se a resposta à pergunta 1 foi “Sim”." in text


def test_data_is_not_markup() -> None:
    text = terminal.plain(reply(Note(words("{x}", x="[bold]ACME[/bold] :smile:"))))
    assert "[bold]ACME[/bold] :smile:" in text
    assert "\x1b" not in terminal.plain(reply(headline=words("{x}", x=HOSTILE)))


def test_choices_are_numbered_and_next_questions_listed() -> None:
    assert "  1. ACME, Inc." in terminal.plain(dict(samples.replies("en"))["clarify"])
    assert "You could ask next:\n  › Which accounts are at risk?" in terminal.plain(reply(NEXT))


@pytest.mark.parametrize("width", [40, 60, 80, 100])
def test_no_amount_is_ever_cut_short_however_narrow_the_terminal(demo: Assistant, width: int) -> None:
    replies = [ask(demo, text) for text in ("MRR next 6 months", "cohort retention", "Weekly MRR summary")]
    for answered in replies:
        page = StringIO()
        terminal.show(answered, Console(file=page, width=width))
        assert "…" not in page.getvalue()
        assert all(len(line) <= width for line in page.getvalue().splitlines())


def test_where_a_table_has_no_room_each_row_stands_by_itself() -> None:
    columns = (Column(phrase("Account")), Column(phrase("MRR"), numeric=True), Column(phrase("Owner")))
    table = Table(phrase("Total"), columns, (("Northwind Traders", Money(123_456_789, "BRL"), None),))

    def drawn(width: int) -> list[str]:
        page = StringIO()
        Console(file=page, width=width).print(*terminal.answer_parts((table,), Speaker("en")))
        return [line.rstrip() for line in page.getvalue().splitlines() if line.strip()]

    assert drawn(42) == [
        "Total",
        "Account                        MRR   Owner",
        "──────────────────────────────────────────",
        "Northwind Traders   R$1,234,567.89   —",
    ]
    assert drawn(41) == [
        "Total",
        "Account                       MRR   Owner",
        "─────────────────────────────────────────",
        "Northwind          R$1,234,567.89   —",
        "Traders",
    ]
    assert drawn(30) == ["Total", "Northwind Traders", "  MRR   R$1,234,567.89"]


@pytest.mark.parametrize("width", range(60, 140))
def test_no_word_of_a_table_is_ever_cut(width: int) -> None:
    """At 100 characters the last column of this one, of the Portuguese list of accounts at risk, once lost a letter."""
    numeric = {"Pontuação", "Chance em 90 dias", "Variação", "MRR"}
    heads = ("Conta", "Pontuação", "Chance em 90 dias", "Variação", "MRR", "Renovação", "Último contato", "Responsável")
    columns = tuple(Column(phrase("{name}", name=head), head in numeric) for head in heads)
    row = ("Clariluar Sistemas", 70, "33,90%", 0, Money(105_463, "BRL"), "21 jan. 2027", "7 set. 2026", "Luana Prado")
    page = StringIO()
    table = Table(phrase("Total"), columns, (row,))
    Console(file=page, width=width).print(*terminal.answer_parts((table,), Speaker("pt-BR")))
    said = page.getvalue().split()
    assert all(word in said for word in " ".join((*heads[1:], *map(str, row[:4]), *map(str, row[5:]))).split())
