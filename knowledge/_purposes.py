"""What playbooks are for: their titles and triggers, each compared with a question as a whole.

A question that says all of a trigger is that playbook's, however many other words it has.
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from knowledge._chunks import Chunk
from knowledge._glossary import Need, glossary
from knowledge._lexical import SYNONYM, Lexicon
from knowledge._words import stems, words

_SCHEMA = "CREATE TABLE purpose (playbook TEXT, language TEXT, words TEXT)"


def write(database: sqlite3.Connection, chunks: Iterable[Chunk], lexicon: Lexicon) -> None:
    """File every title and trigger as its telling words' stems, each with what the word is worth."""
    phrases = dict.fromkeys(
        (chunk.playbook, chunk.passage.language, phrase) for chunk in chunks for phrase in chunk.purposes
    )
    database.execute(_SCHEMA)
    for playbook, language, phrase in phrases:
        telling = [word for word in words(phrase) if word not in glossary().filler]
        worths = [(*stems(word), lexicon.worth(word)) for word in telling]
        if worths:
            database.execute("INSERT INTO purpose VALUES (?, ?, ?)", (playbook, language, json.dumps(worths)))


class Purposes:
    """Reads what `write` wrote."""

    def __init__(self, database: sqlite3.Connection) -> None:
        rows = database.execute("SELECT playbook, words FROM purpose")
        self._phrases = [(playbook, json.loads(phrase)) for playbook, phrase in rows]

    def match(self, needs: Sequence[Need]) -> Mapping[str, float]:
        """By playbook: the greatest share (0 to 1) of one of its purposes that the question speaks of."""
        said = _said(needs)
        best: dict[str, float] = defaultdict(float)
        for playbook, phrase in self._phrases:
            met = sum(worth * max(said.get(stem, 0.0) for stem in both) for *both, worth in phrase)
            best[playbook] = max(best[playbook], met / sum(worth for *_, worth in phrase))
        return best


def _said(needs: Sequence[Need]) -> Mapping[str, float]:
    """The stems of a question's words, and, for less, of single words that mean the same."""
    others = (term[0] for need in needs for term in need.others if len(term) == 1)
    meant = {stem: SYNONYM for word in others for stem in stems(word)}
    return meant | {stem: 1.0 for need in needs for word in need.words for stem in stems(word)}
