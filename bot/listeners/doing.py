"""Verbs under an answer or beside an account: some open a modal, the others ask at once."""

import json
from dataclasses import dataclass, replace
from typing import Any

from slack_sdk import WebClient

from bot import block_kit as kit
from bot.listeners import Desk, accepted, home_team
from bot.listeners.opening import show
from bot.locale import Speaker
from bot.lookups import Answered
from bot.modals import About, modals
from bot.offers import CALLED
from bot.question import Person, Place, Question


@dataclass(frozen=True)
class Click:
    """A button or menu that was used: by whom, where, under which answer or beside which account."""

    action: dict[str, Any]
    body: dict[str, Any]
    desk: Desk

    @property
    def who(self) -> str:
        return str(self.body["user"]["id"])

    @property
    def person(self) -> Person:
        return Person(self.who, outsider=None if home_team(self.body, self.desk) else True)

    @property
    def is_ephemeral(self) -> bool:
        return bool((self.body.get("container") or {}).get("is_ephemeral"))

    @property
    def response_url(self) -> str:
        return str(self.body.get("response_url") or "") if self.is_ephemeral else ""

    @property
    def message(self) -> str:
        """The ts of the message that it stands in."""
        container, message = self.body.get("container") or {}, self.body.get("message") or {}
        return str(message.get("ts") or container.get("message_ts") or "")

    @property
    def place(self) -> Place:
        container, message = self.body.get("container") or {}, self.body.get("message") or {}
        channel = str((self.body.get("channel") or {}).get("id") or container.get("channel_id") or "")
        if self.is_ephemeral:
            return Place("command", self.desk.identity.team, channel)
        thread = message.get("thread_ts") or container.get("thread_ts") or self.message
        kind = "dm" if channel[:1] in ("", "D") else "channel"
        return Place("dm" if kind == "dm" else "channel", self.desk.identity.team, channel, str(thread or ""))

    @property
    def key(self) -> str:
        """Of the question that this click is, however often it is delivered."""
        return f"{self.place.team}/{self.place.channel or self.who}/{self.action['action_ts']}"

    @property
    def account(self) -> str:
        """The account that was chosen from a list of them; empty where there was none to choose."""
        is_list = str(self.action.get("action_id") or "").startswith("of:")
        return str((self.action.get("selected_option") or {}).get("value") or "") if is_list else ""

    @property
    def value(self) -> dict[str, Any]:
        """What a button holds; a mapping, or nothing."""
        try:
            value = json.loads(self.action.get("value") or "{}")
        except json.JSONDecodeError:
            return {}
        return value if isinstance(value, dict) else {}

    def about_draft(self, draft_id: str) -> About:
        """What a modal for a draft is about: this version of it, and no other."""
        about = self.about(draft=draft_id)
        draft = self.desk.lookups.draft(about.person, draft_id)
        return replace(about, version=draft.version) if draft else about

    def about(self, **more: Any) -> About:
        """What a modal that is opened by it is about, in the language of who clicked."""
        kind, _, held = str(self.action.get("block_id") or "").partition(":")
        known = {"answer": held} if kind == "of" else {"account": held.partition(":")[2]} if kind == "on" else {}
        about = About(
            self.desk.lookups.language(self.who), self.place, self.who, message=self.message,
            response_url=self.response_url, **{**known, **more},
        )  # fmt: skip
        answered = self.desk.lookups.answered(about.answer) if about.answer else None
        return replace(about, account=answered.account) if answered and not about.account else about


def do(verb: str, click: Click, client: WebClient) -> None:
    """Open the modal of the verb, or have asked what it asks."""
    about, desk = click.about(), click.desk
    if verb in modals() and not (verb == "assign" and about.account):
        show(modals()[verb], about, click.body, client, desk)
    elif verb == "assign":
        _ask(click, about, {"tool": "assign", "arguments": {"account": about.account, "who": "me"}}, verb)
    elif verb == "summary":
        _ask(click, about, {"tool": "account_summary", "arguments": {"account": about.account}}, verb)
    elif answered := desk.lookups.answered(about.answer):
        _ask_of(click, about, verb, answered)
    else:
        _ask(click, about, {"do": verb, "of": about.answer}, verb)


def _ask(click: Click, about: About, choice: dict[str, Any], verb: str) -> None:
    words = Speaker(about.language).say(CALLED[verb])
    accepted(click.desk, Question(
        click.key, words, click.person, click.place, about.language, kit.compact(choice), click.response_url,
    ))  # fmt: skip


def _ask_of(click: Click, about: About, verb: str, answered: Answered) -> None:
    """Of an answer, in its language; what is shared goes to where it was asked, with the words that asked it."""
    asked = Question(
        click.key, Speaker(answered.language).say(CALLED[verb]), click.person, click.place, answered.language,
        kit.compact({"do": verb, "of": about.answer, **({"account": click.account} if click.account else {})}),
        click.response_url,
    )  # fmt: skip
    if verb == "share":
        asked = replace(asked, text=answered.text, place=answered.place, response_url="")
    accepted(click.desk, asked)
