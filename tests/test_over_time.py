"""Segments over time: a row for each month, a column for each segment, which add up where nobody is in two of them."""

import pytest

from tests.books import contract, day, make_book
from tests.test_segments import run, saved
from tests.test_segments import store as store
from tests.test_tools import account, cells, said
from tools import Chart, Note, Table, ToolError
from tools.metrics import retrace

TODAY = day("2026-10-30")


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    rows = [
        {**account("a", "Ana", "enterprise"), "region": "SP"}, {**account("b", "Bia", "enterprise"), "region": "RJ"},
        {**account("c", "Ana", "smb"), "region": "SP"}, {**account("d", "Ana", None), "region": "SP"},
    ]  # fmt: skip
    lines = [
        contract("s-a", "a", 10_000, "2026-01-01"), contract("s-b", "b", 20_000, "2026-02-10"),
        contract("s-c", "c", 5_000, "2026-01-01", "2026-03-15"), contract("s-d", "d", 1_000, "2026-01-01"),
    ]  # fmt: skip
    url = f"sqlite:///{tmp_path_factory.mktemp('over_time') / 'book.sqlite'}"
    return make_book(url, as_of="2026-10-30", accounts=rows, subscriptions=lines)


def over_time(book, store, **arguments):
    return run(book, store, "compare", sides="over_time", **{"period": "2026-01-01..2026-03-31", **arguments})


def tables(answer):
    return [part for part in answer.parts if isinstance(part, Table)]


def notes(answer):
    return [said(part.text) for part in answer.parts if isinstance(part, Note)]


def test_values_of_a_dimension_stand_beside_each_other_and_add_up(book, store):
    answer = over_time(book, store)
    mrr, accounts, lost = tables(answer)
    assert [said(column.label) if column.label else "" for column in mrr.columns] == [
        "Period", "enterprise", "none recorded", "smb", "Total",
    ]  # fmt: skip
    assert cells(mrr) == [
        ["January 2026", "R$100.00", "R$10.00", "R$50.00", "R$160.00"],
        ["February 2026", "R$300.00", "R$10.00", "R$50.00", "R$360.00"],
        ["March 2026", "R$300.00", "R$10.00", "R$0.00", "R$310.00"],
    ]
    assert cells(accounts)[1:] == [["February 2026", "2", "1", "1", "4"], ["March 2026", "2", "1", "0", "3"]]
    assert cells(lost)[1:] == [["February 2026", "0", "0", "0", "0"], ["March 2026", "0", "0", "1", "1"]]
    for table in (mrr, accounts, lost):
        for _, *each, total in table.rows:
            assert sum(figure.value for figure in each) == total.value


def test_every_figure_is_its_metrics_own(book, store):
    for figure in over_time(book, store).figures:
        assert retrace(book, figure).now.value == figure.value, figure


def test_a_chart_has_a_line_for_each(book, store):
    (chart,) = (part for part in over_time(book, store).parts if isinstance(part, Chart))
    assert chart.kind == "line" and len(chart.points) == 3 and len(chart.beside) == 2


def test_one_saved_segment_has_its_metrics_side_by_side(book, store):
    saved(book, store, "Big", segment="enterprise")
    answer = over_time(book, store, saved="Big", segment="enterprise")
    (table,) = tables(answer)
    assert cells(table)[:2] == [
        ["January 2026", "R$100.00", "1", "0", "R$0.00"], ["February 2026", "R$300.00", "2", "0", "R$0.00"],
    ]  # fmt: skip
    assert said(answer.headline) == "MRR went from R$0.00 before 1 Jan 2026 to R$300.00 on 31 Mar 2026."


def test_saved_segments_that_overlap_have_no_false_total(book, store):
    saved(book, store, "Big", segment="enterprise")
    saved(book, store, "In SP", region="SP")
    answer = over_time(book, store, which="saved")
    assert [said(column.label) for column in tables(answer)[0].columns] == ["Period", "Big", "In SP", "All accounts"]
    assert cells(tables(answer)[0])[1] == ["February 2026", "R$300.00", "R$160.00", "R$360.00"]
    assert "1 account is in several of these segments, so their columns do not add up." in notes(answer)


def test_only_focus_segments_where_these_are_meant(book, store):
    with pytest.raises(ToolError, match="No segment is in focus"):
        over_time(book, store, which="focus")
    saved(book, store, "Big", segment="enterprise")
    saved(book, store, "Small", segment="smb")
    run(book, store, act="pin", said="pin Small")
    answer = over_time(book, store, which="focus")
    assert [said(column.label) for column in tables(answer)[0].columns] == ["Period", "Small", "All accounts"]


def test_by_quarter_and_within_other_limits(book, store):
    answer = over_time(
        book, store, each="quarter", across="region", segment="enterprise", period="2026-01-01..2026-06-30"
    )
    assert cells(tables(answer)[0]) == [
        ["1st quarter of 2026", "R$200.00", "R$100.00", "R$300.00"],
        ["2nd quarter of 2026", "R$200.00", "R$100.00", "R$300.00"],
    ]


def test_a_band_is_told_anew_for_each_month(book, store):
    answer = over_time(book, store, mrr_band="0–500")
    for table in tables(answer):
        for _, *each, total in table.rows:
            assert sum(figure.value for figure in each) == total.value
    assert cells(tables(answer)[0])[1][-1] == "R$360.00"
    assert "Which accounts are in a band is told anew for each period" in " ".join(notes(answer))


def test_another_metric_that_is_named_comes_first(book, store):
    first, *rest = tables(over_time(book, store, said="NRR by segment month by month"))
    assert said(first.title) == "Net revenue retention (NRR)" and len(rest) == 3
    assert cells(first)[2] == ["March 2026", "100.00%", "100.00%", "0.00%", "86.11%"]
