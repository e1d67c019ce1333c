"""who shares the store, how often a question was begun, and those that failed for good"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "replicas",
        sa.Column("life", sa.String(200), primary_key=True),
        sa.Column("beats", sa.Integer, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "attempts",
        sa.Column("question", sa.String(255), primary_key=True),
        sa.Column("begun", sa.Integer, nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "failures",
        sa.Column("question", sa.String(255), primary_key=True),
        sa.Column("written", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("error", sa.String(12), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("failures_by_time", "failures", ["failed_at"])


def downgrade() -> None:
    for table in ("failures", "attempts", "replicas"):
        op.drop_table(table)
