"""`retention index eval`: figures worked out by hand, and data sets that are not as they should be."""

import json
from math import log2
from pathlib import Path

import pytest

from knowledge.evaluating import evaluate
from tests.test_index_command import run


def lines(*entries: object) -> str:
    return "".join(json.dumps(entry) + "\n" for entry in entries)


CORPUS = lines(
    {"_id": "d1", "title": "", "text": "alpha bravo charlie"},
    {"_id": "d2", "title": "", "text": "alpha bravo whiskey"},
    {"_id": "d3", "title": "", "text": "alpha yankee whiskey"},
    {"_id": "d4", "title": "Delta", "text": "something else"},
    {"_id": "d6", "text": "nobody asks"},
    *({"_id": f"e{n}", "text": f"echo number{n}"} for n in range(15)),
    {"_id": "e15", "text": "echo foxtrot"},
    {"_id": "empty", "text": " "},
)
QUERIES = lines(
    {"_id": "q1", "text": "alpha bravo charlie"},
    {"_id": "q2", "text": "delta"},
    {"_id": "q3", "text": "echo"},
    {"_id": "q4", "text": "echo foxtrot"},
    {"_id": "q5", "text": "nobody judged this"},
    {"_id": "q6", "text": "nothing is right"},
)
QRELS = (
    "query-id\tcorpus-id\tscore\n"
    "q1\td2\t2\nq1\td3\t1\nq1\td1\t0\n"  # found: d1, d2, d3
    "q2\td4\t1\n"  # found: d4
    "q3\td6\t1\n"  # found: sixteen others before it
    "q4\te15\t1\nq4\td6\t1\n"  # found: e15, fifteen others
    "q6\td1\t0\n"  # nothing is relevant: not counted
)


def data(place: Path, corpus: str = CORPUS, queries: str = QUERIES, qrels: str = QRELS) -> Path:
    (place / "qrels").mkdir(parents=True)
    (place / "corpus.jsonl").write_text(corpus)
    (place / "queries.jsonl").write_text(queries)
    (place / "qrels" / "test.tsv").write_text(qrels)
    return place


def test_the_figures_are_those_worked_out_by_hand(tmp_path: Path) -> None:
    measured = evaluate(data(tmp_path / "set"))
    assert (measured.documents, measured.sections, measured.queries) == (22, 21, 4)
    # By query: q1 finds both within three, the first at rank 2; q2 at once; q3 nothing; q4 one of two, at once.
    assert measured.hit_5 == (1 + 1 + 0 + 1) / 4
    assert measured.recall_5 == (1 + 1 + 0 + 1 / 2) / 4
    assert measured.mrr_10 == (1 / 2 + 1 + 0 + 1) / 4
    graded = (2 / log2(3) + 1 / log2(4)) / (2 / log2(2) + 1 / log2(3))
    one_of_two = (1 / log2(2)) / (1 / log2(2) + 1 / log2(3))
    assert measured.ndcg_10 == pytest.approx((graded + 1 + 0 + one_of_two) / 4)
    assert measured.ndcg_10 == pytest.approx(0.570705, abs=1e-6)


def test_a_document_that_is_the_query_itself_is_not_counted(tmp_path: Path) -> None:
    """As in Quora, where the questions are the documents."""
    corpus = lines(
        {"_id": "a", "text": "how to cancel"}, {"_id": "b", "text": "how do I cancel"}, {"_id": "c", "text": "x"}
    )
    queries = lines({"_id": "a", "text": "how to cancel"})
    measured = evaluate(data(tmp_path / "set", corpus, queries, "a\tb\t1\n"))
    assert (measured.mrr_10, measured.hit_5) == (1, 1)


