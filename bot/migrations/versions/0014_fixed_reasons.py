"""reasons for leaving that were fixed"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fixed_reasons",
        sa.Column("team", sa.String(60), primary_key=True),
        sa.Column("reason", sa.String(120), primary_key=True),
        sa.Column("done", sa.Text, nullable=False),
        sa.Column("fixed_on", sa.Date, nullable=False),
        sa.Column("who", sa.String(120), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("fixed_reasons")
