"""What a live SQL store says of itself: frozen data, the same for every dialect.

A table is named in the map, in findings and here by one string, its *reference*: `contacts` for a table of the
store's default schema (`public` on PostgreSQL, `main` on SQLite), `billing.invoices` for one elsewhere. Names keep the
database's own letters.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from functools import cached_property


class TypeFamily(StrEnum):
    """What a column's values are like, whatever the dialect calls the type."""

    INTEGER = "integer"
    NUMBER = "number"
    TEXT = "text"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    TIME = "time"
    UUID = "uuid"
    JSON = "json"
    BYTES = "bytes"
    ENUM = "enum"
    ARRAY = "array"
    OTHER = "other"


class Action(StrEnum):
    """What a foreign key does to the referring row when the referred row goes or changes."""

    NO_ACTION = "NO ACTION"
    RESTRICT = "RESTRICT"
    CASCADE = "CASCADE"
    SET_NULL = "SET NULL"
    SET_DEFAULT = "SET DEFAULT"


class TableKind(StrEnum):
    """What kind of relation it is. Partitions are folded into their root and are not listed."""

    TABLE = "table"
    PARTITIONED = "partitioned"
    VIEW = "view"
    MATERIALIZED_VIEW = "materialized_view"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class Column:
    """A column. `type` is the database's own text; `length` counts characters (None: no limit)."""

    name: str
    type: str
    family: TypeFamily
    nullable: bool = True
    default: str | None = None
    generated: bool = False  # computed by the database: can't be written
    identity: bool = False  # numbered by the database
    length: int | None = None
    comment: str | None = None
    collation: str | None = None
    enum_values: tuple[str, ...] = ()
    binary: bool = True  # False: `=` holds between different texts (citext, NOCASE, char(n), folding collations)


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A declared key from this table's `columns` to `target`'s `target_columns` (never empty)."""

    name: str | None
    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]
    on_delete: Action = Action.NO_ACTION
    on_update: Action = Action.NO_ACTION
    deferrable: bool = False
    initially_deferred: bool = False
    enforced: bool = True  # False: NOT VALID, or checks switched off


@dataclass(frozen=True, slots=True)
class Unique:
    """A unique constraint or unique index over plain columns, without a condition (`where` is empty)."""

    name: str | None
    columns: tuple[str, ...]
    nulls_distinct: bool = True


@dataclass(frozen=True, slots=True)
class Index:
    """An index; `columns` holds plain column names, `expressions` the text of what isn't a plain column."""

    name: str
    columns: tuple[str, ...]
    unique: bool = False
    expressions: tuple[str, ...] = ()
    where: str | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """A CHECK constraint, with its expression as the database prints it."""

    name: str | None
    expression: str
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trigger:
    """A trigger; `definition` is the statement that made it."""

    name: str
    timing: str  # BEFORE, AFTER, INSTEAD OF
    events: tuple[str, ...]  # INSERT, UPDATE, DELETE, TRUNCATE
    definition: str = ""
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """A relation with everything that finding and erasing need to know of it."""

    ref: str
    schema: str
    name: str
    kind: TableKind = TableKind.TABLE
    columns: tuple[Column, ...] = ()
    primary_key: tuple[str, ...] = ()
    uniques: tuple[Unique, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    indexes: tuple[Index, ...] = ()
    checks: tuple[Check, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    inherited: bool = False  # other tables inherit from it (PostgreSQL), and their rows show in it
    row_security: bool = False
    row_security_applies: bool = False  # to the role that is connected now
    privileges: frozenset[str] = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"})
    comment: str | None = None
    estimated_rows: int | None = None
    depends_on: tuple[str, ...] = ()  # a view's tables
    definition: str | None = None  # a view's query

    def column(self, name: str) -> Column | None:
        """The column of that name, or None."""
        return next((c for c in self.columns if c.name == name), None)

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names in the table's own order."""
        return tuple(c.name for c in self.columns)

    @property
    def is_base(self) -> bool:
        """Whether it holds rows of its own (a table, partitioned or not)."""
        return self.kind in (TableKind.TABLE, TableKind.PARTITIONED)

    def is_unique(self, columns: tuple[str, ...]) -> bool:
        """Whether these columns, in any order, hold a declared key: at most one row for each value."""
        wanted = set(columns)
        keys = [set(u.columns) for u in self.uniques]
        if self.primary_key:
            keys.append(set(self.primary_key))
        return any(key and key <= wanted for key in keys)

    def in_unique(self, column: str) -> bool:
        """Whether the column is part of any primary key or unique constraint."""
        return column in self.primary_key or any(column in u.columns for u in self.uniques)


@dataclass(frozen=True)
class Catalog:
    """A store's tables by reference. Immutable; `fingerprint` changes with anything that a plan depends on."""

    dialect: str  # "postgresql", "sqlite"
    default_schema: str
    tables: Mapping[str, Table] = field(default_factory=dict)
    server_version: str = ""
    foreign_keys_enforced: bool = True

    def get(self, ref: str) -> Table | None:
        """The table with that reference, or None."""
        return self.tables.get(ref)

    @cached_property
    def referrers(self) -> Mapping[str, tuple[tuple[Table, ForeignKey], ...]]:
        """For each table, the declared keys that point at it (self references too)."""
        found: dict[str, list[tuple[Table, ForeignKey]]] = {}
        for table in self.tables.values():
            for key in table.foreign_keys:
                found.setdefault(key.target, []).append((table, key))
        return {ref: tuple(keys) for ref, keys in found.items()}

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over structure alone: estimates, comments and versions don't count."""

        def plain(table: Table) -> dict[str, object]:
            shape = asdict(table)
            for volatile in ("estimated_rows", "comment", "privileges"):
                shape.pop(volatile)
            for column in shape["columns"]:
                column.pop("comment")
            return shape

        body = [self.dialect, [plain(self.tables[ref]) for ref in sorted(self.tables)]]
        return hashlib.sha256(json.dumps(body, sort_keys=True, default=str).encode()).hexdigest()
