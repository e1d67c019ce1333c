"""manifest.json creates the app in one paste, and asks for what the code uses and no more."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.doctor import SCOPES
from bot.home import prompts
from bot.listeners.shortcuts import ANYWHERE, ON_MESSAGE
from bot.locale import Speaker

MANIFEST: dict[str, Any] = json.loads((Path(__file__).parent.parent / "manifest.json").read_text(encoding="utf-8"))
SHOWN = MANIFEST["display_information"]
FEATURES = MANIFEST["features"]


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        (SHOWN["name"], 1, 35),
        (SHOWN["description"], 1, 140),
        (SHOWN["long_description"], 175, 4000),
        (FEATURES["agent_view"]["agent_description"], 1, 300),
        (FEATURES["bot_user"]["display_name"], 1, 80),
    ],
)
def test_every_text_keeps_to_slacks_limits(text: str, least: int, most: int) -> None:
    assert least <= len(text) <= most


def test_it_asks_for_exactly_the_scopes_the_code_uses() -> None:
    asked = MANIFEST["oauth_config"]["scopes"]["bot"]
    assert sorted(SCOPES) == asked
    assert len(asked) <= 255


def test_it_subscribes_to_exactly_the_events_that_have_a_listener() -> None:
    events = MANIFEST["settings"]["event_subscriptions"]["bot_events"]
    assert events == [
        "app_home_opened", "app_mention", "member_joined_channel", "member_left_channel", "message.im"
    ]  # fmt: skip


def test_each_event_has_the_scope_that_slack_wants_for_it() -> None:
    assert {"app_mentions:read", "im:history"} <= SCOPES


def test_it_is_an_agent_with_four_prompts_that_the_code_pins_too() -> None:
    assert "assistant_view" not in FEATURES
    english = Speaker("en")
    pinned = [{"title": english.say(title), "message": english.say(message)} for title, message in prompts()]
    assert FEATURES["agent_view"]["suggested_prompts"] == pinned
    assert len(pinned) == 4


def test_people_can_write_to_it_press_its_buttons_and_open_its_home() -> None:
    tab = FEATURES["app_home"]
    assert (tab["home_tab_enabled"], tab["messages_tab_enabled"]) == (True, True)
    assert tab["messages_tab_read_only_enabled"] is False
    assert MANIFEST["settings"]["interactivity"] == {"is_enabled": True}


def test_it_uses_socket_mode_and_so_needs_no_address() -> None:
    assert MANIFEST["settings"]["socket_mode_enabled"] is True
    assert "url" not in json.dumps(MANIFEST)


def test_the_one_command_is_ours() -> None:
    (command,) = FEATURES["slash_commands"]
    assert command["command"] == "/retention"
    assert len(command["command"]) <= 32 and len(command["description"]) <= 2000


def test_it_has_exactly_the_shortcuts_that_have_a_listener() -> None:
    offered = {(each["type"], each["callback_id"]) for each in FEATURES["shortcuts"]}
    assert offered == {("message", ON_MESSAGE), *(("global", name) for name in ANYWHERE)}
    assert all(len(each["name"]) <= 24 and len(each["description"]) <= 150 for each in FEATURES["shortcuts"])
