"""Opening the app: suggested prompts above the conversation, and the Home tab. Both are courtesies."""

import logging
from collections.abc import Iterator
from http.client import HTTPException
from typing import Any

from slack_bolt import App
from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError

from bot import block_kit as kit
from bot.listeners import Desk
from bot.locale import Speaker
from tools import Phrase, phrase

log = logging.getLogger(__name__)


def prompts() -> tuple[tuple[Phrase, Phrase], ...]:
    """Title and message of the four questions for newcomers; manifest.json has them in English."""
    return (
        (phrase("Accounts at risk"), phrase("Which accounts are at risk?")),
        (phrase("MRR this week"), phrase("Weekly MRR summary")),
        (phrase("Find a playbook"), phrase("What does the playbook say about a renewal in 90 days?")),
        (phrase("Interview script"), phrase("Draft a win-loss interview script")),
    )


def register(app: App, desk: Desk) -> None:
    def heard() -> None:
        """Acknowledged at once; what follows may take as long as Slack takes."""

    def welcome(event: dict[str, Any], client: WebClient) -> None:
        greet = _pin_prompts if event.get("tab") == "messages" else _show_home
        try:
            greet(event, client, Speaker(desk.lookups.language(str(event["user"]))))
        except (SlackClientError, OSError, HTTPException) as problem:
            log.info("no welcome shown: %s", problem)

    app.event("app_home_opened")(ack=heard, lazy=[welcome])


def _pin_prompts(event: dict[str, Any], client: WebClient, speaker: Speaker) -> None:
    pinned = [{"title": speaker.say(title), "message": speaker.say(message)} for title, message in prompts()]
    client.api_call("assistant.threads.setSuggestedPrompts", json={"channel_id": event["channel"], "prompts": pinned})


def _show_home(event: dict[str, Any], client: WebClient, speaker: Speaker) -> None:
    client.views_publish(user_id=event["user"], view={"type": "home", "blocks": list(home(speaker))})


def home(speaker: Speaker) -> Iterator[dict[str, Any]]:
    """The Home tab: what can be asked, and how."""
    yield kit.header(speaker.say(phrase("Ask about your customers")))
    yield from kit.paragraphs(
        speaker.say(phrase("Write to me here, mention me in a channel, or type /retention and a question."))
    )
    questions = [speaker.say(message) for _, message in prompts()]
    yield kit.actions(
        [
            kit.button(text, f"ask:{n}", kit.compact({"q": text, "language": speaker.language}))
            for n, text in enumerate(questions)
        ]
    )
