"""The one way out to Slack: retries, limits, and a message that is posted exactly once."""

import logging
import threading
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from http.client import HTTPException
from typing import Any

from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import SlackResponse
from slack_sdk.webhook import WebhookClient

from bot.attaching import Attaching
from bot.blocks import Image, Message, Paper
from bot.pacing import Pacing
from bot.parcels import Later, Parcel, Refused, ever_plainer
from bot.replicas import is_gone, new_life
from bot.slack_clients import (
    Client,
    Told,
    error_of,
    hasty_client,
    named,
    posting_client,
    raise_if_transient,
    reading_client,
    retry_after,
)
from bot.store import Claim, Store

log = logging.getLogger(__name__)

EVENT_TYPE = "retention_answer"
SETTLE = 5.0
"""Seconds in which a request whose answer was lost may still turn into a message."""
FRESH, LEASE = 8.0, 20.0
"""Seconds after its claim in which a process may begin to post, and for which others respect the claim. Between the
two lies the time that a request may need: who was held up for longer does not post any more."""
OUT_OF_REACH = {"not_in_channel", "channel_not_found", "is_archived", "restricted_action", "no_permission"}


NOT_REPLACED = {"message_not_found", "cant_update_message", "edit_window_closed", "unknown_method", "missing_scope"}
"""What Slack says of a message that can no longer be changed: the answer is then one of its own."""


