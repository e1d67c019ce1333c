"""Buttons: asking the next question, and the two thumbs."""

import json
import re
from typing import Any

from slack_bolt import Ack, App

from bot.listeners import Desk, accepted, home_team
from bot.question import Person, Place, Question


def register(app: App, desk: Desk) -> None:
    @app.action(re.compile(r"^ask\b"))
    def asked(ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        accepted(desk, question_from_click(action, body, desk))
        ack()

    @app.action("feedback")
    def judged(ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        value = _value(action)
        if "key" in value:
            desk.judge(str(value["key"]), str(body["user"]["id"]), int(value.get("score", 0)) > 0, None)
        ack()

    @app.action(re.compile(".*"))
    def opened(ack: Ack) -> None:
        ack()  # a button that opens a link: Slack tells us and expects to hear that we heard


def question_from_click(action: dict[str, Any], body: dict[str, Any], desk: Desk) -> Question:
    """A click is a new question of the person who clicked, in the thread of the message that has the button.

    The button's value says what is asked: `{"q": text}`, or the `{"tool", "arguments"}` of a choice, whose
    words are those on the button; and in which `language`.
    """
    value = _value(action)
    place = _place(body, desk)
    label = str((action.get("text") or {}).get("text") or "")
    return Question(
        key=f"{place.team}/{place.channel or body['user']['id']}/{action['action_ts']}",
        text=str(value.get("q") or label or action.get("value") or ""),
        asker=Person(str(body["user"]["id"]), outsider=None if home_team(body, desk) else True),
        place=place,
        language=str(value.get("language") or ""),
        choice=str(action["value"]) if "tool" in value else "",
        response_url=str(body.get("response_url") or "") if _is_ephemeral(body) else "",
    )


def _place(body: dict[str, Any], desk: Desk) -> Place:
    container, message = body.get("container") or {}, body.get("message") or {}
    channel = str((body.get("channel") or {}).get("id") or container.get("channel_id") or "")
    if _is_ephemeral(body):
        return Place("command", desk.identity.team, channel)
    thread = message.get("thread_ts") or container.get("thread_ts") or message.get("ts") or container.get("message_ts")
    return Place("dm" if channel[:1] in ("", "D") else "channel", desk.identity.team, channel, str(thread or ""))


def _is_ephemeral(body: dict[str, Any]) -> bool:
    return bool((body.get("container") or {}).get("is_ephemeral"))


def _value(action: dict[str, Any]) -> dict[str, Any]:
    try:
        value = json.loads(action.get("value") or "{}")
    except json.JSONDecodeError:
        return {}
    return value if isinstance(value, dict) else {}
