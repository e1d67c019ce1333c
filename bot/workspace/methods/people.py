"""auth.*, users.*, usergroups.*: who is who."""

from bot.workspace.methods import Asked, flag, method, need, page
from bot.workspace.world import Json, Refusal, World


@method("auth.test")
def test(world: World, _: Asked) -> Json:
    who = {"user": "retention", "user_id": world.bot_user, "bot_id": world.bot}
    return {"url": world.root, "team": world.name, "team_id": world.team, **who}


@method("users.info")
def info(world: World, asked: Asked) -> Json:
    user = need(asked, "user")
    if user not in world.users:
        raise Refusal("user_not_found")
    return {"user": _shown(world, user, asked)}


@method("users.list")
def list_(world: World, asked: Asked) -> Json:
    return page("members", [_shown(world, user, asked) for user in world.users], asked)


@method("users.lookupByEmail")
def by_email(world: World, asked: Asked) -> Json:
    email = need(asked, "email")
    found = (world.user(user) for user, known in world.users.items() if _email(known) == email)
    if (user := next(found, None)) is None:
        raise Refusal("users_not_found")
    return {"user": user}


@method("usergroups.list")
def groups(world: World, _: Asked) -> Json:
    return {"usergroups": [{"id": group, "users": users} for group, users in world.groups.items()]}


@method("usergroups.users.list")
def in_group(world: World, asked: Asked) -> Json:
    group = need(asked, "usergroup")
    if group not in world.groups:
        raise Refusal("no_such_subteam")
    return {"users": world.groups[group]}


def _shown(world: World, user: str, asked: Asked) -> Json:
    """Somebody as an app sees them: the locale only where it is asked for, the e-mail only with its scope."""
    known = world.user(user)
    if not flag(asked, "include_locale"):
        known.pop("locale", None)
    granted = world.manifest.get("oauth_config", {}).get("scopes", {}).get("bot", ("users:read.email",))
    if "profile" in known and "users:read.email" not in granted:
        known["profile"] = {name: value for name, value in known["profile"].items() if name != "email"}
    return known


def _email(user: Json) -> str:
    return str((user.get("profile") or {}).get("email") or "")
