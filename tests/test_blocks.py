"""Slack messages: every sample within Slack's limits, nothing from data parsed, nothing lost silently."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import samples
from block_kit_check import check
from bot import block_kit as kit
from bot import markdown
from bot.blocks import Message, message
from bot.conversation import Reply
from bot.locale import LANGUAGES, Speaker
from samples import CODE, DOWNLOAD, HEATMAP, HOSTILE, NEXT, TABLE, WATERFALL, cohorts, reply, words
from tools import Chart, Column, Download, NextSteps, Note, Part, Table, Timeline

EVERY = [
    pytest.param(each, id=f"{language}: {name}") for language in LANGUAGES for name, each in samples.replies(language)
]


@pytest.mark.parametrize("sample", EVERY)
def test_every_reply_is_a_message_that_slack_accepts(sample: Reply) -> None:
    check(message(sample))


ELSEWHERE = (Chart, Download, NextSteps, Timeline)
ENORMOUS = [part for part in samples.enormous("Padaria São João " * 4) if not isinstance(part, ELSEWHERE)]
LONG = ("hostile", "enormous", "enormous table", "many parts")


@pytest.mark.parametrize("name", dict(samples.replies("en")))
def test_what_does_not_fit_is_in_an_attached_file_that_the_message_names(name: str) -> None:
    said = message(dict(samples.replies("en"))[name])
    whole = [file for file in said.files if file.name.endswith(".md")]
    assert [file.name for file in whole] == (["mrr_summary.md"] if name in LONG else [])
    for file in whole:
        assert f"the whole answer is in the attached file {file.name}" in json.dumps(said.blocks)


@pytest.mark.parametrize("part", ENORMOUS, ids=lambda part: type(part).__name__)
def test_a_part_that_is_longer_than_a_message_is_whole_in_the_file(part: Part) -> None:
    (file,) = message(reply(part)).files
    assert file.content == markdown.document(reply(part))


def blocks_of(said: Message, kind: str) -> list[kit.Block]:
    return [block for block in said.blocks if block["type"] == kind]


def test_an_answer_opens_with_what_was_understood_and_the_headline_and_ends_with_its_date() -> None:
    blocks = message(reply(Note(words("A note.")))).blocks
    assert [block["type"] for block in blocks] == [
        "context",
        "header",
        "rich_text",
        "context",
        "actions",
        "context_actions",
    ]
    assert blocks[0]["elements"][0]["text"] == "Understood as: MRR summary · week of 9 November 2026"
    assert blocks[1]["text"] == {
        "type": "plain_text",
        "text": "MRR ended the week at R$114,000.00.",
        "emoji": False,
    }
    assert blocks[3]["elements"][0]["text"] == "Data as of 22 Nov 2026."


def test_a_table_has_a_header_right_aligned_numbers_and_no_empty_cell() -> None:
    (table,) = blocks_of(message(reply(TABLE)), "table")
    cells = [[cell["text"] for cell in row] for row in table["rows"]]
    assert cells == [
        ["Account", "Change", "Share"],
        ["Padaria São João", "-R$1,234.56", "33.33%"],
        ["ACME, Inc.", "US$500.00", "not defined"],
        ["others (2)", "R$0.00", "—"],
    ]
    assert table["column_settings"] == [{"is_wrapped": True}, {"align": "right"}, {"align": "right"}]


def test_a_second_table_is_monospaced_as_a_message_may_hold_only_one() -> None:
    said = message(reply(TABLE, TABLE))
    assert len(blocks_of(said, "table")) == 1
    mono = [
        e for block in blocks_of(said, "rich_text") for e in block["elements"] if e["type"] == "rich_text_preformatted"
    ]
    assert mono[0]["elements"][0]["text"].splitlines()[1] == "Padaria São João  -R$1,234.56       33.33%"


def test_a_long_table_says_how_many_rows_are_left_out_and_attaches_the_whole_answer() -> None:
    said = message(reply(samples.enormous("Padaria")[2]))
    (table,) = blocks_of(said, "table")
    shown = len(table["rows"]) - 1
    assert f"and {120 - shown} more" in json.dumps(said.blocks)
    (file,) = said.files
    assert file.name == "mrr_summary.md"
    assert file.content.count("| Padaria |") >= 120


def test_text_from_data_stands_only_where_slack_does_not_parse_it() -> None:
    said = message(reply(Note(words("{x}", x=HOSTILE)), headline=words("{x}", x=HOSTILE)))
    assert "mrkdwn" not in json.dumps(said.blocks)
    assert "\\u001b" not in json.dumps(said.blocks)
    assert "\\u202e" not in json.dumps(said.blocks)
    assert said.text.startswith("&lt;!channel&gt; @\u2060here &lt;@\u2060U1|boss&gt;")
    assert "https:\u2060//evil.example" in said.text


@given(
    st.text(max_size=60), st.sampled_from(["<!channel>", "<@U1>", "<#C1>", "@here", "https://evil.example/x", "<a|b>"])
)
@settings(max_examples=60, deadline=None)
def test_no_text_from_data_mentions_anybody_or_links_anywhere(text: str, trap: str) -> None:
    """Blocks hold text that Slack does not parse, no links and no people; the one parsed field is escaped."""
    hostile = f"{trap}{text}{trap} {text} {trap}"
    parts = (Note(words("{x}", x=hostile)), *samples.enormous(hostile)[1:2], NextSteps((words("{x}", x=hostile),)))
    said = message(reply(*parts, headline=words("{x}", x=hostile)))
    assert not {"mrkdwn", "link", "user", "usergroup", "channel", "broadcast", "image"} & {*types_in(said.blocks)}
    assert not {"url", "image_url"} & {*keys_in(said.blocks)}
    assert not re.search(r"<[^>]*>|(?<!\w)@\w|://", said.text)


def types_in(payload: Any) -> Iterator[str]:
    """Every `type` in a payload."""
    if isinstance(payload, dict):
        yield from ([payload["type"]] if "type" in payload else [])
        payload = list(payload.values())
    for each in payload if isinstance(payload, list | tuple) else ():
        yield from types_in(each)


def keys_in(payload: Any) -> Iterator[str]:
    if isinstance(payload, dict):
        yield from payload
        payload = list(payload.values())
    for each in payload if isinstance(payload, list | tuple) else ():
        yield from keys_in(each)


def test_next_steps_are_buttons_that_hold_their_question() -> None:
    (actions,) = blocks_of(message(reply(NEXT)), "actions")
    assert [(each["action_id"], json.loads(each["value"])) for each in actions["elements"]] == [
        ("ask:0", {"q": "Which accounts are at risk?", "language": "en"}),
        ("ask:1", {"q": "MRR summary for October 2026", "language": "en"}),
        ("ask:trace", {"tool": "trace_figure", "arguments": {"answer": "Ev1"}, "language": "en"}),
    ]


def test_however_many_next_steps_there_are_the_last_button_traces_the_figures() -> None:
    (actions,) = blocks_of(message(reply(NextSteps((words("x"),) * 40))), "actions")
    assert (len(actions["elements"]), actions["elements"][-1]["action_id"]) == (25, "ask:trace")


def test_a_clarifying_question_is_a_sentence_with_buttons_that_hold_the_call() -> None:
    clarify = dict(samples.replies("en"))["clarify"]
    said = message(clarify)
    assert [block["type"] for block in said.blocks] == ["rich_text", "actions"]
    values = [json.loads(each["value"]) for each in said.blocks[1]["elements"]]
    call = {"tool": "account_summary", "arguments": {"account": "a1"}, "unread": [], "language": "en"}
    assert values == [call, {"q": "All accounts", "language": "en"}]


def test_a_chart_is_an_image_drawn_when_asked_for_with_its_numbers_as_text_in_its_place() -> None:
    said = message(reply(WATERFALL))
    (image,) = said.images
    (place,) = [block for block in said.blocks if block.get("block_id") == image.block_id]
    assert place["elements"][0]["text"].startswith("MRR bridge. Start: R$100,000.00; New: R$8,000.00;")
    assert image.png().startswith(b"\x89PNG")
    check(Message(said.text, tuple(image.block("F12345678") if block is place else block for block in said.blocks)))


def test_a_heat_map_is_a_picture_with_its_numbers_as_the_table_of_the_message() -> None:
    said = message(reply(HEATMAP))
    (image,) = said.images
    assert image.png().startswith(b"\x89PNG")
    assert image.alt == (
        "Revenue retention by cohort. Aug 2026: 0 100.0%, 1 96.3%, 2 92.6%; Sept 2026: 0 101.3%, 1 97.6%; "
        "Oct 2026: 0 102.6%"
    )
    (table,) = blocks_of(said, "table")
    assert [[cell["text"] for cell in row] for row in table["rows"]][:3] == [
        ["Cohort", "Accounts", "0", "1", "2", "3"],
        ["Aug 2026", "12", "100.0%", "96.3%", "92.6%", " "],
        ["Sept 2026", "19", "101.3%", "97.6%", " ", " "],
    ]


@pytest.mark.parametrize("parts", [(cohorts(36, 36),), (TABLE, cohorts(12, 12))], ids=["too large", "second table"])
def test_the_numbers_of_a_heat_map_that_do_not_fit_are_in_the_attached_file(parts: tuple[Part, ...]) -> None:
    said = message(reply(*parts))
    assert len(said.images) == 1 and len(blocks_of(said, "table")) == len(parts) - 1
    (file,) = said.files
    assert "| Oct 2026 |" in file.content


def test_code_is_monospaced_word_for_word() -> None:
    (code,) = [e for block in blocks_of(message(reply(CODE)), "rich_text") for e in block["elements"]]
    assert code == {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": CODE.text}]}


def test_a_download_is_a_file_of_the_message_which_says_so() -> None:
    said = message(reply(DOWNLOAD))
    assert "All rows of MRR: 2 rows, in the attached file mrr.csv." in json.dumps(said.blocks)
    (file,) = said.files
    assert (file.name, file.content[:8]) == ("mrr.csv", "\ufeffAccount")


def test_a_table_wider_than_slacks_is_whole_in_the_attached_file() -> None:
    wide = Table(words("Wide"), tuple(Column(f"c{n}") for n in range(21)), (tuple(f"x{n}" for n in range(21)),))
    (file,) = message(reply(wide)).files
    assert "x20" in file.content


def test_feedback_holds_the_key_of_the_question() -> None:
    element = message(reply()).blocks[-1]["elements"][0]
    assert element["action_id"] == "feedback"
    assert json.loads(element["positive_button"]["value"]) == {"key": "Ev1", "score": 1}
    assert json.loads(element["negative_button"]["value"]) == {"key": "Ev1", "score": -1}


def test_the_text_says_the_answer_to_those_who_see_no_blocks() -> None:
    lines = message(reply(TABLE)).text.splitlines()
    assert lines[0] == "MRR ended the week at R$114,000.00."
    assert "Padaria São João · -R$1,234.56 · 33.33%" in lines


def test_a_message_can_be_said_by_another_speaker_than_the_replys() -> None:
    assert "R$\xa0114.000,00" in message(reply(), Speaker("pt-BR")).text


def test_a_draft_is_set_apart_under_its_own_title_with_its_options_below_each_question() -> None:
    blocks = message(reply(samples.SURVEY)).blocks
    start = [block["type"] for block in blocks].index("divider")
    assert blocks[start + 1]["type"] == "header"
    lists = [e for block in blocks if block["type"] == "rich_text" for e in block["elements"] if "indent" in e]
    said = [run["text"] for each in lists for item in each["elements"] for run in item["elements"]]
    assert lists and not any(text.startswith(("Resposta:", "Answer:")) for text in said)
