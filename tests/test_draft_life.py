"""A draft's life, in conversation and in the terminal: drafted, edited, shown with its versions, decided on."""

from io import StringIO

import pytest
from rich.console import Console

from bot.shelf import Order, shelf
from tests.conftest import DEMO_DAY, ask
from tests.test_contact_tools import draft_id
from tests.test_tools import cells, facts, notes, part, said
from tools import DraftVersion, Facts, Table
from tools._versions import blanks, history

SOMEBODY = "Itupolo & Moraes"


def done(bot, *said_, **options):
    """The command, and what it printed."""
    printed = StringIO()
    status = shelf(bot, Order(*said_, **options), Console(file=printed, width=200))
    return status, printed.getvalue()


def test_an_edit_in_the_terminal_is_a_version_that_says_who_changed_what_when(demo, tmp_path):
    first = draft_id(ask(demo, f"trust plan for {SOMEBODY}"))
    file = tmp_path / "plan.md"
    assert done(demo, "export", first, file=file)[0] == 0
    file.write_text(file.read_text().replace("# Trust plan", "# Our plan") + "\nCall [their new CFO] first.\n")
    assert done(demo, "edit", first, file=file) == (
        0, f"Draft {first} has version 2 now, by terminal; it waits for approval.\n"
    )  # fmt: skip
    answer = ask(demo, f"versions of draft {first}").answer
    assert said(answer.headline) == f"Draft {first} has 2 versions."
    rows = cells(part(answer, Table, "Versions"))
    assert [(row[0], row[1], row[3]) for row in rows] == [
        ("1", "terminal", "drafted"), ("2", "terminal", "2 lines in, 1 line out"),
    ]  # fmt: skip
    assert all(row[2].startswith("20 Nov 2026, ") for row in rows)  # the clock is set to DEMO_DAY
    assert cells(part(answer, Table, "What version {n} changed")) == [
        ["out", f"# Trust plan · {SOMEBODY}"], ["in", f"# Our plan · {SOMEBODY}"],
        ["in", "Call [their new CFO] first."],
    ]  # fmt: skip
    status, printed = done(demo, "versions", first)
    assert status == 0 and "2 lines in, 1 line out" in printed


def test_what_is_still_to_be_filled_in_is_said_and_a_decision_has_its_name_and_hour(demo, tmp_path):
    first = draft_id(ask(demo, f"trust plan for {SOMEBODY}"))
    file = tmp_path / "plan.md"
    file.write_text("# Plan\n\nCall [their new CFO].\n")
    done(demo, "edit", first, file=file)
    shown = ask(demo, f"show {first}").answer
    assert "Still to be filled in by hand: “their new CFO”." in notes(shown)
    assert facts(part(shown, Facts))["Version"] == "2"
    approved = said(ask(demo, f"approve {first}").message)
    assert approved.startswith(f"Draft {first} was approved by terminal on 20 Nov 2026, ")
    assert done(demo, "edit", first, file=file)[0] == 1


def test_made_on_the_day_of_the_question(demo):
    ask(demo, f"trust plan for {SOMEBODY}")
    (row,) = cells(part(ask(demo, "which drafts are waiting").answer, Table))
    assert row[-1] == said(demo.today()) and str(demo.today()) == DEMO_DAY


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("Dear \\[name\\], see [what changes] and [what changes].", ("name", "what changes")),
        ("- [ ] yes\n- [x](http://a.example) no", ()),
        ("nothing", ()),
    ],
)
def test_brackets_are_to_be_filled_in_but_links_and_boxes_are_not(body, words):
    assert blanks(body) == words


def test_an_edit_of_many_lines_is_cut(demo):
    before = DraftVersion(1, "Ana", demo.now(), "")
    after = DraftVersion(2, "Bia", demo.now(), "\n".join(f"line {n}" for n in range(15)))
    *_, table = history((before, after))
    assert len(table.rows) == 12 and said(table.footnote) == "3 more lines changed."
