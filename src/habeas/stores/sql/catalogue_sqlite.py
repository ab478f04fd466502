"""SQLite's catalogue: one query for each kind of object over the pragma table-valued functions.

What the pragmas don't tell (checks, collations, deferral, the parts of an expression index) is read from the
CREATE statements. Shadow tables of virtual tables are left out: they are the virtual table's own storage.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from habeas.catalog.tables import (
    Action,
    Catalog,
    Check,
    Column,
    ForeignKey,
    Index,
    Table,
    TableKind,
    Trigger,
    TypeFamily,
    Unique,
)
from habeas.diagnostics import Refused, error
from habeas.stores.sql.column_types import sqlite_family, sqlite_is_binary, sqlite_length
from habeas.stores.sql.definitions_sqlite import (
    DeclaredKey,
    TableDefinition,
    names_in,
    read_index,
    read_table,
    read_trigger,
)

OLDEST = (3, 37, 0)  # pragma_table_list came with it
COUNTED_ROWS = 10_000  # a table without statistics is counted up to here

_RELATIONS = """
SELECT l.name, l.type AS kind, l.wr AS without_rowid, l.strict, m.sql
FROM pragma_table_list l JOIN sqlite_master m ON m.name = l.name AND m.type IN ('table', 'view')
WHERE l.schema = 'main' AND l.type IN ('table', 'view', 'virtual') AND l.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
ORDER BY l.name
"""
_COLUMNS = """
SELECT l.name AS relation, x.name, x.type, x."notnull" AS required, x.dflt_value AS "default", x.pk, x.hidden
FROM pragma_table_list l, pragma_table_xinfo(l.name, 'main') x
WHERE l.schema = 'main' AND {which} ORDER BY l.name, x.cid
"""
_KEYS = """
SELECT l.name AS relation, k.id, k."table" AS target, k."from" AS source, k."to" AS target_column,
       k.on_update, k.on_delete
