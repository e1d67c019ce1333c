"""the audit log: a chain of entries, and apart from it what can be deleted of them"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

PRUNED = {
    "sqlite": "kind = 'pruned' AND json_extract(facts, '$.through') >= OLD.n",
    "postgresql": "kind = 'pruned' AND (facts::json ->> 'through')::int >= OLD.n",
}
"""What must stand in the chain before an entry may go."""


def upgrade() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("n", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("who", sa.String(24), nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("sealed", sa.String(64), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_index("audit_by_kind", "audit_entries", ["kind", "n"])
    op.create_index("audit_by_who", "audit_entries", ["who", "n"])
    op.create_table(
        "audit_texts",
        sa.Column("n", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("salt", sa.String(32), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_table(
        "audit_people",
        sa.Column("pseudonym", sa.String(24), primary_key=True),
        sa.Column("person", sa.String(60), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("salt", sa.String(32), nullable=False),
    )
    op.create_index("audit_people_by_person", "audit_people", ["person"], unique=True)
    {"sqlite": _guard_sqlite, "postgresql": _guard_postgresql}.get(op.get_bind().dialect.name, lambda: None)()


def downgrade() -> None:
    for table in ("audit_people", "audit_texts", "audit_entries"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_is_append_only()")


def _guard_sqlite() -> None:
    """No entry is changed, and none goes unless the chain says that it was pruned."""
    refuse = "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
    op.execute(f"CREATE TRIGGER audit_unchanged BEFORE UPDATE ON audit_entries {refuse}")
    pruned = f"WHEN NOT EXISTS (SELECT 1 FROM audit_entries WHERE {PRUNED['sqlite']})"
    op.execute(f"CREATE TRIGGER audit_undeleted BEFORE DELETE ON audit_entries {pruned} {refuse}")


def _guard_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP = 'DELETE' AND EXISTS (SELECT 1 FROM audit_entries WHERE {PRUNED['postgresql']}) "
        "THEN RETURN OLD; END IF; RAISE EXCEPTION 'the audit log is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_unchanged BEFORE UPDATE OR DELETE ON audit_entries "
        "FOR EACH ROW EXECUTE FUNCTION audit_is_append_only()"
    )
