"""What the app's answer to a command, a submitted view or a response_url makes of the workspace."""

import time

from bot.workspace.elements import option_faults
from bot.workspace.limits import check_message
from bot.workspace.methods.chat import change, said_by_app, with_ids
from bot.workspace.methods.views import push_view, replace_view
from bot.workspace.sending import Heard
from bot.workspace.world import HOOK_USES, Hook, Json, Refusal, World

OPTIONS = 100


def take_answer(world: World, channel: str, user: str, heard: Heard, view: Json | None = None) -> Json:
    """Do what an acknowledgement says: a command's message, a submitted view's next step.

    Returns `errors`, block id → what is wrong, where the view stays open.
    """
    if not heard.ok:
        raise Refusal("app_did_not_answer")
    with world.lock:
        if view is not None:
            return _next_step(world, user, view, heard.body or {})
        if heard.body and (heard.body.get("text") or heard.body.get("blocks")):
            _speak(world, Hook(channel, user, None, float("inf")), heard.body)
    return {}


def suggestions(heard: Heard) -> Json:
    """The options that the app offers. Raises Refusal for more or longer ones than Slack shows."""
    if not heard.ok:
        raise Refusal("app_did_not_answer")
    said = heard.body or {}
    groups = said.get("option_groups") or [{"options": said.get("options") or []}]
    options = [option for group in groups for option in group.get("options") or ()]
    faults = [fault for option in options for fault in option_faults(option)]
    if any(len(group.get("options") or ()) > OPTIONS for group in groups) or faults:
        raise Refusal("invalid_options", *faults[:3])
    return {"groups": groups}


def respond(world: World, token: str, said: Json) -> None:
    """What comes by a response_url: five times within half an hour. Raises Refusal after that."""
    hook = world.hooks.get(token)
    if hook is None or time.monotonic() > hook.until:
        raise Refusal("expired_url")
    if len(hook.uses) >= HOOK_USES:
        raise Refusal("used_url")
    with world.lock:
        _speak(world, hook, said)
        hook.uses.append(time.monotonic())


def _speak(world: World, hook: Hook, said: Json) -> None:
    blocks = said.get("blocks") or []
    original = hook.message if said.get("replace_original") or said.get("delete_original") else None
    if said.get("delete_original"):
        _forget(world, hook)
        return
    if not said.get("text") and not blocks:
        raise Refusal("no_text")
    check_message(blocks, world.files)
    content = {"text": str(said.get("text") or ""), "blocks": with_ids(world, blocks)}
    if original is not None:
        _replace(world, hook, original, content)
        return
    message = said_by_app(world, content, str(said.get("thread_ts") or ""))
    if said.get("response_type") == "in_channel":
        world.said(hook.channel, message)
    else:
        world.whisper(hook.channel, hook.user, message)


def _replace(world: World, hook: Hook, original: Json, content: Json) -> None:
    if original.get("ephemeral"):
        original.update(content)
        world.tell("message", channel=hook.channel, user=hook.user, message=original)
    else:
        change(world, hook.channel, original, content)


def _forget(world: World, hook: Hook) -> None:
    if hook.message is None:
        return
    held = world.whispers[hook.user] if hook.message.get("ephemeral") else world.messages[hook.channel]
    if hook.message in held:
        held.remove(hook.message)
    world.tell("gone", channel=hook.channel, user=hook.user, ts=hook.message["ts"])


def _next_step(world: World, user: str, view: Json, said: Json) -> Json:
    match said.get("response_action"):
        case "errors":
            return {"errors": {block: {"text": why} for block, why in (said.get("errors") or {}).items()}}
        case "update":
            replace_view(world, user, view, said["view"])
            return {}
        case "push":
            push_view(world, user, said["view"])
            return {}
        case "clear":
            world.stacks[user].clear()
        case _:
            world.stacks[user] = [each for each in world.stacks[user] if each["id"] != view["id"]]
    world.tell("modals", user=user, stack=world.stacks[user])
    return {}
