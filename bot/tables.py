"""The store's tables. A change here needs a migration beside it (bot/migrations)."""

from typing import Any

from sqlalchemy import Boolean, Column, Date, DateTime, ForeignKey, Index, Integer, MetaData, String, Table, Text

STORE = MetaData()


def _of_question(**options: Any) -> Column[str]:
    return Column("question", String(255), ForeignKey("questions.key", ondelete="CASCADE"), **options)


questions = Table(
    "questions", STORE,
    Column("key", String(255), primary_key=True),
    Column("team", String(60), nullable=False),
    Column("channel", String(60), nullable=False),
    Column("thread", String(60), nullable=False),
    Column("conversation", String(200), nullable=False),
    Column("asker", String(60), nullable=False),
    Column("text", Text, nullable=False),
    Column("language", String(12), nullable=False),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("outcome", String(12), nullable=False),
    Index("questions_by_conversation", "conversation", "asked_at"),
)  # fmt: skip

answers = Table(
    "answers", STORE,
    _of_question(primary_key=True),
    Column("tool", String(80)),
    Column("arguments", Text, nullable=False),
    Column("listed", Text, nullable=False, server_default="[]"),
    Column("text", Text, nullable=False),
    Column("answered_at", DateTime(timezone=True), nullable=False),
)  # fmt: skip

figures = Table(
    "figures", STORE,
    _of_question(primary_key=True),
    Column("id", String(20), primary_key=True),
    Column("position", Integer, nullable=False, server_default="0"),
    Column("metric", String(80), nullable=False),
    Column("version", Integer, nullable=False),
    Column("variant", String(120), nullable=False),
    Column("unit", String(12), nullable=False),
    Column("value", String(200)),
    Column("currency", String(3)),
    Column("period", String(60), nullable=False),
    Column("segment", Text, nullable=False),
    Column("sql", Text, nullable=False),
    Column("parameters", Text, nullable=False),
    Column("row_count", Integer, nullable=False),
    Column("as_of", String(10), nullable=False),
    Index("figures_by_id", "id"),
    Index("figures_by_period", "metric", "period"),
)  # fmt: skip

