"""Tables and views: those the map names and the schema hasn't, and the reverse."""

from __future__ import annotations

from habeas.catalog.tables import Catalog, Table, TableKind
from habeas.datamap.checker.ground import Ground
from habeas.datamap.forms import nearest_names

# habeas keeps its ledger in the store itself; migration tools keep their own state. Neither is anybody's data.
_LEDGER = "habeas_ledger"
_TOOLS = frozenset({"alembic_version", "schema_migrations", "ar_internal_metadata", "flyway_schema_history"})
_VIEWS = (TableKind.VIEW, TableKind.MATERIALIZED_VIEW)


def check_relations(ground: Ground) -> None:
    """Unknown and unmapped tables, rows without a key, views and foreign tables."""
    for ref in ground.store.tables:
        if ground.catalog.get(ref) is None:
            _unknown(ground, ref)
    for ref, table in ground.catalog.tables.items():
        if table.name == _LEDGER or table.name in _TOOLS:
            continue
        if table.kind in _VIEWS:
            _view(ground, ref, table)
        elif table.kind is TableKind.FOREIGN:
            _foreign(ground, ref)
        elif ref not in ground.store.tables:
            _unmapped(ground, ref, table)
        elif not table.primary_key and ground.may_change(ref):
            _key(ground, ref, table)
    for ref, entry, _ in ground.mapped():
        for number, name in enumerate(entry.key):
            ground.column(ref, name, ("tables", ref, "key", number))


def _unknown(ground: Ground, ref: str) -> None:
    unmapped = [name for name in ground.catalog.tables if name not in ground.store.tables]
    near = nearest_names(ref, unmapped, 1) or nearest_names(ref, ground.catalog.tables, 1)
    bare = [name for name, table in ground.catalog.tables.items() if table.name == ref]
    near = bare[:1] or near
    detail = "It was renamed or dropped since the map was reviewed, is misspelt, or is in a schema not looked at."
    fix = f"{near[0]}:" if near else f"Delete {ref}: from the map, or name its schema under schemas:"
    summary = f"the store {ground.store.store} has no table {ref}"
    ground.refuse("unknown-table", ("tables", ref), summary, detail, fix, [ref])


def _unmapped(ground: Ground, ref: str, table: Table) -> None:
    customers = ground.store.customers
    if customers is not None and customers.table == ref:
        return
    looked = ((c.name, ground.looks_personal(ref, c)) for c in table.columns) if ground.looks_personal else ()
    personal = {name: category for name, category in looked if category is not None}
    to_people = sorted({key.target for key in table.foreign_keys if ground.is_personal(key.target)})
    detail = "It came with the schema since the map was reviewed: no request would find its rows."
    if personal:
        detail += f" It seems to hold personal data: {', '.join(personal)}."
    if to_people:
        detail += f" Its rows refer to {', '.join(to_people)}."
    if personal or to_people:
        columns = ", ".join(f"{name}: {category}" for name, category in personal.items())
        edges = ", ".join(f"{'_'.join(k.columns)}: owned_by" for k in table.foreign_keys if k.target in to_people)
        parts = [
            _path(ground, table, to_people),
            f"edges: {{{edges}}}" if edges else "",
            f"columns: {{{columns}}}" if columns else "",
        ]
        fix = f"{ref}: {{{', '.join(part for part in parts if part)}}}"
    else:
        fix = f"{ref}: {{not_personal: why it holds nothing of anybody}}"
    summary = f"{ground.name(ref)} is not in the map"
    ground.refuse("unmapped-table", ("tables",), summary, detail, f"Add under tables:   {fix}", [ref])


def _path(ground: Ground, table: Table, to_people: list[str]) -> str:
    """The Customer path to write for a new table, empty where the store has no Customers."""
    customers = ground.store.customers
    if customers is None:
        return ""
    for wanted in ([customers.table], to_people):
        key = next((k for k in table.foreign_keys if k.target in wanted), None)
        if key is not None:
            name = "_".join(key.columns)
            return f"customer: {name}" if key.target == customers.table else f"customer: {{via: {name}}}"
    return "customer: {none: why its rows belong to no Customer}"


def _key(ground: Ground, ref: str, table: Table) -> None:
    key = ground.store.tables[ref].key
    if not key:
        solid = {c.name for c in table.columns if not c.nullable}
        found = next((u.columns for u in table.uniques if set(u.columns) <= solid), None)
        columns = ", ".join(found) if found else "COLUMN, COLUMN"
        detail = "Rows are named by their key while a run works; without one it can't tell them apart."
        if found is None:
            detail += " Choose columns that are never NULL and differ in every row, or declare a primary key."
        summary = f"{ground.name(ref)} has no primary key"
        ground.refuse("key-missing", ("tables", ref), summary, detail, f"key: [{columns}]", [ref])
        return
    nullable = [n for n in key if (column := table.column(n)) is not None and column.nullable]
    if nullable or not table.is_unique(key):
        why = f"{', '.join(nullable)} may be NULL" if nullable else "the database doesn't enforce that they differ"
        detail = f"Two rows with one key would be treated as one: {why}."
        columns = ", ".join(key)
        fix = f"ALTER TABLE {ground.sql(ref)} ADD PRIMARY KEY ({columns});"
        if ground.catalog.dialect == "sqlite":
            fix = f"CREATE UNIQUE INDEX {table.name}_key ON {ground.sql(ref)} ({columns});"
        ground.warn(
            "key-not-enforced", ("tables", ref, "key"), f"the key of {ground.name(ref)} isn't safe", detail, fix, [ref]
        )


def _foreign(ground: Ground, ref: str) -> None:
    detail = (
        "Its rows live in another server, which doesn't share this store's transactions: map that server as a store."
    )
    fix = f"{ref}: {{not_personal: foreign table, mapped as a store of its own}}"
    summary = f"{ground.name(ref)} is a foreign table"
    if ref not in ground.store.tables:
        ground.warn("foreign-table", ("tables",), summary, detail, f"Add under tables:   {fix}", [ref])
    elif ground.may_change(ref):
        ground.refuse("foreign-table", ("tables", ref), summary, detail, fix, [ref])


def _view(ground: Ground, ref: str, table: Table) -> None:
    entry = ground.store.tables.get(ref)
    if entry is not None and (entry.derived is not None or entry.not_personal is not None):
        return
    sources = sorted(name for name in _sources(ground.catalog, ref) if ground.is_personal(name))
    fix = f"{ref}: {{derived: {', '.join(sources or table.depends_on) or 'its tables'}}}"
    if entry is not None:
        detail = "A view has no rows of its own to give or erase; its tables have them."
        summary = f"{ground.name(ref)} is a view, and the map treats it as a table"
        ground.refuse("view-mapped-as-table", ("tables", ref), summary, detail, fix, [ref])
        return
    if not sources:
        return
    if table.kind is TableKind.MATERIALIZED_VIEW:
        detail = (
            f"It holds copies of rows of {', '.join(sources)}, which would outlive an erasure until it is refreshed."
        )
    else:
        detail = f"It shows rows of {', '.join(sources)}; say so, so that a reviewer sees that it was looked at."
    summary = f"{ground.name(ref)} is a view over personal tables and is not derived"
    ground.warn("view-not-derived", ("tables",), summary, detail, f"Add under tables:   {fix}", [ref])


def _sources(catalog: Catalog, ref: str) -> set[str]:
    """The tables that a view shows, through views of views."""
    found: set[str] = set()
    waiting = [ref]
    while waiting:
        table = catalog.get(waiting.pop())
        for name in table.depends_on if table is not None else ():
            if name not in found:
                found.add(name)
                waiting.append(name)
    return found
