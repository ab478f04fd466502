"""Declared copies of masked values: which cells receive what is written to their original (section 6).

Decided before anything changes, since copies are found by the old value; written last, over any other mask.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from habeas.program.program import MASKED, Copy, Reference, Verdict
from habeas.stores.sql.change_sets import ChangeSet
from habeas.stores.sql.customers import customer_of, inside_selection
from habeas.stores.sql.working import Working, named

_MASKED = ", ".join(str(int(v)) for v in MASKED)
_ERASE, _KEEP, _HOLD = int(Verdict.ERASE), int(Verdict.KEEP), int(Verdict.HOLD)


@dataclass(frozen=True, slots=True)
class CopySet:
    """Rows whose copy is written to. `name` is a table with the row's key (`c0, …`), that of its original (`o0, …`) and `alone`.

    `originals` is the table of all masked originals' keys. `alone` counts rows in which no other mask writes the column.
    """

    copy: Copy
    name: str
    originals: str
    count: int
    alone: int

    @property
    def table(self) -> str:
        """The table that holds the copy."""
        return self.copy.table

    @property
    def columns(self) -> tuple[str, ...]:
        """The copy."""
        return (self.copy.column,)


def copy_sets(work: Working, sets: Sequence[ChangeSet]) -> list[CopySet]:
    """The copies of every column that the run masks somewhere; empty ones are left out."""
    found: list[CopySet] = []
    originals: dict[tuple[str, str], str | None] = {}
    for copy in work.program.copies:
        if copy.original not in originals:
            originals[copy.original] = _masked_originals(work, copy, sets)
        masked = originals[copy.original]
        if masked is None:
            continue
        name = f"{work.temporary.stem}q{copy.reference.id}"
        key = [f"c{i}" for i in range(len(work.node(copy.table).key))]
        other = [f"o{i}" for i in range(len(work.node(copy.original[0]).key))]
        order = ", ".join(["alone", *other])
        # A copy of several masked originals receives the value of one of them.
        query = (
            f"SELECT {', '.join([*key, *other, 'alone'])} FROM (SELECT z.*, ROW_NUMBER() OVER "
            f"(PARTITION BY {', '.join(key)} ORDER BY {order}) AS n FROM ({_cells(work, copy, masked, sets)}) z) q WHERE n = 1"
        )
        count = work.make_table(name, copy.table, named([*key, *other, "alone"], query), key)
        if count:
            alone = int(work.scalar(f"SELECT count(*) FROM {name} WHERE alone = 1"))
            found.append(CopySet(copy, name, masked, count, alone))
    return found


def _masked_originals(work: Working, copy: Copy, sets: Sequence[ChangeSet]) -> str | None:
    """A table of the keys of rows in which the original's column is masked, by whatever rule; None: there is none."""
    table, column = copy.original
    parts = _where_masked(work, table, column, sets)
    if not parts:
        return None
    key = [f"c{i}" for i in range(len(work.node(table).key))]
    query = " UNION ".join(f"SELECT {', '.join(f'o.{c}' for c in key)} {rows}" for rows in parts)
    name = f"{work.temporary.stem}p{copy.reference.id}"
    return name if work.make_table(name, table, named(key, query), key) else None


def _where_masked(work: Working, table: str, column: str, sets: Sequence[ChangeSet]) -> list[str]:
    """FROM … WHERE of the rows `o` (keys) in which a mask writes the column."""
    found: list[str] = []
    node = work.node(table)
    own = work.keys.get(table)
    if own is not None:
        tally = work.tallies[table]
        if column in {m.column for m in node.masks} and tally.rows(*MASKED):
            found.append(f"FROM {own.name} o WHERE o.v IN ({_MASKED})")
        if node.keep is not None and column in {m.column for m in node.keep.masks} and tally.kept_alone:
            found.append(f"FROM {own.name} o WHERE o.v = {_KEEP} AND o.b >= 0")
    for changed in sets:
        unlinked = {w.column for w in changed.reference.unlink}
        if changed.table == table and column in changed.columns and column not in unlinked:
            found.append(f"FROM {changed.name} o WHERE 1 = 1")
    return found


