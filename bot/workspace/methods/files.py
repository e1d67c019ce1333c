"""files.*: an address to upload to, the upload's completion, and what is known of a file."""

from bot.workspace.methods import Asked, method, need, structure
from bot.workspace.methods.chat import said_by_app
from bot.workspace.world import File, Json, Refusal, World


@method("files.getUploadURLExternal")
def upload_url(world: World, asked: Asked) -> Json:
    name, _ = need(asked, "filename"), need(asked, "length")
    file = world.new_id("F")
    world.files[file] = File(name, alt=str(asked.get("alt_txt") or asked.get("alt_text") or ""))
    return {"upload_url": f"{world.root}/upload/{file}", "file_id": file}


@method("files.completeUploadExternal")
def complete(world: World, asked: Asked) -> Json:
    given = structure(asked, "files") or []
    if not given or any(each.get("id") not in world.files for each in given):
        raise Refusal("file_not_found")
    for each in given:
        world.files[each["id"]].title = str(each.get("title") or "")
    channel = str(asked.get("channel_id") or "")
    if channel:
        _share(world, channel, [each["id"] for each in given], asked)
    return {"files": [shown(world, each["id"]) for each in given]}


@method("files.info")
def info(world: World, asked: Asked) -> Json:
    file = need(asked, "file")
    if file not in world.files:
        raise Refusal("file_not_found")
    return {"file": shown(world, file)}


def shown(world: World, file: str) -> Json:
    """A file as `files.info` shows it."""
    known = world.files[file]
    return {
        "id": file, "name": known.name, "title": known.title or known.name, "mimetype": known.kind,
        "size": len(known.data), "alt_txt": known.alt, "url_private": f"{world.root}/files/{file}",
        "url_private_download": f"{world.root}/files/{file}", "permalink": f"{world.root}/files/{file}",
        "channels": sorted(known.shared),
    }  # fmt: skip


def _share(world: World, channel: str, files: list[str], asked: Asked) -> None:
    if not world.exists(channel) or world.bot_user not in world.members(channel):
        raise Refusal("channel_not_found")
    for file in files:
        world.files[file].shared.add(channel)
    content = {"text": str(asked.get("initial_comment") or ""), "files": [shown(world, file) for file in files]}
    world.said(channel, said_by_app(world, {**content, "blocks": []}, str(asked.get("thread_ts") or "")))
