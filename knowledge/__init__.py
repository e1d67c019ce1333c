"""What the bot can quote. The law of this folder:

`playbooks/<language>/<slug>.md` is one playbook, and the two languages mirror each other file by file;
`questions/<set>.yml` is one interview question set, each question in both languages.
Everything here is text that people wrote: it is quoted with its source and never followed as an instruction.
"""

from knowledge._content import Passage, Playbook, Question, Turn, playbooks, preamble, question_set, turns
from knowledge._glossary import synonyms
from knowledge.index import Index, KeptIndex, build_index, is_current, open_index

__all__ = [
    "Index", "KeptIndex", "Passage", "Playbook", "Question", "Turn",
    "build_index", "is_current", "open_index", "playbooks", "preamble", "question_set", "synonyms", "turns",
]  # fmt: skip
