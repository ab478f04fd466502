"""Indexes that a run would miss, what their lack costs, and the statement that makes them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from habeas.catalog.tables import Table
from habeas.datamap.checker.ground import Ground, Lead, quoted
from habeas.datamap.json_paths import object_keys, parse_path
from habeas.datamap.model import MatchRule
from habeas.datamap.positions import KeyPath

# Measured on PostgreSQL 15 with 2 cores: deleting one parent row reads a child of 3 M rows without an index in 255 ms.
_MS_PER_ROW = 255 / 3_000_000
_NOISE = re.compile(r"\\(?:x0b|[tnrfv])|::[a-z ]+(?:\(\d+\))?|\s|[()\"\[\]]|\bcollate\b")


def check_indexes(ground: Ground) -> None:
    """Children's keys, the ends that edges are followed to, and columns with an identity."""
    asked: set[tuple[str, frozenset[str]]] = set()
    for ref, _, table in ground.mapped():
        for key in table.foreign_keys:
            if ground.may_change(key.target) and table.is_base:
                path: KeyPath = ("tables", ref)
                _want(ground, asked, table, key.columns, path, f"each row deleted from {key.target}", ())
    for lead in ground.leads:
        if lead.resolved is None:
            continue
        extra = (lead.type_column,) if lead.type_column is not None else ()
        if lead.enters == lead.ref:
            why = f"each row of {lead.resolved.table} reached"
            rule = _join_rule(ground, lead)
            if rule is not None:
                _matched(ground, asked, ground.catalog.tables[lead.ref], lead.columns[0], rule, lead.path, why)
                continue
            _want(ground, asked, ground.catalog.tables[lead.ref], lead.columns, lead.path, why, extra)
        elif lead.enters is not None:
            goal = ground.catalog.tables[lead.resolved.table]
            why = f"each row of {lead.ref} reached"
            _want(ground, asked, goal, lead.resolved.columns, lead.path, why, ())
    for ref, entry, table in ground.mapped():
        for name, column in entry.columns.items():
            rule = ground.policy.rule(column.identity) if column.identity is not None else None
            if rule is not None and table.column(name) is not None and ground.store.kind_of(ref) is not None:
                _identity(ground, asked, table, name, rule)
            for written, leaf in column.paths.items():
                rule = ground.policy.rule(leaf.identity) if leaf.identity is not None else None
                keys = object_keys(parse_path(written) or ())
                if rule is not None and keys and ground.store.kind_of(ref) is not None:
                    place: KeyPath = ("tables", ref, "columns", name, "paths", written, "identity")
                    _matched(ground, asked, table, name, rule, place, "each look-up of a person", keys)


def _want(
    ground: Ground,
    asked: set[tuple[str, frozenset[str]]],
    table: Table,
    columns: tuple[str, ...],
    path: KeyPath,
    each: str,
    extra: tuple[str, ...],
) -> None:
    wanted = (table.ref, frozenset(columns))
    known = all(table.column(name) is not None for name in columns)
    if wanted in asked or not table.is_base or not known or _indexed(table, columns, extra):
        return
    asked.add(wanted)
    listed = ", ".join((*extra, *columns))
    detail = f"Without an index {each} makes the database read the whole table{_cost(table)}."
    summary = f"{ground.name(table.ref)} has no index on {listed}"
    ground.warn("missing-index", path, summary, detail, _create(ground, table, (*extra, *columns)), [table.ref])


def _cost(table: Table) -> str:
    rows = table.estimated_rows
    if rows is None or rows < 0:
        return ": about 255 ms for 3 million rows, and in proportion"
    cost = rows * _MS_PER_ROW
    shown = f"about {cost:,.0f} ms" if cost >= 10 else f"about {cost:.1f} ms" if cost >= 0.1 else "less than 0.1 ms"
    return f": {shown} each time at its {rows:,} rows (measured: 255 ms for 3 million)"