FROM pragma_table_list l, pragma_foreign_key_list(l.name, 'main') k
WHERE l.schema = 'main' AND l.type = 'table' ORDER BY l.name, k.id, k.seq
"""
_INDEXES = """
SELECT l.name AS relation, i.name, i."unique" AS is_unique, i.origin, i.partial, x.name AS "column", x.cid,
m.sql FROM pragma_table_list l, pragma_index_list(l.name, 'main') i, pragma_index_xinfo(i.name, 'main') x LEFT
JOIN sqlite_master m ON m.name = i.name AND m.type = 'index' WHERE l.schema = 'main' AND l.type = 'table' AND
x.key ORDER BY l.name, i.seq DESC, x.seqno
"""
_TRIGGERS = "SELECT tbl_name AS relation, name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
_FTS_CONTENT = re.compile(r"content\s*=\s*['\"]?([^'\",)\s]+)", re.IGNORECASE)

Row = Any  # a row of a catalogue query, by attribute


def read_sqlite(connection: sa.Connection) -> Catalog:
    """The catalogue of the main database of a connection. Raises Refused if the SQLite library is too old."""
    version = str(connection.exec_driver_sql("SELECT sqlite_version()").scalar_one())
    if tuple(int(part) for part in version.split(".")) < OLDEST:
        raise Refused(
            error(
                "sqlite-too-old",
                f"This Python bears SQLite {version}, and habeas needs {'.'.join(map(str, OLDEST))} or later.",
                "Older libraries can't list tables, virtual tables and their shadows apart.",
            )
        )
    relations = _rows(connection, _RELATIONS)
    names = {row.name.casefold(): row.name for row in relations}
    columns = _read_columns(connection, relations)
    definitions = {row.name: read_table(row.sql) for row in relations if row.kind == "table"}
    primary = {
        name: tuple(row.name for row in sorted((r for r in rows if r.pk), key=lambda r: r.pk))
        for name, rows in columns.items()
    }
    keys = _foreign_keys(connection, names, columns, primary, definitions)
    indexes, uniques = _indexes(connection)
    triggers: dict[str, list[Trigger]] = defaultdict(list)
    for row in _rows(connection, _TRIGGERS):
        triggers[names.get(row.relation.casefold(), row.relation)].append(read_trigger(row.name, row.sql))
    read_only = _is_read_only(connection)
    statistics = _statistics(connection)
    tables: dict[str, Table] = {}
    for row in relations:
        definition = definitions.get(row.name, TableDefinition())
        alias = _rowid_alias(row, columns[row.name], indexes[row.name])
        table = Table(
            ref=row.name,
            schema="main",
            name=row.name,
            kind=TableKind.VIEW if row.kind == "view" else TableKind.TABLE,
            columns=tuple(_column(c, row, alias, definition) for c in columns[row.name]),
            primary_key=primary[row.name],
            uniques=tuple(uniques[row.name]),
            foreign_keys=tuple(keys[row.name]),
            indexes=(*_by_rowid(alias), *indexes[row.name]),
            checks=tuple(_own_columns(definition.checks, columns[row.name])),
            triggers=tuple(triggers[row.name]),
            privileges=frozenset({"SELECT"}) if read_only else frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"}),
            depends_on=_sources(row, list(names.values())),
            definition=row.sql if row.kind in ("view", "virtual") else None,
        )
        tables[row.name] = replace(table, estimated_rows=_estimate(connection, row, statistics))
    enforced = bool(connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one())
    return Catalog("sqlite", "main", tables, version, enforced)


def _rows(connection: sa.Connection, query: str) -> Sequence[Row]:
    return connection.exec_driver_sql(query).all()


def _read_columns(connection: sa.Connection, relations: Sequence[Row]) -> Mapping[str, list[Row]]:
    """Columns by relation. A broken view or a virtual table without its module has none, and harms no
    other."""
    found: dict[str, list[Row]] = {row.name: [] for row in relations}

    def add(which: str, parameters: tuple[str, ...] = ()) -> None:
        for row in connection.exec_driver_sql(_COLUMNS.format(which=which), parameters):
            if row.relation in found and row.hidden != 1:  # 1: a virtual table's hidden column
                found[row.relation].append(row)

    add("l.type = 'table'")
    for row in relations:
        if row.kind != "table":
            try:
                add("l.name = ?", (row.name,))
            except sa.exc.OperationalError:
                found[row.name] = []
    return found


def _rowid_alias(row: Row, columns: Sequence[Row], indexes: Sequence[Index]) -> str | None:
    """The INTEGER PRIMARY KEY column, which is the row's own number: exactly that type, and no index of its
    own.

    (`INTEGER PRIMARY KEY DESC` is an exception in SQLite: it has an index, and is an ordinary column.)
    """
    keyed = [column for column in columns if column.pk]
    if row.kind != "table" or row.without_rowid or len(keyed) != 1 or keyed[0].type.upper() != "INTEGER":
        return None
    indexed = any(i.name.startswith("sqlite_autoindex_") and i.columns == (keyed[0].name,) for i in indexes)
    return None if indexed else str(keyed[0].name)


def _by_rowid(alias: str | None) -> tuple[Index, ...]:
    """The table itself is the index over its INTEGER PRIMARY KEY."""
    return (Index("rowid", (alias,), unique=True),) if alias else ()


def _column(column: Row, row: Row, alias: str | None, definition: TableDefinition) -> Column:
    collation = definition.collations.get(column.name)
    # by an old mistake that SQLite keeps, a primary key may be NULL unless the table is WITHOUT ROWID or
    # STRICT
    key_is_required = bool(column.pk) and bool(row.without_rowid or row.strict or column.name == alias)
    return Column(
        name=column.name,
        type=column.type,
        family=sqlite_family(column.type) if column.type else TypeFamily.OTHER,
        nullable=not (column.required or key_is_required),
        default=column.default,
        generated=column.hidden in (2, 3),
        identity=column.name == alias,
        length=sqlite_length(column.type),
        collation=collation,
        binary=sqlite_is_binary(collation),
    )


def _foreign_keys(
    connection: sa.Connection,
    names: Mapping[str, str],
    columns: Mapping[str, Sequence[Row]],
    primary: Mapping[str, tuple[str, ...]],
    definitions: Mapping[str, TableDefinition],
) -> Mapping[str, list[ForeignKey]]:
    """Declared keys by relation. One to a table that isn't there can't be enforced, and is left out."""
    grouped: dict[tuple[str, int], list[Row]] = defaultdict(list)
    for row in _rows(connection, _KEYS):
        grouped[row.relation, row.id].append(row)
    found: dict[str, list[ForeignKey]] = defaultdict(list)
    for (relation, number), rows in sorted(grouped.items(), key=lambda item: (item[0][0], -item[0][1])):
        target = names.get(rows[0].target.casefold())
        if target is None or relation not in columns:
            continue
        written = definitions[relation].keys
        # SQLite numbers keys from the last one written
        declared = written[len(written) - 1 - number] if number < len(written) else None
        own = tuple(_actual(row.source, columns[relation]) for row in rows)
        there = tuple(_actual(row.target_column, columns[target]) for row in rows if row.target_column)
        found[relation].append(_key(rows[0], declared, own, target, there or primary[target]))
    return found


def _key(
    row: Row, declared: DeclaredKey | None, own: tuple[str, ...], target: str, there: tuple[str, ...]
) -> ForeignKey:
    return ForeignKey(
        name=declared.name if declared else None,
        columns=own,
        target=target,
        target_columns=there,
        on_delete=Action(row.on_delete),
        on_update=Action(row.on_update),
        deferrable=declared.deferrable if declared else False,
        initially_deferred=declared.initially_deferred if declared else False,
    )


def _actual(name: str, columns: Iterable[Row]) -> str:
    """The column's own letters: a key may name it in another case."""
    return next((str(c.name) for c in columns if c.name.casefold() == name.casefold()), name)