def test_a_long_document_is_found_by_any_of_its_sections_and_counts_once(tmp_path: Path) -> None:
    long = "\n\n".join(f"Paragraph about {word}. " + "filler words " * 60 for word in ("apples", "pears", "plums"))
    corpus = lines({"_id": "long", "text": long}, *({"_id": f"o{n}", "text": "other"} for n in range(3)))
    queries = lines({"_id": "q", "text": "plums"})
    measured = evaluate(data(tmp_path / "set", corpus, queries, "q\tlong\t1\n"))
    assert (measured.documents, measured.sections, measured.mrr_10, measured.ndcg_10) == (4, 6, 1, 1)


def test_it_is_printed_for_people_and_for_scripts(tmp_path: Path) -> None:
    place = str(data(tmp_path / "set"))
    shown = run(tmp_path, "index", "eval", place)
    rows = dict(
        line.rsplit(maxsplit=1) for line in shown.stdout.splitlines() if "Time" not in line and "ms" not in line
    )
    assert {label.strip(): value for label, value in rows.items()} == {
        "Documents": "22", "Sections": "21", "Queries": "4",
        "hit@5": "0.7500", "recall@5": "0.6250", "MRR@10": "0.6250", "nDCG@10": "0.5707",
    }  # fmt: skip
    told = json.loads(run(tmp_path, "index", "eval", place, "--json").stdout)
    assert (told["hit_5"], told["queries"]) == (0.75, 4)
    assert not (tmp_path / "index").exists(), "nothing of the home is touched"


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("corpus.jsonl", None, "corpus.jsonl is missing. A folder in BEIR's format holds corpus.jsonl, queries.jsonl "
         "and qrels/test.tsv."),
        ("qrels/test.tsv", None, "qrels/test.tsv is missing. A folder in BEIR's format holds corpus.jsonl, "
         "queries.jsonl and qrels/test.tsv."),
        ("corpus.jsonl", CORPUS + "{nonsense\n", 'corpus.jsonl, line 23: this is not a JSON object. Each line is one, '
         'such as {"_id": "1", …}.'),
        ("corpus.jsonl", "[]\n", 'corpus.jsonl, line 1: this is not a JSON object. Each line is one, such as '
         '{"_id": "1", …}.'),
        ("corpus.jsonl", "\n", "corpus.jsonl holds nothing to measure by."),
        ("corpus.jsonl", lines({"text": "x"}), "corpus.jsonl, line 1: “_id” is missing or not text. Add it."),
        ("queries.jsonl", lines({"_id": "q1"}), "queries.jsonl, line 1: “text” is missing or not text. Add it."),
        ("queries.jsonl", QUERIES + lines({"_id": "q1", "text": "x"}),
         "queries.jsonl, line 7: the _id q1 is there twice. Give each its own."),
        ("qrels/test.tsv", "q1 d1 1\n", "qrels/test.tsv, line 1: 1 columns. Put query, document and score, with tabs "
         "between."),
        ("qrels/test.tsv", QRELS + "q1\td4\tyes\n",
         "qrels/test.tsv, line 10: the score “yes” is not a whole number. Write 0, 1, 2 …"),
        ("qrels/test.tsv", "q9\td1\t1\n",
         "qrels/test.tsv, line 1: queries.jsonl has no query q9. Add it, or remove this line."),
        ("qrels/test.tsv", "q1\td99\t1\n",
         "qrels/test.tsv, line 1: corpus.jsonl has no document d99. Add it, or remove this line."),
        ("qrels/test.tsv", "q1\td1\t0\n", "qrels/test.tsv holds nothing to measure by."),
        ("queries.jsonl", b'{"_id": "q1", "text": "\xe9"}\n', "queries.jsonl is not UTF-8. Save it as UTF-8."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_line(file: str, text: str | bytes | None, said: str, tmp_path: Path) -> None:
    place = data(tmp_path / "set")
    if text is None:
        (place / file).unlink()
    else:
        (place / file).write_bytes(text.encode() if isinstance(text, str) else text)
    shown = run(tmp_path, "index", "eval", str(place))
    assert (shown.exit_code, shown.stderr.strip()) == (1, said)
