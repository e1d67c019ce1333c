"""drafts have versions and are decided upon; touches are logged"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ADDED = (
    sa.Column("contact_id", sa.String(120)),
    sa.Column("category", sa.String(20)),
    sa.Column("state", sa.String(12), nullable=False, server_default="waiting"),
    sa.Column("decided_by", sa.String(120)),
    sa.Column("decided_at", sa.DateTime(timezone=True)),
    sa.Column("reason", sa.Text),
)


def upgrade() -> None:
    for column in ADDED:
        op.add_column("drafts", column.copy())
    op.create_index("drafts_by_state", "drafts", ["state", "created_at"])
    _versions()
    _touches()


def downgrade() -> None:
    op.drop_table("touches")
    op.add_column("drafts", sa.Column("title", sa.Text, nullable=False, server_default=""))
    op.add_column("drafts", sa.Column("body", sa.Text, nullable=False, server_default=""))
    for name in ("title", "body"):
        op.execute(
            f"UPDATE drafts SET {name} = (SELECT v.{name} FROM draft_versions v "
            "WHERE v.draft = drafts.id AND v.version = drafts.version)"
        )
    op.drop_table("draft_versions")
    op.drop_index("drafts_by_state", "drafts")
    for column in ADDED:
        op.drop_column("drafts", column.name)


def _versions() -> None:
    op.create_table(
        "draft_versions",
        sa.Column("draft", sa.String(36), sa.ForeignKey("drafts.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("author", sa.String(120), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.execute(
        "INSERT INTO draft_versions (draft, version, title, body, author, created_at) "
        "SELECT id, version, title, body, created_by, created_at FROM drafts"
    )
    op.drop_column("drafts", "title")
    op.drop_column("drafts", "body")


def _touches() -> None:
    op.create_table(
        "touches",
        sa.Column("id", sa.String(60), primary_key=True),
        sa.Column("account_id", sa.String(120), nullable=False),
        sa.Column("contact_id", sa.String(120)),
        sa.Column("on_day", sa.Date, nullable=False),
        sa.Column("category", sa.String(20), nullable=False),
        sa.Column("direction", sa.String(12), nullable=False),
        sa.Column("channel", sa.String(20)),
        sa.Column("author", sa.String(120)),
        sa.Column("note", sa.Text),
        sa.Column("draft", sa.String(36)),
        sa.Column("logged_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("touches_by_account", "touches", ["account_id", "on_day"])
    op.create_index("touches_by_draft", "touches", ["draft"])
