"""survey rounds, and whom each has reserved"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "survey_rounds",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("team", sa.String(60), nullable=False),
        sa.Column("period", sa.String(60), nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("prepared_on", sa.Date, nullable=False),
        sa.Column("user_id", sa.String(60), nullable=False),
        sa.Column("who", sa.String(120), nullable=False),
        sa.Column("question", sa.String(255), nullable=False),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "survey_reservations",
        sa.Column("round", sa.String(36), sa.ForeignKey("survey_rounds.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("account_id", sa.String(120), primary_key=True),
        sa.Column("contact_id", sa.String(120)),
        sa.Column("on_day", sa.Date, nullable=False),
    )
    op.create_index("survey_reservations_by_account", "survey_reservations", ["account_id"])


def downgrade() -> None:
    op.drop_table("survey_reservations")
    op.drop_table("survey_rounds")
