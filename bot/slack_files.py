"""Files that people upload to Slack, fetched from Slack alone."""

import urllib.error
import urllib.request
from http.client import HTTPException
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from bot.question import Attachment
from knowledge import LARGEST_FILE
from tools import Phrase, phrase

HOSTS = frozenset({"files.slack.com", "files.slack-gov.com"})
SECONDS = 30
_CHUNK = 64 * 1024


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Where Slack sends us elsewhere, it is to log in; our token is not for anybody else."""

    def redirect_request(self, *_: Any) -> None:
        return None


def fetch(file: Attachment, token: str, target: Path, api_url: str | None = None) -> Phrase | None:
    """Write the file to `target`. Returns why it could not be, in words for who uploaded it; None when it is there.

    `api_url`: of another server than Slack's, whose host may then be asked for files too.
    """
    if not _is_of_slack(file.url, api_url):
        return phrase("{file}: is not kept by Slack. Upload the file itself.", file=file.name)
    if file.size > LARGEST_FILE:
        return _too_large(file)
    request = urllib.request.Request(file.url, headers={"Authorization": f"Bearer {token}"})
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=SECONDS) as answer:
            if _is_login_page(answer.headers.get_content_type(), file.name):
                return _no_scope(file)
            return None if _written(answer, target) else _too_large(file)
    except urllib.error.HTTPError as refused:
        refused.close()
        return _no_scope(file) if refused.code in (301, 302, 303, 307, 308, 401, 403) else _not_fetched(file)
    except (OSError, HTTPException):
        return _not_fetched(file)


def _is_of_slack(url: str, api_url: str | None) -> bool:
    try:
        asked, other = urlsplit(url), urlsplit(api_url or "")
        if asked.scheme == "https" and asked.hostname in HOSTS and asked.port in (None, 443) and not asked.username:
            return True
        return bool(other.netloc) and (asked.scheme, asked.netloc) == (other.scheme, other.netloc)
    except ValueError:
        return False


def _is_login_page(kind: str, name: str) -> bool:
    return kind == "text/html" and Path(name).suffix.lower() not in (".html", ".htm")


def _written(answer: IO[bytes], target: Path) -> bool:
    """Piece by piece, and no more than may be read: what Slack says of a file's size is only a word."""
    size = 0
    with target.open("wb") as file:
        while piece := answer.read(_CHUNK):
            size += len(piece)
            if size > LARGEST_FILE:
                return False
            file.write(piece)
    return True


def _too_large(file: Attachment) -> Phrase:
    limit = f"{LARGEST_FILE // 1024 // 1024} MB"
    return phrase("{file}: is larger than {limit}. Split it up.", file=file.name, limit=limit)


def _no_scope(file: Attachment) -> Phrase:
    return phrase(
        "{file}: Slack does not let me read it. The app needs the scope files:read, which an administrator can add.",
        file=file.name,
    )


def _not_fetched(file: Attachment) -> Phrase:
    return phrase("{file}: could not be fetched from Slack. Upload it again in a minute.", file=file.name)
