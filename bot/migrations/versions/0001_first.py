"""questions, answers, figures, drafts, posts, feedback"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _questions()
    _answers()
    _figures()
    _drafts()
    _posts()
    _feedback()


def downgrade() -> None:
    for table in ("feedback", "posts", "drafts", "figures", "answers", "questions"):
        op.drop_table(table)


def _question(**options: Any) -> sa.Column[str]:
    key = sa.ForeignKey("questions.key", ondelete="CASCADE")
    return sa.Column("question", sa.String(255), key, **options)


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _words(name: str, length: int, required: bool = True) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=not required)


def _text(name: str, required: bool = True) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=not required)


def _questions() -> None:
    op.create_table(
        "questions",
        sa.Column("key", sa.String(255), primary_key=True),
        _words("team", 60), _words("channel", 60), _words("thread", 60), _words("conversation", 200),
        _words("asker", 60), _text("text"), _words("language", 12), _moment("asked_at"),
        _words("outcome", 12),
    )  # fmt: skip
    op.create_index("questions_by_conversation", "questions", ["conversation", "asked_at"])


def _answers() -> None:
    op.create_table(
        "answers",
        _question(primary_key=True),
        _words("tool", 80, required=False), _text("arguments"), _text("text"), _moment("answered_at"),
    )  # fmt: skip


def _figures() -> None:
    op.create_table(
        "figures",
        _question(primary_key=True),
        sa.Column("id", sa.String(20), primary_key=True),
        _words("metric", 80), sa.Column("version", sa.Integer, nullable=False), _words("variant", 120),
        _words("unit", 12), _words("value", 200, required=False), _words("currency", 3, required=False),
        _words("period", 60), _text("segment"), _text("sql"), _text("parameters"),
        sa.Column("row_count", sa.Integer, nullable=False), _words("as_of", 10),
    )  # fmt: skip
    op.create_index("figures_by_id", "figures", ["id"])


def _drafts() -> None:
    op.create_table(
        "drafts",
        sa.Column("id", sa.String(36), primary_key=True),
        _question(nullable=False, index=True),
        _words("kind", 60), _words("account_id", 120, required=False), _words("language", 12),
        _text("title"), _text("body"), _words("created_by", 60), _moment("created_at"),
        sa.Column("version", sa.Integer, nullable=False),
    )  # fmt: skip


def _posts() -> None:
    op.create_table(
        "posts",
        sa.Column("key", sa.String(255), primary_key=True),
        _words("state", 8), _words("channel", 60), _words("thread", 60), _words("ts", 60, required=False),
        _moment("intended_at"), _words("claimed_by", 200), _moment("claimed_at"),
    )  # fmt: skip
    op.create_index("posts_by_message", "posts", ["channel", "ts"])


def _feedback() -> None:
    op.create_table(
        "feedback",
        sa.Column("question", sa.String(255), primary_key=True),
        sa.Column("who", sa.String(60), primary_key=True),
        sa.Column("good", sa.Boolean, nullable=False), _text("reason", required=False), _moment("given_at"),
    )  # fmt: skip
