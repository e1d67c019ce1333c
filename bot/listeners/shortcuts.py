"""Shortcuts: three that open a modal from anywhere, and one on a message."""

from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot.listeners import Desk, accepted, home_team
from bot.listeners.opening import show
from bot.modals import About, modals
from bot.question import Person, Place, Question, plain_text

ANYWHERE = {
    "log_touch": ("log_touch", ""),
    "draft_exit_survey": ("draft", "exit_survey"),
    "interview_script": ("draft", "interview_script"),
}
"""Shortcut → the modal it opens, and what that is about."""
ON_MESSAGE = "summarise_account"


def register(app: App, desk: Desk) -> None:
    for shortcut, (modal, kind) in ANYWHERE.items():
        _opens(app, desk, shortcut, modal, kind)

    @app.shortcut(ON_MESSAGE)
    def pointed_at(ack: Ack, body: dict[str, Any]) -> None:
        accepted(desk, question_from_message(body, desk))
        ack()


def _opens(app: App, desk: Desk, shortcut: str, modal: str, kind: str) -> None:
    @app.shortcut(shortcut)
    def called(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        who = str(body["user"]["id"])
        about = About(desk.lookups.language(who), Place("dm", desk.identity.team), who, kind=kind)
        show(modals()[modal], about, body, client, desk)
        ack()


def question_from_message(body: dict[str, Any], desk: Desk) -> Question:
    """Who is the message about? Answered to who asks alone, as nobody else saw that it was asked."""
    place = Place("command", desk.identity.team, str(body["channel"]["id"]))
    who, said = str(body["user"]["id"]), plain_text(str(body["message"].get("text") or ""))
    return Question(
        key=f"{place.team}/{place.channel}/{body['trigger_id']}",
        text=said,
        asker=Person(who, outsider=None if home_team(body, desk) else True),
        place=place,
        language=desk.lookups.language(who),
        choice='{"do":"summarise"}',
        response_url=str(body.get("response_url") or ""),
        alone=True,
    )
