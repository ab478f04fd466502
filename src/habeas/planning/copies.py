"""Declared copies: columns that hold another column's value, and receive the very same new one (section 6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from habeas.catalog.tables import Catalog, Column
from habeas.datamap.model import MatchRule, Policy, StoreMap
from habeas.diagnostics import Finding, error
from habeas.program.program import Copy, Node, Reference, WrittenValue

Places = Mapping[tuple[str, str], tuple[tuple[str, Column], ...]]


def copy_places(store: StoreMap, catalog: Catalog) -> Places:
    """For each column (TABLE, COLUMN) its copies as (table, live column); the checker names those that don't exist."""
    found: dict[tuple[str, str], tuple[tuple[str, Column], ...]] = {}
    for ref, entry in store.tables.items():
        for name, column in entry.columns.items():
            live = tuple(_live(catalog, column.copies)) if column.is_personal else ()
            if live:
                found[ref, name] = live
    return found


def _live(catalog: Catalog, copies: tuple[str, ...]) -> Iterator[tuple[str, Column]]:
    for copy in copies:
        ref, _, name = copy.rpartition(".")
        table = catalog.get(ref)
        column = table.column(name) if table is not None else None
        if column is not None:
            yield ref, column


def read_copies(
    store: StoreMap, policy: Policy, places: Places, nodes: Mapping[str, Node], references: tuple[Reference, ...]
) -> tuple[tuple[Copy, ...], list[Finding]]:
    """The copies of a program, numbered after its references, and why some can't be carried out."""
    copies: list[Copy] = []
    findings: list[Finding] = []
    for (ref, name), live in places.items():
        value = _mask_of_original(nodes, references, ref, name)
        for table, column in live:
            if ref not in nodes or table not in nodes or not nodes[table].key:
                findings.append(_no_key(ref, name, table, column.name))
            elif value is not None:
                number = max((r.id for r in references), default=0) + len(copies) + 1
                reference = _reference(store, policy, references, number, (ref, name), (table, column.name))
                written = replace(value, column=column.name, family=column.family, type=column.type)
                copies.append(Copy(reference, written))
    return tuple(copies), findings


def _mask_of_original(
    nodes: Mapping[str, Node], references: tuple[Reference, ...], table: str, column: str
) -> WrittenValue | None:
    """What any mask of the program writes to the column; None: nothing does."""
    node = nodes.get(table)
    if node is None or column in node.reference_masks:
        return None  # where it is part of a key reference, the checker refuses its copies
    keep = node.keep.masks if node.keep is not None else ()
    edges = (m for r in references if r.table == table for m in r.masks)
    return next((m for m in (*node.masks, *keep, *edges) if m.column == column), None)


def _reference(
    store: StoreMap,
    policy: Policy,
    references: tuple[Reference, ...],
    number: int,
    original: tuple[str, str],
    copy: tuple[str, str],
) -> Reference:
    """The comparison of a copy with its original: a value join, with the rule of the original's identity."""
    entry = store.tables[original[0]].columns[original[1]]
    rule = (policy.rule(entry.identity) if entry.identity else None) or MatchRule.EXACT
    return Reference(
        id=number,
        name=f"copy of {original[0]}.{original[1]}",
        table=copy[0],
        columns=(copy[1],),
        target=original[0],
        target_columns=(original[1],),
        value_join=True,
        rules=(rule.value,),
        across=any(
            r.across
            and (r.table, r.columns, r.target, r.target_columns) == (copy[0], (copy[1],), original[0], (original[1],))
            for r in references
        ),
    )


def _no_key(table: str, column: str, copy_table: str, copy_column: str) -> Finding:
    return error(
        "copy-without-key",
        f"{copy_table}.{copy_column} is a copy of {table}.{column}, and rows of {copy_table} can't be named",
        "A mask writes the same value there, row by row, and needs a key for that.",
        "key: [COLUMN]   # columns that together name one row",
        (table, copy_table),
    )
