"""what reps say of accounts at risk"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "risk_cases",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("team", sa.String(60), nullable=False),
        sa.Column("account_id", sa.String(120), nullable=False),
        sa.Column("verdict", sa.String(20), nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("on_day", sa.Date, nullable=False),
        sa.Column("score", sa.Integer),
        sa.Column("flagged", sa.Boolean, nullable=False),
        sa.Column("user_id", sa.String(60), nullable=False),
        sa.Column("who", sa.String(120), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("risk_cases_by_team", "risk_cases", ["team", "decided_at"])


def downgrade() -> None:
    op.drop_table("risk_cases")
