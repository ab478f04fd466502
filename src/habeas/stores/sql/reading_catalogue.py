"""The one door to a store's catalogue, whatever its dialect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import sqlalchemy as sa

from habeas.catalog.tables import Catalog
from habeas.diagnostics import Refused, error
from habeas.stores.sql.catalogue_postgresql import read_postgresql
from habeas.stores.sql.catalogue_sqlite import read_sqlite

# what habeas keeps in a store itself: no part of map, reach or fingerprint
OWN_TABLES = frozenset({"habeas_ledger"})


def read_catalogue(connection: sa.Connection, schemas: Sequence[str] = ()) -> Catalog:
    """What the database says of itself, as the connected role sees it: structure, never a row's values.

    `schemas` narrows PostgreSQL to these schemas and to the tables that declared keys tie to theirs (empty:
    all but the system's). Raises Refused for a schema that does not exist and for a dialect that habeas does
    not know.
    """
    name = connection.dialect.name
    if name == "postgresql":
        _refuse_unknown(connection, schemas)
        catalog = read_postgresql(connection, schemas)
    elif name == "sqlite":
        catalog = read_sqlite(connection)
    else:
        raise Refused(error("unknown-dialect", f"habeas can't read a {name} database."))
    own = {ref for ref, table in catalog.tables.items() if table.name in OWN_TABLES}
    if not own:
        return catalog
    return replace(catalog, tables={ref: t for ref, t in catalog.tables.items() if ref not in own})


def _refuse_unknown(connection: sa.Connection, schemas: Sequence[str]) -> None:
    """A misspelt schema would otherwise read as one without tables."""
    there = set(connection.execute(sa.text("SELECT nspname FROM pg_namespace")).scalars())
    missing = [schema for schema in schemas if schema not in there]
    if missing:
        own = sorted(name for name in there if not name.startswith("pg_") and name != "information_schema")
        raise Refused(
            error(
                "unknown-schema",
                f"The database has no schema {', '.join(missing)}.",
                "A schema that isn't there would read as one without tables: nothing in it would be found.",
                f"schemas: [{', '.join(own)}]",
            )
        )
