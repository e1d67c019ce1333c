"""Whether Slack really lets us do what a scope stands for: tried with calls that change nothing."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.doctor import SCOPES, Check, mend_scopes
from bot.slack_clients import error_of, is_slack, reading_client
from tools import phrase

NOBODY, NOWHERE, NEVER = "U00000000", "C00000000", "1.000000"
"""Ids that exist in no workspace: whoever may ask is told so, anybody else that the scope is missing."""


@dataclass(frozen=True)
class Probe:
    """A call that needs a scope, and does nothing."""

    scope: str
    method: str
    asked: Mapping[str, str] = field(default_factory=dict)


PROBES = (
    *(
        Probe(f"{kind}:read", "conversations.list", {"types": types, "limit": "1"})
        for kind, types in (
            ("channels", "public_channel"), ("groups", "private_channel"), ("im", "im"), ("mpim", "mpim"),
        )
    ),
    Probe("channels:history", "conversations.history", {"channel": NOWHERE, "limit": "1"}),
    Probe("users:read", "users.info", {"user": NOBODY}),
    Probe("users:read.email", "users.lookupByEmail", {"email": "nobody@example.com"}),
    Probe("usergroups:read", "usergroups.list"),
    Probe("im:write", "conversations.open", {"users": NOBODY}),
    Probe("chat:write", "chat.postEphemeral", {"channel": NOWHERE, "user": NOBODY, "text": "?"}),
    Probe(
        "assistant:write", "assistant.threads.setStatus", {"channel_id": NOWHERE, "thread_ts": NEVER, "status": "?"}
    ),
    Probe("files:read", "files.list", {"count": "1"}),
    Probe("files:write", "files.getUploadURLExternal", {"filename": "?.txt", "length": "1"}),
)  # fmt: skip


def tried(token: str, api_url: str | None) -> Iterator[Check]:
    """One check per scope that can be tried without anybody noticing; the header tells of the others."""
    client = reading_client(token, api_url, timeout=10)
    for probe in PROBES:
        if probe.scope in SCOPES:
            yield _judged(probe, _answer(client, probe), at_slack=is_slack(client))


def _answer(client: WebClient, probe: Probe) -> str:
    """Slack's word for what is wrong; empty where nothing is, a dash where no answer came."""
    try:
        client.api_call(probe.method, params=dict(probe.asked))
    except SlackApiError as refused:
        return error_of(refused)
    except (SlackClientError, OSError, HTTPException):
        return "-"
    return ""


def _judged(probe: Probe, error: str, *, at_slack: bool) -> Check:
    if error == "unknown_method" and not at_slack:
        return Check(probe.scope, True, phrase("This server does not know {method}.", method=probe.method))
    if error in ("missing_scope", "no_permission", "not_allowed_token_type", "unknown_method"):
        return Check(probe.scope, False, phrase("Slack does not allow {method}.", method=probe.method), mend_scopes())
    if not re.fullmatch(r"\w*_not_found|\w*", error) or error in ("invalid_auth", "not_authed", "token_revoked"):
        mend = phrase("Check the network, the proxy and SLACK_API_URL.")
        return Check(probe.scope, False, phrase("Slack did not answer {method}.", method=probe.method), mend)
    return Check(probe.scope, True, phrase("Slack allows {method}.", method=probe.method))
