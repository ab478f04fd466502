"""PostgreSQL's catalogue in eight queries over pg_catalog, whatever the number of tables.

Partitions are folded into their root: their rows are counted with it, and keys, checks and triggers that only
a partition has stand at the root, since a statement on the root meets them. Views, rules and functions are
read as text. Nothing here reads a row of the company's own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
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
from habeas.stores.sql import queries_postgresql as queries
from habeas.stores.sql.column_types import postgresql_family, postgresql_is_binary, postgresql_length

_KINDS = {
    "r": TableKind.TABLE,
    "p": TableKind.PARTITIONED,
    "v": TableKind.VIEW,
    "m": TableKind.MATERIALIZED_VIEW,
    "f": TableKind.FOREIGN,
}
_ACTIONS = {
    "a": Action.NO_ACTION,
    "r": Action.RESTRICT,
    "c": Action.CASCADE,
    "n": Action.SET_NULL,
    "d": Action.SET_DEFAULT,
}
_TRIGGER_EVENTS = ((4, "INSERT"), (16, "UPDATE"), (8, "DELETE"), (32, "TRUNCATE"))
_RULE_EVENTS = {"2": ("UPDATE",), "3": ("INSERT",), "4": ("DELETE",)}
_PRIVILEGES = ("SELECT", "INSERT", "UPDATE", "DELETE")
_SCANNED = ("btree", "hash")  # methods by which a row is found by an equal value

Row = Any  # a row of a catalogue query, by attribute


@dataclass(slots=True)
class _Parts:
    """What belongs to one relation, gathered query by query."""

    columns: list[Column] = field(default_factory=list)
    primary_key: tuple[str, ...] = ()
    uniques: list[Unique] = field(default_factory=list)
    foreign_keys: list[ForeignKey] = field(default_factory=list)
    indexes: list[Index] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    triggers: list[Trigger] = field(default_factory=list)
    depends_on: set[str] = field(default_factory=set)


class _Domains:
    """What a domain adds to its base type, through however many domains in between."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = {row.oid: row for row in rows}

    def resolve(self, type_oid: int, modifier: int) -> tuple[int, int, bool, list[Check]]:
        """Base type, its modifier, whether a domain forbids NULL, and the domains' checks (over VALUE)."""
        required = False
        checks: list[Check] = []
        while type_oid in self._rows:
            domain = self._rows[type_oid]
            required = required or domain.required
            written = zip(domain.check_names, domain.check_texts, strict=True)
            checks += [Check(name, text) for name, text in written]
            type_oid, modifier = domain.base, domain.modifier
        return type_oid, modifier, required, checks


def read_postgresql(connection: sa.Connection, schemas: Sequence[str] = ()) -> Catalog:
    """The catalogue of the database `connection` is connected to, as its role sees it.

    Without `schemas`, every schema but the system's. With them, those; and whatever refers to their tables by
    a declared key from elsewhere, or is referred to by them, since such keys block, cascade and order just
    the same.
    """
    session = _rows(connection, queries.SESSION)[0]
    relations = _rows(connection, queries.relations(bool(schemas)), schemas=list(schemas))
    oids = [row.oid for row in relations]
    roots = _roots(relations)
    refs = _references(relations, session.default_schema)
    refs |= {row.oid: refs[roots[row.oid]] for row in relations if row.is_partition}
    parts: dict[int, _Parts] = defaultdict(_Parts)
    own = {row.oid for row in relations if not row.is_partition}

    _read_columns(connection, oids, own, parts)
    for row in _rows(connection, queries.CONSTRAINTS, oids=oids):
        _add_constraint(row, parts[roots[row.relation]], refs, is_own=row.relation in own)
    for row in _rows(connection, queries.indexes(session.version_number), oids=oids):
        if row.relation in own:
            _add_index(row, parts[row.relation])
    for row in _rows(connection, queries.TRIGGERS, oids=oids):
        _add_once(parts[roots[row.relation]].triggers, _trigger(row))
    for row in _rows(connection, queries.VIEW_SOURCES, oids=oids):
        if row.source in refs and row.relation in own:
            parts[row.relation].depends_on.add(refs[row.source])

    rows_below = _rows_below(relations, roots)
    standing = [row for row in relations if row.oid in own]
    tables = {refs[r.oid]: _table(r, refs[r.oid], parts[r.oid], rows_below[r.oid]) for r in standing}
    return Catalog(
        dialect="postgresql",
        default_schema=session.default_schema,
        tables=dict(sorted(tables.items())),
        server_version=session.version,
        foreign_keys_enforced=session.keys_enforced,
    )


def _rows(connection: sa.Connection, query: str, **parameters: object) -> Sequence[Row]:
    return connection.execute(sa.text(query), parameters).all()


def _roots(relations: Sequence[Row]) -> dict[int, int]:
    """For each relation the one that stands for it: a partition's topmost parent, else itself."""
    parents = {row.oid: row.parent for row in relations if row.is_partition}

    def root(oid: int) -> int:
        while oid in parents and parents[oid] is not None:
            oid = parents[oid]
        return oid

    return {row.oid: root(row.oid) for row in relations}


def _references(relations: Sequence[Row], default_schema: str) -> dict[int, str]:
    """`name` in the default schema, `schema.name` elsewhere, and where a dot in a name would make two the
    same."""
    refs: dict[int, str] = {}
    taken: set[str] = set()
    for row in sorted(relations, key=lambda r: (r.schema == default_schema, r.schema, r.name)):
        if row.is_partition:
            continue
        ref = row.name if row.schema == default_schema else f"{row.schema}.{row.name}"
        refs[row.oid] = ref if ref not in taken else f"{row.schema}.{row.name}"
        taken.add(refs[row.oid])
    return refs


