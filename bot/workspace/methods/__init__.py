"""Slack's Web API. The law of this folder: one file per family of methods; a method is a function that says its name.

A method takes the world and the parameters and returns what Slack returns, less `ok`; it raises `Refusal` with
Slack's word for what is wrong. What no file here knows is answered with `unknown_method`.
"""

import importlib
import json
import pkgutil
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from bot.workspace.world import Json, Refusal, World

Asked = Mapping[str, Any]
Method = Callable[[World, Asked], Json]

_NAME = "__slack_method__"


def method(name: str) -> Callable[[Method], Method]:
    """Says which of Slack's methods a function is."""

    def named(function: Method) -> Method:
        setattr(function, _NAME, name)
        return function

    return named


@cache
def methods() -> Mapping[str, Method]:
    """Every method by Slack's name for it."""
    modules = [importlib.import_module(f"{__name__}.{each.name}") for each in pkgutil.iter_modules(__path__)]
    found = [each for module in modules for each in vars(module).values() if hasattr(each, _NAME)]
    return {getattr(each, _NAME): each for each in found}


def call(world: World, name: str, asked: Asked) -> Json:
    """Carry out a method and give Slack's answer."""
    try:
        if name not in methods():
            raise Refusal("unknown_method", req_method=name)
        with world.lock:
            return {"ok": True, **methods()[name](world, asked)}
    except Refusal as refusal:
        return refused(refusal)


def refused(refusal: Refusal) -> Json:
    why = {"response_metadata": {"messages": list(refusal.messages)}} if refusal.messages else {}
    return {"ok": False, "error": refusal.error, **refusal.more, **why}


# -- reading parameters: forms hold text, JSON bodies hold values


def need(asked: Asked, name: str) -> str:
    """A parameter that must be there."""
    if not asked.get(name):
        raise Refusal("invalid_arguments", f"[ERROR] missing required field: {name}")
    return str(asked[name])


def structure(asked: Asked, name: str) -> Any:
    """A parameter that holds JSON, in a form as its text. None where there is none."""
    value = asked.get(name)
    try:
        return json.loads(value) if isinstance(value, str) and value else value or None
    except json.JSONDecodeError as problem:
        raise Refusal("invalid_arguments", f"[ERROR] {name} is not JSON") from problem


def flag(asked: Asked, name: str) -> bool:
    return str(asked.get(name, "")).lower() in ("true", "1")


def page(name: str, found: list[Any], asked: Asked) -> Json:
    """As many as asked for, and the cursor for those that follow."""
    start, limit = int(asked.get("cursor") or 0), int(asked.get("limit") or 100)
    following = str(start + limit) if start + limit < len(found) else ""
    return {name: found[start : start + limit], "response_metadata": {"next_cursor": following}}