class Delivery:
    """Posts parcels in the workspace `team`. `store` remembers what was intended and what was sent; `owner`: the life
    of this process."""

    def __init__(
        self,
        store: Store,
        token: str,
        api_url: str | None = None,
        *,
        team: str = "",
        owner: str | None = None,
        settle: float = SETTLE,
        lease: float = LEASE,
        told: Told | None = None,
    ) -> None:
        self.store, self.team, self.settle, self.lease = store, team, settle, lease
        self.owner = owner or new_life()
        self.pacing = Pacing()
        self._under_way: set[str] = set()
        self._lock = threading.Lock()
        self.reading = reading_client(token, api_url, told=told)
        self.posting = posting_client(token, api_url, told)
        self.attaching = Attaching(store, self.posting, self.owner, self._patience, settle)
        self.hasty = hasty_client(token, api_url, told)
        self.hinting = Client(token, base_url=self.posting.base_url, timeout=3, retry_handlers=[], told=told)

    def deliver(self, parcel: Parcel) -> None:
        """Get the parcel to its readers, once. Raises Later for a better moment, Refused for never."""
        if parcel.way == "private":
            self._privately(parcel)
        else:
            self._visibly(parcel)
        if parcel.thread and (parcel.way == "private" or parcel.replaces):
            self.working(parcel.channel, parcel.thread, "")  # only a new message in the thread ends it by itself

    def working(self, channel: str, thread: str, status: str) -> None:
        """Show that an answer is under way, until it comes. A courtesy: failure changes nothing."""
        try:
            self.hinting.assistant_threads_setStatus(channel_id=channel, thread_ts=thread, status=status)
        except (SlackClientError, OSError, HTTPException) as problem:
            log.debug("no status shown: %s", named(problem))

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
        here = {**where, "team": self.team}
        return Parcel(key, text=message.text, blocks=blocks, unpictured=unpictured, files=files, **here)

    def _as_canvas(self, paper: Paper, *, way: str, channel: str, user: str = "", **_: Any) -> dict[str, Any] | None:
        """The block that links to a canvas whose readers are those of the message; None where Slack makes none."""
        shown = channel[:1] not in ("", "D") and way == "post"
        readers: dict[str, Any] = {"channel_ids": [channel]} if shown else {"user_ids": [user]}
        content = {"type": "markdown", "markdown": paper.markdown}
        try:
            made = self.hasty.canvases_create(title=paper.title, document_content=content)
            canvas = str(made["canvas_id"])
            shared = {"canvas_id": canvas, "access_level": "write", **readers}
            self.hasty.api_call("canvases.access.set", json=shared)  # the SDK would send the list as a text
            return paper.block(str(self.hasty.files_info(file=canvas)["file"]["permalink"]))
        except (SlackClientError, OSError, HTTPException, KeyError) as problem:
            log.info("no canvas was made of %s: %s", paper.name, named(problem))
            return None

    def upload(self, png: bytes, alt: str) -> str | None:
        """Upload an image without showing it anywhere yet. Returns its file id; None when Slack refuses."""
        try:
            done = self.hasty.files_upload_v2(file=png, filename="chart.png", alt_txt=alt)
            return str(done["files"][0]["id"])
        except (SlackClientError, OSError, HTTPException, KeyError, IndexError) as problem:
            log.warning("an image was not uploaded: %s", named(problem))
            return None

    def _pictured(self, block: dict[str, Any], image: Image | None) -> dict[str, Any]:
        file = self.upload(image.png(), image.alt) if image else None
        return image.block(file) if image and file else block

    # -- for everybody

    def _visibly(self, parcel: Parcel) -> None:
        try:
            self._once(parcel)
            self.attaching.attach(parcel)
        except Refused as refused:
            if refused.error not in OUT_OF_REACH or not parcel.user:
                raise
            self._for_their_eyes(parcel)

    def _once(self, parcel: Parcel) -> str:
        if wait := self.pacing.wait(parcel.channel, parcel.key):
            raise Later(wait)
        with self._alone(parcel.key):
            began = time.monotonic()
            claim = self.store.claim(parcel.key, parcel.channel, parcel.thread, self.owner, self._patience)
            if claim.state == "busy":
                raise Later(claim.wait)
            ts = claim.ts or self._already_there(parcel, claim) or self._post(parcel, began + FRESH)
            stands = self.store.sent(parcel.key, ts)
            if stands != ts:
                self._take_back(parcel, ts)
            return stands

    @contextmanager
    def _alone(self, key: str) -> Iterator[None]:
        """One thread of this process at a time: a question that was taken from us may have come back to us."""
        with self._lock:
            if key in self._under_way:
                raise Later(1.0)
            self._under_way.add(key)
        try:
            yield
        finally:
            self._under_way.discard(key)

    def _patience(self, owner: str, claimed_at: datetime) -> float:
        respected = self.settle if owner == self.owner or is_gone(owner) else self.lease
        return respected - (datetime.now(UTC) - claimed_at).total_seconds()

    def _take_back(self, parcel: Parcel, ts: str) -> None:
        """This process was held up while it posted, and another one has posted too: theirs was noted first."""
        log.warning("%s was posted twice: the second post is taken back", parcel.key)
        try:
            self.posting.chat_delete(channel=parcel.channel, ts=ts)
        except (SlackClientError, OSError, HTTPException) as problem:
            log.warning("the second post of %s could not be taken back: %s", parcel.key, named(problem))

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
            pages = self.hasty.conversations_replies(ts=parcel.thread, limit=100, **asked)
        else:
            pages = self.hasty.conversations_history(limit=100, **asked)
        for page in pages:
            yield from page["messages"]

    def _post(self, parcel: Parcel, until: float) -> str:
        """Post with blocks; where Slack refuses them without pictures, then as text, then as a short text.

        Not after `until` (monotonic): by then somebody else may have taken the claim over.
        """
        for attempt, last in ever_plainer(parcel):
            if time.monotonic() > until:
                raise Later(self.settle)
            try:
                return str(self._say(attempt)["ts"])
            except SlackApiError as problem:
                self._unless_uncertain(parcel, problem)
                if parcel.replaces and error_of(problem) in NOT_REPLACED:
                    return self._post(replace(parcel, replaces=""), until)
                self._unless_plainer_may_do(parcel, problem, last)
            except (OSError, HTTPException) as problem:
                raise Later(self.settle) from problem
        raise AssertionError("there is always a last attempt")

    def _unless_plainer_may_do(self, parcel: Parcel, problem: SlackApiError, last: bool) -> None:
        """Slack has many words for blocks it does not like, and new ones come: only a closed door is final."""
        if last or error_of(problem) in OUT_OF_REACH:
            self.store.release(parcel.key, self.owner)
            raise Refused(error_of(problem)) from problem
        log.warning("Slack refused the blocks of %s: %s", parcel.key, error_of(problem))

    def _unless_uncertain(self, parcel: Parcel, problem: SlackApiError) -> None:
        if problem.response.status_code == 429 or error_of(problem) in ("ratelimited", "rate_limited"):
            self.store.release(parcel.key, self.owner)  # certainly not posted: no need to look for it later
            self.pacing.limited(parcel.channel, retry_after(problem) or self.settle)
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
            self.attaching.attach(replace(there, thread=self._once(there)))

    def _for_their_eyes(self, parcel: Parcel) -> None:
        """Ephemeral: Slack forgets it, so it cannot be looked up; after a crash it may be shown again."""
        self._hand_over(parcel)  # first, as what is put off until later begins with it again
        try:
            if not (parcel.response_url and self._responded(parcel)):
                self._whisper(parcel)
        except (OSError, HTTPException) as problem:
            raise Later(self.settle) from problem

    def _hand_over(self, parcel: Parcel) -> None:
        """A channel cannot hold a file for one person: it goes to the direct message with them, if there is one."""
        if not parcel.files:
            return
        try:
            opened = self.reading.conversations_open(users=parcel.user)
        except (SlackClientError, OSError, HTTPException) as problem:
            log.warning("the files of %s were not handed over: %s", parcel.key, named(problem))
        else:
            self.attaching.attach(replace(parcel, channel=opened["channel"]["id"], thread=""))

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


def _key(message: Mapping[str, Any]) -> str | None:
    metadata = message.get("metadata") or {}
    found = metadata.get("event_payload", {}).get("key")
    return str(found) if metadata.get("event_type") == EVENT_TYPE and found else None