def _rows_below(relations: Sequence[Row], roots: dict[int, int]) -> dict[int, int | None]:
    """Estimated rows of each root: of a partitioned table the sum over what has been analysed."""
    estimates: dict[int, int | None] = {row.oid: None for row in relations}
    for row in relations:
        if row.kind in ("r", "m", "f") and row.estimate >= 0:
            root = roots[row.oid]
            estimates[root] = (estimates[root] or 0) + int(row.estimate)
    return estimates


def _table(row: Row, ref: str, parts: _Parts, estimated: int | None) -> Table:
    granted = (row.may_select, row.may_insert, row.may_update, row.may_delete)
    return Table(
        ref=ref,
        schema=row.schema,
        name=row.name,
        kind=_KINDS[row.kind],
        columns=tuple(parts.columns),
        primary_key=parts.primary_key,
        uniques=tuple(parts.uniques),
        foreign_keys=tuple(parts.foreign_keys),
        indexes=tuple(parts.indexes),
        checks=tuple(parts.checks),
        triggers=tuple(parts.triggers),
        row_security=row.row_security,
        row_security_applies=row.row_security_applies,
        privileges=frozenset(name for name, given in zip(_PRIVILEGES, granted, strict=True) if given),
        inherited=row.inherited,
        comment=row.comment,
        estimated_rows=estimated,
        depends_on=tuple(sorted(parts.depends_on)),
        definition=row.definition,
    )


def _read_columns(connection: sa.Connection, oids: list[int], own: set[int], parts: dict[int, _Parts]) -> None:
    columns = _rows(connection, queries.COLUMNS, oids=[oid for oid in oids if oid in own])
    used = sorted({type_oid for _, type_oid, *_ in columns})
    types = {row.oid: row for row in _rows(connection, queries.TYPES, types=used)}
    domains = _Domains([row for row in types.values() if row.kind == "d"])
    held: dict[tuple[int, int], _Held] = {}
    # unpacked, since there are many: asking each row by name takes as long as the query
    for relation, type_oid, modifier, required, deterministic, default, *described in columns:
        if (type_oid, modifier) not in held:
            held[type_oid, modifier] = _held(types, domains, type_oid, modifier)
        what = held[type_oid, modifier]
        name, type_text, generated, identity, collation, comment = described
        parts[relation].columns.append(
            Column(
                name=name,
                type=type_text,
                family=what.family,
                nullable=not (required or what.required),
                default=default,
                generated=generated,
                identity=identity or (default is not None and default.startswith("nextval(")),
                length=what.length,
                comment=comment,
                collation=collation,
                enum_values=what.labels,
                binary=what.binary and deterministic,
            )
        )
        parts[relation].checks += [replace(check, columns=(name,)) for check in what.checks]


@dataclass(frozen=True, slots=True)
class _Held:
    """What a type holds, seen through its domains."""

    family: TypeFamily
    length: int | None
    binary: bool
    required: bool
    labels: tuple[str, ...]
    checks: list[Check]


def _held(types: Mapping[int, Row], domains: _Domains, type_oid: int, modifier: int) -> _Held:
    base, modifier, required, checks = domains.resolve(type_oid, modifier)
    row = types[base]
    return _Held(
        family=postgresql_family(row.name, row.kind, row.category),
        length=postgresql_length(row.name, modifier),
        binary=postgresql_is_binary(row.name),
        required=required,
        labels=tuple(row.labels or ()) if row.kind == "e" else (),
        checks=checks,
    )


def _add_constraint(row: Row, parts: _Parts, refs: dict[int, str], *, is_own: bool) -> None:
    """A partition's own unique keys say nothing of the whole table, and are left out."""
    columns = tuple(row.columns or ())
    if row.kind == "f":
        if row.target not in refs:
            return
        key = ForeignKey(
            name=row.name,
            columns=columns,
            target=refs[row.target],
            target_columns=tuple(row.target_columns),
            on_delete=_ACTIONS[row.on_delete],
            on_update=_ACTIONS[row.on_update],
            deferrable=row.deferrable,
            initially_deferred=row.deferred,
            enforced=row.validated,
        )
        _add_once(parts.foreign_keys, key)
    elif row.kind == "p" and is_own:
        parts.primary_key = columns
    elif row.kind in ("c", "x"):
        _add_once(parts.checks, Check(row.name, row.definition, columns))


def _add_index(row: Row, parts: _Parts) -> None:
    plain = row.method in _SCANNED
    names = tuple(name for name in row.columns if name is not None)
    expressions = tuple(
        (text if plain else f"{row.method} ({text})")
        for name, text in zip(row.columns, row.texts, strict=True)
        if name is None or not plain
    )
    parts.indexes.append(Index(row.name, names if plain else (), row.is_unique, expressions, row.condition))
    if row.is_unique and not row.is_primary and not expressions and row.condition is None:
        parts.uniques.append(Unique(row.name, names, not row.nulls_equal))


def _trigger(row: Row) -> Trigger:
    if row.rule_event is not None:
        timing = "INSTEAD OF" if row.instead else "AFTER"
        return Trigger(row.name, timing, _RULE_EVENTS[row.rule_event], row.definition, row.enabled)
    timing = "BEFORE" if row.bits & 2 else "INSTEAD OF" if row.bits & 64 else "AFTER"
    events = tuple(event for bit, event in _TRIGGER_EVENTS if row.bits & bit)
    definition = f"{row.definition}\n{row.body.strip()}" if row.body else row.definition
    return Trigger(row.name, timing, events, definition, row.enabled)


def _add_once(found: list[Any], one: Any) -> None:
    """Partitions that each declare the same thing declare it once."""
    if one not in found:
        found.append(one)
