"""views.*: modals and the Home tab."""

import time

from bot.workspace.limits import check_view
from bot.workspace.methods import Asked, method, need, structure
from bot.workspace.methods.chat import with_ids
from bot.workspace.world import Json, Refusal, World

STACK = 3
"""Modals above one another."""


@method("views.open")
def open_(world: World, asked: Asked) -> Json:
    user = _who(world, asked)
    if world.stacks[user]:
        raise Refusal("exchanged_trigger_id" if asked.get("trigger_id") not in world.triggers else "push_limit_reached")
    return {"view": push_view(world, user, structure(asked, "view") or {})}


@method("views.push")
def push(world: World, asked: Asked) -> Json:
    return {"view": push_view(world, _who(world, asked), structure(asked, "view") or {})}


@method("views.update")
def update(world: World, asked: Asked) -> Json:
    user, view = _open_view(world, str(asked.get("view_id") or ""), str(asked.get("external_id") or ""))
    if asked.get("hash") and asked["hash"] != view["hash"]:
        raise Refusal("hash_conflict")
    return {"view": replace_view(world, user, view, structure(asked, "view") or {})}


@method("views.publish")
def publish(world: World, asked: Asked) -> Json:
    user, view = need(asked, "user_id"), structure(asked, "view") or {}
    if view.get("type") != "home":
        raise Refusal("invalid_arguments", "[ERROR] only a view of type home can be published")
    world.homes[user] = _kept(world, view, world.new_id("V"))
    world.tell("home", user=user, view=world.homes[user])
    return {"view": world.homes[user]}


def push_view(world: World, user: str, view: Json) -> Json:
    """One more modal on top of those that are open."""
    if len(world.stacks[user]) >= STACK:
        raise Refusal("push_limit_reached")
    _only_modal(view)
    ours = _kept(world, view, world.new_id("V"))
    if view.get("external_id") and any(each.get("external_id") == view["external_id"] for each in _all(world)):
        raise Refusal("duplicate_external_id")
    before = world.stacks[user]
    ours |= {"root_view_id": before[0]["id"] if before else ours["id"]}
    ours |= {"previous_view_id": before[-1]["id"] if before else None}
    before.append(ours)
    world.tell("modals", user=user, stack=before)
    return ours


def replace_view(world: World, user: str, view: Json, instead: Json) -> Json:
    """Another content in the place of a modal that is open."""
    _only_modal(instead)
    kept = {name: view[name] for name in ("root_view_id", "previous_view_id") if name in view}
    stack = world.stacks[user]
    at = next(n for n, each in enumerate(stack) if each["id"] == view["id"])
    stack[at] = _kept(world, instead, view["id"]) | kept
    world.tell("modals", user=user, stack=stack)
    return stack[at]


def _only_modal(view: Json) -> None:
    if view.get("type") != "modal":
        raise Refusal("invalid_arguments", "[ERROR] view must be of type modal")


def _kept(world: World, view: Json, name: str) -> Json:
    check_view(view, world.files)
    ours = {"id": name, "team_id": world.team, "bot_id": world.bot, "app_id": world.app, "hash": world.ts()}
    blocks = with_ids(world, view.get("blocks") or [])
    plain = {"private_metadata": "", "callback_id": "", "state": {"values": {}}, "clear_on_close": False}
    return {**plain, "notify_on_close": False, **view, **ours, "blocks": blocks}


def _who(world: World, asked: Asked) -> str:
    """Whose trigger it is; a trigger opens one view, and only in the three seconds after what it stands for."""
    trigger = need(asked, "trigger_id")
    if trigger not in world.triggers:
        raise Refusal("invalid_trigger_id")
    user, until = world.triggers.pop(trigger)
    if time.monotonic() > until:
        raise Refusal("expired_trigger_id")
    return user


def _open_view(world: World, view: str, external: str) -> tuple[str, Json]:
    for user, stack in world.stacks.items():
        for each in stack:
            if each["id"] == view or (external and each.get("external_id") == external):
                return user, each
    raise Refusal("not_found")


def _all(world: World) -> list[Json]:
    return [each for stack in world.stacks.values() for each in stack]
