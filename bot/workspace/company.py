"""The people and channels of the local workspace: of the team that looks after the accounts in the book."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.workspace.world import Json, World

BOT_USER, TEAM, ELSEWHERE = "U0RETENTION", "T0WORKSPACE", "T0ELSEWHERE"
LEADER, REP, GUEST, PARTNER = "U0LEADER", "U0REP", "U0GUEST", "U0PARTNER"
MANIFEST = Path(__file__).parent / "manifest.json"


def company(owners: Sequence[str], language: str) -> World:
    """A workspace in which the first of `owners` (as the book calls them) is the rep, beside a leader and others."""
    world = World(TEAM, BOT_USER, name="Acme", manifest=manifest())
    world.users = {
        LEADER: _person("Helena Duarte", "Head of customer success", language, color="#7a4fb5"),
        REP: _person(owners[0] if owners else "Bianca Nogueira", "Customer success manager", language, color="#0b7a75"),
        GUEST: _person("Nadia Okafor", "Consultant", language, color="#a85a2a", is_restricted=True),
        PARTNER: _person("Jonas Weber", "Partner Ltd", language, color="#4a6b8a", team_id=ELSEWHERE, is_stranger=True),
        BOT_USER: {"name": "retention", "real_name": _bot_name(world), "is_bot": True, "color": "#1f5eff"},
    }
    world.channels = {
        "C0TEAM": _channel("customer-success", "The team that looks after our customers", [LEADER, REP, BOT_USER]),
        "C0LEADERS": _channel("leadership", "Figures for the board", [LEADER, BOT_USER], is_private=True),
        "C0GENERAL": _channel("general", "Everybody, a guest too", [LEADER, REP, GUEST, BOT_USER]),
        "C0PARTNER": _channel(
            "with-partner",
            "Shared with Partner Ltd",
            [LEADER, REP, PARTNER, BOT_USER],
            is_ext_shared=True,
            is_shared=True,
        ),
        "C0LOUNGE": _channel("lounge", "The assistant is not here", [LEADER, REP]),
    }
    world.groups = {"S0LEADERS": [LEADER], "S0TEAM": [REP]}
    return world


def manifest() -> Mapping[str, Any]:
    """The app's manifest, which says what the app may do and what Slack tells it."""
    found: Mapping[str, Any] = json.loads(MANIFEST.read_text(encoding="utf-8"))
    return found


def _person(name: str, title: str, language: str, **more: Any) -> Json:
    email = f"{'.'.join(name.lower().split())}@acme.example"
    profile = {"real_name": name, "display_name": name, "email": email, "title": title}
    return {
        "name": email.partition("@")[0], "real_name": name, "title": title, "profile": profile,
        "locale": language, "tz": "America/Sao_Paulo", **more,
    }  # fmt: skip


def _channel(name: str, topic: str, members: list[str], **more: Any) -> Json:
    return {"name": name, "topic": {"value": topic}, "members": members, **more}


def _bot_name(world: World) -> str:
    return str(world.manifest["features"]["bot_user"]["display_name"])