def _own_columns(checks: Iterable[Check], columns: Sequence[Row]) -> list[Check]:
    return [replace(c, columns=tuple(_actual(name, columns) for name in c.columns)) for c in checks]


def _indexes(connection: sa.Connection) -> tuple[Mapping[str, list[Index]], Mapping[str, list[Unique]]]:
    grouped: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in _rows(connection, _INDEXES):
        grouped[row.relation, row.name].append(row)
    indexes: dict[str, list[Index]] = defaultdict(list)
    uniques: dict[str, list[Unique]] = defaultdict(list)
    for (relation, name), rows in grouped.items():
        first = rows[0]
        parts, condition = read_index(first.sql) if first.sql else ((), None)
        plain = tuple(row.column for row in rows if row.column is not None)
        expressions = tuple(part for part, row in zip(parts, rows, strict=False) if row.column is None)
        indexes[relation].append(Index(name, plain, bool(first.is_unique), expressions, condition))
        if first.is_unique and first.origin != "pk" and not first.partial and len(plain) == len(rows):
            uniques[relation].append(Unique(name, plain))
    return indexes, uniques


def _sources(row: Row, names: Sequence[str]) -> tuple[str, ...]:
    """The tables and views that a view mentions, or the table whose text a full-text index holds."""
    if row.kind == "view":
        return tuple(sorted(name for name in names_in(row.sql, names) if name != row.name))
    content = _FTS_CONTENT.search(row.sql) if row.kind == "virtual" else None
    return tuple(name for name in names if content and name.casefold() == content[1].casefold())


def _is_read_only(connection: sa.Connection) -> bool:
    """Whether this connection can't write: the file is read-only, or was opened so."""
    pragma = connection.exec_driver_sql("PRAGMA query_only").scalar_one()
    return bool(pragma) or bool(connection.get_execution_options().get("read_only"))


def _statistics(connection: sa.Connection) -> Mapping[str, int]:
    """Rows by table as ANALYZE counted them."""
    there = connection.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'").first()
    if there is None:
        return {}
    found: dict[str, int] = {}
    for table, stat in connection.exec_driver_sql("SELECT tbl, stat FROM sqlite_stat1 WHERE stat IS NOT NULL"):
        count = str(stat).split(" ")[0]
        if count.isdigit():
            found[table] = max(int(count), found.get(table, 0))
    return found


def _estimate(connection: sa.Connection, row: Row, statistics: Mapping[str, int]) -> int | None:
    """Rows by the statistics, else counted if they are few, else unknown."""
    if row.kind != "table" or row.name in statistics:
        return statistics.get(row.name)
    quoted = row.name.replace('"', '""')
    counted = connection.exec_driver_sql(
        f'SELECT count(*) FROM (SELECT 1 FROM main."{quoted}" LIMIT {COUNTED_ROWS + 1})'
    ).scalar_one()
    return int(counted) if counted <= COUNTED_ROWS else None
