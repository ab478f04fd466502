"""The edges of a map as links between tables, and who comes by them to what: what a picture of the map is about.

Only tables are looked at, never rows: a link says that rows of one table lead to rows of another. Rights follow
docs/semantics.md as far as a map alone can say: own over own links all the way, access as soon as one link gives access.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from habeas.catalog.tables import Catalog, Column, Table, TypeFamily
from habeas.datamap.model import EdgeKind, StoreMap
from habeas.datamap.targets import resolve_all

_GIVES_OWN = frozenset({EdgeKind.OWNED_BY, EdgeKind.OWNS})
_OUTWARD = frozenset({EdgeKind.OWNS, EdgeKind.ACCESSES})  # the right goes along the reference, not against it


@dataclass(frozen=True, slots=True)
class Link:
    """One edge to one target. `kind` None: the map still asks whose the row is."""

    table: str  # bears the columns
    name: str
    target: str
    kind: EdgeKind | None
    type_value: str | None = None

    @property
    def enters(self) -> str | None:
        """The table that a right enters over this link; None where it gives none."""
        if self.kind in (None, EdgeKind.LOOKUP):
            return None
        return self.target if self.kind in _OUTWARD else self.table

    @property
    def leaves(self) -> str:
        """The table that a right comes from."""
        return self.table if self.kind in _OUTWARD else self.target

    @property
    def gives_own(self) -> bool:
        return self.kind in _GIVES_OWN


@dataclass(frozen=True, slots=True)
class Branch:
    """A table's place in the picture: below which table, by which link, how far from the people, and whose."""

    root: str  # the table of people at the beginning
    depth: int
    parent: str | None
    link: Link | None


def links_of(store: StoreMap, catalog: Catalog) -> tuple[tuple[Link, ...], tuple[str, ...]]:
    """All links between tables of the map, in the file's order; and labels of edges whose target isn't known."""
    keys = {ref: entry.key for ref, entry in store.tables.items() if entry.key}
    links: list[Link] = []
    unknown: list[str] = []
    for ref, entry in store.tables.items():
        table = catalog.get(ref)
        for name, edge in entry.edges.items() if table is not None else ():
            assert table is not None
            for type_value, target, resolved in resolve_all(table, edge, catalog, keys):
                if resolved is None or resolved.table not in store.tables:
                    unknown.append(f"{ref}.{name}" + (f" ({type_value})" if type_value else ""))
                else:
                    links.append(Link(ref, name, resolved.table, target.as_, type_value))
    return tuple(links), tuple(unknown)


def branches(store: StoreMap, links: Iterable[Link]) -> Mapping[str, Branch]:
    """For each table that people reach, the nearest way to it: own ways first, then those that only show it."""
    roots = list(dict.fromkeys(person.table for person in store.people.values() if person.table in store.tables))
    found = {ref: Branch(ref, 0, None, None) for ref in roots}
    useful = [link for link in links if link.enters is not None and link.enters != link.leaves]
    for own in (True, False):
        waiting = sorted(found, key=lambda ref: found[ref].depth)
        while waiting:
            here = waiting.pop(0)
            for link in useful:
                if link.leaves != here or (own and not link.gives_own) or link.enters in found:
                    continue
                entered = str(link.enters)
                found[entered] = Branch(found[here].root, found[here].depth + 1, here, link)
                waiting.append(entered)
    return found


def reached_by(store: StoreMap, links: Iterable[Link]) -> Mapping[str, Mapping[str, bool]]:
    """For each table the kinds of people that reach it: True by owning, False by access alone."""
    out: dict[str, dict[str, bool]] = {}
    useful = [link for link in links if link.enters is not None]
    for kind, person in store.people.items():
        owned = _closure({person.table}, useful, own=True)
        seen = _closure(owned, useful, own=False)
        for ref in seen:
            out.setdefault(ref, {})[kind] = ref in owned
    return out


def _closure(start: set[str], links: Iterable[Link], *, own: bool) -> set[str]:
    reached = set(start)
    steps: dict[str, set[str]] = {}
    for link in links:
        if link.enters is not None and (link.gives_own or not own):
            steps.setdefault(link.leaves, set()).add(link.enters)
    waiting = list(reached)
    while waiting:
        for ref in sorted(steps.get(waiting.pop(), ())):
            if ref not in reached:
                reached.add(ref)
                waiting.append(ref)
    return reached


def catalog_of_map(store: StoreMap) -> Catalog:
    """A schema as far as the map itself names it: for a picture without a database. Keys that the map doesn't name are
    called `id`; references that only a declared key explains have no target then."""
    columns: dict[str, dict[str, None]] = {
        ref: dict.fromkeys(entry.key or ("id",)) for ref, entry in store.tables.items()
    }
    for ref, entry in store.tables.items():
        columns[ref] |= dict.fromkeys(entry.columns)
        for edge in entry.edges.values():
            columns[ref] |= dict.fromkeys((*edge.columns, *(edge.pair or ())))
            for aim in (edge, *edge.targets.values()):
                for table, names in _aimed(aim.to, store.tables):
                    columns[table] |= dict.fromkeys(names)
    tables = {}
    for ref, entry in store.tables.items():
        schema, _, name = ref.rpartition(".")
        made = tuple(Column(column, "text", TypeFamily.TEXT) for column in columns[ref])
        tables[ref] = Table(ref, schema or "public", name, columns=made, primary_key=entry.key or ("id",))
    return Catalog("map", "public", tables)


def _aimed(to: str | None, tables: Iterable[str]) -> Iterable[tuple[str, tuple[str, ...]]]:
    for table in tables if to is not None else ():
        assert to is not None
        if to.startswith(f"{table}."):
            yield table, (to[len(table) + 1 :],)
        elif to.startswith(f"{table}("):
            yield table, tuple(part.strip() for part in to[len(table) + 1 :].rstrip(" )").split(","))
