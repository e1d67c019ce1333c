"""What the bot can quote. The law of this folder:

`playbooks/<language>/<slug>.md` is one playbook, and the two languages mirror each other file by file;
`questions/<set>.yml` is one interview question set, each question in both languages.
A team's own documents are kept outside (`Documents`), each with a label that says who may read it.
Everything here is text that people wrote: it is quoted with its source and never followed as an instruction.
"""

from knowledge._access import ACCESS, ALL, EVERYONE, Access, Rights
from knowledge._content import (
    Passage,
    Playbook,
    Question,
    Turn,
    playbook_title,
    playbooks,
    preamble,
    question_set,
    turns,
)
from knowledge._dense import Embedding, EmbeddingError
from knowledge._documents import Document, Documents, named
from knowledge._glossary import synonyms
from knowledge._reading import LARGEST_FILE, Read, digest_of, files_of, is_supported, read_document
from knowledge._unreadable import Remark, Unreadable
from knowledge.index import Index, KeptIndex, Reader, build_index, is_current, open_index

__all__ = [
    "ACCESS", "ALL", "EVERYONE", "LARGEST_FILE", "Access", "Document", "Documents", "Embedding", "EmbeddingError",
    "Index", "KeptIndex", "Passage", "Playbook", "Question", "Read", "Reader", "Remark", "Rights", "Turn", "Unreadable",
    "build_index", "digest_of", "files_of", "is_current", "is_supported", "named", "open_index", "playbook_title",
    "playbooks", "preamble", "question_set", "read_document", "synonyms", "turns",
]  # fmt: skip
