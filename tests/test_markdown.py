"""Markdown that people edit: exact drafts, and data that stays data."""

from markdown_it import MarkdownIt

from bot import markdown
from samples import CODE, DOWNLOAD, HEATMAP, HOSTILE, PLAN, SURVEY, TABLE, enormous, reply, words
from tools import Note
from tools._unmarked import unmarked


def test_a_survey_is_written_in_its_readers_language_with_its_logic() -> None:
    assert (
        markdown.draft(SURVEY)
        == """\
# A survey for ACME, Inc.

## Opening

We want to learn.

## The questions

1. **Ajudamos a resolver o problema?**
   - *Resposta: escolha uma opção.*
   - [ ] Sim
   - [ ] Não

2. **O problema desapareceu?**
   - *Só se a resposta à pergunta 1 foi “Sim”.*
   - Desde quando?

3. **De 0 a 10, recomendaria?**
   - *Resposta: um número de 0 a 10.*
"""
    )


def test_a_plan_is_a_table_of_action_owner_and_day() -> None:
    assert """\
| Action | Owner | Due |
| --- | --- | --- |
| Call the sponsor | Ana | 25 Nov 2026 |
| Send the proof of value | Bruno | 30 Nov 2026 |
""" in markdown.draft(PLAN)


def test_a_table_keeps_its_numbers_right() -> None:
    assert """\
| Account | Change | Share |
| --- | ---: | ---: |
| Padaria São João | -R$1,234.56 | 33.33% |
""" in markdown.document(reply(TABLE))


def test_data_is_shown_as_it_is_and_never_as_markup() -> None:
    html = (
        MarkdownIt("commonmark", {"linkify": False})
        .enable("table")
        .render(markdown.document(reply(Note(words("{x}", x=HOSTILE)), *enormous(HOSTILE)[1:2])))
    )
    assert "<a " not in html
    assert "<!channel>" not in html
    assert "&lt;!channel&gt; @here &lt;@U1|boss&gt; *Ana* _x_ `y` [pay](https://evil.example)" in html


def test_playbook_text_reads_without_its_marks() -> None:
    text = "## What to do\n\nCall **Ana** and `Bo`, see [us](https://x.example).\n\n- one\n  - two\n"
    assert unmarked(text) == "What to do\n\nCall Ana and Bo, see us.\n\n• one\n  • two\n"
    assert unmarked("on \\[two days\\], 3 \\* 4") == "on [two days], 3 * 4"
    assert unmarked(markdown.escaped("see https://x.example")) == "see https:\\//x.example", "it makes no link"


def test_code_is_fenced_by_more_than_it_holds() -> None:
    assert f"\n````sql\n{CODE.text}\n````\n" in markdown.document(reply(CODE))


def test_a_heat_map_is_a_table_and_a_download_a_line() -> None:
    written = markdown.document(reply(HEATMAP, DOWNLOAD))
    assert "| Sept 2026 | 19 | 101.3% | 97.6% |  |  |" in written
    assert "*All rows of MRR: 2 rows, in the attached file mrr.csv.*" in written
