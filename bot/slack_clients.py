"""Slack's Web API clients, and what their errors mean."""

from urllib.parse import urlsplit

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import (
    ConnectionErrorRetryHandler,
    RateLimitErrorRetryHandler,
    ServerErrorRetryHandler,
)

from bot.parcels import Later

TRANSIENT = {
    "ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable", "request_timeout",
}  # fmt: skip


LOCKED_OUT = {"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"}
"""A token was changed under us. The next start brings the new one, and what waited for it."""
LOCKED_OUT_PAUSE = 60.0


def reading_client(token: str | None, api_url: str | None = None, timeout: int = 30) -> WebClient:
    """A client for calls that may be repeated: it retries lost connections, server errors and rate limits."""
    handlers = [ConnectionErrorRetryHandler(2), ServerErrorRetryHandler(2), RateLimitErrorRetryHandler(2)]
    return WebClient(token, base_url=api_url or WebClient.BASE_URL, timeout=timeout, retry_handlers=handlers)


def hasty_client(token: str, api_url: str | None = None) -> WebClient:
    """A client for what an answer can do without: it does not wait out a rate limit."""
    handlers = [ConnectionErrorRetryHandler(1), ServerErrorRetryHandler(1)]
    return WebClient(token, base_url=api_url or WebClient.BASE_URL, timeout=10, retry_handlers=handlers)


def urgent_client(client: WebClient) -> WebClient:
    """The same client for what must be done within three seconds, or not at all."""
    return WebClient(client.token, base_url=client.base_url, timeout=2, retry_handlers=[])


def posting_client(token: str, api_url: str | None = None) -> WebClient:
    """A client that never repeats by itself: a request whose answer was lost may have become a message."""
    return WebClient(token, base_url=api_url or WebClient.BASE_URL, retry_handlers=[])


def is_slack(client: WebClient) -> bool:
    """Whether this is Slack itself, not an emulator or another server that speaks its Web API."""
    host = urlsplit(client.base_url).hostname or ""
    return host == "slack.com" or host.endswith((".slack.com", ".slack-gov.com"))


def error_of(problem: SlackApiError) -> str:
    return str(problem.response.get("error", "")) if hasattr(problem.response, "get") else str(problem)


def is_transient(problem: SlackApiError) -> bool:
    """Whether the same request may succeed later. Slack's errors are single words: a sentence is the SDK's, about an
    answer that was no JSON, such as a proxy's page."""
    status, error = problem.response.status_code, error_of(problem)
    return status == 429 or status >= 500 or error in TRANSIENT or " " in error


def raise_if_transient(problem: SlackApiError, settle: float) -> None:
    if is_transient(problem):
        raise Later(_retry_after(problem) or settle) from problem
    if error_of(problem) in LOCKED_OUT:
        raise Later(LOCKED_OUT_PAUSE) from problem


def _retry_after(problem: SlackApiError) -> float | None:
    headers = {name.lower(): value for name, value in problem.response.headers.items()}
    said = str(headers.get("retry-after", ""))
    return float(said) if said.isdecimal() else None
