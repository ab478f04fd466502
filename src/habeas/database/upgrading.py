"""Bring the control database's tables up to date. Alembic is imported only where there is something to do.

The version row is read first, which takes a millisecond; migrations run in one transaction under a lock, so
that of two processes that start at once one migrates and the other finds it done, and a killed one leaves
nothing behind.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from habeas.diagnostics import Refused, error

HEAD = "0001"  # the newest migration; a test compares it with the scripts
SCRIPTS = Path(__file__).parent / "migrations"
VERSION_TABLE = "habeas_version"  # not Alembic's own name: the database may be shared with an application
_LOCK = 0x68616265_6173  # "habeas", for PostgreSQL's advisory lock


def upgrade_if_needed(engine: Engine) -> bool:
    """Migrate to `HEAD`; returns whether there was anything to do. Raises Refused (`control-newer`)."""
    if version_of(engine) == HEAD:
        return False
    with engine.begin() as connection:  # SQLite: BEGIN IMMEDIATE, which is the lock
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        version = _read_version(connection) if inspect(connection).has_table(VERSION_TABLE) else None
        if version == HEAD:  # another process was faster
            return False
        _migrate(connection, version)
    return True


def version_of(engine: Engine) -> str | None:
    """The migration that the database stands at; None where it has none of our tables."""
    with engine.connect() as connection:
        connection = connection.execution_options(habeas_read=True)
        try:
            return _read_version(connection)
        except DBAPIError:
            # No such table, or no connection at all: the latter fails here again, with its reason. A table
            # that is there by now was made by another process since: what it says counts.
            connection.rollback()
            return _read_version(connection) if inspect(connection).has_table(VERSION_TABLE) else None


def _read_version(connection: Connection) -> str | None:
    found: str | None = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()
    return found


def _migrate(connection: Connection, version: str | None) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if version is not None and version not in known:
        raise Refused(
            error(
                "control-newer",
                f"The control database is at version {version}, which this habeas ({HEAD}) does not know.",
                "A later habeas has migrated it. An older program could misread what later runs recorded.",
                "pip install --upgrade habeas",
            )
        )
    command.upgrade(config, HEAD)
