"""Documents that an administrator uploads to the assistant in a direct message."""

import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.app import Assistant
from bot.conversation import Reply
from bot.documents import build_failed, take_in
from bot.question import Attachment, Question
from bot.router.slots.text import fold
from bot.slack_files import fetch
from knowledge import Access, is_supported, named
from tools import Answer, Note, Phrase, phrase

_LEADERS = re.compile(r"\b(?:leaders?|leadership|lider(?:es|ancas?)?|diretor(?:ia|es|as)?)\b")
_CS = re.compile(r"\bcs\b")
_EVERYONE = re.compile(r"\b(?:for|para|pra)\s+(?:everyone|everybody|todos|todas|todo mundo)\b(?!\s+[oa]s\b)")
_NOT = re.compile(r"\b(?:not|no|never|nao|nunca)\b")


def is_upload(question: Question) -> bool:
    """Whether a direct message hands over documents; a screenshot beside a question is none."""
    return bool(question.files) and (not question.text or any(is_supported(file.name) for file in question.files))


def label_of(text: str) -> Access | None:
    """Whom the message names: “for leaders”, “só para líderes”, “para todos”; of several the narrowest.

    None where it names nobody: a new document is then the CS team's, and another keeps the label it has.
    """
    said = fold(text)
    if _LEADERS.search(said):
        return "leaders"
    if _CS.search(said) or _NOT.search(said):
        return "cs" if _CS.search(said) else None
    return "everyone" if _EVERYONE.search(said) else None


def take(bot: Assistant, question: Question) -> Reply:
    """Read the files, index them, and say what became of each."""
    language = bot.conversation.language_of(question.text, "")
    if bot.member(question.asker).role != "admin":
        return Reply(question, language, "declined", _not_yours())
    label = label_of(question.text)
    said = tuple(_taken(bot, question.files, label))
    whole = sum(ok for ok, _ in said)
    headline = phrase("Taken in: {n} of {all}.", n=whole, all=len(question.files))
    failed = build_failed(bot) if whole else None
    notes = tuple(Note(line) for _, lines in said for line in lines)
    notes += (Note(failed),) if failed else ()
    answer = Answer(phrase("Documents to take in"), headline, notes)
    return Reply(question, language, "answered", headline, answer=answer)


def _taken(
    bot: Assistant, files: tuple[Attachment, ...], label: Access | None
) -> Iterator[tuple[bool, tuple[Phrase, ...]]]:
    """Of each file whether it was taken in, and what is to be said of it."""
    settings = bot.settings
    token = settings.slack_bot_token.get_secret_value() if settings.slack_bot_token else ""
    with TemporaryDirectory(prefix="retention-upload-") as folder:
        for number, file in enumerate(files):
            target = Path(folder, str(number))
            if problem := fetch(file, token, target, settings.slack_api_url):
                yield False, (problem,)
                continue
            source = named(file.name) or "document"
            for one in take_in(bot.documents, [(target, source)], label, None, settings.retention_language):
                yield one.state != "failed", one.said


def _not_yours() -> Phrase:
    return phrase(
        "Only administrators can add documents. Ask one of them to upload it, or to have your member ID put into "
        "ADMINS."
    )