def _indexed(table: Table, columns: tuple[str, ...], extra: tuple[str, ...]) -> bool:
    """Whether some index begins with these columns, in any order; `extra` ones may stand among them."""
    wanted, allowed = set(columns), {*columns, *extra}
    for index in _plain_indexes(table):
        left = set(wanted)
        for name in index:
            if name not in allowed:
                break
            left.discard(name)
            if not left:
                return True
        # An index that begins with part of a composite key finds few enough rows.
        if len(columns) > 1 and index and index[0] in wanted and not extra:
            return True
    return False


def _plain_indexes(table: Table) -> Iterable[tuple[str, ...]]:
    yield table.primary_key
    for unique in table.uniques:
        yield unique.columns
    for index in table.indexes:
        partial = index.where is not None and "not null" not in index.where.lower()
        if not index.expressions and not partial:
            yield index.columns


def _identity(ground: Ground, asked: set[tuple[str, frozenset[str]]], table: Table, name: str, rule: MatchRule) -> None:
    path: KeyPath = ("tables", table.ref, "columns", name, "identity")
    if rule is MatchRule.EXACT:
        _want(ground, asked, table, (name,), path, "each look-up of a person", ())
    else:
        _matched(ground, asked, table, name, rule, path, "each look-up of a person")


def _join_rule(ground: Ground, lead: Lead) -> MatchRule | None:
    """The rule by which a value join compares, if it is another than letter by letter."""
    if lead.is_key or lead.resolved is None or len(lead.columns) != 1:
        return None
    entry = ground.store.tables.get(lead.resolved.table)
    column = entry.columns.get(lead.resolved.columns[0]) if entry is not None else None
    rule = ground.policy.rule(column.identity) if column is not None and column.identity is not None else None
    return None if rule is MatchRule.EXACT else rule


def _matched(
    ground: Ground,
    asked: set[tuple[str, frozenset[str]]],
    table: Table,
    name: str,
    rule: MatchRule,
    path: KeyPath,
    each: str,
    keys: tuple[str, ...] = (),
) -> None:
    """A plain index is of no use where letters are folded or separators removed: the expression needs its own."""
    wanted = (table.ref, frozenset((name, rule.value, *keys)))
    if ground.match_expression is None or not table.is_base or table.column(name) is None or wanted in asked:
        return
    asked.add(wanted)
    expression = ground.match_expression(ground.catalog.dialect, name, rule, keys)
    bare = _bare(expression)
    if any(bare == _bare(made) for index in table.indexes for made in index.expressions):
        return
    detail = f"Values compare by {rule.value}: without this index {each} makes the database read the whole table"
    detail += f"{_cost(table)}."
    label = f"{name} ({'.'.join(keys)})" if keys else name
    summary = f"{ground.name(table.ref)} has no index on {label} as it is compared"
    fix = _create(ground, table, (name, *keys), expression)
    ground.warn("missing-match-index", path, summary, detail, fix, [table.ref])


def _bare(expression: str) -> str:
    """An expression without what databases add or drop when they print it back: casts, brackets, spaces, quotes."""
    text = re.sub(r"\bcast\s*\(", "(", expression.lower())
    text = re.sub(r"\s+as\s+(?:text|varchar|character varying)\s*\)", ")", text)
    text = re.sub(r"\bfrom\s+'", ", '", text)
    return re.sub(r"\be'", "'", _NOISE.sub("", re.sub(r"\be'", "'", text)))


def _create(ground: Ground, table: Table, columns: tuple[str, ...], expression: str | None = None) -> str:
    safe = re.sub(r"[^a-z0-9]+", "_", "_".join((table.name, *columns)).lower()).strip("_")
    name = f"{safe[:50]}_{'match' if expression else 'idx'}"
    inside = f"({expression})" if expression else ", ".join(quoted(column) for column in columns)
    # Partitioned tables can't be indexed without a lock.
    live = ground.catalog.dialect == "postgresql" and table.kind.value == "table"
    concurrently = "CONCURRENTLY " if live else ""
    return f"CREATE INDEX {concurrently}{name} ON {ground.sql(table.ref)} ({inside});"
