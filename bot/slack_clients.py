"""Slack's Web API clients, and what their errors mean."""

from collections.abc import Callable
from typing import Any
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


Told = Callable[[str, str], None]
"""Is told of the errors that Slack answers with: method and error."""


class Client(WebClient):
    """Slack's client, which tells of errors."""

    def __init__(self, *given: Any, told: Told | None = None, **named: Any) -> None:
        super().__init__(*given, **named)
        self.told = told

    def api_call(self, api_method: str, **asked: Any) -> Any:
        try:
            return super().api_call(api_method, **asked)
        except SlackApiError as problem:
            if self.told:
                self.told(api_method, error_of(problem))
            raise


def reading_client(
    token: str | None, api_url: str | None = None, timeout: int = 30, told: Told | None = None
) -> WebClient:
    """A client for calls that may be repeated: it retries lost connections, server errors and rate limits."""
    handlers = [ConnectionErrorRetryHandler(2), ServerErrorRetryHandler(2), RateLimitErrorRetryHandler(2)]
    return Client(token, base_url=api_url or WebClient.BASE_URL, timeout=timeout, retry_handlers=handlers, told=told)


def hasty_client(token: str, api_url: str | None = None, told: Told | None = None) -> WebClient:
    """A client for what an answer can do without: it does not wait out a rate limit."""
    handlers = [ConnectionErrorRetryHandler(1), ServerErrorRetryHandler(1)]
    return Client(token, base_url=api_url or WebClient.BASE_URL, timeout=10, retry_handlers=handlers, told=told)


def urgent_client(client: WebClient) -> WebClient:
    """The same client for what must be done within three seconds, or not at all."""
    return WebClient(client.token, base_url=client.base_url, timeout=2, retry_handlers=[])


def posting_client(token: str, api_url: str | None = None, told: Told | None = None) -> WebClient:
    """A client that never repeats by itself: a request whose answer was lost may have become a message."""
    return Client(token, base_url=api_url or WebClient.BASE_URL, retry_handlers=[], told=told)


def is_slack(client: WebClient) -> bool:
    """Whether this is Slack itself, not an emulator or another server that speaks its Web API."""
    host = urlsplit(client.base_url).hostname or ""
    return host == "slack.com" or host.endswith((".slack.com", ".slack-gov.com"))


def error_of(problem: SlackApiError) -> str:
    return str(problem.response.get("error", "")) if hasattr(problem.response, "get") else str(problem)


def named(problem: Exception) -> str:
    """What went wrong, for the log: Slack's word or the kind of error, never words that may quote a message."""
    return error_of(problem) if isinstance(problem, SlackApiError) else type(problem).__name__


def retry_after(problem: SlackApiError) -> float | None:
    """The seconds that Slack names, if it does."""
    headers = {name.lower(): value for name, value in problem.response.headers.items()}
    said = str(headers.get("retry-after", ""))
    return float(said) if said.isdecimal() else None


def is_transient(problem: SlackApiError) -> bool:
    """Whether the same request may succeed later. Slack's errors are single words: a sentence is the SDK's, about an
    answer that was no JSON, such as a proxy's page."""
    status, error = problem.response.status_code, error_of(problem)
    return status == 429 or status >= 500 or error in TRANSIENT or " " in error


def raise_if_transient(problem: SlackApiError, settle: float) -> None:
    if is_transient(problem):
        raise Later(retry_after(problem) or settle) from problem
    if error_of(problem) in LOCKED_OUT:
        raise Later(LOCKED_OUT_PAUSE) from problem
