"""Looks again after a correction: does what was written still stand, and the old value nowhere where a copy is?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from habeas.program.program import Reference
from habeas.stores.sql.working import Working
from habeas.stores.sql.write_sets import as_type, copying_rows


class WrittenRow(NamedTuple):
    """A row that was written: its key, what stood there and what was written; `copy_of` an original, or by itself."""

    key: tuple[Any, ...]
    was: Any
    value: Any
    copy_of: str | None


def not_standing(work: Working, table: str, column: str, rows: Sequence[WrittenRow]) -> int:
    """Rows that are there and hold something else by now. One that is gone was erased, and holds nothing."""
    name = load_rows(work, f"c{work.live(table).column_names.index(column)}", table, rows)
    differs = f"NOT {holds(work, table, column)}"
    return int(
        work.scalar(
            f"SELECT count(*) FROM {name} g JOIN {work.name(table)} x ON {work.same_row(table, 'g', 'x')} WHERE {differs}"
        )
    )


def stale_copies(work: Working, copy: Reference, rows: Sequence[WrittenRow]) -> int:
    """Rows that copy an original's old value, written late by somebody who had read it before."""
    table, column = copy.target, copy.target_columns[0]
    name = load_rows(work, f"s{copy.id}", table, [row for row in rows if row.was is not None])
    old, new = as_type(work, table, column, "g.was"), as_type(work, copy.table, copy.columns[0], "g.value")
    now = work.column("s", copy.columns[0])
    if work.postgresql:
        now, new = f"CAST({now} AS text)", f"CAST({new} AS text)"
    key = work.live_key(copy.table, "s")
    found = copying_rows(work, copy, name, {column: old}, f"NOT ({work.same(now, new)})")
    return int(work.scalar(f"SELECT count(*) FROM (SELECT DISTINCT {key} {found}) q"))


def standing(work: Working, table: str, column: str, rows: str) -> str:
    """The condition that the live row `x` holds what was written to it, by a table of written rows."""
    same = work.same_row(table, "g", "x")
    return f"EXISTS (SELECT 1 FROM {rows} g WHERE {same} AND {holds(work, table, column)})"


def holds(work: Working, table: str, column: str) -> str:
    """The condition that the live row `x` holds what the written row `g` says."""
    now, wanted = work.column("x", column), as_type(work, table, column, "g.value")
    if work.postgresql:  # some types know no equality (json), all have a text
        now, wanted = f"CAST({now} AS text)", f"CAST({wanted} AS text)"
    return f"({work.same(now, wanted)})"


def restricted_still(work: Working, table: str, column: str, rows: Sequence[WrittenRow]) -> bool:
    """Whether a row holds what a restriction has written, and held something else before."""
    node = work.program.nodes.get(table)
    if node is None or work.live(table).column(column) is None:
        return False
    changed = [row for row in rows if (row.was is None) != (row.value is None) or str(row.was) != str(row.value)]
    return bool(changed) and not_standing(work, table, column, changed) < rows_there(work, table, column)


def rows_there(work: Working, table: str, column: str) -> int:
    """How many of the rows that were loaded last are there at all."""
    name = work.key_name(table, f"again_c{work.live(table).column_names.index(column)}_")
    same = work.same_row(table, "g", "x")
    return int(work.scalar(f"SELECT count(*) FROM {name} g JOIN {work.name(table)} x ON {same}"))


def load_rows(work: Working, suffix: str, table: str, rows: Iterable[WrittenRow]) -> str:
    """A temporary table of written rows, with the key's own types."""
    node = work.node(table)
    name = work.key_name(table, f"again_{suffix}_")
    columns = [f"c{i}" for i in range(len(node.key))]
    if name not in work.made:
        work.made.append(name)
        if work.postgresql:
            live = ", ".join(f"{work.column('x', c)} AS c{i}" for i, c in enumerate(node.key))
            work.execute(
                f"CREATE TEMPORARY TABLE {name} ON COMMIT DROP AS SELECT {live}, CAST(NULL AS text) AS was, "
                f"CAST(NULL AS text) AS value FROM {work.name(table)} x WHERE 1 = 0"
            )
        else:
            typed = ", ".join(f"c{i} {work.live_column(table, c).type}" for i, c in enumerate(node.key))
            work.execute(f"CREATE TEMPORARY TABLE {name} ({typed}, was, value)")
    work.insert_many(name, [*columns, "was", "value"], [(*row.key, row.was, row.value) for row in rows])
    return name
