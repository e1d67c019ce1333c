"""PDF files: a section for every page."""

import io
import logging
import re
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from knowledge._cutting import Found
from knowledge._unreadable import Unreadable

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

PAGES = 3_000
SECONDS = 120.0
"""A file that takes longer is made to take long."""
_HYPHEN = re.compile(r"(?<=[^\W\d_])-\n(?=[a-zà-ú])")
_WRAPPED = re.compile(r"(?<![.!?:;\n])\n(?![\n•◦▪*–-]|\s*\d+[.)])")
# What the library raises where a file is not as the format wants it.
_BROKEN = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError, OSError, AssertionError)


def pdf(data: bytes) -> tuple[str, list[Found]]:
    """The text of its pages, each under the bookmark that it is in; a page without text is a section without text."""
    from pypdf.errors import DependencyError, FileNotDecryptedError, PyPdfError

    try:
        return "", list(_pages(data))
    except (DependencyError, FileNotDecryptedError):
        raise Unreadable("encrypted") from None
    except (PyPdfError, *_BROKEN):
        raise Unreadable("broken") from None


def _pages(data: bytes) -> Iterator[Found]:
    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what is wrong with a file is said by Unreadable, once

    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted and not reader.decrypt(""):  # some only forbid printing: those open without a password
        raise Unreadable("encrypted")
    if len(reader.pages) > PAGES:
        raise Unreadable("many_pages", limit=PAGES)
    headings, deadline, heading = _bookmarks(reader), time.monotonic() + SECONDS, ""
    for number, page in enumerate(reader.pages, start=1):
        if time.monotonic() > deadline:
            raise Unreadable("broken")
        heading = headings.get(number, heading)
        yield Found((heading,) if heading else (), _text(page), f"page {number}")


def _text(page: "PageObject") -> str:
    """A page's text, its lines joined to paragraphs."""
    lines = "\n".join(line.strip() for line in page.extract_text().splitlines())
    return _WRAPPED.sub(" ", _HYPHEN.sub("", lines)).strip()


def _bookmarks(reader: "PdfReader") -> dict[int, str]:
    """The last bookmark that points to each page, by its number."""
    from pypdf.errors import PyPdfError

    try:
        return dict(_flat(reader, reader.outline))
    except (PyPdfError, *_BROKEN):
        return {}


def _flat(reader: "PdfReader", outline: list[Any]) -> Iterator[tuple[int, str]]:
    for entry in outline:
        if isinstance(entry, list):
            yield from _flat(reader, entry)
        elif (page := reader.get_destination_page_number(entry)) is not None:
            yield page + 1, str(entry.title or "")
