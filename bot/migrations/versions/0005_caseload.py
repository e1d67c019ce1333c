"""accounts that are snoozed, and who took which account on"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "snoozes",
        sa.Column("team", sa.String(60), primary_key=True),
        sa.Column("account_id", sa.String(120), primary_key=True),
        sa.Column("until", sa.Date, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("who", sa.String(120), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "assignments",
        sa.Column("team", sa.String(60), primary_key=True),
        sa.Column("account_id", sa.String(120), primary_key=True),
        sa.Column("user_id", sa.String(60), nullable=False),
        sa.Column("who", sa.String(120), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("assignments")
    op.drop_table("snoozes")
