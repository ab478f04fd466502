"""SQLAlchemy models: `info` of columns and tables, and what the ORM deletes along with a parent.

`Column.info` and `Table.info` hold the same tags as dbt's `meta` (`tags.py`). A relationship with `cascade="all, delete…"`
and a key with ON DELETE CASCADE say that the child's rows are the parent's: `owned_by`. Other keys say nothing of
ownership; `habeas init` asks about those.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import MetaData, Table
from sqlalchemy.exc import SQLAlchemyError

from habeas.datamap.model import EdgeKind
from habeas.diagnostics import Refused, error
from habeas.importing.python_modules import import_module
from habeas.importing.said import Said, SaidColumn, SaidEdge, SaidTable
from habeas.importing.tags import read_tags

EXAMPLE = "habeas map import sqlalchemy app.models:Base"


def read_sqlalchemy(target: str) -> Said:
    """What the models behind `MODULE:BASE` say; BASE is a declarative base or a MetaData.

    Raises Refused (wrong use) for another form, where the module can't be imported, and where the name is neither.
    """
    module, separator, name = target.partition(":")
    if not separator or not module or not name:
        detail = "It names the module of the models and the declarative base (or MetaData) in it."
        raise Refused(error("bad-value", "MODULE:BASE can't be read", detail, EXAMPLE), usage=True)
    found: Any = import_module(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    metadata = found if isinstance(found, MetaData) else getattr(found, "metadata", None)
    if not isinstance(metadata, MetaData):
        detail = "It must be a declarative base (a class whose `metadata` has the tables) or a MetaData."
        raise Refused(
            error("no-metadata", f"{name[:80]} of {module[:80]} holds no tables", detail, EXAMPLE), usage=True
        )
    try:
        owned = sorted(_owned_by_mappers(found), key=lambda entry: (entry[0].name, entry[1]))
        tables = tuple(_table(table, owned) for table in metadata.sorted_tables)
    except SQLAlchemyError as fault:  # mappers are configured when they are first asked, keys looked up likewise
        detail = f"SQLAlchemy ends with {type(fault).__name__}. The application itself can't use these models either."
        raise Refused(error("models-broken", f"the models of {module[:80]} don't fit together", detail)) from None
    return Said("sqlalchemy", tables)


Owned = tuple[Table, tuple[str, ...], Table, tuple[str, ...]]


def _owned_by_mappers(base: Any) -> Iterator[Owned]:
    """Children that the ORM deletes with their parent: child table and columns, parent table and columns."""
    registry = getattr(base, "registry", None)
    for mapper in getattr(registry, "mappers", ()):
        for relation in mapper.relationships:
            if not relation.cascade.delete or relation.direction.name != "ONETOMANY":
                continue
            pairs = [(remote, local) for local, remote in relation.local_remote_pairs]
            if pairs:
                (child, parent) = pairs[0][0].table, pairs[0][1].table
                yield child, tuple(c.name for c, _ in pairs), parent, tuple(p.name for _, p in pairs)


def _table(table: Table, owned: list[Owned]) -> SaidTable:
    tags = read_tags(table.info)
    columns: list[SaidColumn] = []
    edges: dict[tuple[str, ...], SaidEdge] = {}
    for column in table.columns:
        said = read_tags(column.info)
        if said.says_column:
            columns.append(SaidColumn(column.name, said.categories, said.personal, said.identity, said.provided))
        if said.edge_as is not None:
            key = next(iter(column.foreign_keys), None)
            if said.edge_to is not None:
                to, _, named = said.edge_to.rpartition(".")
                target, columns_there = (to, (named,)) if to else (named, ())
                edges[(column.name,)] = SaidEdge((column.name,), target, columns_there, None, said.edge_as)
            elif key is not None:
                goal = key.column.table
                edges[(column.name,)] = SaidEdge(
                    (column.name,), goal.name, (key.column.name,), goal.schema, said.edge_as
                )
    for child, names, parent, there in owned:
        if child is table and names not in edges:
            edges[names] = SaidEdge(names, parent.name, there, parent.schema, EdgeKind.OWNED_BY)
    for constraint in table.foreign_key_constraints:
        if (constraint.ondelete or "").upper() == "CASCADE":
            names = tuple(element.parent.name for element in constraint.elements)
            goal = constraint.elements[0].column.table
            there = tuple(element.column.name for element in constraint.elements)
            edges.setdefault(names, SaidEdge(names, goal.name, there, goal.schema, EdgeKind.OWNED_BY))
    # Sets of SQLAlchemy have no order of their own: edges stand in that of the table's columns.
    order = [column.name for column in table.columns]
    ordered = sorted(edges.values(), key=lambda edge: order.index(edge.columns[0]))
    return SaidTable(table.name, table.schema, tuple(columns), tuple(ordered), tags.not_personal)
