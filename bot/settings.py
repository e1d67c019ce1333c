"""Settings: the only reader of the environment."""

import os
import re
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from dotenv import dotenv_values
from platformdirs import user_cache_path, user_data_path
from pydantic import BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


def _split(listed: Any) -> Any:
    return re.split(r"[\s,;]+", listed.strip(" ,;")) if isinstance(listed, str) else listed


SlackUsers = Annotated[frozenset[str], NoDecode, BeforeValidator(_split)]


class Settings(BaseSettings):
    """Everything that can be set, from environment variables of the same names or a `.env` file."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True)

    retention_home: Path = Field(
        default_factory=lambda: user_data_path("retention"), description="Folder of the default book, store and index."
    )
    retention_cache: Path = Field(
        default_factory=lambda: user_cache_path("retention"),
        description="Folder of what can be made again: what the router learnt from its examples.",
    )
    retention_today: date | None = Field(default=None, description="Sets the clock, for demonstrations and tests.")
    retention_timezone: str = Field(default="America/Sao_Paulo", description="Time zone in which days begin and end.")
    retention_language: Literal["en", "pt-BR"] = Field(
        default="en", description="Language of the commands, and of a question that could be either: en or pt-BR."
    )
    fiscal_year_starts: int = Field(
        default=1, ge=1, le=12,
        description="Month in which the fiscal year begins, 1 to 12; it is called after the year in which it ends.",
    )  # fmt: skip
    book_url: str | None = Field(
        default=None, description="SQLAlchemy URL of the customer book (default: SQLite in the home)."
    )
    store_url: str | None = Field(
        default=None, description="SQLAlchemy URL of the assistant's own store (default: SQLite in the home)."
    )
    documents: Path | None = Field(
        default=None, description="Folder in which a team's own documents are kept (default: `documents` in the home)."
    )
    leaders: SlackUsers = Field(
        default=frozenset(), description="Slack user ids (`U…,U…`) who may read documents labelled leaders, and cs."
    )
    cs_team: SlackUsers = Field(default=frozenset(), description="Slack user ids who may read documents labelled cs.")
    admins: SlackUsers = Field(
        default=frozenset(), description="Slack user ids who may add documents by uploading them to the assistant."
    )
    embedding: str | None = Field(
        default=None,
        description="`minilm` (after `retention index embedding minilm`) or `langchain:provider:model`; empty: none.",
    )
    contact_rules: Path | None = Field(
        default=None, description="A company's own rules for the contact guard (YAML, as tools/_guard_rules.yml)."
    )
    chat_model: str | None = Field(
        default=None, description="`provider:model` for LangChain's init_chat_model; empty: no model."
    )
    chat_model_timeout: float = Field(
        default=20.0, description="Seconds a chat model may take before the embedded answer is used."
    )
    slack_bot_token: SecretStr | None = Field(
        default=None, description="Bot token, `xoxb-…`: OAuth & Permissions page of the app."
    )
    slack_app_token: SecretStr | None = Field(
        default=None,
        description="App token, `xapp-…`, for Socket Mode: Basic Information page, scope connections:write.",
    )
    slack_signing_secret: SecretStr | None = Field(
        default=None, description="Signing secret, for HTTP: Basic Information page."
    )
    alert_to: str | None = Field(
        default=None,
        description="Slack user id (`U…`) of the owner of the book, told in private where figures are withheld.",
    )
    retention_period_days: int | None = Field(
        default=None, ge=7,
        description="Days after which questions, answers, figures and the texts of the audit log go; empty: kept.",
    )  # fmt: skip
    audit_period_days: int | None = Field(
        default=None, ge=7, description="Days after which entries of the audit log go; empty: kept."
    )
    slack_api_url: str | None = Field(default=None, description="Another Web API server, such as an emulator.")
    retention_replica: str = Field(
        default="main",
        description="Name of this process where several share one store; it must stay the same over restarts.",
    )
    health_port: int | None = Field(
        default=None, description="Port of `GET /healthz` in Socket Mode; with `--http` it is on that port."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(default="INFO", description="How much is logged.")

    def called(self, name: str) -> str | None:
        """The value of an environment variable or `.env` entry that a mapping file names."""
        return os.environ.get(name) or dotenv_values(".env").get(name)

    @cached_property
    def book(self) -> str:
        return self.book_url or f"sqlite:///{self.retention_home / 'book.sqlite'}"

    @cached_property
    def store(self) -> str:
        return self.store_url or f"sqlite:///{self.retention_home / 'store.sqlite'}"

    @cached_property
    def index(self) -> Path:
        return self.retention_home / "index"

    @cached_property
    def own_documents(self) -> Path:
        return self.documents or self.retention_home / "documents"
