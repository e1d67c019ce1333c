"""`retention risk …`, and scoring any labelled table."""

import json
import subprocess
import sys

import numpy as np
import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from tools.metrics._labelled import BadTable, blocks, read_labelled


def table(tmp_path, text, name="churn.csv"):
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def churn(tmp_path_factory):
    """600 customers of ten quarters: the less they use it and the cheaper their plan, the sooner they are lost."""
    rng = np.random.default_rng(8)
    usage, plan = rng.random(600), rng.integers(0, 2, 600)
    lost = rng.random(600) < 1 / (1 + np.exp(-(1.5 - 5 * usage - plan)))
    rows = [
        f"C{n};{1_000 + n};{2020 + n // 240}-{1 + n // 20 % 12:02d}-01;{'' if n % 9 == 0 else f'{use:.3f}'};"
        f"{'Pro' if p else 'Starter'};BRL;{'yes' if was else 'no'}"
        for n, (use, p, was) in enumerate(zip(usage, plan, lost, strict=True))
    ]
    file = tmp_path_factory.mktemp("churn") / "churn.csv"
    file.write_text("customer;number;month;usage;plan;currency;churned\n" + "\n".join(rows), encoding="utf-8")
    return file


def run(*words):
    return CliRunner().invoke(app, ["risk", *map(str, words)])


def test_the_types_of_columns_are_found(churn):
    found = read_labelled(churn, "churned", "month")
    assert found.names == ("usage", "plan") and found.categories == {1}
    assert found.left_out == ("customer", "number", "currency")
    assert found.positive == "yes" and np.isnan(found.rows[0, 0])
    assert found.when[0] == 18_262  # days from 1970-01-01 to 2020-01-01


def test_a_table_is_scored_without_a_book(churn, tmp_path):
    done = run("evaluate", churn, "--label", "churned", "--json", "--home", tmp_path / "nothing")
    assert done.exit_code == 0, done.output
    found = json.loads(done.output)
    assert (found["rows"], found["judged"], found["folds"], found["in_time"]) == (600, 600, 5, False)
    assert found["ours"]["auc"] > 0.7 and found["ours"]["auc"] > found["plain"]["auc"] - 0.005
    assert found["ours"]["ece"] < 0.06 and found["ours"]["top_lift"] > 1.5
    assert not (tmp_path / "nothing").exists()


def test_with_a_time_only_earlier_rows_are_learnt_from(churn):
    done = run("evaluate", churn, "--label", "churned", "--time", "month")
    assert done.exit_code == 0, done.output
    assert "Each part was learnt from earlier rows only: 5 parts." in done.output
    assert "Left out, as they tell nothing: customer, number and currency." in done.output
    assert all(name in done.output for name in ("AUC", "Lift of the riskiest tenth", "Brier score", "(ECE)"))


def test_rows_of_one_moment_are_never_torn_apart():
    parts = blocks(np.array([1.0, 1, 1, 1, 2, 3]), 3)
    assert [part.tolist() for part in parts] == [[0, 1, 2, 3], [4, 5]]


LINES = "\n".join(f"{n * 7 % 13},{'yes' if n % 3 else 'no'},2026-01-{1 + n % 28:02d}" for n in range(60))


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        (f"a,lost,day\n{LINES}", ["--label", "churned"], "has no column “churned”. It has: a, lost, day."),
        (f"a,lost,day\n1,,2026-01-01\n{LINES}", ["--label", "lost"], "row 2: “lost” is empty."),
        (f"a,lost,day\n{LINES}\n1,maybe,2026-01-01", ["--label", "lost"], "row 62: “lost” must have two values"),
        (f"a,lost,day\n{LINES}\n1,no,soon", ["--label", "lost", "--time", "day"], "row 62: “soon” in “day” is no day"),
        ("a,lost\n1,yes\n2,no", ["--label", "lost"], "has 2 rows: 50 are the least"),
        ("", ["--label", "lost"], "cannot be read as CSV in UTF-8"),
    ],
)  # fmt: skip
def test_what_cannot_be_scored_is_refused_with_file_row_and_remedy(tmp_path, text, options, said):
    done = run("evaluate", table(tmp_path, text), *options)
    assert done.exit_code == 1
    assert said in " ".join(done.output.split()) and "churn.csv" in done.output.replace("\n", "")


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(BadTable) as refused:
        read_labelled(tmp_path / "none.csv", "lost", None)
    assert refused.value.fault == "no_file"


def test_show_and_backtest_tell_the_scorer_before_a_fit(demo):
    home = demo.settings.retention_home
    shown = run("show", "--home", home, "--today", demo.today().isoformat())
    assert shown.exit_code == 0, shown.output
    assert "no model has been fitted to your own losses yet" in " ".join(shown.output.split())
    tested = run("backtest", "--home", home, "--today", demo.today().isoformat(), "--json")
    assert json.loads(tested.output)["scorecard"]["judged"] > 900


def test_learning_imports_nothing_before_it_is_needed():
    program = "import sys, bot.risk_command, tools._track_record; sys.exit('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
