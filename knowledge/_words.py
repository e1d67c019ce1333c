"""Words as the index compares them: without case, accents or endings, in two languages at once."""

import re
import unicodedata
from functools import lru_cache

_WORD = re.compile(r"\w+")
_MARKS = re.compile(r"[\u0300-\u036f]")
# "qbrs": stemmers leave words without vowels alone.
_ACRONYMS = re.compile(r"^([^aeiou\d]{3,})s$")

# Endings that the Portuguese stemmer knows only with their accents, which people in a hurry leave out.
_ENDINGS = (
    (re.compile(r"cao$"), "ção"),
    (re.compile(r"coes$"), "ções"),
    (re.compile(r"ao$"), "ão"),
    (re.compile(r"oes$"), "ões"),
    (re.compile(r"([ae])nci(as?)$"), r"\1̂nci\2"),
    (re.compile(r"avel$"), "ável"),
    (re.compile(r"ivel$"), "ível"),
    (re.compile(r"ave(is)$"), r"áve\1"),
    (re.compile(r"ive(is)$"), r"íve\1"),
    (re.compile(r"ari([ao]s?)$"), r"ári\1"),
    (re.compile(r"ori([ao]s?)$"), r"óri\1"),
    (re.compile(r"logi(as?)$"), r"logí\1"),
)


def words(text: str) -> list[str]:
    """The words and numbers of a text in order, in lower case and without accents."""
    return _WORD.findall(fold(text))


def fold(text: str) -> str:
    """Lower case without accents: "Renovação" is "renovacao"."""
    return _MARKS.sub("", unicodedata.normalize("NFKD", text.lower()))


@lru_cache(maxsize=20_000)
def stems(word: str) -> tuple[str, str]:
    """What a folded word is filed under: its English stem as `e:…` and its Portuguese one as `p:…`.

    Nobody has to know the language: a wrong stemmer's stem is still the same for question and playbook.
    """
    import snowballstemmer

    # New stemmers each time: they carry the word they work on, and several threads ask at once.
    word = _ACRONYMS.sub(r"\1", word)
    english = snowballstemmer.stemmer("english").stemWord(word)
    portuguese = snowballstemmer.stemmer("portuguese").stemWord(_accented(word))
    return f"e:{english}", f"p:{fold(portuguese)}"


def _accented(word: str) -> str:
    for ending, accented in _ENDINGS:
        changed, found = ending.subn(accented, word)
        if found:
            return unicodedata.normalize("NFC", changed)
    return word
