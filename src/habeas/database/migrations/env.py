"""What Alembic runs: the migrations, over the connection and inside the transaction that habeas opened."""

from __future__ import annotations

from alembic import context

from habeas.database.upgrading import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes.get("metadata"),
    version_table=VERSION_TABLE,
    transactional_ddl=True,  # SQLite too: the transaction began with BEGIN IMMEDIATE
    render_as_batch=True,  # SQLite changes a table by making it anew
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
