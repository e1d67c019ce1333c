"""segments that were saved under a name, and which of them are in focus"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "segments",
        sa.Column("team", sa.String(60), primary_key=True),
        sa.Column("id", sa.String(12), primary_key=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("conditions", sa.Text, nullable=False),
        sa.Column("sql", sa.Text, nullable=False),
        sa.Column("parameters", sa.Text, nullable=False),
        sa.Column("owner", sa.String(60), nullable=False),
        sa.Column("owner_name", sa.String(120), nullable=False),
        sa.Column("accounts", sa.Integer, nullable=False),
        sa.Column("saved_on", sa.Date, nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pinned_by", sa.String(120)),
        sa.Column("pinned_at", sa.DateTime(timezone=True)),
    )


def downgrade() -> None:
    op.drop_table("segments")
