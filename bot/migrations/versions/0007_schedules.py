"""what is posted again and again, and what is watched for"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "schedules",
        sa.Column("id", sa.String(12), primary_key=True),
        sa.Column("team", sa.String(60), nullable=False),
        sa.Column("owner", sa.String(60), nullable=False),
        sa.Column("owner_name", sa.String(120), nullable=False),
        sa.Column("target", sa.String(60), nullable=False),
        sa.Column("language", sa.String(12), nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("tool", sa.String(80), nullable=False),
        sa.Column("arguments", sa.Text, nullable=False),
        sa.Column("relative", sa.Text, nullable=False),
        sa.Column("recurrence", sa.Text, nullable=False),
        sa.Column("watch", sa.Text),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("reason", sa.String(12), nullable=False),
        sa.Column("next_due", moment, nullable=False),
        sa.Column("asked_at", moment),
        sa.Column("failed_at", moment),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("seen_load", sa.String(120)),
        sa.Column("observed", sa.Text),
        sa.Column("observed_before", sa.Text),
        sa.Column("observed_for", sa.String(255)),
        sa.Column("observed_at", moment),
    )
    op.create_index("schedules_by_due", "schedules", ["active", "next_due"])
    op.create_index("schedules_by_owner", "schedules", ["team", "owner"])


def downgrade() -> None:
    op.drop_table("schedules")
