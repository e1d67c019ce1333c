"""The app on the demo company and the loopback Slack: what people do there, and what was asked for by it."""

import json
from dataclasses import replace
from typing import Any

from slack_bolt import App
from slack_bolt.request import BoltRequest
from slack_bolt.response import BoltResponse

from bot.app import Assistant
from bot.blocks import message
from bot.conversation import Reply
from bot.delivery import Delivery
from bot.listeners import Desk, Identity, bolt_app
from bot.people import People
from bot.pressing import pressed
from bot.question import Person, Place, Question
from bot.replying import Replying
from bot.rooms import Rooms
from bot.slack import lookups
from bot.slack_clients import hasty_client
from bot.workspace.payloads import by, in_message
from tests.slack_server import BOT_TOKEN, BOT_USER, SlackServer
from tools.metrics import account_names

ME = Identity("T1", BOT_USER, "B1")
CHANNEL = Place("channel", "T1", "C1", "7.0")


class Office:
    """`questions`: asked and not yet answered; `asked`: as they were answered; `opinions`: of answers."""

    def __init__(self, demo: Assistant, slack: SlackServer) -> None:
        self.demo, self.slack = demo, slack
        assert demo.conversation  # what is learnt once is learnt before anybody waits
        self.questions: list[Question] = []
        self.asked: list[Question] = []
        self.opinions: list[tuple[str, str, bool, str | None]] = []
        client = hasty_client(BOT_TOKEN, slack.api_url)
        self.people, self.rooms = People(client, "en"), Rooms(client, "T1", BOT_USER)
        desk = Desk(ME, self.questions.append, lambda *said: self.opinions.append(said), self.lookups)
        self.app: App = bolt_app(desk, BOT_TOKEN, api_url=slack.api_url)

    @property
    def lookups(self) -> Any:
        return lookups(self.demo, self.people, self.rooms)

    @property
    def view(self) -> dict[str, Any]:
        """The modal that was opened last."""
        return dict(self.slack.world.stacks[self.last][-1])

    def account(self, name: str) -> str:
        """The id of the account of a name."""
        return next(account for account, called in account_names(self.demo.book()).items() if called == name)

    def send(self, payload: dict[str, Any]) -> BoltResponse:
        self.last = str((payload.get("user") or {}).get("id") or "")
        if payload["type"] in ("shortcut", "block_actions"):
            self.slack.world.stacks[self.last].clear()
        answer = self.app.dispatch(BoltRequest(mode="socket_mode", body=payload))
        assert answer.status == 200
        return answer

    def shortcut(self, name: str, user: str = "U1") -> dict[str, Any]:
        """Use a global shortcut; the modal that it opened."""
        self.send(self.slack.interaction("shortcut", user, callback_id=name))
        return self.view

    def submit(self, view: dict[str, Any], user: str = "U1", **typed: str) -> dict[str, str]:
        """Send a modal; what it says is wrong, field by field."""
        answer = self.send(self.slack.submission(view, user, **typed))
        return dict(json.loads(answer.body)["errors"]) if answer.body else {}

    def question(self, user: str = "U1", text: str = "?", place: Place = CHANNEL) -> Question:
        asker = self.people.named(self.rooms.person(Person(user, outsider=None)))
        return Question(f"T1/C1/{len(self.asked)}-{text}", text, asker, place)

    def ask(self, text: str, user: str = "U1", place: Place = CHANNEL) -> Reply:
        """Ask in words; the answer, as it is posted."""
        return self.demo.ask(self.question(user, text, place))

    def press(self, reply: Reply, button: str, user: str = "U1", **where: Any) -> None:
        """Use the button, or the entry of the menu, that says `button` under an answer."""
        self.press_in(list(message(reply).blocks), button, user, **where)

    def press_in(self, blocks: list[dict[str, Any]], button: str, user: str = "U1", **where: Any) -> None:
        """The same in a message as it was posted."""
        for block, element in ((b, e) for b in blocks if b["type"] == "actions" for e in b["elements"]):
            if chosen := _pressed(element, button):
                self._click({**chosen, "block_id": block.get("block_id", "x"), "type": element["type"]}, user, where)
                return
        raise AssertionError(f"no button {button}: {blocks}")

    def _click(self, action: dict[str, Any], user: str, where: dict[str, Any]) -> None:
        there = {
            "channel": {"id": "C1"}, "message": {"ts": "7.7", "thread_ts": "7.0"},
            "container": {"type": "message", "message_ts": "7.7", "channel_id": "C1", "is_ephemeral": False},
        }  # fmt: skip
        action = {**action, "action_ts": self.slack.interaction("x")["trigger_id"]}
        self.send(self.slack.interaction("block_actions", user, actions=[action], **{**there, **where}))

    def click(self, block: dict[str, Any], verb: str, user: str = "U1", **where: Any) -> None:
        """Use a verb of the menu beside a line."""
        option = next(each for each in block["accessory"]["options"] if each["value"] == verb)
        action = {"action_id": "more", "type": "overflow", "selected_option": option, "block_id": block["block_id"]}
        self._click(action, user, where)

    def thumb(self, reply: Reply, score: int, user: str = "U1") -> None:
        value = json.dumps({"key": reply.question.key, "score": score})
        self._click({"action_id": "feedback", "type": "feedback_buttons", "value": value, "block_id": "x"}, user, {})

    def answers(self) -> list[Reply]:
        """What each question that was asked since is answered with."""
        asked, self.questions[:] = [*self.questions], []
        known = (self.people.named(self.rooms.person(question.asker)) for question in asked)
        self.asked += [replace(question, asker=asker) for question, asker in zip(asked, known, strict=True)]
        return [
            pressed(self.demo, question) if question.choice else self.demo.ask(question)
            for question in self.asked[len(self.asked) - len(asked) :]
        ]

    def deliver(self) -> None:
        """What each question that was asked since is answered with, and sent."""
        delivery = Delivery(self.demo.store, BOT_TOKEN, self.slack.api_url, settle=0)

        def answer(question: Question) -> Reply:
            asked = replace(question, asker=self.people.named(question.asker))
            return pressed(self.demo, asked) if asked.choice else self.demo.ask(asked)

        replying = Replying(answer, message, lambda _: "en", self.rooms, delivery)
        asked, self.questions[:] = [*self.questions], []
        for question in asked:
            for parcel in replying.parcels(question):
                delivery.deliver(parcel)


def summarise(office: Office, text: str, user: str = "U1") -> dict[str, Any]:
    """The payload of the shortcut on a message that says `text`."""
    world = office.slack.world
    said = office.slack.say(text, user)
    asked = by(world, user, "message_action", callback_id="summarise_account", message_ts=said["ts"])
    return {**asked, **in_message(world, user, "C1", said)}


def _pressed(element: dict[str, Any], said: str) -> dict[str, Any] | None:
    if element["type"] == "overflow":
        options = [each for each in element["options"] if each["text"]["text"] == said]
        return {"action_id": element["action_id"], "selected_option": options[0]} if options else None
    if element["type"] == "static_select":
        chosen = next((each for each in element["options"] if each["text"]["text"] == said), None)
        return {"action_id": element["action_id"], "selected_option": chosen} if chosen else None
    return dict(element) if element["text"]["text"] == said else None
