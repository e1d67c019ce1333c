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
        # Of each phrase: its playbook, and what its words are worth together.
        self._phrases: list[tuple[str, float]] = []
        # Of each stem: the phrases it is in, its place there and what it is worth.
        self._words: dict[str, list[tuple[int, int, float]]] = defaultdict(list)
        for playbook, phrase in database.execute("SELECT playbook, words FROM purpose"):
            self._keep(playbook, json.loads(phrase))

    def _keep(self, playbook: str, phrase: Sequence[tuple[str, str, float]]) -> None:
        for place, (english, portuguese, worth) in enumerate(phrase):
            for stem in (english, portuguese):
                self._words[stem].append((len(self._phrases), place, worth))
        self._phrases.append((playbook, sum(worth for *_, worth in phrase)))

    def match(self, needs: Sequence[Need]) -> Mapping[str, float]:
        """By playbook: the greatest share (0 to 1) of one of its purposes that the question speaks of."""
        met: dict[tuple[int, int], float] = defaultdict(float)
        for stem, weight in _said(needs).items():
            for phrase, place, worth in self._words.get(stem, ()):
                met[phrase, place] = max(met[phrase, place], weight * worth)
        shares: dict[int, float] = defaultdict(float)
        for (phrase, _), worth in met.items():
            shares[phrase] += worth / self._phrases[phrase][1]
        best: dict[str, float] = {}
        for phrase, share in shares.items():
            playbook = self._phrases[phrase][0]
            best[playbook] = max(best.get(playbook, 0.0), share)
        return best


def _said(needs: Sequence[Need]) -> Mapping[str, float]:
    """The stems of a question's words, and, for less, of single words that mean the same."""
    others = (term[0] for need in needs for term in need.others if len(term) == 1)
    meant = {stem: SYNONYM for word in others for stem in stems(word)}
    return meant | {stem: 1.0 for need in needs for word in need.words for stem in stems(word)}
