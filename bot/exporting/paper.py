"""A draft as a Word document to be printed: its Markdown with headings, lists and tables, and lines to write on."""

from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import TYPE_CHECKING

from tools import KeptDraft

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph
    from markdown_it.token import Token

LINES = 4
"""To write on, below an open question of a survey."""
BOX = "☐"
LANGUAGES = {"en": "en-US", "pt-BR": "pt-BR"}


def write(draft: KeptDraft) -> bytes:
    """The document, in the language of its reader."""
    from docx import Document
    from markdown_it import MarkdownIt

    document = Document()
    document.core_properties.title = draft.title
    document.core_properties.author = draft.author
    document.core_properties.language = LANGUAGES.get(draft.language, draft.language)
    tokens = MarkdownIt("commonmark").enable("table").parse(draft.body)
    _Page(document, draft.kind == "exit_survey").fill(tokens)
    file = BytesIO()
    document.save(file)
    return file.getvalue()


class _Page:
    """The document as it is filled, block by block."""

    def __init__(self, document: "Document", answered_here: bool) -> None:
        self.document, self.answered_here = document, answered_here

    def fill(self, tokens: Sequence["Token"]) -> None:
        """All blocks; a list item's paragraphs are indented by how deep they are."""
        lists: list[str] = []
        question: list[bool] = []
        number = 0
        for place, token in enumerate(tokens):
            match token.type:
                case "heading_open":
                    level = int(token.tag[1:]) - 1
                    self.document.add_heading(_plain(tokens[place + 1]), level=min(level, 4))
                case "ordered_list_open" | "bullet_list_open":
                    lists.append(token.type)
                    number = int(token.attrs.get("start", 1)) if token.type.startswith("ordered") else number
                case "ordered_list_close" | "bullet_list_close":
                    lists.pop()
                case "list_item_open" if len(lists) == 1 and lists[0].startswith("ordered"):
                    number = int(token.info or number)
                    question = [True]
                case "list_item_close" if len(lists) == 1 and question:
                    self._room(question)
                    question = []
                case "inline" if tokens[place - 1].type == "paragraph_open":
                    self._paragraph(token, lists, f"{number}. " if question == [True] else "", question)
                case "table_open":
                    self._table(_rows(tokens[place:]))

    def _paragraph(self, token: "Token", lists: list[str], mark: str, question: list[bool]) -> None:
        said = _plain(token)
        box = said[:3] in ("[ ]", "[x]", "[X]")
        if question:
            question.append(not box)
        if not lists:
            paragraph = self.document.add_paragraph()
        else:
            paragraph = self.document.add_paragraph(style=None if mark or box else "List Bullet")
            _indent(paragraph, len(lists) - 1)
        if mark:
            paragraph.add_run(mark).bold = True
        if box:
            paragraph.add_run(f"{BOX}{said[3:]}")
        else:
            _runs(paragraph, token)

    def _room(self, question: list[bool]) -> None:
        """Lines to write on, where nothing is to be ticked."""
        if self.answered_here and all(question):
            for _ in range(LINES):
                self.document.add_paragraph("_" * 72)

    def _table(self, rows: list[list[str]]) -> None:
        table = self.document.add_table(rows=0, cols=max(map(len, rows)))
        table.style = "Table Grid"
        for row in rows:
            for cell, said in zip(table.add_row().cells, row, strict=False):
                cell.text = said


def _rows(tokens: Sequence["Token"]) -> list[list[str]]:
    rows: list[list[str]] = []
    for place, token in enumerate(tokens):
        if token.type == "table_close":
            break
        if token.type == "tr_open":
            rows.append([])
        elif token.type in ("th_open", "td_open"):
            rows[-1].append(_plain(tokens[place + 1]))
    return rows


def _indent(paragraph: "Paragraph", depth: int) -> None:
    from docx.shared import Cm

    paragraph.paragraph_format.left_indent = Cm(0.8 * depth + 0.6)


def _runs(paragraph: "Paragraph", token: "Token") -> None:
    for text, bold, italic in _styled(token):
        run = paragraph.add_run(text)
        run.bold, run.italic = bold or None, italic or None


def _styled(token: "Token") -> Iterator[tuple[str, bool, bool]]:
    bold = italic = False
    for child in token.children or ():
        match child.type:
            case "strong_open" | "strong_close":
                bold = child.type == "strong_open"
            case "em_open" | "em_close":
                italic = child.type == "em_open"
            case "softbreak" | "hardbreak":
                yield "\n", bold, italic
            case "html_inline" | "text" | "text_special" | "code_inline":
                yield child.content, bold, italic


def _plain(token: "Token") -> str:
    return "".join(text for text, _, _ in _styled(token))
