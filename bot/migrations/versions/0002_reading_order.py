"""figures in reading order, and found by what they say"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("figures", sa.Column("position", sa.Integer, nullable=False, server_default="0"))
    op.create_index("figures_by_period", "figures", ["metric", "period"])


def downgrade() -> None:
    op.drop_index("figures_by_period", "figures")
    op.drop_column("figures", "position")
