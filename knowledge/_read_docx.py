"""Word files: sections by their headings, tables row by row."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from knowledge._cutting import Found
from knowledge._unreadable import Unreadable

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import Table
    from docx.text.paragraph import Paragraph

UNPACKED = 200 * 1024 * 1024
"""Bytes in all that a file may unpack to."""
_MEMBERS = 5_000
_LOCKED = b"\xd0\xcf\x11\xe0"
"""How Office begins a file that it encrypts."""
# What the libraries raise besides, where a file is not as the format wants it.
_BROKEN = (ValueError, LookupError, AttributeError, TypeError, OSError, EOFError, RuntimeError)
_HEADING = re.compile(r"heading (\d)", re.IGNORECASE)


def docx(data: bytes) -> tuple[str, list[Found]]:
    """Its title is that of its properties, or the paragraph of the style Title."""
    import docx as library
    from docx.opc.exceptions import OpcError
    from lxml.etree import LxmlError

    if data.startswith(_LOCKED):
        raise Unreadable("encrypted")
    try:
        _check(data)
        document = library.Document(io.BytesIO(data))
        found = list(_sections(document))
        return _title(document), found
    except (zipfile.BadZipFile, zlib.error, OpcError, LxmlError, *_BROKEN):
        raise Unreadable("broken") from None


def _check(data: bytes) -> None:
    """What it would unpack to is known before anything is unpacked, and no more than that is ever read."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = archive.infolist()
    if len(members) > _MEMBERS or sum(member.file_size for member in members) > UNPACKED:
        raise Unreadable("bomb", limit=f"{UNPACKED // 1024 // 1024} MB")


def _sections(document: "Document") -> Iterator[Found]:
    path: list[tuple[int, str]] = []
    held: list[str] = []
    for block in document.iter_inner_content():
        text, level = _read(block)
        if level is None:
            held.append(text)
        elif text.strip():
            yield Found(tuple(name for _, name in path), "\n\n".join(filter(None, held)))
            path = [(depth, name) for depth, name in path if depth < level] + [(level, " ".join(text.split()))]
            held = []
    yield Found(tuple(name for _, name in path), "\n\n".join(filter(None, held)))


def _read(block: "Paragraph | Table") -> tuple[str, int | None]:
    """A block's text, and its level where it is a heading."""
    from docx.table import Table

    if isinstance(block, Table):
        return "\n".join(" | ".join(_cells(row.cells)) for row in block.rows), None
    style = (block.style.name if block.style else None) or ""
    heading = _HEADING.match(style)
    text = block.text.strip()
    if style.lower().startswith("list") and text:
        text = f"- {text}"
    return text, int(heading[1]) if heading else 0 if style == "Title" else None


def _cells(cells: "tuple[object, ...]") -> Iterator[str]:
    """The texts of a row; cells that were merged are one."""
    seen: set[int] = set()
    for cell in cells:
        element = getattr(cell, "_tc", cell)
        if id(element) not in seen:
            seen.add(id(element))
            yield " ".join(str(getattr(cell, "text", "")).split())


def _title(document: "Document") -> str:
    titled = (block.text for block in document.paragraphs if block.style and block.style.name == "Title")
    return document.core_properties.title or next(titled, "")
