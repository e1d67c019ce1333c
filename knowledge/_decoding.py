"""Bytes as text, where they are text."""

import codecs
import re

from knowledge._unreadable import Unreadable

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
# Letters of English and Portuguese outside ASCII, and the signs that people type with them.
_OURS = re.compile(r"[\x09-\x7eÀ-ÃÇ-ÊÍÎÓ-ÕÚÜà-ãç-êíîó-õúüªº°§–—‘’“”…•€£·«»®©™ \u00ad]")


def decoded(data: bytes) -> str:
    """The text of a file: UTF-8, what its byte order mark says, or Windows' encoding of English and Portuguese.

    Raises Unreadable: `binary` for what is no text, `encoding` for text in another encoding.
    """
    marked = next((encoding for bom, encoding in _BOMS if data.startswith(bom)), None)
    if marked is None and b"\x00" in data:
        raise Unreadable("binary")
    try:
        return _checked(data.decode(marked or "utf-8"))
    except UnicodeDecodeError:
        if marked:
            raise Unreadable("encoding") from None
    return _checked(_windows(data))


def _windows(data: bytes) -> str:
    """Nearly all bytes are something in Windows' encoding: it is taken for it only if it reads like our languages."""
    text = data.decode("cp1252", "replace")
    if len(_OURS.findall(text)) < 0.97 * len(text):
        raise Unreadable("binary" if _CONTROLS.search(text) else "encoding")
    return text


def _checked(text: str) -> str:
    if len(_CONTROLS.findall(text)) > len(text) / 100:
        raise Unreadable("binary")
    return _CONTROLS.sub(" ", text).replace("\r\n", "\n").replace("\r", "\n")
