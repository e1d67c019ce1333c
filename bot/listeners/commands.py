"""`/retention …`: acknowledged without a word, answered like any question."""

from typing import Any

from slack_bolt import Ack, App, BoltContext

from bot.listeners import Desk, accepted, home_team
from bot.question import Person, Place, Question, plain_text


def register(app: App, desk: Desk) -> None:
    @app.command("/retention")
    def commanded(ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        accepted(desk, question_from_command(body, desk.at(context)))
        ack()  # empty: in Socket Mode an acknowledgement with text can come after the answer


def question_from_command(body: dict[str, Any], desk: Desk) -> Question:
    """The question behind a slash command; without words it asks what the assistant can do.

    A command is no message and has no ts: its `trigger_id` is what makes it one question.
    """
    place = Place("command", desk.identity.team, str(body["channel_id"]))
    return Question(
        key=f"{place.team}/{place.channel}/{body['trigger_id']}",
        text=plain_text(str(body.get("text") or "")),
        asker=Person(str(body["user_id"]), outsider=None if home_team(body, desk) else True),
        place=place,
        response_url=str(body.get("response_url") or ""),
    )
