"""Which owned rows stay because somebody else owns them, and which accessed rows depart all the same
(section 5.3)."""

from __future__ import annotations

from habeas.program.program import Reference, Verdict
from habeas.stores.sql.customers import customer_of
from habeas.stores.sql.working import Working

_STAYS = int(Verdict.SHARED)


def settle_sharing(work: Working) -> None:
    """Write `shared` where an owner stays, to the least fixpoint; then erase what edges with `delete` lead to.

    Owners come before what they own in the program's order, so one pass serves; only tables that own one another need
    rounds. Where `delete` takes a row along that would have stayed, what stayed because of it is thought over again.
    """
    while True:
        _share(work)
        taken = [t for t in work.keys if t in work.program.may_stay and _deletes(work, t)]
        if not sum(_take_along(work, table) for table in taken):
            break
        for table in work.keys:
            if table in work.program.may_stay:
                default = int(Verdict.MASK if work.node(table).on_erase == "mask" else Verdict.ERASE)
                work.settle(table, f"UPDATE {work.keys[table].name} SET v = {default} WHERE v = {_STAYS}")
    for component in work.program.components:
        deleting = [t for t in component if t in work.keys and _deletes(work, t)]
        while sum(_mark_deleted(work, table) for table in deleting) and len(component) > 1:
            pass


def _share(work: Working) -> None:
    for component in work.program.components:
        tables = [t for t in component if t in work.keys and t in work.program.may_stay]
        rounds = len(component) > 1 or any(
            r.source_table == t for t in component for r in work.program.entering.get(t, ()) if r.own
        )
        if not rounds:
            for table in tables:
                if shared := _sharing(work, table):
                    work.settle_later(table, shared)
            continue
        while sum(work.settle(t, shared) for t in tables if (shared := _sharing(work, t))):
            pass


def _take_along(work: Working, table: str) -> int:
    """Rows that would stay, but for an edge with `delete` to an owned row that departs: they depart like roots."""
    leads = " OR ".join(_leads_to_departing(work, r, owned=True) for r in _deletes(work, table))
    return work.settle(
        table,
        f"UPDATE {work.keys[table].name} AS k SET v = {int(Verdict.ERASE)}, root = 2 "
        f"WHERE k.r = 2 AND k.v = {_STAYS} AND ({leads})",
    )


def _sharing(work: Working, table: str) -> str | None:
    """The statement that gives rows of the table the verdict `shared`; None where none of them can stay."""
    name = work.keys[table].name
    entering = [r for r in work.program.entering.get(table, ()) if r.own]
    alone = len(entering) == 1 and entering[0].kind == "owned_by" and not entering[0].value_join
    owners = [
        _owner_in_reach_stays(work, r) if alone else _owner_stays(work, r)
        for r in entering
        if not alone or r.source_table in work.program.may_stay
    ]
    owners = [condition for condition in owners if condition]
    if not owners:
        return None
    return (
        f"UPDATE {name} AS k SET v = {_STAYS} "
        f"WHERE k.r = 2 AND k.root = 0 AND k.v <> {_STAYS} AND ({' OR '.join(owners)})"
    )


def _owner_in_reach_stays(work: Working, reference: Reference) -> str:
    """The only owner is in the reach already: does its row stay?"""
    owner = work.keys.get(reference.source_table)
    if owner is None:
        return ""
    joined = work.joined(
        reference,
        work.carried_side(reference.table, "k", work.bearing_columns(reference)),
        work.carried_side(reference.target, "o", reference.target_columns),
    )
    return f"EXISTS (SELECT 1 FROM {owner.name} o WHERE {joined} AND o.r = 2 AND o.v = {_STAYS})"


def _owner_stays(work: Working, reference: Reference) -> str:
    """An owner exists that is outside the owned reach or stays."""
    bearing = work.bearing_columns(reference)
    if reference.forward:  # the owner bears the reference
        left = work.live_side("u", bearing)
        right = work.carried_side(reference.target, "k", reference.target_columns)
    else:
        left = work.carried_side(reference.table, "k", bearing)
        right = work.live_side("u", reference.target_columns)
    owner_table = reference.source_table
    customer = customer_of(work, owner_table, "u")
    conditions = [work.joined(reference, left, right)]
    joins = ""
    if work.with_customers:
        if reference.value_join:
            if not reference.across:
                joins = customer.joined
                conditions.append(work.same(customer.sql, "k.cu"))
        elif work.node(owner_table).customer.known and work.node(reference.entered_table).customer.known:
            joins = customer.joined
            conditions.append(f"({customer.sql} = k.cu OR {customer.sql} IS NULL OR k.cu IS NULL)")
    if owner := work.keys.get(owner_table):
        conditions.append(
            f"NOT EXISTS (SELECT 1 FROM {owner.name} o WHERE {work.same_row(owner_table, 'o', 'u')} "
            f"AND o.r = 2 AND o.v <> {_STAYS})"
        )
    return f"EXISTS (SELECT 1 FROM {work.name(owner_table)} u{joins} WHERE {' AND '.join(conditions)})"


def _deletes(work: Working, table: str) -> list[Reference]:
    """The table's edges that say `delete` and lead to a table in the reach."""
    return [
        r
        for r in work.program.bearing.get(table, ())
        if r.on_erase == "delete" and r.has_right and r.target in work.keys
    ]


def _leads_to_departing(work: Working, reference: Reference, *, owned: bool) -> str:
    """Whether an edge of the row `k` leads to a row that departs (`owned`: to an owned one)."""
    conditions = [
        work.joined(
            reference,
            work.carried_side(reference.table, "k", work.bearing_columns(reference)),
            work.carried_side(reference.target, "d", reference.target_columns),
        ),
        f"d.v IN ({int(Verdict.ERASE)}, {int(Verdict.MASK)})",
    ]
    if owned:
        conditions.append("d.r = 2")
    if reference.table == reference.target:  # a row doesn't take itself along
        same = " AND ".join(f"d.c{i} = k.c{i}" for i in range(len(work.node(reference.table).key)))
        conditions.append(f"NOT ({same})")
    if work.with_customers:
        if reference.value_join and not reference.across:
            conditions.append(work.same("d.cu", "k.cu"))
        elif not reference.value_join:
            conditions.append("(d.cu = k.cu OR d.cu IS NULL OR k.cu IS NULL)")
    return f"EXISTS (SELECT 1 FROM {work.keys[reference.target].name} d WHERE {' AND '.join(conditions)})"


def _mark_deleted(work: Working, table: str) -> int:
    """Erase accessed rows, and owned rows of a masked table, that an edge with `delete` takes along."""
    name = work.keys[table].name
    count = 0
    for right, verdict in ((1, Verdict.ACCESSED), (2, Verdict.MASK)):
        leads = " OR ".join(_leads_to_departing(work, r, owned=right == 2) for r in _deletes(work, table))
        count += work.settle(
            table,
            f"UPDATE {name} AS k SET v = {int(Verdict.ERASE)} "
            f"WHERE k.r = {right} AND k.v = {int(verdict)} AND k.root = 0 AND ({leads})",
        )
    return count
