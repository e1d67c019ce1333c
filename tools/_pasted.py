"""Questions out of what people paste: one, several in a line, or a list with its request in front."""

import re
from collections.abc import Iterator

from tools._linting import folded

_BULLET = re.compile(r"^\s*(?:[-*•–>]+|\(?\d{1,2}[.):]|[a-hA-H][.)])\s*")
_BOX = re.compile(r"\[[ xX]?\]\s*")
_QUOTED = re.compile(r"[“\"«„]([^“”\"«»„]{8,}?)[”\"»]")
_REQUEST = re.compile(
    r"^(?:[^?:\n]{0,60}\b(?:questions?|perguntas?|wording|surveys?|scripts?|pesquisas?|roteiros?|lint|this|these|isso"
    r"|esta|essas?)\b[^?:\n]{0,60}(?::|\?(?=\s*\S)|\n)"
    r"|(?:lint|check|review|revis[ae]r?|confere|conferir|avali[ae]r?|corrig[ei]r?)\b[^?:\n]{0,40}:)\s*"
)
_BARE = re.compile(
    r"^[^?:\n]*\b(?:this|these|my|our|esta|essa|minha|estas|essas|minhas|uma|a) (?:\w+ )?(?:questions?|perguntas?)\b"
    r"[^?:\n]*\??:?$"
)
"""Who asks so has not pasted anything yet."""
_FOLLOWS = re.compile(
    r"^(?:if (?:so|not|yes|no)|why|how so|which ones?|to whom|and |or |se (?:sim|nao)|por que|como assim|quais|qual|e "
    r"|ou |to |para )"
)
_SENTENCE = re.compile(r"[^?\n]+\?+|[^?\n]+$")


def questions_in(text: str) -> tuple[str, ...]:
    """The questions of a pasted text, in order and each once, without the words that ask to look at them."""
    quoted = [found.strip() for found in _QUOTED.findall(text) if len(found.split()) > 2]
    if quoted:
        return tuple(dict.fromkeys(quoted))
    rest = _without_request(text.strip())
    lines = [line for line in rest.splitlines() if line.strip()]
    found = list(_of_a_list(lines)) if len(lines) > 1 else list(_of_a_line(rest))
    return tuple(dict.fromkeys(each for each in found if len(each.split()) > 1))


def _without_request(text: str) -> str:
    """What is left after “are these questions ok:”; all of it where that is the question."""
    if _BARE.match(folded(text)):
        return ""
    request = _REQUEST.match(folded(text))
    rest = text[request.end() :] if request else text
    return rest if rest.strip() else text


def _of_a_list(lines: list[str]) -> Iterator[str]:
    """Each line is one question; a line that is neither asked nor in the list is a heading."""
    for line in lines:
        plain = _BOX.sub("", _BULLET.sub("", line)).strip().strip("*_ ")
        if "?" in plain or _BULLET.match(line):
            yield plain


def _of_a_line(line: str) -> Iterator[str]:
    """One question after the other; what only goes on from the one before (“If so, which?”) stays with it."""
    whole = ""
    for sentence in (found.strip() for found in _SENTENCE.findall(_BULLET.sub("", line))):
        if whole and (_FOLLOWS.match(folded(sentence)) or len(sentence.split()) < 4):
            whole = f"{whole} {sentence}"
        else:
            if whole:
                yield whole
            whole = sentence
    if whole:
        yield whole
