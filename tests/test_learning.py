"""What the router learns is kept on disk: the same afterwards, learnt anew where it is missing, damaged or old."""

from datetime import date

import numpy as np
import pytest

from bot.router import Names
from bot.router.embedded import EmbeddedRouter
from bot.router.learning import learnt
from tools import load

EXAMPLES = (
    ("renewals", "what renews next month"), ("renewals", "o que renova no mês que vem"), ("renewals", "renewal list"),
    ("sources", "where does the data come from"), ("sources", "de onde vêm os dados"), ("none", "what is the weather"),
)  # fmt: skip


@pytest.fixture(autouse=True)
def forgetful():
    learnt.cache_clear()
    yield
    learnt.cache_clear()


def afresh(*asked):
    learnt.cache_clear()
    return learnt(*asked)


def alike(one, other):
    return (
        (one.labels, one.shapes, one.words, one.common) == (other.labels, other.shapes, other.words, other.common)
        and one.trained.places == other.trained.places
        and np.array_equal(one.trained.weights, other.trained.weights)
    )


def test_what_was_kept_is_what_was_learnt(tmp_path):
    before = learnt(EXAMPLES, tmp_path / "router")
    (file,) = (tmp_path / "router").iterdir()
    written = file.stat().st_mtime_ns
    after = afresh(EXAMPLES, tmp_path / "router")
    assert alike(before, after) and alike(after, afresh(EXAMPLES))
    assert file.stat().st_mtime_ns == written  # read, not written again
    shape = before.shapes[0]
    assert after.trained.scores(shape).tolist() == before.trained.scores(shape).tolist()


@pytest.mark.parametrize("left", [0, 1, 700])
def test_a_damaged_file_is_written_anew(tmp_path, left):
    before = learnt(EXAMPLES, tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:left])
    assert alike(before, afresh(EXAMPLES, tmp_path))
    assert [each.name for each in tmp_path.iterdir()] == [file.name]
    assert alike(before, afresh(EXAMPLES, tmp_path))


def test_other_examples_are_learnt_and_the_old_ones_dropped(tmp_path):
    learnt(EXAMPLES, tmp_path)
    (before,) = tmp_path.iterdir()
    found = afresh((*EXAMPLES, ("sources", "how fresh is the data")), tmp_path)
    (after,) = tmp_path.iterdir()
    assert after.name != before.name and len(found.labels) == len(EXAMPLES) + 1


def test_where_nothing_can_be_written_it_is_learnt_all_the_same(tmp_path):
    (tmp_path / "router").write_text("a file where the folder should be", encoding="utf-8")
    assert alike(learnt(EXAMPLES, tmp_path / "router"), afresh(EXAMPLES))


def test_the_router_decides_the_same_from_what_was_kept(tmp_path):
    tools, day, names = load(), date(2026, 11, 22), Names({"A-1": "Acme"}, ("Ana Lima",), ("smb",))
    questions = ("which accounts are at risk", "resumo da acme", "NRR by segment last quarter", "weather tomorrow")

    def decided():
        learnt.cache_clear()
        router = EmbeddedRouter(tools, keep=tmp_path)
        return [router.choose(text, "en", day, names) for text in questions]

    assert decided() == decided()
