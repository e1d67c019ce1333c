"""Opening the app: suggested prompts above the conversation, and the Home tab. Both are courtesies."""

import logging
from http.client import HTTPException
from typing import Any

from slack_bolt import App, BoltContext
from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError

from bot.home import home, prompts
from bot.listeners import Desk
from bot.locale import Speaker
from bot.question import Person
from bot.slack_clients import named

log = logging.getLogger(__name__)


def register(app: App, desk: Desk) -> None:
    def heard() -> None:
        """Acknowledged at once; what follows may take as long as Slack and the book take."""

    def welcome(event: dict[str, Any], client: WebClient, context: BoltContext) -> None:
        greet = _pin_prompts if event.get("tab") == "messages" else _show_home
        try:
            greet(event, client, desk.at(context))
        except (SlackClientError, OSError, HTTPException) as problem:
            log.info("no welcome shown: %s", named(problem))

    app.event("app_home_opened")(ack=heard, lazy=[welcome])


def _pin_prompts(event: dict[str, Any], client: WebClient, desk: Desk) -> None:
    speaker = Speaker(desk.lookups.language(str(event["user"])))
    pinned = [{"title": speaker.say(title), "message": speaker.say(message)} for title, message in prompts()]
    client.api_call("assistant.threads.setSuggestedPrompts", json={"channel_id": event["channel"], "prompts": pinned})


def _show_home(event: dict[str, Any], client: WebClient, desk: Desk) -> None:
    """What waits for whoever opened it, as they may see it now."""
    person = Person(str(event["user"]), outsider=None)
    speaker = Speaker(desk.lookups.language(person.id))
    blocks = home(desk.lookups.day(person, speaker.language), speaker)
    client.views_publish(user_id=person.id, view={"type": "home", "blocks": blocks[:100]})
