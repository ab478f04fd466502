"""Edges: where they lead, whether both ends can be compared, and what they write."""

from __future__ import annotations

from habeas.catalog.tables import Column, Table, TypeFamily
from habeas.datamap.checker.ground import Ground, Lead
from habeas.datamap.checker.values import comparable, fits
from habeas.datamap.forms import nearest_names
from habeas.datamap.model import Edge, TableEntry
from habeas.datamap.positions import KeyPath
from habeas.datamap.targets import parse_target, stem_of

_TYPE_FAMILIES = (TypeFamily.TEXT, TypeFamily.ENUM, TypeFamily.INTEGER, TypeFamily.OTHER)


def check_edges(ground: Ground) -> None:
    """Columns exist, targets are known, types agree, placeholders fit; declared keys have edges."""
    for ref, entry, table in ground.mapped():
        for name, edge in entry.edges.items():
            _columns(ground, ref, table, name, edge)
        if ground.is_personal(ref) and table.is_base:
            _declared(ground, ref, entry, table)
    for lead in ground.leads:
        _lead(ground, lead)


def _columns(ground: Ground, ref: str, table: Table, name: str, edge: Edge) -> None:
    path: KeyPath = ("tables", ref, "edges", name)
    written = "pair" if edge.pair else "columns"
    for number, column in enumerate(edge.pair or edge.columns):
        # Where an edge's columns can't be read, its rows are missed: no plan is safe, and so no table is named.
        ground.column(ref, column, (*path, written, number), ())
    if edge.pair is None:
        return
    kind = table.column(edge.pair[0])
    if kind is None:
        return
    if kind.family not in _TYPE_FAMILIES:
        detail = f"The first column of a pair holds the type's name; {kind.name} is {kind.type}."
        fix = f"pair: [{edge.pair[1]}, {edge.pair[0]}]"
        ground.refuse("pair-type", (*path, "pair"), f"{ground.name(ref)}.{kind.name} can't hold types", detail, fix)
    for value in edge.targets if kind.enum_values else ():
        if value not in kind.enum_values:
            near = nearest_names(value, kind.enum_values, 1)
            detail = f"{kind.name} takes: {', '.join(kind.enum_values[:20])}."
            fix = f"{near[0]}:" if near else f"Delete {value}:"
            summary = f"{ground.name(ref)}.{kind.name} is never {value}"
            ground.refuse("unknown-type-value", (*path, "to", value), summary, detail, fix)


def _declared(ground: Ground, ref: str, entry: TableEntry, table: Table) -> None:
    """A declared key without an edge carries no right: rows that only it leads to are missed."""
    known = {frozenset(edge.columns) for edge in entry.edges.values()}
    customer = entry.customer.column if entry.customer is not None else None
    customers = ground.store.customers
    for key in table.foreign_keys:
        to_customer = customers is not None and key.target == customers.table
        if frozenset(key.columns) in known or to_customer or not ground.is_personal(key.target):
            continue
        if customer is not None and customer in key.columns and len(key.columns) == 1:
            continue
        name = "_".join(key.columns)
        columns = "" if len(key.columns) == 1 else f", columns: [{', '.join(key.columns)}]"
        fix = f"Add under {ref}, edges:   {name}: {{to: {key.target}, as: lookup{columns}}}"
        detail = (
            "Without an edge the reference gives nobody a right: say owned_by, accessed_by, or lookup if that is meant."
        )
        summary = f"the declared key {ref}({', '.join(key.columns)}) to {key.target} is no edge"
        ground.warn("key-without-edge", ("tables", ref, "edges"), summary, detail, fix, [ref])


