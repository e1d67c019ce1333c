"""A question: who asked what, where. Pure."""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Person:
    """Who asks. `outsider`: a guest, stranger, bot or member of another workspace; None: not known.

    `zone`: the time zone that Slack knows of them. `groups`: the Slack user groups of theirs that matter; None: not
    known.
    """

    id: str
    name: str = ""
    email: str | None = None
    outsider: bool | None = False
    zone: str = ""
    groups: tuple[str, ...] | None = ()

    @property
    def called(self) -> str:
        """By name, where it is known."""
        return self.name or self.id


@dataclass(frozen=True)
class Place:
    """Where it was asked and will be answered. `thread` is the ts of the thread's first message."""

    kind: Literal["terminal", "dm", "channel", "command"]
    team: str = ""
    channel: str = ""
    thread: str = ""
    shared: bool = False
    """The channel is shared with another organisation (Slack Connect)."""

    @property
    def conversation(self) -> str:
        """What follow-ups share."""
        return f"{self.team}/{self.channel}/{self.thread}"


@dataclass(frozen=True)
class Attachment:
    """A file uploaded with a message: its name, where Slack keeps it, and its size in bytes as Slack says."""

    name: str
    url: str
    size: int = 0


@dataclass(frozen=True)
class Question:
    """One thing asked once: `key` is the same however often the event is delivered."""

    key: str
    text: str
    asker: Person
    place: Place
    language: str = ""
    """Of the conversation, where a button's few words would not tell it. Empty: the words decide."""
    choice: str = ""
    """The value of the button that asked: JSON with `tool` and `arguments`. Empty: the words decide."""
    response_url: str = ""
    """Where a slash command can be answered, for half an hour, when the bot is not in the channel."""
    alone: bool = False
    """It is answered to who asks alone, also where everybody may see the answer."""
    replaces: str = ""
    """The ts of the assistant's message whose place the answer takes; empty: the answer is a message of its own."""
    files: tuple[Attachment, ...] = ()
    """What was uploaded with a direct message."""
    occasion: str = ""
    """Where a schedule asks, which one and for when: JSON (see bot/occasions.py). Empty: a person asks."""
    seen_as: str = ""
    """In the terminal: the role or the owner of accounts whose rights the answer keeps to. Empty: all rights."""


def question_from_plain(plain: Mapping[str, Any]) -> Question:
    """The question that `dataclasses.asdict` wrote."""
    files = tuple(Attachment(**file) for file in plain.get("files", ()))
    groups = plain["asker"].get("groups", ())
    asker = {**plain["asker"], "groups": groups if groups is None else tuple(groups)}
    parts = {"asker": Person(**asker), "place": Place(**plain["place"]), "files": files}
    return Question(**{**plain, **parts})


def question_from_event(event: Mapping[str, Any], body: Mapping[str, Any], bot_user: str) -> Question | None:
    """The question in a `message` or `app_mention` event of Slack; None when it is not one.

    A direct message is a question; in a channel only a mention is, in threads too. The two events that one
    mention causes are the same question.
    """
    if not _is_written_by_a_person(event, bot_user) or not _is_meant_for_us(event, bot_user):
        return None
    text = plain_text(_without_mention(str(event.get("text") or ""), bot_user))
    place = _place(event, body)
    files = tuple(_files(event)) if place.kind == "dm" else ()
    if not text and not files and event.get("type") != "app_mention":
        return None  # a bare mention asks for help; an empty message, or a file in a channel, asks nothing
    asker = Person(str(event["user"]), outsider=True if _is_from_elsewhere(event, body) else None)
    return Question(f"{place.team}/{place.channel}/{event['ts']}", text, asker, place, files=files)


def _files(event: Mapping[str, Any]) -> Iterator[Attachment]:
    for file in event.get("files") or ():
        url = file.get("url_private_download") or file.get("url_private") or ""
        yield Attachment(str(file.get("name") or file.get("title") or "?"), str(url), int(file.get("size") or 0))


def plain_text(text: str) -> str:
    """What a person reads where Slack writes `<https://acme.com|Acme>` or `&amp;`; of channels and people the id."""
    text = re.sub(r"<(#[CG]\w+|@[UW]\w+)\|[^<>]*>", r"\1", text)
    labelled = re.sub(r"<[^<>|]*\|([^<>]*)>", r"\1", text)
    return html.unescape(re.sub(r"<([^<>]*)>", r"\1", labelled)).strip()


def _is_written_by_a_person(event: Mapping[str, Any], bot_user: str) -> bool:
    """Edits, joins and the like have a subtype; apps have a bot_id."""
    plain = event.get("subtype") in (None, "file_share")
    return plain and not event.get("bot_id") and event.get("user") not in (None, bot_user, "USLACKBOT")


def _is_meant_for_us(event: Mapping[str, Any], bot_user: str) -> bool:
    if event.get("type") == "app_mention" or event.get("channel_type") == "im":
        return not event.get("edited")
    return f"<@{bot_user}" in str(event.get("text") or "") and not event.get("edited")


def _is_from_elsewhere(event: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    if body.get("context_enterprise_id"):
        return False  # colleagues write from other workspaces of the organisation: `bot.rooms` asks Slack who it is
    said = (event.get("user_team"), event.get("source_team"))
    return any(team and team != _home(event, body) for team in said)


def _home(event: Mapping[str, Any], body: Mapping[str, Any]) -> str:
    """Our workspace. In a channel shared with others `team_id` can be theirs; `context_team_id` never is."""
    return str(body.get("context_team_id") or body.get("team_id") or event.get("team") or "")


def _without_mention(text: str, bot_user: str) -> str:
    return re.sub(rf"<@{re.escape(bot_user)}(\|[^>]*)?>[:,]?", " ", text).strip()


def _place(event: Mapping[str, Any], body: Mapping[str, Any]) -> Place:
    channel = str(event["channel"])
    return Place(
        kind="dm" if event.get("channel_type") == "im" or channel.startswith("D") else "channel",
        team=_home(event, body),
        channel=channel,
        thread=str(event.get("thread_ts") or event["ts"]),
        shared=bool(body.get("is_ext_shared_channel")),
    )
