"""Settings: the only reader of the environment."""

import os
import re
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from dotenv import dotenv_values
from platformdirs import user_cache_path, user_data_path
from pydantic import BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

if TYPE_CHECKING:
    from tools.metrics import Scoring


def _split(listed: Any) -> Any:
    return [each for each in re.split(r"[\s,;]+", listed) if each] if isinstance(listed, str) else listed


SlackUsers = Annotated[frozenset[str], NoDecode, BeforeValidator(_split)]
SlackTeams = Annotated[frozenset[str], NoDecode, BeforeValidator(_split)]


def _pairs(listed: Any) -> Any:
    """`a=b; c=d` as a mapping."""
    if not isinstance(listed, str):
        return listed
    pairs = (pair.partition("=") for pair in re.split(r"[;\n]", listed) if pair.strip())
    return {name.strip(): value.strip() for name, _, value in pairs}


def _teams(listed: Any) -> Any:
    """`a, b; c, d` as teams of names."""
    if not isinstance(listed, str):
        return listed
    teams = ([name.strip() for name in team.split(",")] for team in re.split(r"[;\n]", listed) if team.strip())
    return tuple(frozenset(filter(None, team)) for team in teams)


def _in_small_letters(pairs: Any) -> Any:
    """E-mail addresses are compared in small letters, Slack's ids as they are."""
    made = _pairs(pairs)
    return {name.casefold() if "@" in name else name: value for name, value in made.items()}


RoleName = Literal["admin", "leader", "rep", "viewer"]
Roles = Annotated[frozenset[RoleName], NoDecode, BeforeValidator(_split)]
RoleGroups = Annotated[dict[RoleName, str], NoDecode, BeforeValidator(_pairs)]
Owners = Annotated[dict[str, str], NoDecode, BeforeValidator(_in_small_letters)]
Teams = Annotated[tuple[frozenset[str], ...], NoDecode, BeforeValidator(_teams)]
SEES_ALL: frozenset[RoleName] = frozenset({"admin", "leader"})


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
    holidays: str = Field(
        default="",
        description="Whose public holidays are no working days for schedules: BR, US, BR-SP …; empty: by language.",
    )
    schedules_missed: Literal["late", "skip"] = Field(
        default="late",
        description="What was missed while the assistant was down is posted late and says so, or skipped.",
    )
    alerts_every: int = Field(
        default=60, ge=0, description="Least minutes between two messages of alerts after loads; more is told together."
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
    admins: SlackUsers = Field(
        default=frozenset(),
        description="Slack user ids (`U…,U…`) of administrators: they see everything, and may upload documents.",
    )
    leaders: SlackUsers = Field(
        default=frozenset(),
        description="Slack user ids of leaders: they see all accounts and read documents labelled leaders, and cs.",
    )
    cs_team: SlackUsers = Field(
        default=frozenset(),
        description="Slack user ids of reps: they see their own accounts and read documents labelled cs.",
    )
    viewers: SlackUsers = Field(
        default=frozenset(), description="Slack user ids of viewers: playbooks and definitions, no accounts."
    )
    role_groups: RoleGroups = Field(
        default={}, description="Slack user groups by role: `leader=S0123; rep=S0456` (also admin, viewer)."
    )
    default_role: RoleName | Literal["none", ""] = Field(
        default="",
        description="Role of members whom nothing else names, or `none`. Empty: viewer, but leader while nobody at all "
        "is named; an owner of accounts is at least a rep.",
    )
    owners: Owners = Field(
        default={},
        description="Who is which owner of the book: `U0123=Ana Souza; bruno@example.com=Bruno Lima`. An owner that is "
        "an e-mail address in the book needs no entry.",
    )
    reps_see: Literal["own", "team"] = Field(
        default="own", description="Whose accounts a rep sees: own, or those of the team."
    )
    teams: Teams = Field(
        default=(), description="Owners of each team: `Ana Souza, Bruno Lima; Carla Dias`. Empty: all are one team."
    )
    totals_for: Roles = Field(
        default=SEES_ALL,
        description="Roles that see the company's totals: `admin, leader, rep`. One that sees not all accounts gets "
        "them without names.",
    )
    margin_for: Roles = Field(default=SEES_ALL, description="Roles that see margins and the costs of serving.")
    lifetime_for: Roles = Field(
        default=SEES_ALL, description="Roles that see LTV, CLV, CAC and what follows from them."
    )
    rights_contact: str = Field(
        default="", description="Whom people are told to ask for more rights; empty: an administrator."
    )
    embedding: str | None = Field(
        default=None,
        description="`minilm` (after `retention index embedding minilm`) or `langchain:provider:model`; empty: none.",
    )
    contact_rules: Path | None = Field(
        default=None, description="A company's own rules for the contact guard (YAML, as tools/_guard_rules.yml)."
    )
    margin_threshold: Decimal | None = Field(
        default=None,
        description="A year's contribution margin from which an account is profitable, in the reporting currency; "
        "empty: the median of your accounts.",
    )
    tenure_threshold: int = Field(
        default=36, ge=1, description="Expected months to come from which an account is loyal."
    )
    discount_rate: Decimal = Field(
        default=Decimal(10), gt=-100, description="Discount rate of a year for lifetime values, in per cent."
    )
    link_hosts: SlackUsers = Field(
        default=frozenset(),
        description="Hosts of links that answers may show, such as those to your training (`academy.example.com`).",
    )
    risk_scorecard: Path | None = Field(
        default=None, description="A company's own weights of the risk score (YAML, as tools/metrics/_scorecard.yml)."
    )
    risk_model: bool = Field(
        default=True,
        description="`serve` fits a model of risk to your own losses by itself and uses it where it ranks better; "
        "`false`: the scorecard alone.",
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
    slack_client_id: str | None = Field(
        default=None,
        description="Client ID, where the app is installed in several workspaces (OAuth): Basic Information page.",
    )
    slack_client_secret: SecretStr | None = Field(
        default=None, description="Client secret, beside SLACK_CLIENT_ID: Basic Information page."
    )
    slack_token_key: SecretStr | None = Field(
        default=None,
        description="Key that encrypts the tokens of installed workspaces (`retention setup key` makes one); "
        "`new,old` while it is changed.",
    )
    slack_teams: SlackTeams = Field(
        default=frozenset(),
        description="Ids of the workspaces (`T…,T…`) that may have the answers; any other is refused.",
    )
    slack_redirect_url: str | None = Field(
        default=None, description="`https://…/slack/oauth_redirect`, where the app has several redirect URLs."
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
    health_port: int | None = Field(
        default=None,
        description="Port of `GET /healthz`, `/readyz` and `/metrics`; with `--http` by default that port.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="How much is logged; only DEBUG has what people wrote in it."
    )
    log_format: Literal["text", "json"] = Field(
        default="text", description="How it is logged: text, or json for machines."
    )

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
    def scoring(self) -> "Scoring":
        from tools.metrics import Scoring

        models = self.retention_home / "risk" if self.risk_model else None
        return Scoring(self.risk_scorecard, models, self.retention_cache / "risk")

    @cached_property
    def own_documents(self) -> Path:
        return self.documents or self.retention_home / "documents"
