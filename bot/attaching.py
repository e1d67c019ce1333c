"""Files in the thread of a message, each there once.

Slack takes a file in two steps: its bytes, which nobody sees yet, and that it is shared. The id that it gets in between
is written down before the second, so that whoever goes on after a crash asks Slack whether the file is shared already.
"""

import logging
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPException
from urllib.request import Request, urlopen

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.parcels import Later, Parcel
from bot.slack_clients import error_of, named, raise_if_transient
from bot.store import Claim, Store

log = logging.getLogger(__name__)

File = Mapping[str, str]
"""`name`, `content` and, where that is no text, the `encoding` base64."""


@dataclass(frozen=True)
class Attaching:
    """`posting` repeats nothing by itself. `owner`: the life of this process; `patience(owner, claimed_at)`: for how
    many seconds another's claim must still be respected; `settle`: in which a lost request may still be carried out."""

    store: Store
    posting: WebClient
    owner: str
    patience: Callable[[str, datetime], float]
    settle: float

    def attach(self, parcel: Parcel) -> None:
        """Share all files of a parcel. Raises Later for a better moment; what Slack refuses for good is logged."""
        for number, file in enumerate(parcel.files):
            key = f"{parcel.key}#file{number}"
            try:
                self._once(key, parcel, file)
            except SlackApiError as problem:
                raise_if_transient(problem, self.settle)
                log.warning("%s was not attached: %s", key, named(problem))
            except (SlackClientError, OSError, HTTPException) as problem:
                raise Later(self.settle) from problem

    def _once(self, key: str, parcel: Parcel, file: File) -> None:
        claim = self.store.claim(key, parcel.channel, parcel.thread, self.owner, self.patience)
        if claim.state == "busy":
            raise Later(claim.wait)
        if claim.state != "sent":
            self.store.sent(key, self._shared(key, claim, parcel, file))

    def _shared(self, key: str, claim: Claim, parcel: Parcel, file: File) -> str:
        """The id of the file, which is in the channel now."""
        if claim.ts and self._is_there(claim.ts, parcel.channel):
            return claim.ts
        taken = self._put_up(key, file)
        self.posting.files_completeUploadExternal(
            files=[{"id": taken, "title": file["name"]}], channel_id=parcel.channel, thread_ts=parcel.thread or None
        )
        return taken

    def _is_there(self, file: str, channel: str) -> bool:
        """Whether a file is in the channel; Slack knows none that nobody has seen yet."""
        try:
            return channel in self.posting.files_info(file=file)["file"].get("channels", ())
        except SlackApiError as problem:
            if error_of(problem) == "file_not_found":
                return False
            raise

    def _put_up(self, key: str, file: File) -> str:
        """Bring the bytes to Slack. Returns the file's id, which is written down; as long as it is not shared, whatever
        goes wrong leaves nothing behind, and anybody may try again at once."""
        content = _bytes(file)
        try:
            place = self.posting.files_getUploadURLExternal(filename=file["name"], length=len(content))
            with urlopen(Request(place["upload_url"], content, method="POST"), timeout=self.posting.timeout):
                pass
        except (SlackClientError, OSError, HTTPException):
            self.store.release(key, self.owner)
            raise
        taken = str(place["file_id"])
        self.store.mark(key, taken)
        return taken


def _bytes(file: File) -> bytes:
    return b64decode(file["content"]) if file.get("encoding") == "base64" else file["content"].encode()
