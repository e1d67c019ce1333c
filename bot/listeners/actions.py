"""Buttons and menus: asking the next question, doing something with an answer, and the two thumbs."""

import re
from typing import Any

from slack_bolt import Ack, App, BoltContext
from slack_sdk import WebClient

from bot.listeners import Desk, accepted
from bot.listeners.doing import Click, do
from bot.listeners.opening import show
from bot.modals import modals
from bot.question import Question


def register(app: App, desk: Desk) -> None:
    @app.action(re.compile(r"^ask\b"))
    def asked(ack: Ack, action: dict[str, Any], body: dict[str, Any], context: BoltContext) -> None:
        accepted(desk, question_from_click(Click(action, body, desk.at(context))))
        ack()

    @app.action(re.compile(r"^do\b"))
    def done(ack: Ack, action: dict[str, Any], body: dict[str, Any], client: WebClient, context: BoltContext) -> None:
        do(str(action["value"]), Click(action, body, desk.at(context)), client)
        ack()

    @app.action("more")
    def chosen(ack: Ack, action: dict[str, Any], body: dict[str, Any], client: WebClient, context: BoltContext) -> None:
        do(str(action["selected_option"]["value"]), Click(action, body, desk.at(context)), client)
        ack()

    @app.action(re.compile(r"^of:"))
    def chosen_of(
        ack: Ack, action: dict[str, Any], body: dict[str, Any], client: WebClient, context: BoltContext
    ) -> None:
        do(str(action["action_id"]).removeprefix("of:"), Click(action, body, desk.at(context)), client)
        ack()

    @app.action(re.compile(r"^edit\b"))
    def edited(ack: Ack, action: dict[str, Any], body: dict[str, Any], client: WebClient, context: BoltContext) -> None:
        click = Click(action, body, desk.at(context))
        show(modals()["edit_draft"], click.about_draft(str(action["value"])), body, client, click.desk)
        ack()

    @app.action("feedback")
    def judged(ack: Ack, action: dict[str, Any], body: dict[str, Any], client: WebClient, context: BoltContext) -> None:
        click = Click(action, body, desk.at(context))
        if key := str(click.value.get("key") or ""):
            good = int(click.value.get("score", 0)) > 0
            desk.judge(key, click.who, good, None)
            if not good:
                show(modals()["reason"], click.about(answer=key), body, client, click.desk)
        ack()

    @app.action(re.compile(".*"))
    def opened(ack: Ack) -> None:
        ack()  # a button that opens a link: Slack tells us and expects to hear that we heard


def question_from_click(click: Click) -> Question:
    """A click is a new question of the person who clicked, in the thread of the message that has the button.

    The button's value says what is asked: `{"q": text}`, or the `{"tool", "arguments"}` of a choice, whose
    words are those on the button; in which `language`; and whether the answer takes the message's place (`in_place`).
    """
    value, action = click.value, click.action
    label = str((action.get("text") or {}).get("text") or "")
    return Question(
        key=click.key,
        text=str(value.get("q") or label or action.get("value") or ""),
        asker=click.person,
        place=click.place,
        language=str(value.get("language") or ""),
        choice=str(action["value"]) if "tool" in value else "",
        response_url=click.response_url,
        replaces=click.message if value.get("in_place") else "",
    )
