"""Materialised views that hold copies of personal rows: which to refresh, and in what order."""

from __future__ import annotations

from habeas.catalog.tables import Catalog, TableKind
from habeas.datamap.model import StoreMap
from habeas.planning.graphs import components


def refreshed_views(store: StoreMap, catalog: Catalog) -> tuple[tuple[str, frozenset[str]], ...]:
    """The store's `derived` materialised views with all tables below them, those that others are made of first.

    A plain view computes its rows when it is read, and needs nothing.
    """
    wanted = [
        ref
        for ref, entry in store.tables.items()
        if entry.derived is not None
        and (table := catalog.get(ref)) is not None
        and table.kind is TableKind.MATERIALIZED_VIEW
    ]
    below = {ref: _below(ref, catalog) for ref in wanted}
    arrows = {ref: [other for other in wanted if ref in below[other]] for ref in wanted}
    return tuple((ref, below[ref]) for part in components(wanted, arrows) for ref in part)


def _below(ref: str, catalog: Catalog) -> frozenset[str]:
    """Every relation that a view is made of, directly or through other views."""
    seen: set[str] = set()
    waiting = [ref]
    while waiting:
        table = catalog.get(waiting.pop())
        for other in table.depends_on if table is not None else ():
            if other not in seen:
                seen.add(other)
                waiting.append(other)
    return frozenset(seen)
