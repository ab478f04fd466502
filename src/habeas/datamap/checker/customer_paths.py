"""Customers: their table, the path of each row to its Customer, and paths that lead in circles or nowhere."""

from __future__ import annotations

from habeas.catalog.tables import Table
from habeas.datamap.checker.ground import Ground
from habeas.datamap.checker.values import is_date
from habeas.datamap.forms import nearest_names
from habeas.datamap.model import EdgeKind, TableEntry
from habeas.datamap.positions import KeyPath


def check_customers(ground: Ground) -> None:
    """The Customer table exists, every personal table has a path to it, and each path arrives."""
    customers = ground.store.customers
    if customers is not None:
        _table(ground, customers.table, customers.ends_at)
    for ref, entry, table in ground.mapped():
        path: KeyPath = ("tables", ref, "customer")
        if entry.customer is None:
            if customers is not None and ref != customers.table and ground.is_personal(ref) and table.is_base:
                _missing(ground, ref, entry, table, customers.table)
            continue
        if entry.customer.column is not None:
            ground.column(ref, entry.customer.column, (*path, "column"))
        if customers is None and entry.customer.none is None and entry.customer.ask is None:
            detail = "The store names no table whose rows are Customers, and so the path leads nowhere."
            fix = "customers: {table: accounts}   or delete customer:"
            summary = f"{ground.name(ref)} has a path to the Customer, and the store has no customers"
            ground.refuse("customers-missing", path, summary, detail, fix, [ref])
    _circles(ground)
    _paths_that_masks_cut(ground)


def _table(ground: Ground, ref: str, ends_at: str | None) -> None:
    table = ground.catalog.get(ref)
    path: KeyPath = ("customers", "table")
    if table is None:
        near = nearest_names(ref, ground.catalog.tables, 1)
        detail = "Nothing can be said of any row's Customer without it."
        fix = f"customers: {{table: {near[0] if near else 'TABLE'}}}"
        ground.refuse("unknown-table", path, f"the store {ground.store.store} has no table {ref}", detail, fix)
        return
    key = table.primary_key or ground.keys.get(ref, ())
    if len(key) != 1:
        detail = "A Customer is named by one value (--customer 7)."
        detail += f" The key of {ref} has {len(key)} columns." if key else f" {ref} has no key."
        fix = f"tables: {{{ref}: {{key: [COLUMN]}}}}"
        ground.refuse("customer-key", path, f"rows of {ref} have no single key", detail, fix)
    if ends_at is not None:
        column = ground.column(ref, ends_at, ("customers", "ends_at"))
        if column is not None and not is_date(column, ground.catalog.dialect):
            detail = f"{ends_at} is {column.type}; the end of a contract is a date."
            summary = f"{ground.name(ref)}.{ends_at} is no date"
            ground.refuse("after-type", ("customers", "ends_at"), summary, detail, "ends_at: closed_at", [ref])


def _missing(ground: Ground, ref: str, entry: TableEntry, table: Table, customers: str) -> None:
    detail = "Without it a request of one Customer could reach rows of another, or miss its own."
    direct = [k.columns[0] for k in table.foreign_keys if k.target == customers and len(k.columns) == 1]
    direct += [
        lead.columns[0]
        for lead in ground.leads
        if lead.ref == ref and lead.resolved is not None and lead.resolved.table == customers and len(lead.columns) == 1
    ]
    over = [
        lead.name
        for lead in ground.leads
        if lead.ref == ref and lead.resolved is not None and _has_path(ground, lead.resolved.table)
    ]
    if direct:
        fix = f"customer: {direct[0]}"
    elif over:
        fix = f"customer: {{via: {over[0]}}}"
    else:
        fix = "customer: {none: why its rows belong to no Customer}"
    summary = f"{ground.name(ref)} has no path to the Customer"
    ground.refuse("customer-path-missing", ("tables", ref), summary, detail, fix, [ref])


def _has_path(ground: Ground, ref: str) -> bool:
    entry = ground.store.tables.get(ref)
    if ground.store.customers is not None and ref == ground.store.customers.table:
        return True
    return entry is not None and entry.customer is not None and entry.customer.none is None


def _circles(ground: Ground) -> None:
    """Follow every `via` to a column, to the Customer table, or to where it stops."""
    steps: dict[str, set[str]] = {}
    for lead in ground.leads:
        path = ground.store.tables[lead.ref].customer
        if path is not None and path.via == lead.name and lead.resolved is not None:
            steps.setdefault(lead.ref, set()).add(lead.resolved.table)
    for ref, targets in steps.items():
        place: KeyPath = ("tables", ref, "customer")
        if _reaches(steps, ref, ref):
            detail = f"It goes over {', '.join(sorted(targets))} and comes back to {ref} without meeting a Customer."
            fix = "customer: a column of the row itself, or {via: another edge}"
            summary = f"the path of {ground.name(ref)} to the Customer is a circle"
            ground.refuse("customer-path-circle", place, summary, detail, fix, [ref])
            continue
        for target in sorted(targets):
            held = ground.store.tables.get(target)
            if not _has_path(ground, target) and not (held is not None and held.customer is not None):
                detail = f"Rows of {target} have no Customer, and so these have none either."
                fix = f"Say the Customer path of {target}, or write   customer: {{none: why}}"
                summary = f"the path of {ground.name(ref)} to the Customer ends at {target}"
                ground.refuse("customer-path-ends", place, summary, detail, fix, [ref])


def _paths_that_masks_cut(ground: Ground) -> None:
    """A masked row owns nothing any more: a path to the Customer over what it owns is cut with it (semantics 6)."""
    for lead in ground.leads:
        path = ground.store.tables[lead.ref].customer
        if path is None or path.via != lead.name or lead.target.as_ not in (EdgeKind.OWNS, EdgeKind.ACCESSES):
            continue
        columns = [ground.catalog.tables[lead.ref].column(name) for name in lead.columns]
        if lead.target.placeholder is None and not any(c is not None and c.nullable for c in columns):
            continue  # it can't be unlinked
        detail = f"A row of {lead.ref} that is masked gives up what it owns, and with it this path: it is then no "
        detail += "Customer's, and a Customer's own request passes it by."
        summary = f"the path of {ground.name(lead.ref)} to the Customer goes over {lead.name}, which a mask empties"
        fix = "customer: COLUMN   # a column of the row itself, or {via: an owned_by edge}"
        ground.warn("customer-path-masked", ("tables", lead.ref, "customer"), summary, detail, fix, [lead.ref])


def _reaches(steps: dict[str, set[str]], start: str, goal: str) -> bool:
    seen: set[str] = set()
    waiting = list(steps.get(start, ()))
    while waiting:
        ref = waiting.pop()
        if ref == goal:
            return True
        if ref not in seen:
            seen.add(ref)
            waiting += steps.get(ref, ())
    return False
