"""Every kind of file that is read, and every kind that is not: a clear reason for each."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx as word
import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from bot.documents import why
from bot.locale import Speaker
from knowledge import Document, Read, Unreadable, read_document
from knowledge._cutting import LONGEST


def pdf(*pages: str, bookmarks: dict[int, str] | None = None, password: str = "", owner: str = "") -> bytes:
    """A PDF of these pages, a line of text each; an empty one has none."""
    writer = PdfWriter()
    for text in pages:
        page = writer.add_blank_page(595, 842)
        font = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica", "/Encoding": "/WinAnsiEncoding"}
        named = DictionaryObject({NameObject(key): NameObject(value) for key, value in font.items()})
        page[NameObject("/Resources")] = DictionaryObject(
            {NameObject("/Font"): DictionaryObject({NameObject("/F1"): writer._add_object(named)})}
        )
        content = DecodedStreamObject()
        shown = " T* ".join(f"({line}) Tj" for line in text.split("\n"))
        content.set_data(f"BT /F1 12 Tf 14 TL 50 700 Td {shown} ET".encode("cp1252") if text else b"")
        page[NameObject("/Contents")] = writer._add_object(content)
    for number, title in (bookmarks or {}).items():
        writer.add_outline_item(title, number - 1)
    if password or owner:
        writer.encrypt(password, owner or None, algorithm="RC4-128")
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def docx(make: Callable[[word.document.Document], None]) -> bytes:
    document, target = word.Document(), io.BytesIO()
    make(document)
    document.save(target)
    return target.getvalue()


def handbook(document: word.document.Document) -> None:
    document.add_heading("Manual de atendimento", 0)
    document.add_paragraph("Vale para todo o time.")
    document.add_heading("Descontos", 1)
    document.add_heading("Acima de 10%", 2)
    document.add_paragraph("Peça autorização à diretoria.")
    document.add_paragraph("por escrito", style="List Bullet")
    table = document.add_table(1, 2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "Plano", "Teto"


def read(tmp_path: Path, name: str, data: bytes | str) -> Read:
    file = tmp_path / "file"
    file.write_bytes(data.encode() if isinstance(data, str) else data)
    return read_document(file, name, "cs")


def sections(document: Document) -> list[tuple[str, str, str]]:
    return [(piece.anchor, piece.heading, piece.text) for piece in document.pieces]


class TestRead:
    def test_markdown_with_front_matter_nested_headings_ids_and_code(self, tmp_path: Path) -> None:
        text = (
            "---\ntitle: House rules\n---\nFirst.\n\nPricing\n=======\n\n"
            "### *Old* [plans](https://x.example) {#old}\n\n"
            "```\n# not a heading\n```\n\n## Pricing\n\nAgain.\n"
        )
        read_in = read(tmp_path, "rules.md", text).document
        assert read_in.title == "House rules"
        assert sections(read_in) == [
            ("", "House rules", "First."),
            ("old", "Old plans", "```\n# not a heading\n```"),
            ("Pricing", "Pricing", "Again."),
        ]
        assert [piece.above for piece in read_in.pieces] == ["", "Pricing", "Pricing"]

    def test_plain_text_is_cut_at_paragraphs_and_two_pieces_of_a_place_are_told_apart(self, tmp_path: Path) -> None:
        paragraphs = [f"{n} " + "word " * 100 for n in range(5)]
        document = read(tmp_path, "notes.txt", "\n\n".join(paragraphs)).document
        assert [piece.anchor for piece in document.pieces] == ["", "(2)", "(3)"]
        assert [piece.text.split()[0] for piece in document.pieces] == ["0", "2", "4"]
        assert document.title == "notes"

    def test_no_piece_is_longer_than_a_screenful_and_no_word_is_lost(self, tmp_path: Path) -> None:
        text = ("One sentence. " * 300) + "\n\n" + "x" * 5_000 + "\n" + "line\n" * 600
        pieces = read(tmp_path, "long.txt", text).document.pieces
        assert max(len(piece.text) for piece in pieces) <= LONGEST
        together = "".join("".join(piece.text.split()) for piece in pieces)
        assert together == "".join(text.split())

    def test_pdf_pages_are_sections_under_their_bookmarks(self, tmp_path: Path) -> None:
        pages = ("Refunds are paid to the\ncustomer within 30 days.", "", "Preços em reais.")
        data = pdf(*pages, bookmarks={1: "Money back", 3: "Preços"})
        read_in = read(tmp_path, "terms.pdf", data)
        assert sections(read_in.document) == [
            ("page 1", "Money back", "Refunds are paid to the customer within 30 days."),
            ("page 3", "Preços", "Preços em reais."),
        ]
        assert [(remark.kind, remark.detail) for remark in read_in.remarks] == [("pages", {"n": 1, "all": 3})]

    def test_a_pdf_that_only_forbids_printing_is_read(self, tmp_path: Path) -> None:
        document = read(tmp_path, "terms.pdf", pdf("Refunds are paid.", owner="boss")).document
        assert sections(document) == [("page 1", "terms", "Refunds are paid.")]

    def test_docx_headings_lists_and_tables(self, tmp_path: Path) -> None:
        document = read(tmp_path, "manual.docx", docx(handbook)).document
        assert (document.title, document.language) == ("Manual de atendimento", "pt-BR")
        assert sections(document) == [
            ("Manual de atendimento", "Manual de atendimento", "Vale para todo o time."),
            ("Acima de 10%", "Acima de 10%", "Peça autorização à diretoria.\n\n- por escrito\n\nPlano | Teto"),
        ]
        assert document.pieces[1].above == "Manual de atendimento · Descontos"

    def test_html_without_what_a_browser_does_not_show(self, tmp_path: Path) -> None:
        page = (
            "<html><head><title>Help &amp; care</title><style>p{}</style></head><body><nav>Menu</nav><h1>Care</h1>"
            "<p>Call <b>first</b>.</p><script>alert(1)</script><p style='display: none'>hidden order</p>"
            "<p hidden>also hidden</p><ul><li>one</li><li>two</li></ul><h2>Hours</h2>"
            "<table><tr><th>Day</th><td>9–5</td></tr></table></body></html>"
        )
        document = read(tmp_path, "help.html", page).document
        assert document.title == "Help & care"
        assert sections(document) == [
            ("Care", "Care", "Call first.\n\n- one\n- two"), ("Hours", "Hours", "Day | 9–5"),
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("text", "anchors"),
        [
            ("Question,Answer\nHow long?,30 days\nAnd?,\n", ["row 2"]),
            ("id;pergunta;resposta\n1;Qual o prazo?;30 dias\n2;E depois?;Nada\n", ["row 2", "row 3"]),
            ("How long?\t30 days\nHow much?\t500\n", ["row 1", "row 2"]),
        ],
    )
    def test_csv_of_questions_and_answers(self, text: str, anchors: list[str], tmp_path: Path) -> None:
        pieces = read(tmp_path, "faq.csv", text).document.pieces
        assert [piece.anchor for piece in pieces] == anchors
        assert pieces[0].text in ("30 days", "30 dias")
        assert pieces[0].heading in ("How long?", "Qual o prazo?")

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
    def test_encodings_that_people_s_programs_write(self, encoding: str, tmp_path: Path) -> None:
        text = "Reembolsos até 500 € são do suporte; acima, da diretoria."
        document = read(tmp_path, "x.txt", text.encode(encoding)).document
        assert (document.pieces[0].text, document.language) == (text, "pt-BR")

    def test_a_page_is_decoded_as_it_says(self, tmp_path: Path) -> None:
        page = '<meta charset="iso-8859-1"><p>Você não tem razão.</p>'.encode("iso-8859-1")
        assert read(tmp_path, "x.htm", page).document.pieces[0].text == "Você não tem razão."

    def test_words_that_tell_no_language_are_taken_for_the_workspace_s(self, tmp_path: Path) -> None:
        file = tmp_path / "x.txt"
        file.write_text("Kubernetes 12")
        told = read_document(file, "x.txt", "cs", None, "pt-BR")
        assert (told.document.language, [remark.kind for remark in told.remarks]) == ("pt-BR", ["language"])
        assert read_document(file, "x.en.txt", "cs", None, "pt-BR").document.language == "en"


def zipped(**files: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return target.getvalue()


def entity_bomb() -> bytes:
    """Billion laughs in the place where the text should be."""
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    evil = f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY l0 "lol">{lol}]><d>&l9;</d>'
    source = zipfile.ZipFile(io.BytesIO(docx(handbook)))
    return zipped(**{n: evil.encode() if n == "word/document.xml" else source.read(n) for n in source.namelist()})


BAD: list[tuple[str, str, bytes, str]] = [
    ("empty", "x.md", b" \n", "x.md: has no text in it."),
    ("only headings", "x.md", b"# Title\n", "x.md: has no text in it."),
    ("unsupported", "x.png", b"\x89PNG", "x.png: files of the kind .png are not read; "
     "Markdown, text, PDF, DOCX, HTML and CSV are."),
    ("no suffix", "README", b"text", "README: files of the kind README are not read; "
     "Markdown, text, PDF, DOCX, HTML and CSV are."),
    ("old word", "x.doc", b"\xd0\xcf\x11\xe0", "x.doc: is of the old Word format. Save it as .docx."),
    ("huge", "x.txt", b"word " * 5_000_000, "x.txt: is larger than 20 MB. Split it up."),
    ("too many characters", "x.txt", b"word word\n" * 350_000,
     "x.txt: has more than 3,000,000 characters of text. Split it up."),
    ("misnamed", "x.txt", pdf("text"), "x.txt: is called .txt but is a file of the kind .pdf. Rename it."),
    ("misnamed", "x.pdf", docx(handbook), "x.pdf: is called .pdf but is a file of the kind .docx. Rename it."),
    ("binary", "x.md", bytes(range(256)) * 4, "x.md: is not text."),
    ("not a pdf", "x.pdf", b"plain words", "x.pdf: is damaged and cannot be read. Export it anew."),
    ("truncated pdf", "x.pdf", pdf("text")[:300], "x.pdf: is damaged and cannot be read. Export it anew."),
    ("encrypted pdf", "x.pdf", pdf("text", password="secret"),
     "x.pdf: is protected by a password. Save it without one."),
    ("scanned", "x.pdf", pdf("", ""), "x.pdf: holds only pictures of pages. Run text recognition (OCR) over it first."),
    ("encrypted docx", "x.docx", b"\xd0\xcf\x11\xe0" + b"\x00" * 99,
     "x.docx: is protected by a password. Save it without one."),
    ("truncated docx", "x.docx", docx(handbook)[:2000], "x.docx: is damaged and cannot be read. Export it anew."),
    ("a zip", "x.docx", zipped(a=b"b"), "x.docx: is damaged and cannot be read. Export it anew."),
    ("zip bomb", "x.docx", zipped(**{"word/document.xml": b"\0" * 210 * 1024 * 1024}),
     "x.docx: unpacks to more than 200 MB; it was not opened."),
    ("empty docx", "x.docx", docx(lambda _: None), "x.docx: has no text in it."),
    ("Japanese", "x.txt", ("解約の理由を聞く。" * 20).encode("shift-jis"),
     "x.txt: its encoding is not known. Save it as UTF-8."),
    ("broken UTF-16", "x.txt", b"\xff\xfea\x00\x00\xd8", "x.txt: its encoding is not known. Save it as UTF-8."),
    ("other columns", "x.csv", b"name,plan,city\na,b,c\n",
     "x.csv: name its columns \u201cquestion\u201d and \u201canswer\u201d in the first row."),
    ("empty page", "x.html", b"<html><script>x</script></html>", "x.html: has no text in it."),
]  # fmt: skip


class TestNotRead:
    @pytest.mark.parametrize(("name", "data", "said"), [each[1:] for each in BAD], ids=[each[0] for each in BAD])
    def test_the_reason_is_told(self, name: str, data: bytes, said: str, tmp_path: Path) -> None:
        with pytest.raises(Unreadable) as refused:
            read(tmp_path, name, data)
        assert Speaker("en").say(why(name, refused.value)) == said
        assert Speaker("pt-BR").say(why(name, refused.value)).startswith(f"{name}: ")

    def test_entities_that_grow_without_end_are_not_expanded(self, tmp_path: Path) -> None:
        with pytest.raises(Unreadable):
            read(tmp_path, "x.docx", entity_bomb())

    def test_a_file_that_is_not_there_or_may_not_be_read(self, tmp_path: Path) -> None:
        with pytest.raises(Unreadable, match="missing"):
            read_document(tmp_path / "nowhere.md", "nowhere.md", "cs")
        (tmp_path / "folder.md").mkdir()
        with pytest.raises(Unreadable, match="missing"):
            read_document(tmp_path / "folder.md", "folder.md", "cs")

    @pytest.mark.parametrize("seed", range(40))
    def test_a_damaged_file_is_refused_or_read_but_never_anything_else(self, seed: int, tmp_path: Path) -> None:
        import random

        chance = random.Random(seed)
        name, data = chance.choice([("x.pdf", pdf("text", "more")), ("x.docx", docx(handbook))])
        bytes_ = bytearray(data)
        for _ in range(chance.randint(1, 60)):
            bytes_[chance.randrange(8, len(bytes_))] = chance.randrange(256)
        try:
            assert read(tmp_path, name, bytes(bytes_)).document.pieces
        except Unreadable as refused:
            assert refused.kind in ("broken", "scanned", "empty", "encrypted", "bomb")


def test_the_pdfs_made_here_are_pdfs() -> None:
    assert len(PdfReader(io.BytesIO(pdf("a", "b"))).pages) == 2
