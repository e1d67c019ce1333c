"""Charts: pictures of the promised size and words for those who cannot see them."""

import subprocess
import sys
from io import BytesIO

import pytest
from PIL import Image

from bot import charts
from bot.locale import Speaker
from samples import BAR, HOSTILE, LINE, TWO_LINES, WATERFALL, brl, enormous, words
from tools import Chart

EMPTY = Chart(words("Empty"), "waterfall", ())
LARGE, UNDEFINED, MANY_LINES = (part for part in enormous(HOSTILE) if isinstance(part, Chart))


@pytest.mark.parametrize(
    "chart",
    [WATERFALL, LINE, TWO_LINES, BAR, EMPTY, LARGE, UNDEFINED, MANY_LINES],
    ids=lambda chart: chart.kind,
)
@pytest.mark.parametrize("language", ["en", "pt-BR"])
def test_a_chart_is_a_picture_of_1200_by_600(chart: Chart, language: str) -> None:
    with Image.open(BytesIO(charts.png(chart, Speaker(language)))) as picture:
        assert picture.size == (1200, 600)


def test_a_chart_can_be_read_as_a_sentence() -> None:
    assert charts.alt(BAR, Speaker()) == "Accounts. enterprise: 31; mid-market: 120; smb: -20"
    assert len(charts.alt(LARGE, Speaker())) <= 2000


def test_lines_side_by_side_are_read_by_their_names() -> None:
    said = charts.alt(TWO_LINES, Speaker())
    assert said.startswith("MRR, this year and the one before. 2026: Jan 2026: R$92,500.00; Feb 2026: R$95,000.00;")
    assert ". the year before: Jan 2025: R$80,900.00;" in said


def test_values_are_as_short_as_tells_them_apart() -> None:
    speaker = Speaker()
    near = [brl(268_189_030), brl(269_172_977), brl(268_189_030)]
    assert charts.telling_apart(near, speaker)[0] == ["R$2,681,890", "R$2,691,730", "R$2,681,890"]
    assert charts.telling_apart([brl(268_189_030), brl(259_607_951)], speaker)[0] == ["R$2.7M", "R$2.6M"]


def test_a_scale_begins_above_zero_only_where_changes_would_not_be_seen() -> None:
    assert charts.floor_of([100.0, 90.0]) == 85.0
    assert charts.floor_of([100.0, 50.0]) == 0.0
    assert charts.floor_of([100.0, -5.0]) == -5.0


def test_changes_show_their_sign() -> None:
    speaker = Speaker("pt-BR")
    assert [charts.change(value, speaker) for _, value in WATERFALL.points[1:6]] == [
        "+R$\xa08\xa0mil", "+R$\xa010\xa0mil", "+R$\xa04\xa0mil", "-R$\xa03\xa0mil", "-R$\xa05\xa0mil",
    ]  # fmt: skip


def test_matplotlib_is_not_imported_before_a_picture_is_drawn() -> None:
    program = "import sys, bot.charts, bot.blocks, bot.terminal; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
