"""`retention index …`: documents taken in, listed, quoted, removed, from the command line."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.__main__ import app
from tests.conftest import DEMO_DAY
from tests.test_documents import REEMBOLSO, REFUNDS


@pytest.fixture(scope="module")
def home(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo company's home, with an index of its own."""
    return Path(shutil.copytree(demo_home, tmp_path_factory.mktemp("documents") / "home"))


def run(home: Path, *arguments: str, **environment: str) -> Result:
    settings = {"COLUMNS": "160", "CS_TEAM": "U1", "LEADERS": "U2", **environment}
    options = ["--home", str(home), "--today", DEMO_DAY]
    return CliRunner().invoke(app, [*options, *arguments], catch_exceptions=False, env=settings)


def lines(shown: Result) -> list[str]:
    return [line.rstrip() for line in shown.stdout.splitlines()]


@pytest.mark.parametrize("command", ["add", "list", "remove"])
def test_every_command_has_help_with_an_example(command: str, tmp_path: Path) -> None:
    shown = run(tmp_path, "index", command, "--help")
    assert f"Example: retention index {command}" in " ".join(shown.stdout.split())


def test_a_document_is_added_quoted_listed_and_removed(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "refunds.md"
    file.write_text(REFUNDS)
    added = run(home, "index", "add", str(file))
    assert (added.exit_code, lines(added)) == (0, ["refunds.md: added, 3 sections, English, for the CS team."])
    assert lines(run(home, "index", "list"))[1].split() == ["refunds.md", "3", "English", "the", "CS", "team"]

    asked = json.loads(run(home, "ask", "--json", "what is our refund policy").stdout)
    assert (asked["tool"], asked["headline"]) == ("find_playbook", "From your document “Refund policy”:")
    assert asked["passages"][0]["source"] == "refunds.md#Small refunds"

    again = run(home, "index", "add", str(file), RETENTION_LANGUAGE="pt-BR")
    assert lines(again) == ["refunds.md: sem mudança, 3 trechos, inglês, para o time de CS."]
    relabelled = run(home, "index", "add", str(file), "--access", "leaders")
    assert lines(relabelled) == ["refunds.md: replaced, 3 sections, English, for leaders."]
    file.write_text(REFUNDS + "\n\n## Large refunds\n\nNone.")
    kept = run(home, "index", "add", str(file))
    assert lines(kept) == ["refunds.md: replaced, 4 sections, English, for leaders."], "the label stays"

    removed = run(home, "index", "remove", "refunds.md")
    assert (removed.exit_code, lines(removed)) == (0, ["refunds.md: removed."])
    assert json.loads(run(home, "ask", "--json", "what is our refund policy").stdout)["outcome"] == "declined"
    missing = run(home, "index", "remove", "refunds.md")
    assert missing.exit_code == 1
    assert lines(missing) == ["There is no document called refunds.md; `retention index list` names them."]


def test_of_a_folder_one_bad_file_keeps_no_other_back(home: Path, tmp_path: Path) -> None:
    for name, text in {"pt/reembolso.md": REEMBOLSO, "empty.txt": " \n", "logo.png": "x"}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    added = run(home, "index", "add", str(tmp_path), "--access", "everyone")
    assert (added.exit_code, lines(added)) == (1, [
        "empty.txt: has no text in it.",
        "logo.png: files of the kind .png are not read; Markdown, text, PDF, DOCX, HTML and CSV are.",
        "pt/reembolso.md: added, 2 sections, Portuguese, for everyone.",
        "2 files of 3 were left out.",
    ])  # fmt: skip
    asked = json.loads(run(home, "ask", "--json", "qual é a política de reembolso acima de 500?").stdout)
    assert asked["passages"][0]["source"] == "pt/reembolso.md#Reembolsos acima de 500"
    assert run(home, "index", "remove", "pt/*").exit_code == 0


def test_what_is_not_there_is_said_and_who_cannot_read_it_yet(home: Path, tmp_path: Path) -> None:
    missing = run(home, "index", "add", str(tmp_path / "nowhere.md"))
    assert (missing.exit_code, lines(missing)) == (1, ["nowhere.md: there is no such file."])
    (tmp_path / "empty").mkdir()
    nothing = run(home, "index", "add", str(tmp_path / "empty"))
    assert (nothing.exit_code, lines(nothing)) == (1, [f"There are no files in {tmp_path / 'empty'}."])
    (tmp_path / "x.md").write_text(REFUNDS)
    added = run(home, "index", "add", str(tmp_path / "x.md"), "--access", "leaders", LEADERS="", CS_TEAM="")
    assert lines(added)[1] == "Nobody can read what is for leaders in Slack yet: set LEADERS."
    assert run(home, "index", "remove", "x.md").exit_code == 0


def test_no_document_yet(tmp_path: Path) -> None:
    shown = run(tmp_path, "index", "list")
    said = "There are no documents of your own yet: `retention index add PATH` takes them in."
    assert (shown.exit_code, lines(shown)) == (0, [said])