def _cells(work: Working, copy: Copy, masked: str, sets: Sequence[ChangeSet]) -> str:
    """Keys of rows `s` with the copy and of their originals `t`; `alone` is 1 where nothing else masks the column in `s`."""
    here, there = copy.table, copy.original[0]
    own = work.keys.get(here)
    anyway = [
        f"EXISTS (SELECT 1 {rows} AND {work.same_row(here, 'o', 's')})"
        for rows in _where_masked(work, here, copy.column, sets)
    ]
    free: list[str] = []
    customer = customer_of(work, here, "s")
    joins = customer.joined if work.with_customers else ""
    conditions: list[str] = []
    if work.with_customers and not copy.reference.across:
        other = customer_of(work, there, "t")
        joins += other.joined
        conditions.append(work.same(customer.sql, other.sql))
    if inside := inside_selection(work, here, "s"):
        free.append(inside.sql)
    whole = ""
    if own is not None:
        of_row = f"SELECT 1 FROM {own.name} o WHERE {work.same_row(here, 'o', 's')}"
        free.append(f"NOT EXISTS ({of_row} AND o.v IN ({_ERASE}, {_KEEP}, {_HOLD}))")
        whole = f" OR EXISTS ({of_row} AND o.v IN ({_MASKED}))"
    for changed in sets:
        if changed.table == here and changed.reference.has_right and _unlinks(changed.reference, copy):
            # What stays isn't the masked person's any more: an edge with a right is unlinked, as without copies.
            same = work.same_row(here, "u", "s")
            free.append(f"(NOT EXISTS (SELECT 1 FROM {changed.name} u WHERE {same}){whole})")
    free.append(f"NOT {_has_another_original(work, copy, masked, customer.sql)}")
    alone = f"CASE WHEN {' OR '.join(anyway)} THEN 0 ELSE 1 END" if anyway else "1"
    conditions.append(" OR ".join([*anyway, f"({' AND '.join(free)})"]))
    keys = [f"{work.column('s', c)} AS c{i}" for i, c in enumerate(work.node(here).key)]
    others = [f"{work.column('t', c)} AS o{i}" for i, c in enumerate(work.node(there).key)]
    joined = work.joined(copy.reference, work.live_side("s", (copy.column,)), work.live_side("t", (copy.original[1],)))
    return (
        f"SELECT {', '.join([*keys, *others])}, {alone} AS alone FROM {masked} p "
        f"JOIN {work.name(there)} t ON {work.same_row(there, 'p', 't')} JOIN {work.name(here)} s ON {joined}{joins} "
        f"WHERE {' AND '.join(f'({each})' for each in conditions)}"
    )


def _unlinks(reference: Reference, copy: Copy) -> bool:
    return any(w.column == copy.column for w in reference.unlink)


def _has_another_original(work: Working, copy: Copy, masked: str, customer: str) -> str:
    """The value is also that of an original that remains as it is: it would be taken from whoever that is."""
    table = copy.original[0]
    conditions = [
        work.joined(copy.reference, work.live_side("s", (copy.column,)), work.live_side("w", (copy.original[1],)))
    ]
    joins = ""
    if work.with_customers and not copy.reference.across:
        other = customer_of(work, table, "w")
        joins = other.joined
        conditions.append(work.same(other.sql, customer))
    conditions.append(f"NOT EXISTS (SELECT 1 FROM {masked} p2 WHERE {work.same_row(table, 'p2', 'w')})")
    if own := work.keys.get(table):
        erased = f"SELECT 1 FROM {own.name} o WHERE {work.same_row(table, 'o', 'w')} AND o.v = {_ERASE}"
        conditions.append(f"NOT EXISTS ({erased})")
    return f"EXISTS (SELECT 1 FROM {work.name(table)} w{joins} WHERE {' AND '.join(conditions)})"
