"""Which rows are written in which order, and which two writes are one: a row that is written twice costs twice.

A masked or kept row whose reference is unlinked besides gets both in one statement, where that changes nothing: the rows
are the same, no column is written by two of them, and nothing that goes refers to a masked column.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from habeas.program.program import MASKED, Verdict, WrittenValue
from habeas.stores.sql.change_sets import ChangeSet
from habeas.stores.sql.reached_bearers import guard
from habeas.stores.sql.working import Working

_MASKED = ", ".join(str(int(v)) for v in MASKED)
_KEEP = int(Verdict.KEEP)


@dataclass(frozen=True, slots=True)
class Write:
    """One statement over the rows `o` of the table of keys that meet `condition`; `count` rows of `table` must change.

    `whole`: whole masking, where a column that still refers to a remaining row keeps its value. `guard`: what the live
    rows `x` must still say, else the count says less.
    """

    table: str
    writes: tuple[WrittenValue, ...]
    keys: str
    count: int
    condition: str = ""
    whole: bool = False
    guard: str = ""


def writes_in_order(work: Working, sets: Sequence[ChangeSet]) -> tuple[list[Write], list[Write]]:
    """What is written before rows are deleted, and after.

    References are unlinked first, since what they lead to goes; masks come last, since a value that is written over
    may be referred to by rows that go.
    """
    first: list[Write] = []
    last: list[Write] = []
    alone = list(sets)
    for mask in _masks(work):
        unlinked = [changed for changed in sets if changed.table == mask.table]
        together = [changed for changed in unlinked if _same_rows(work, mask, changed)]
        if together and _may_come_first(work, mask, unlinked):
            alone = [changed for changed in alone if changed not in together]
            first.append(_with(work, mask, together))
        else:
            last.append(mask)
    first += [Write(c.table, c.writes, c.name, c.count, guard=_guard(work, [c])) for c in alone]
    return first, last


def _masks(work: Working) -> list[Write]:
    found: list[Write] = []
    for table, keys in work.keys.items():
        node = work.node(table)
        tally = work.tallies[table]
        if node.masks and (count := tally.rows(*MASKED)):
            found.append(Write(table, node.masks, keys.name, count, f"o.v IN ({_MASKED})", True))
        if node.keep is not None and node.keep.masks and (count := tally.kept_alone):
            # rows kept along (b < 0) are another table's, and have no columns to mask here
            found.append(Write(table, node.keep.masks, keys.name, count, f"o.v = {_KEEP} AND o.b >= 0"))
    return found


def _same_rows(work: Working, mask: Write, changed: ChangeSet) -> bool:
    """Whether the change set has the rows of the mask and no others: by what was counted, since its rows are reached."""
    if not changed.reached or changed.count != mask.count:
        return False
    tally = work.tallies[mask.table]
    others = {Verdict.MASK, Verdict.BLOCKED, Verdict.SHARED, Verdict.ACCESSED}
    if changed.reference.on_erase == "unlink":
        others.add(Verdict.KEEP)
    others -= set(MASKED) if mask.whole else {Verdict.KEEP}
    return not tally.rows(*others) and (mask.whole or tally.rows(Verdict.KEEP) == tally.kept_alone)


def _may_come_first(work: Working, mask: Write, unlinked: Sequence[ChangeSet]) -> bool:
    """Whether the mask's columns belong to no reference, and to no other write of the table."""
    columns = {w.column for w in mask.writes}
    written = [w.column for changed in unlinked for w in changed.writes]
    bearing = {c for r in work.program.bearing.get(mask.table, ()) for c in work.bearing_columns(r)}
    targets = {c for r in work.program.leading_to.get(mask.table, ()) for c in r.target_columns}
    return not columns & (bearing | targets | set(written)) and len(written) == len(set(written))


def _with(work: Working, mask: Write, together: Sequence[ChangeSet]) -> Write:
    writes = tuple(w for changed in together for w in changed.writes)
    return replace(mask, writes=(*mask.writes, *writes), guard=_guard(work, together))


def _guard(work: Working, sets: Sequence[ChangeSet]) -> str:
    """Nobody else writes to a SQLite store while a run holds it."""
    reached = [changed.reference for changed in sets if changed.reached and work.postgresql]
    return " AND ".join(guard(work, reference, "o", "x") for reference in reached)
