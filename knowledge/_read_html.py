"""HTML pages: sections by their headings, without what a browser does not show."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from knowledge._cutting import Found
from knowledge._decoding import decoded
from knowledge._unreadable import Unreadable

if TYPE_CHECKING:
    from lxml.etree import _Element

_CHARSET = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?\s*([\w-]{1,40})""", re.IGNORECASE)
_UNSEEN = frozenset(
    {"script", "style", "noscript", "template", "head", "nav", "svg", "iframe", "object", "select", "button"}
)
_BLOCKS = frozenset({
    "p", "div", "li", "ul", "ol", "tr", "table", "br", "section", "article", "blockquote", "pre", "dt", "dd", "hr",
    "main", "header", "footer", "aside", "figure", "figcaption", "details", "summary", "address", "form",
})  # fmt: skip
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def html(data: bytes) -> tuple[str, list[Found]]:
    from lxml.etree import LxmlError
    from lxml.html import HTMLParser, document_fromstring

    text = re.sub(r"\A\s*<\?xml[^>]*\?>", "", _decoded(data))
    try:
        page = document_fromstring(text, parser=HTMLParser(remove_comments=True, remove_pis=True, no_network=True))
    except (LxmlError, ValueError):
        raise Unreadable("broken") from None
    title = page.findtext(".//title") or ""
    return title.strip(), list(_sections(page))


def _decoded(data: bytes) -> str:
    """As the page says itself, else as any text."""
    said = _CHARSET.search(data[:4096])
    if said and b"\x00" not in data:
        try:
            return data.decode(said[1].decode())
        except (LookupError, UnicodeDecodeError):
            pass
    return decoded(data)


def _sections(page: "_Element") -> Iterator[Found]:
    path: list[tuple[int, str]] = []
    held: list[str] = []
    for level, text in _flow(page):
        if level is None:
            held.append(text)
            continue
        yield Found(tuple(name for _, name in path), _tidy("".join(held)))
        held = []
        if name := " ".join(text.split()):
            path = [(depth, other) for depth, other in path if depth < level] + [(level, name)]
    yield Found(tuple(name for _, name in path), _tidy("".join(held)))


def _flow(page: "_Element") -> Iterator[tuple[int | None, str]]:
    """The page's text as it is read: pieces of it, and headings with their level."""
    from lxml.etree import iterwalk

    walk = iterwalk(page, events=("start", "end"))
    for event, element in walk:
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "end":
            yield None, ("\n" if tag in _BLOCKS else "") + (element.tail or "")
        elif tag in _UNSEEN or element.get("hidden") is not None or _HIDDEN.search(element.get("style") or ""):
            walk.skip_subtree()
        elif re.fullmatch("h[1-6]", tag):
            yield int(tag[1]), "".join(element.itertext())
            walk.skip_subtree()
        else:
            yield None, _before(tag) + (element.text or "")


def _before(tag: str) -> str:
    return "\n- " if tag == "li" else " | " if tag in ("td", "th") else "\n\n" if tag in ("p", "tr", "table") else ""


def _tidy(text: str) -> str:
    lines = (" ".join(line.split()).removeprefix("| ") for line in text.splitlines())
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(line for line in lines if line != "-"))
    return re.sub(r"(?m)(^- .*\n)\n(?=- )", r"\1", text).strip()
