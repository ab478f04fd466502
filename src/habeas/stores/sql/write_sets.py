"""The rows that a correction writes to, decided before anything changes: of the row that was named, and of its copies.

Each is a temporary table with the rows' keys (`c0, …`), what stands there (`was`) and what will (`value`): on PostgreSQL as
the database's text, on SQLite as it is, since a column may hold any type there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from habeas.catalog.tables import TypeFamily
from habeas.program.correction import Assignment
from habeas.program.program import Reference
from habeas.stores.sql.customers import customer_of, inside_selection
from habeas.stores.sql.temporary_tables import affinity, named
from habeas.stores.sql.working import Working


@dataclass(frozen=True, slots=True)
class WriteSet:
    """Rows of one table in which one column is written. `copy`: because they copy the assignment's column."""

    assignment: Assignment
    table: str
    column: str
    name: str
    count: int
    copy: Reference | None = None


def stored(work: Working, column: str, alias: str, table: str) -> str:
    """A live value as it is remembered."""
    value = work.column(alias, column)
    return f"CAST({value} AS text)" if work.postgresql else value


def as_type(work: Working, table: str, column: str, value: str) -> str:
    """A remembered value in the column's type."""
    live = work.live_column(table, column)
    if work.postgresql:
        return f"CAST({value} AS {live.type})"
    if live.family not in (TypeFamily.INTEGER, TypeFamily.NUMBER, TypeFamily.BOOLEAN):
        return value  # SQLite's dates are text, and a cast would cut them to their year
    kind = affinity(live.type)
    return f"CASE WHEN typeof({value}) = 'text' THEN CAST({value} AS {kind}) ELSE {value} END"


def rows_named(work: Working, made: Assignment, condition: str, parameters: Mapping[str, Any]) -> WriteSet:
    """The set of reached rows `k` (live: `x`) under a condition."""
    node = work.node(made.table)
    value = f"CAST({work.parameter('value')} AS text)"
    if made.appends:
        old = work.column("x", made.column)
        line = "chr(10)" if work.postgresql else "char(10)"
        there = work.dialect.not_blank(old, TypeFamily.TEXT)
        value = f"CASE WHEN {there} THEN {old} || {line} || {value} ELSE {value} END"
    name = set_name(work, made.table, made.column, made.number)
    key = [f"c{i}" for i in range(len(node.key))]
    query = (
        f"SELECT {', '.join(f'k.{c}' for c in key)}, {stored(work, made.column, 'x', made.table)} AS was, {value} AS value "
        f"FROM {work.keys[made.table].name} k JOIN {work.name(made.table)} x ON {work.same_row(made.table, 'k', 'x')} "
        f"WHERE {condition}"
    )
    count = work.make_table(
        name, made.table, named([*key, "was", "value"], query), key, {"value": made.value, **parameters}
    )
    return WriteSet(made, made.table, made.column, name, count)


def rows_put_back(work: Working, made: Assignment, before: str) -> tuple[WriteSet, int]:
    """The roots that hold what was written to them, to get back what stood `before`; and how many hold something else."""
    node = work.node(made.table)
    name = set_name(work, made.table, made.column, made.number)
    key = [f"c{i}" for i in range(len(node.key))]
    now, wrote = work.column("x", made.column), as_type(work, made.table, made.column, "g.value")
    if work.postgresql:
        now, wrote = f"CAST({now} AS text)", f"CAST({wrote} AS text)"
    same = " AND ".join(f"g.{c} = k.{c}" for c in key)
    rows = (
        f"FROM {work.keys[made.table].name} k JOIN {work.name(made.table)} x ON {work.same_row(made.table, 'k', 'x')} "
        f"JOIN {before} g ON {same} WHERE k.root = 1"
    )
    query = (
        f"SELECT {', '.join(f'k.{c}' for c in key)}, {stored(work, made.column, 'x', made.table)} AS was, "
        f"g.was AS value {rows} AND {work.same(now, wrote)}"
    )
    count = work.make_table(name, made.table, named([*key, "was", "value"], query), key)
    every = int(work.scalar(f"SELECT count(*) {rows}"))
    return WriteSet(made, made.table, made.column, name, count), every - count


def set_name(work: Working, table: str, column: str, number: int) -> str:
    """A name of its own for each table, column and assignment: a kept table's columns have the types of one table."""
    place = work.live(table).column_names.index(column)
    return f"{work.temporary.stem}g{work.numbers[table]}_{place}_{number}"