def _lead(ground: Ground, lead: Lead) -> None:
    table = ground.catalog.tables[lead.ref]
    sources = [table.column(name) for name in lead.columns]
    if any(column is None for column in sources):
        return
    if lead.resolved is None:
        if lead.target.ask is None:
            _unresolved(ground, lead)
        return
    goal = ground.catalog.tables[lead.resolved.table]
    for source, wanted in zip(sources, lead.resolved.columns, strict=True):
        target = goal.column(wanted)
        if source is not None and target is not None and not comparable(source, target, ground.catalog.dialect):
            detail = (
                f"{source.name} is {source.type}, {goal.ref}.{target.name} is {target.type}: they join as text only."
            )
            fix = f"to: {goal.ref}.COLUMN with a column of type {source.type}, if there is one"
            summary = f"{lead.label} compares {source.family.value} with {target.family.value}"
            ground.warn("edge-type-mismatch", lead.path, summary, detail, fix, [lead.ref])
    _placeholder(ground, lead, [column for column in sources if column is not None])
    for number, name in enumerate(lead.target.on_access.hide):
        if lead.enters is not None:
            ground.column(lead.enters, name, (*lead.path, "on_access", "hide", number))
    for number, name in enumerate(lead.target.on_erase.mask if lead.target.on_erase else ()):
        ground.column(lead.ref, name, (*lead.path, "on_erase", "mask", number))


def _unresolved(ground: Ground, lead: Lead) -> None:
    path: KeyPath = (*lead.path, "to") if lead.target.to is not None else lead.path
    name, tables = lead.name, ground.catalog.tables
    columns = ", ".join(lead.columns)
    if lead.target.to is None:
        stem = stem_of(lead.columns[0]) if lead.type_value is None else lead.type_value
        near = nearest_names(f"{stem or name}s", tables, 1)
        code, summary = "edge-target-unknown", f"{lead.label} doesn't say where it leads"
        detail = "No declared key stands over its columns, and no single table has the name that they say."
        fix = f"{name}: {{to: {near[0] if near else 'TABLE'}, as: {_kind(lead)}}}"
    elif (parsed := parse_target(lead.target.to, ground.catalog)) is None:
        written = lead.target.to.split("(")[0].strip()
        near = nearest_names(written, tables, 1) or nearest_names(written.rpartition(".")[0], tables, 1)
        code, summary = "edge-target-unknown", f"{lead.label} leads to {lead.target.to}, and there is no such table"
        detail = "It was renamed or dropped since the map was reviewed, is misspelt, or is in a schema not looked at."
        fix = f"to: {near[0] if near else 'TABLE'}"
    else:
        goal = tables[parsed[0]]
        gone = [column for column in parsed[1] if goal.column(column) is None]
        key = goal.primary_key or ground.keys.get(goal.ref, ())
        code, detail = "edge-target-mismatch", "Each column of the edge needs one of the target, in the same order."
        if gone:
            near = nearest_names(gone[0], goal.column_names, 1)
            code, summary = "unknown-column", f"{lead.label} leads to {goal.ref}.{gone[0]}, and there is no such column"
            fix = f"to: {goal.ref}.{near[0] if near else 'COLUMN'}"
        elif not parsed[1] and not key:
            summary = f"{lead.label} leads to {goal.ref}, which has no primary key"
            fix = f"to: {goal.ref}.COLUMN"
        else:
            wanted = parsed[1] or key
            summary = f"{lead.label} has {len(lead.columns)} columns and its target {len(wanted)}"
            fix = f"columns: [{columns}] needs   to: {goal.ref}({', '.join(['COLUMN'] * len(lead.columns))})"
            if lead.type_column is not None:
                fix = f"pair: [{lead.type_column}, {', '.join(['COLUMN'] * len(wanted))}]"
    ground.refuse(code, path, summary, detail, fix)


def _kind(lead: Lead) -> str:
    return lead.target.as_.value if lead.target.as_ is not None else "owned_by"


def _placeholder(ground: Ground, lead: Lead, sources: list[Column]) -> None:
    placeholder = lead.target.placeholder
    if placeholder is None:
        return
    values = placeholder if isinstance(placeholder, tuple) else (placeholder,) * len(sources)
    for value, column in zip(values, sources, strict=False):
        if not fits(value, column, ground.catalog.dialect):
            detail = f"It would be written into {column.name}, which is {column.type}."
            fix = "placeholder: 0" if column.family is TypeFamily.INTEGER else "placeholder: …"
            summary = f"the placeholder of {lead.label} doesn't fit its column"
            ground.refuse("placeholder-type", (*lead.path, "placeholder"), summary, detail, fix, [lead.ref])
