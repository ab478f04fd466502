"""Which rows can't be erased because a row that remains refers to them (section 5.5), to a fixpoint
upward."""

from __future__ import annotations

from habeas.program.program import Reference, Verdict
from habeas.stores.sql.customers import inside_selection
from habeas.stores.sql.working import Working

_ERASE, _BLOCKED = int(Verdict.ERASE), int(Verdict.BLOCKED)


def settle_blocking(work: Working) -> None:
    """Turn erased rows that must stay into masked ones, until no reference of a remaining row hangs."""
    tables = [t for component in work.program.erase_order for t in component]
    checks = [
        (reference, condition)
        for table in tables
        if table in work.keys
        for reference in work.program.leading_to.get(table, ())
        if (condition := _holds_in_place(work, reference)) is not None
    ]
    while sum(_block(work, reference, condition) for reference, condition in checks):
        pass


def always_follows(work: Working, reference: Reference) -> bool:
    """Whether the program alone says that every bearing row goes along, in this run too."""
    if reference.id not in work.program.follows or work.holds:
        return False
    return work.customer is None or any(
        step.reference.id == reference.id for step in work.node(reference.table).customer.steps
    )


def _holds_in_place(work: Working, reference: Reference) -> str | None:
    """The condition, on the row `k` of the target, that a bearing row remains whose reference can't be
    unlinked."""
    if not reference.can_block or always_follows(work, reference):
        return None
    bearing = work.bearing_columns(reference)
    own = work.keys.get(reference.table)
    node = work.node(reference.table)
    joined = work.joined(
        reference,
        work.live_side("s", bearing),
        work.carried_side(reference.target, "k", reference.target_columns),
    )
    if reference.never_unlinked:
        stays = ""
        if own is not None and node.key:
            stays = (
                f" AND NOT EXISTS (SELECT 1 FROM {own.name} o WHERE {work.same_row(reference.table, 'o', 's')} "
                f"AND o.v = {_ERASE})"
            )
        return f"EXISTS (SELECT 1 FROM {work.name(reference.table)} s WHERE {joined}{stays})"
    found: list[str] = []
    if inside := inside_selection(work, reference.table, "s"):
        found.append(
            f"EXISTS (SELECT 1 FROM {work.name(reference.table)} s{inside.joined} WHERE {joined} AND NOT {inside.sql})"
        )
    fixed = [int(Verdict.HOLD)] if work.holds else []
    if reference.on_erase != "unlink" and _may_be_kept(work, reference.table):
        fixed.append(int(Verdict.KEEP))
    if fixed and own is not None and node.key:
        found.append(
            f"EXISTS (SELECT 1 FROM {own.name} o JOIN {work.name(reference.table)} s "
            f"ON {work.same_row(reference.table, 'o', 's')} WHERE {joined} AND o.v IN ({', '.join(map(str, fixed))}))"
        )
    return f"({' OR '.join(found)})" if found else None


def _may_be_kept(work: Working, table: str) -> bool:
    if work.node(table).keep is not None:
        return True
    return any(node.keep and table in node.keep.with_tables for node in work.program.nodes.values())


def _block(work: Working, reference: Reference, condition: str) -> int:
    return work.settle(
        reference.target,
        f"UPDATE {work.keys[reference.target].name} AS k SET v = {_BLOCKED}, b = {reference.id} "
        f"WHERE k.v = {_ERASE} AND {condition}",
    )