def copies_of(work: Working, written: WriteSet) -> list[WriteSet]:
    """The declared copies of what a set writes; empty ones are left out."""
    found = []
    for copy in written.assignment.copies:
        name = f"{work.temporary.stem}h{copy.id}_{written.assignment.number}"
        key = [f"c{i}" for i in range(len(work.node(copy.table).key))]
        live = [work.column("s", c) for c in work.node(copy.table).key]
        was = stored(work, copy.columns[0], "s", copy.table)
        rows = copying_rows(work, copy, written.name, work.live_side("t", copy.target_columns))
        query = (
            f"SELECT {', '.join(f'{c} AS {k}' for c, k in zip(live, key, strict=True))}, "
            f"MIN({was}) AS was, MIN(g.value) AS value {rows} GROUP BY {work.live_key(copy.table, 's')}"
        )
        count = work.make_table(name, copy.table, named([*key, "was", "value"], query), key)
        if count:
            found.append(WriteSet(written.assignment, copy.table, copy.columns[0], name, count, copy))
    return found


def copying_rows(work: Working, copy: Reference, originals: str, value: Mapping[str, str], mine: str = "") -> str:
    """FROM … WHERE of rows `s` that copy the value of an original `t`, which the table `originals` (`g`) names.

    A row whose value is also that of an original that isn't named is that one's too: it counts only where it refers to
    a named original by a key edge of its own.
    """
    table = copy.target
    bearing = work.live_side("s", work.bearing_columns(copy))
    conditions = []
    joins = ""
    here = customer_of(work, copy.table, "s")
    if work.with_customers and not copy.across:
        there = customer_of(work, table, "t")
        joins = here.joined + there.joined
        conditions.append(work.same(here.sql, there.sql))
    if inside := inside_selection(work, copy.table, "s"):
        joins = joins or inside.joined
        conditions.append(inside.sql)
    conditions.append(f"({not_of_others(work, copy, originals, here.sql)}{_or(_refers_by_key(work, copy, 's', 't'))})")
    if mine:
        conditions.append(mine)
    return (
        f"FROM {originals} g JOIN {work.name(table)} t ON {work.same_row(table, 'g', 't')} "
        f"JOIN {work.name(copy.table)} s ON {work.joined(copy, bearing, value)}{joins} WHERE {' AND '.join(conditions)}"
    )


def left_to_others(work: Working, written: WriteSet, copy: Reference) -> int:
    """How many rows have the copied value, and keep it, since it is another original's too."""
    bearing = work.live_side("s", work.bearing_columns(copy))
    joins, conditions = "", []
    here = customer_of(work, copy.table, "s")
    if work.with_customers and not copy.across:
        there = customer_of(work, copy.target, "t")
        joins = here.joined + there.joined
        conditions.append(work.same(here.sql, there.sql))
    conditions.append(f"NOT {not_of_others(work, copy, written.name, here.sql)}")
    conditions += [f"NOT {each}" for each in _refers_by_key(work, copy, "s", "t")]
    return int(
        work.scalar(
            f"SELECT count(*) FROM {written.name} g JOIN {work.name(copy.target)} t "
            f"ON {work.same_row(copy.target, 'g', 't')} JOIN {work.name(copy.table)} s "
            f"ON {work.joined(copy, bearing, work.live_side('t', copy.target_columns))}{joins} "
            f"WHERE {' AND '.join(conditions)}"
        )
    )


def not_of_others(work: Working, copy: Reference, originals: str, customer: str) -> str:
    """The condition that no original outside of `originals` has the value of the row `s`."""
    joined = work.joined(
        copy, work.live_side("s", work.bearing_columns(copy)), work.live_side("w", copy.target_columns)
    )
    conditions = [joined, f"NOT EXISTS (SELECT 1 FROM {originals} g2 WHERE {work.same_row(copy.target, 'g2', 'w')})"]
    joins = ""
    if work.with_customers and not copy.across:
        other = customer_of(work, copy.target, "w")
        joins = other.joined
        conditions.append(work.same(other.sql, customer))
    return f"NOT EXISTS (SELECT 1 FROM {work.name(copy.target)} w{joins} WHERE {' AND '.join(conditions)})"


def _refers_by_key(work: Working, copy: Reference, bearer: str, original: str) -> list[str]:
    """Conditions: the row refers to the original itself, by an edge of ownership that is a key."""
    return [
        "("
        + work.joined(r, work.live_side(bearer, work.bearing_columns(r)), work.live_side(original, r.target_columns))
        + ")"
        for r in work.program.bearing.get(copy.table, ())
        if r.kind == "owned_by" and not r.value_join and r.target == copy.target
    ]


def _or(conditions: Sequence[str]) -> str:
    return "".join(f" OR {each}" for each in conditions)


def write(work: Working, written: WriteSet) -> int:
    """Carry one set out; the rows touched."""
    node = work.node(written.table)
    value = as_type(work, written.table, written.column, "b.value")
    key = work.live_key(written.table, "x")
    left = f"({key})" if len(node.key) > 1 else key
    return work.execute(
        f"UPDATE {work.name(written.table)} AS x SET {work.dialect.quote(written.column)} = "
        f"(SELECT {value} FROM {written.name} b WHERE {work.same_row(written.table, 'b', 'x')}) "
        f"WHERE {left} IN (SELECT {work.key_columns(written.table, 'o')} FROM {written.name} o)"
    )
