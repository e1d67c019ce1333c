"""The one way out to Slack: retries, limits, and a message that is posted exactly once."""

import logging
import os
import socket
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from http.client import HTTPException
from typing import Any
from uuid import uuid4

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import SlackResponse
from slack_sdk.webhook import WebhookClient

from bot.blocks import Image, Message, Paper
from bot.parcels import Later, Parcel, Refused, ever_plainer
from bot.slack_clients import error_of, hasty_client, posting_client, raise_if_transient, reading_client
from bot.store import Claim, Store

log = logging.getLogger(__name__)

EVENT_TYPE = "retention_answer"
SETTLE = 5.0
"""Seconds in which a request whose answer was lost may still turn into a message."""
LEASE = 90.0
"""Seconds for which another host's claim is respected: longer than any one request to Slack takes."""
OUT_OF_REACH = {"not_in_channel", "channel_not_found", "is_archived", "restricted_action", "no_permission"}


NOT_REPLACED = {"message_not_found", "cant_update_message", "edit_window_closed", "unknown_method", "missing_scope"}
"""What Slack says of a message that can no longer be changed: the answer is then one of its own."""


class Delivery:
    """Posts parcels. `store` remembers what was intended and what was sent."""

    def __init__(
        self,
        store: Store,
        token: str,
        api_url: str | None = None,
        *,
        settle: float = SETTLE,
        lease: float = LEASE,
    ) -> None:
        self.store, self.settle, self.lease = store, settle, lease
        self.reading = reading_client(token, api_url)
        self.posting = posting_client(token, api_url)
        self.uploading = hasty_client(token, api_url)
        self.hinting = WebClient(token, base_url=self.posting.base_url, timeout=3, retry_handlers=[])
        self.owner = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"

    def deliver(self, parcel: Parcel) -> None:
        """Get the parcel to its readers, once. Raises Later for a better moment, Refused for never."""
        if parcel.way == "private":
            self._privately(parcel)
        else:
            self._visibly(parcel)

    def working(self, channel: str, thread: str, status: str) -> None:
        """Show that an answer is under way, until it comes. A courtesy: failure changes nothing."""
        try:
            self.hinting.assistant_threads_setStatus(channel_id=channel, thread_ts=thread, status=status)
        except (SlackClientError, OSError, HTTPException) as problem:
            log.debug("no status shown: %s", problem)

    def parcel(self, key: str, message: Message, **where: Any) -> Parcel:
        """The message with its pictures uploaded, ready to be written down; `where`: way, channel …"""
        pictures = {image.block_id: image for image in message.images}
        files = [{"name": file.name, "content": file.content} for file in message.files]
        canvases = {paper.block_id: self._as_canvas(paper, **where) for paper in message.papers}
        for paper in message.papers:
            files += [] if canvases[paper.block_id] else as_files(paper)
        plain = [canvases.get(str(block.get("block_id"))) or block for block in message.blocks]
        blocks = [self._pictured(block, pictures.get(str(block.get("block_id")))) for block in plain]
        unpictured = plain if blocks != plain else []
        return Parcel(key, text=message.text, blocks=blocks, unpictured=unpictured, files=files, **where)

    def _as_canvas(self, paper: Paper, *, way: str, channel: str, user: str = "", **_: Any) -> dict[str, Any] | None:
        """The block that links to a canvas whose readers are those of the message; None where Slack makes none."""
        shown = channel[:1] not in ("", "D") and way == "post"
        readers: dict[str, Any] = {"channel_ids": [channel]} if shown else {"user_ids": [user]}
        content = {"type": "markdown", "markdown": paper.markdown}
        try:
            made = self.uploading.canvases_create(title=paper.title, document_content=content)
            canvas = str(made["canvas_id"])
            shared = {"canvas_id": canvas, "access_level": "write", **readers}
            self.uploading.api_call("canvases.access.set", json=shared)  # the SDK would send the list as a text
            return paper.block(str(self.uploading.files_info(file=canvas)["file"]["permalink"]))
        except (SlackClientError, OSError, HTTPException, KeyError) as problem:
            log.info("no canvas was made of %s: %s", paper.name, problem)
            return None

    def upload(self, png: bytes, alt: str) -> str | None:
        """Upload an image without showing it anywhere yet. Returns its file id; None when Slack refuses."""
        try:
            done = self.uploading.files_upload_v2(file=png, filename="chart.png", alt_txt=alt)
            return str(done["files"][0]["id"])
        except (SlackClientError, OSError, HTTPException, KeyError, IndexError) as problem:
            log.warning("an image was not uploaded: %s", problem)
            return None

    def _pictured(self, block: dict[str, Any], image: Image | None) -> dict[str, Any]:
        file = self.upload(image.png(), image.alt) if image else None
        return image.block(file) if image and file else block

    # -- for everybody

    def _visibly(self, parcel: Parcel) -> None:
        try:
            self._once(parcel)
            self._attach(parcel)
        except Refused as refused:
            if refused.error not in OUT_OF_REACH or not parcel.user:
                raise
            self._for_their_eyes(parcel)

    def _once(self, parcel: Parcel) -> str:
        claim = self.store.claim(parcel.key, parcel.channel, parcel.thread, self.owner, self._patience)
        if claim.state == "busy":
            raise Later(claim.wait)
        ts = claim.ts or self._already_there(parcel, claim) or self._post(parcel)
        self.store.sent(parcel.key, ts)
        return ts

    def _patience(self, owner: str, claimed_at: datetime) -> float:
        respected = self.settle if owner == self.owner or _gone(owner) else self.lease
        return respected - (datetime.now(UTC) - claimed_at).total_seconds()

    def _already_there(self, parcel: Parcel, claim: Claim) -> str | None:
        """The ts of the message that an earlier attempt left in Slack, if it did."""
        if claim.state != "taken" or claim.since is None:
            return None
        since = f"{claim.since.timestamp() - 60:.6f}"  # their clock and ours may differ
        try:
            return next((m["ts"] for m in self._said(parcel, since) if _key(m) == parcel.key), None)
        except SlackApiError as problem:
            raise_if_transient(problem, self.settle)
            # The thread cannot be read at all (no such method, or a scope is missing): an answer that may
            # come twice is better than none.
            log.warning("cannot look for an earlier post of %s: %s", parcel.key, error_of(problem))
            return None
        except (OSError, HTTPException) as problem:
            raise Later(self.settle) from problem

    def _said(self, parcel: Parcel, since: str) -> Iterator[Mapping[str, Any]]:
        asked: dict[str, Any] = {"channel": parcel.channel, "oldest": since, "include_all_metadata": True}
        if parcel.thread:
            pages = self.reading.conversations_replies(ts=parcel.thread, limit=100, **asked)
        else:
            pages = self.reading.conversations_history(limit=100, **asked)
        for page in pages:
            yield from page["messages"]

    def _post(self, parcel: Parcel) -> str:
        """Post with blocks; where Slack refuses them without pictures, then as text, then as a short text."""
        for attempt, last in ever_plainer(parcel):
            try:
                return str(self._say(attempt)["ts"])
            except SlackApiError as problem:
                self._unless_uncertain(parcel, problem)
                if parcel.replaces and error_of(problem) in NOT_REPLACED:
                    return self._post(replace(parcel, replaces=""))
                self._unless_plainer_may_do(parcel, problem, last)
            except (OSError, HTTPException) as problem:
                raise Later(self.settle) from problem
        raise AssertionError("there is always a last attempt")

    def _unless_plainer_may_do(self, parcel: Parcel, problem: SlackApiError, last: bool) -> None:
        """Slack has many words for blocks it does not like, and new ones come: only a closed door is final."""
        if last or error_of(problem) in OUT_OF_REACH:
            self.store.release(parcel.key)
            raise Refused(error_of(problem)) from problem
        log.warning("Slack refused the blocks of %s: %s", parcel.key, error_of(problem))

    def _unless_uncertain(self, parcel: Parcel, problem: SlackApiError) -> None:
        if problem.response.status_code == 429 or error_of(problem) in ("ratelimited", "rate_limited"):
            self.store.release(parcel.key)  # certainly not posted: no need to look for it later
        raise_if_transient(problem, self.settle)

    def _say(self, parcel: Parcel) -> SlackResponse:
        said: dict[str, Any] = {
            "channel": parcel.channel, "text": parcel.text, "blocks": parcel.blocks or None,
            "metadata": {"event_type": EVENT_TYPE, "event_payload": {"key": parcel.key}},
        }  # fmt: skip
        if parcel.replaces:
            return self.posting.chat_update(ts=parcel.replaces, **said)
        return self.posting.chat_postMessage(
            thread_ts=parcel.thread or None, unfurl_links=False, unfurl_media=False, **said
        )

    def _attach(self, parcel: Parcel) -> None:
        """What did not fit into the message, as files in its thread."""
        for number, file in enumerate(parcel.files):
            key = f"{parcel.key}#file{number}"
            claim = self.store.claim(key, parcel.channel, parcel.thread, self.owner, self._patience)
            # A file carries no metadata to look it up by: once tried, it is not sent again.
            if claim.state == "new":
                self._share(key, parcel, file)

    def _share(self, key: str, parcel: Parcel, file: Mapping[str, str]) -> None:
        try:
            self.posting.files_upload_v2(
                filename=file["name"],
                **_content(file),
                channel=parcel.channel,
                thread_ts=parcel.thread or None,
            )
            self.store.sent(key, "")
        except (SlackClientError, OSError, HTTPException) as problem:
            log.warning("%s was not attached: %s", file["name"], problem)

    # -- for one person

    def _privately(self, parcel: Parcel) -> None:
        """In the direct message with the person; where there is none, as a message only they see."""
        if parcel.response_url:
            self._for_their_eyes(parcel)
            return
        try:
            opened = self.reading.conversations_open(users=parcel.user)
        except SlackApiError as problem:
            raise_if_transient(problem, self.settle)
            self._for_their_eyes(parcel)
        except (OSError, HTTPException) as problem:
            raise Later(self.settle) from problem
        else:
            there = replace(parcel, channel=opened["channel"]["id"], thread="")
            self._attach(replace(there, thread=self._once(there)))

    def _for_their_eyes(self, parcel: Parcel) -> None:
        """Ephemeral: Slack forgets it, so it cannot be looked up; after a crash it may be shown again."""
        try:
            if not (parcel.response_url and self._responded(parcel)):
                self._whisper(parcel)
        except (OSError, HTTPException) as problem:
            raise Later(self.settle) from problem
        self._hand_over(parcel)

    def _hand_over(self, parcel: Parcel) -> None:
        """A channel cannot hold a file for one person: it goes to the direct message with them, if there is one."""
        if not parcel.files:
            return
        try:
            opened = self.reading.conversations_open(users=parcel.user)
        except (SlackClientError, OSError, HTTPException) as problem:
            log.warning("the files of %s were not handed over: %s", parcel.key, problem)
        else:
            self._attach(replace(parcel, channel=opened["channel"]["id"], thread=""))

    def _responded(self, parcel: Parcel) -> bool:
        hook = WebhookClient(parcel.response_url, retry_handlers=[])
        return any(self._accepts(hook, attempt) for attempt, _ in ever_plainer(parcel))

    def _accepts(self, hook: WebhookClient, parcel: Parcel) -> bool:
        said = hook.send(
            text=parcel.text, blocks=parcel.blocks or None, response_type="ephemeral",
            unfurl_links=False, unfurl_media=False, replace_original=bool(parcel.replaces) or None,
        )  # fmt: skip
        if said.status_code == 429 or said.status_code >= 500:
            raise Later(self.settle)
        return said.status_code == 200

    def _whisper(self, parcel: Parcel) -> None:
        for attempt, last in ever_plainer(parcel):
            try:
                self._say_to(parcel.user, attempt)
                return
            except SlackApiError as problem:
                raise_if_transient(problem, self.settle)
                self._unless_plainer_may_do(parcel, problem, last)

    def _say_to(self, user: str, parcel: Parcel) -> None:
        self.posting.chat_postEphemeral(
            channel=parcel.channel,
            user=user,
            thread_ts=parcel.thread or None,
            text=parcel.text,
            blocks=parcel.blocks or None,
        )


def as_files(paper: Paper) -> list[dict[str, str]]:
    """A document to be printed and one to be copied from."""
    word = {"name": f"{paper.name}.docx", "content": b64encode(paper.docx()).decode(), "encoding": "base64"}
    return [word, {"name": f"{paper.name}.md", "content": paper.markdown}]


def _content(file: Mapping[str, str]) -> dict[str, Any]:
    if file.get("encoding") == "base64":
        return {"file": b64decode(file["content"])}
    return {"content": file["content"]}


def _key(message: Mapping[str, Any]) -> str | None:
    metadata = message.get("metadata") or {}
    found = metadata.get("event_payload", {}).get("key")
    return str(found) if metadata.get("event_type") == EVENT_TYPE and found else None


def _gone(owner: str) -> bool:
    """Whether the claim's process was on this host and is no more; of another host nobody can know."""
    host, pid, _ = owner.rsplit(":", 2)
    if host != socket.gethostname():
        return False
    if int(pid) == os.getpid():
        return True  # another life under the same number: the first process of a container is always 1
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
