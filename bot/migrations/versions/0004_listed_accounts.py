"""the accounts that an answer listed, for follow-ups"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("answers", sa.Column("listed", sa.Text, nullable=False, server_default="[]"))


def downgrade() -> None:
    op.drop_column("answers", "listed")
