"""Opening a modal: while Slack waits, as what it was opened by is good for three seconds."""

import logging
from dataclasses import replace
from http.client import HTTPException
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError

from bot.listeners import Desk, accepted
from bot.locale import Speaker
from bot.modals import About, Modal
from bot.question import Question
from bot.slack_clients import urgent_client

log = logging.getLogger(__name__)


def show(modal: Modal, about: About, body: dict[str, Any], client: WebClient, desk: Desk) -> None:
    """Open it. Where Slack does not, the person is asked in words what the modal would have asked."""
    trigger = str(body["trigger_id"])
    try:
        urgent_client(client).views_open(trigger_id=trigger, view=modal.view(about, desk.lookups))
    except (SlackClientError, OSError, HTTPException) as problem:
        log.warning("%s was not opened: %s", modal.name, problem)
        accepted(desk, _in_words(modal, about, trigger))


def _in_words(modal: Modal, about: About, trigger: str) -> Question:
    return Question(
        f"{about.place.team}/{about.place.channel or about.who}/{trigger}",
        Speaker(about.language).say(modal.title),
        replace(about.person, outsider=None), about.place, about.language, response_url=about.response_url,
    )  # fmt: skip
