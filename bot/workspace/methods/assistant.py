"""assistant.threads.*, canvases.*: what Slack gives to agents."""

from bot.workspace.methods import Asked, method, need, structure
from bot.workspace.world import File, Json, Refusal, World

CANVAS = 1_048_576
PROMPTS = 4


@method("assistant.threads.setStatus")
def status(world: World, asked: Asked) -> Json:
    channel, thread = need(asked, "channel_id"), str(asked.get("thread_ts") or "")
    text = str(asked.get("status") or "")
    world.statuses[channel, thread] = text
    world.tell("status", channel=channel, thread=thread, text=text)
    return {}


@method("assistant.threads.setSuggestedPrompts")
def prompts(world: World, asked: Asked) -> Json:
    channel, given = need(asked, "channel_id"), structure(asked, "prompts") or []
    if not 1 <= len(given) <= PROMPTS:
        raise Refusal("invalid_arguments", "[ERROR] prompts: 1 to 4")
    world.prompts[channel] = given
    world.tell("prompts", channel=channel, prompts=given)
    return {}


@method("assistant.threads.setTitle")
def title(world: World, asked: Asked) -> Json:
    need(asked, "channel_id"), need(asked, "title")
    return {}


@method("canvases.create")
def canvas(world: World, asked: Asked) -> Json:
    content = structure(asked, "document_content") or {}
    markdown = str(content.get("markdown") or "")
    if content and content.get("type") != "markdown":
        raise Refusal("invalid_arguments", "[ERROR] document_content must be markdown")
    if len(markdown) > CANVAS:
        raise Refusal("canvas_creation_failed")
    name = world.new_id("F")
    title, channel = str(asked.get("title") or "Canvas"), str(asked.get("channel_id") or "")
    world.canvases[name] = {"title": title, "markdown": markdown, "channel": channel}
    world.files[name] = File(f"{title}.md", markdown.encode(), "text/markdown", title)
    return {"canvas_id": name}


@method("canvases.access.set")
def share_canvas(world: World, asked: Asked) -> Json:
    name = need(asked, "canvas_id")
    if name not in world.canvases:
        raise Refusal("canvas_not_found")
    for channel in structure(asked, "channel_ids") or []:
        world.files[name].shared.add(channel)
    return {}
