"""A small app of every kind of block and element, for the tests of the local Slack: it knows nothing of retention."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from slack_bolt import Ack, App
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from bot.serving import HttpIntake
from bot.workspace.server import LocalSlack
from bot.workspace.world import World

MANIFEST = {
    "features": {
        "slash_commands": [
            {"command": "/plan", "description": "Plan something", "usage_hint": "what"},
            {"command": "/kit", "description": "Show every block", "usage_hint": ""},
        ],
        "shortcuts": [{"name": "Plan", "type": "global", "callback_id": "plan", "description": "Plan something"}],
        "agent_view": {"suggested_prompts": [{"title": "Hello", "message": "Say hello"}]},
    },
    "oauth_config": {
        "scopes": {
            "bot": [
                "chat:write",
                "channels:history",
                "channels:read",
                "files:read",
                "files:write",
                "canvases:write",
                "users:read",
            ]
        }
    },
    "settings": {"event_subscriptions": {"bot_events": ["message.im", "app_mention", "app_home_opened"]}},
}
TOKEN, SECRET = "xoxb-sample", "sample secret"
ACCOUNTS = [f"Account {n}" for n in range(1, 301)]


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def option(text: str) -> dict[str, Any]:
    return {"text": plain(text), "value": text.lower()}


def field(block: str, label: str, element: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "type": "input",
        "block_id": block,
        "label": plain(label),
        "element": {**element, "action_id": block},
        **more,
    }


PLAN = {
    "type": "modal", "callback_id": "plan", "title": plain("Plan"), "submit": plain("Save"), "close": plain("Not now"),
    "blocks": [
        field("account", "Account", {"type": "external_select", "min_query_length": 1}),
        field("day", "Day", {"type": "datepicker"}),
        field("kind", "Kind", {"type": "radio_buttons", "options": [option("Call"), option("Visit")]}),
        field("why", "Why", {"type": "plain_text_input", "multiline": True, "max_length": 200}),
        field("who", "With whom", {"type": "users_select"}, optional=True),
    ],
}  # fmt: skip

KIT: list[dict[str, Any]] = [
    {"type": "header", "text": plain("Every block")},
    {"type": "section", "text": {"type": "mrkdwn", "text": "*bold* _soft_ `code` <https://acme.example|Acme> &lt;3"}},
    {"type": "section", "fields": [plain("One"), plain("Two")], "accessory": {
        "type": "overflow", "action_id": "more", "options": [option("Edit"), option("Drop")],
    }},
    {"type": "table", "rows": [
        [{"type": "raw_text", "text": "Account"}, {"type": "raw_text", "text": "MRR"}],
        [{"type": "raw_text", "text": "Acme"}, {"type": "raw_number", "value": 1250}],
    ], "column_settings": [{"is_wrapped": True}, {"align": "right"}]},
    {"type": "rich_text", "elements": [{"type": "rich_text_list", "style": "bullet", "elements": [
        {"type": "rich_text_section", "elements": [{"type": "text", "text": "a point", "style": {"bold": True}}]},
    ]}]},
    {"type": "markdown", "text": "## Heading\n\n- one\n- **two**"},
    {"type": "divider"},
    {"type": "context", "elements": [plain("Quietly said")]},
    {"type": "actions", "block_id": "choose", "elements": [
        {
            "type": "static_select", "action_id": "pick", "placeholder": plain("Pick"),
            "options": [option("Red"), option("Blue")],
        },
        {"type": "button", "action_id": "drop", "text": plain("Drop it"), "style": "danger", "confirm": {
            "title": plain("Drop?"), "text": plain("It is gone then."), "confirm": plain("Drop"), "deny": plain("Keep"),
        }},
    ]},
    {"type": "context_actions", "elements": [{
        "type": "feedback_buttons", "action_id": "judged",
        "positive_button": {"text": plain("Good"), "value": "good"},
        "negative_button": {"text": plain("Bad"), "value": "bad"},
    }]},
]  # fmt: skip


def world() -> World:
    made = World("T1", "U0BOT", manifest=MANIFEST)
    made.users = {
        "U1": {"real_name": "Ana Lima", "locale": "en-US"}, "U2": {"real_name": "Bo Berg", "locale": "en-US"},
        "U0BOT": {"real_name": "Sample", "is_bot": True},
    }  # fmt: skip
    made.channels = {
        "C1": {"name": "team", "members": ["U1", "U2", "U0BOT"]}, "C2": {"name": "quiet", "members": ["U1"]},
    }  # fmt: skip
    return made


@contextmanager
def sample() -> Iterator[tuple[LocalSlack, list[dict[str, Any]]]]:
    """The local Slack with the app behind it, and the payloads that the app was sent."""
    heard: list[dict[str, Any]] = []
    with LocalSlack(world(), TOKEN, SECRET) as slack:
        intake = HttpIntake(app(slack, heard), 0, host="127.0.0.1")
        intake.start()
        slack.courier.url = f"http://127.0.0.1:{intake.port}/slack/events"
        try:
            yield slack, heard
        finally:
            intake.close()


def app(slack: LocalSlack, heard: list[dict[str, Any]]) -> App:
    made = App(
        client=WebClient(TOKEN, base_url=slack.api_url), signing_secret=SECRET, process_before_response=True,
        authorize=lambda: AuthorizeResult(
            enterprise_id=None, team_id="T1", bot_token=TOKEN, bot_id="B1", bot_user_id="U0BOT"
        ),
    )  # fmt: skip

    @made.middleware
    def note(body: dict[str, Any], next_: Any) -> None:
        heard.append(body)
        next_()

    _speaking(made)
    _interacting(made)
    return made


def _speaking(made: App) -> None:
    @made.event("message")
    def said(event: dict[str, Any], client: WebClient) -> None:
        text = f"You said: {event['text']}"
        client.chat_postMessage(channel=event["channel"], thread_ts=event["ts"], text=text)

    @made.event("app_mention")
    def mentioned(event: dict[str, Any], client: WebClient) -> None:
        client.chat_postEphemeral(channel=event["channel"], user=event["user"], text="Only for you")

    @made.event("app_home_opened")
    def opened(event: dict[str, Any], client: WebClient) -> None:
        if event["tab"] == "home":
            client.views_publish(user_id=event["user"], view={"type": "home", "blocks": KIT[:2]})

    @made.command("/kit")
    def show(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        ack()
        client.chat_postMessage(channel=body["channel_id"], text="Every block", blocks=KIT)


def _interacting(made: App) -> None:
    @made.command("/plan")
    def plan(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=PLAN)

    @made.shortcut("plan")
    def shortcut(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=PLAN)

    @made.options("account")
    def offer(ack: Ack, body: dict[str, Any]) -> None:
        ack(options=[option(name) for name in ACCOUNTS if body["value"].lower() in name.lower()][:100])

    @made.view("plan")
    def save(ack: Ack, view: dict[str, Any], body: dict[str, Any], client: WebClient) -> None:
        why = view["state"]["values"]["why"]["why"]["value"]
        if "!" in why:
            ack(response_action="errors", errors={"why": "Without an exclamation mark, please."})
            return
        ack()
        client.chat_postMessage(channel=body["user"]["id"], text=f"Planned: {why}")

    @made.action("pick")
    @made.action("judged")
    @made.action("more")
    @made.action("drop")
    def used(ack: Ack) -> None:
        ack()
