"""Alembic's entry: the connection is handed in by bot.store.migrate."""

from alembic import context

from bot.tables import STORE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=STORE,
    render_as_batch=True,  # SQLite alters a table by copying it
    transactional_ddl=True,
)
# No transaction of its own: bot.store holds the lock and commits; a killed migration leaves nothing behind.
context.run_migrations()
