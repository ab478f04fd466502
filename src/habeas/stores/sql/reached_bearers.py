"""Change sets read from the key tables alone, where reach has entered every row that refers to a departing one.

Rights flow from a departing row to whatever refers to it by `owned_by`, so that all those rows stand in a key table, with the
reference's columns: joining the live table once more would find the same rows, at the cost of another walk through it.
What a key table tells is as old as the reach, so the statement that writes compares those columns again (`guard`).
"""

from __future__ import annotations

from habeas.program.program import DEPARTING, Reference, Verdict
from habeas.stores.sql.working import Working

_DEPARTING = ", ".join(str(int(v)) for v in DEPARTING)
_ERASE = int(Verdict.ERASE)


def bearers_are_reached(work: Working, reference: Reference) -> bool:
    """Whether every row that refers to a departing row by this edge is in a key table, with the edge's columns.

    Not where reach stops at a Customer's border, or began from rows that it remembers: their columns may be older than
    what is written there now.
    """
    if work.customer is not None or work.remembers or reference.kind != "owned_by" or reference.value_join:
        return False
    entered = work.node(reference.table)
    own_route = [step.reference.id for step in entered.customer.steps]
    if work.with_customers and entered.customer.known and own_route != [reference.id]:
        return False  # a row of another Customer may refer to it, and wasn't entered
    carried = set(entered.carried)
    return carried.issuperset(work.bearing_columns(reference)) and _stays_as_it_was(work, reference)


def _stays_as_it_was(work: Working, reference: Reference) -> bool:
    """Whether no other statement of the run writes the reference's columns before its own does."""
    if reference.on_update not in ("NO ACTION", "RESTRICT"):
        return False
    mine = set(work.bearing_columns(reference))
    others = [r for r in work.program.bearing.get(reference.table, ()) if r.id != reference.id]
    return not any(
        mine & {w.column for w in (*other.unlink, *other.masks)}
        for other in others
        if not _another_type_of_the_pair(reference, other)
    )


def _another_type_of_the_pair(reference: Reference, other: Reference) -> bool:
    same = (reference.columns, reference.type_column) == (other.columns, other.type_column)
    return same and reference.type_column is not None and reference.type_value != other.type_value


def reached_bearers(work: Working, reference: Reference) -> str | None:
    """FROM … WHERE of the rows `o` of the bearing key table to write to; None where the verdicts say there are none."""
    own = work.keys.get(reference.table)
    if own is None:
        return None
    remaining = [Verdict.MASK, Verdict.BLOCKED, Verdict.SHARED, Verdict.ACCESSED]
    if reference.on_erase == "unlink":
        remaining.append(Verdict.KEEP)
    tally = work.tallies[reference.table]
    present = [verdict for verdict in remaining if tally.rows(verdict)]
    if not present:
        return None
    joined = work.joined(
        reference,
        work.carried_side(reference.table, "o", work.bearing_columns(reference)),
        work.carried_side(reference.target, "t", reference.target_columns),
    )
    chosen = f"o.v IN ({', '.join(str(int(v)) for v in present)})"
    if Verdict.KEEP in present:
        chosen += f" AND (o.v <> {int(Verdict.KEEP)} OR t.v = {_ERASE})"
    target = work.keys[reference.target]
    return f"FROM {target.name} t JOIN {own.name} o ON {joined} WHERE t.v IN ({_DEPARTING}) AND {chosen}"


def guard_columns(work: Working, reference: Reference) -> list[str]:
    """The reference's columns in the key table, which the change set carries beside the row's key."""
    carried = work.node(reference.table).carried
    return [f"c{carried.index(column)}" for column in work.bearing_columns(reference)]


def guard(work: Working, reference: Reference, keys: str, row: str) -> str:
    """The condition that the live row refers to what it referred to when it was reached.

    In a form by which no planner joins: the row's key finds one row, and the reference's index a walk through many.
    """
    return " AND ".join(
        f"({work.carried(reference.table, column, keys)} = {work.column(row, column)}) IS TRUE"
        for column in work.bearing_columns(reference)
    )