drafts = Table(
    "drafts", STORE,
    Column("id", String(36), primary_key=True),
    _of_question(nullable=False, index=True),
    Column("kind", String(60), nullable=False),
    Column("account_id", String(120)),
    Column("contact_id", String(120)),
    Column("category", String(20)),
    Column("language", String(12), nullable=False),
    Column("created_by", String(60), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", String(12), nullable=False, server_default="waiting"),
    Column("decided_by", String(120)),
    Column("decided_at", DateTime(timezone=True)),
    Column("reason", Text),
    Index("drafts_by_state", "state", "created_at"),
)  # fmt: skip

draft_versions = Table(
    "draft_versions", STORE,
    Column("draft", String(36), ForeignKey("drafts.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("author", String(120), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
)  # fmt: skip

touches = Table(
    "touches", STORE,
    Column("id", String(60), primary_key=True),
    Column("account_id", String(120), nullable=False),
    Column("contact_id", String(120)),
    Column("on_day", Date, nullable=False),
    Column("category", String(20), nullable=False),
    Column("direction", String(12), nullable=False),
    Column("channel", String(20)),
    Column("author", String(120)),
    Column("note", Text),
    Column("draft", String(36)),
    Column("logged_at", DateTime(timezone=True), nullable=False),
    Index("touches_by_account", "account_id", "on_day"),
    Index("touches_by_draft", "draft"),
)  # fmt: skip

survey_rounds = Table(
    "survey_rounds", STORE,
    Column("id", String(36), primary_key=True),
    Column("team", String(60), nullable=False),
    Column("period", String(60), nullable=False),
    Column("scope", Text, nullable=False),
    Column("prepared_on", Date, nullable=False),
    Column("user_id", String(60), nullable=False),
    Column("who", String(120), nullable=False),
    Column("question", String(255), nullable=False),
    Column("prepared_at", DateTime(timezone=True), nullable=False),
)  # fmt: skip

survey_reservations = Table(
    "survey_reservations", STORE,
    Column("round", String(36), ForeignKey("survey_rounds.id", ondelete="CASCADE"), primary_key=True),
    Column("account_id", String(120), primary_key=True),
    Column("contact_id", String(120)),
    Column("on_day", Date, nullable=False),
    Index("survey_reservations_by_account", "account_id"),
)  # fmt: skip

posts = Table(
    "posts", STORE,
    Column("key", String(255), primary_key=True),
    Column("state", String(8), nullable=False),
    Column("channel", String(60), nullable=False),
    Column("thread", String(60), nullable=False),
    Column("ts", String(60)),
    Column("intended_at", DateTime(timezone=True), nullable=False),
    Column("claimed_by", String(200), nullable=False),
    Column("claimed_at", DateTime(timezone=True), nullable=False),
    Index("posts_by_message", "channel", "ts"),
)  # fmt: skip

feedback = Table(
    "feedback", STORE,
    Column("question", String(255), primary_key=True),
    Column("who", String(60), primary_key=True),
    Column("good", Boolean, nullable=False),
    Column("reason", Text),
    Column("given_at", DateTime(timezone=True), nullable=False),
)  # fmt: skip

audit_entries = Table(
    "audit_entries", STORE,
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("at", String(32), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("who", String(24), nullable=False),
    Column("facts", Text, nullable=False),
    Column("sealed", String(64), nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index("audit_by_kind", "kind", "n"),
    Index("audit_by_who", "who", "n"),
)  # fmt: skip

audit_texts = Table(
    "audit_texts", STORE,
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("salt", String(32), nullable=False),
    Column("text", Text, nullable=False),
)  # fmt: skip

audit_people = Table(
    "audit_people", STORE,
    Column("pseudonym", String(24), primary_key=True),
    Column("person", String(60), nullable=False),
    Column("name", String(120), nullable=False),
    Column("salt", String(32), nullable=False),
    Index("audit_people_by_person", "person", unique=True),
)  # fmt: skip

snoozes = Table(
    "snoozes", STORE,
    Column("team", String(60), primary_key=True),
    Column("account_id", String(120), primary_key=True),
    Column("until", Date, nullable=False),
    Column("reason", Text),
    Column("who", String(120), nullable=False),
    Column("decided_at", DateTime(timezone=True), nullable=False),
)  # fmt: skip

assignments = Table(
    "assignments", STORE,
    Column("team", String(60), primary_key=True),
    Column("account_id", String(120), primary_key=True),
    Column("user_id", String(60), nullable=False),
    Column("who", String(120), nullable=False),
    Column("decided_at", DateTime(timezone=True), nullable=False),
)  # fmt: skip

strategic_accounts = Table(
    "strategic_accounts", STORE,
    Column("team", String(60), primary_key=True),
    Column("account_id", String(120), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("until", Date),
    Column("decided_on", Date, nullable=False),
    Column("who", String(120), nullable=False),
    Column("decided_at", DateTime(timezone=True), nullable=False),
)  # fmt: skip

fixed_reasons = Table(
    "fixed_reasons", STORE,
    Column("team", String(60), primary_key=True),
    Column("reason", String(120), primary_key=True),
    Column("done", Text, nullable=False),
    Column("fixed_on", Date, nullable=False),
    Column("who", String(120), nullable=False),
    Column("decided_at", DateTime(timezone=True), nullable=False),
)  # fmt: skip

segments = Table(
    "segments", STORE,
    Column("team", String(60), primary_key=True),
    Column("id", String(12), primary_key=True),
    Column("name", String(120), nullable=False),
    Column("conditions", Text, nullable=False),
    Column("sql", Text, nullable=False),
    Column("parameters", Text, nullable=False),
    Column("owner", String(60), nullable=False),
    Column("owner_name", String(120), nullable=False),
    Column("accounts", Integer, nullable=False),
    Column("saved_on", Date, nullable=False),
    Column("saved_at", DateTime(timezone=True), nullable=False),
    Column("pinned_by", String(120)),
    Column("pinned_at", DateTime(timezone=True)),
)  # fmt: skip

risk_cases = Table(
    "risk_cases", STORE,
    Column("id", String(36), primary_key=True),
    Column("team", String(60), nullable=False),
    Column("account_id", String(120), nullable=False),
    Column("verdict", String(20), nullable=False),
    Column("reason", Text),
    Column("on_day", Date, nullable=False),
    Column("score", Integer),
    Column("flagged", Boolean, nullable=False),
    Column("user_id", String(60), nullable=False),
    Column("who", String(120), nullable=False),
    Column("decided_at", DateTime(timezone=True), nullable=False),
    Index("risk_cases_by_team", "team", "decided_at"),
)  # fmt: skip

replicas = Table(
    "replicas", STORE,
    Column("life", String(200), primary_key=True),
    Column("beats", Integer, nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("seen_at", DateTime(timezone=True), nullable=False),
)  # fmt: skip

attempts = Table(
    "attempts", STORE,
    Column("question", String(255), primary_key=True),
    Column("begun", Integer, nullable=False),
    Column("begun_at", DateTime(timezone=True), nullable=False),
)  # fmt: skip

failures = Table(
    "failures", STORE,
    Column("question", String(255), primary_key=True),
    Column("written", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("error", String(12), nullable=False),
    Column("failed_at", DateTime(timezone=True), nullable=False),
    Index("failures_by_time", "failed_at"),
)  # fmt: skip

schedules = Table(
    "schedules", STORE,
    Column("id", String(12), primary_key=True),
    Column("team", String(60), nullable=False),
    Column("owner", String(60), nullable=False),
    Column("owner_name", String(120), nullable=False),
    Column("target", String(60), nullable=False),
    Column("language", String(12), nullable=False),
    Column("words", Text, nullable=False),
    Column("tool", String(80), nullable=False),
    Column("arguments", Text, nullable=False),
    Column("relative", Text, nullable=False),
    Column("recurrence", Text, nullable=False),
    Column("watch", Text),
    Column("active", Boolean, nullable=False),
    Column("reason", String(12), nullable=False),
    Column("next_due", DateTime(timezone=True), nullable=False),
    Column("asked_at", DateTime(timezone=True)),
    Column("failed_at", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("seen_load", String(120)),
    Column("observed", Text),
    Column("observed_before", Text),
    Column("observed_for", String(255)),
    Column("observed_at", DateTime(timezone=True)),
    Index("schedules_by_due", "active", "next_due"),
    Index("schedules_by_owner", "team", "owner"),
)  # fmt: skip

installations = Table(
    "installations", STORE,
    Column("team", String(32), primary_key=True),
    Column("team_name", String(200), nullable=False),
    Column("enterprise", String(32)),
    Column("app", String(32), nullable=False),
    Column("bot", String(32), nullable=False),
    Column("bot_user", String(32), nullable=False),
    Column("scopes", Text, nullable=False),
    Column("token", Text, nullable=False),
    Column("refresh_token", Text),
    Column("expires_at", DateTime(timezone=True)),
    Column("installed_by", String(60), nullable=False),
    Column("installed_at", DateTime(timezone=True), nullable=False),
    Column("renewing_until", DateTime(timezone=True)),
)  # fmt: skip
"""Workspaces that installed the app. Both tokens are encrypted (`bot/installations.py`)."""

oauth_states = Table(
    "slack_oauth_states", STORE,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("state", String(200), nullable=False),
    Column("expire_at", DateTime, nullable=False),
)  # fmt: skip
"""Installations that were begun: slack_sdk's table, whose times are in UTC."""
