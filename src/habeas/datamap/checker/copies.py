"""Declared copies: whether what a mask writes to a column can be written wherever its value stands too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from habeas.catalog.tables import Column, Table, TypeFamily
from habeas.datamap.checker.ground import Ground
from habeas.datamap.model import ColumnEntry, EdgeKind, MaskKind
from habeas.datamap.positions import KeyPath

_GIVING = (EdgeKind.OWNS, EdgeKind.ACCESSES)


def check_copies(ground: Ground) -> None:
    """Each copy exists, is masked like its original, and can receive the same value."""
    named = Counter(copy for _, entry, _ in ground.mapped() for c in entry.columns.values() for copy in c.copies)
    for ref, entry, table in ground.mapped():
        for name, column_entry in entry.columns.items():
            original = table.column(name)
            if not column_entry.copies or original is None:
                continue
            place: KeyPath = ("tables", ref, "columns", name, "copies")
            if column_entry.is_personal:
                _original(ground, ref, table, original, place)
            for number, copy in enumerate(column_entry.copies):
                _copy(ground, ref, original, column_entry, copy, named[copy] > 1, (*place, number))


def _copy(
    ground: Ground, ref: str, original: Column, entry: ColumnEntry, copy: str, twice: bool, path: KeyPath
) -> None:
    other, _, name = copy.rpartition(".")
    column = ground.column(other, name, path, [ref])
    holder = ground.store.tables.get(other)
    if column is None or holder is None or not entry.is_personal:
        return  # the file's own rules say so, or nothing is ever masked
    held = holder.columns.get(name)
    joined = any(name in edge.columns or name in (edge.pair or ()) for edge in holder.edges.values())
    tables = [ref, other]
    if (held is None or not held.is_personal) and not joined:
        detail = f"{other}.{name} has no personal category, and so a mask would leave the value there."
        fix = f"Add under {other}, columns:   {name}: {entry.category}"
        ground.refuse("copy-left", path, f"the copy {copy} would keep what is masked", detail, fix, tables)
        return
    if twice or copy == f"{ref}.{original.name}" or (held is not None and held.copies):
        detail = "A value has one original, whose entry lists all its copies: they receive what is written there."
        fix = f"copies: […]   # under {ref}.{original.name} alone"
        ground.refuse("copy-chain", path, f"{copy} is a copy of two columns, or has copies itself", detail, fix, tables)
        return
    for why, fix in _unwritable(ground, other, ground.catalog.tables[other], column, (ref, original.name)):
        detail = f"{why} The mask would fail in the middle of a run, or leave rows that refer to nothing."
        ground.refuse("copy-unwritable", path, f"nothing can be written to the copy {copy}", detail, fix, tables)
    for why in _misfits(ground, original, column, entry):
        detail = f"{ref}.{original.name} is {original.type}, {copy} is {column.type}. {why}"
        summary = f"{copy} can't hold what a mask writes to {ref}.{original.name}"
        fix = f"ALTER TABLE {ground.sql(other)} …   or delete {copy} from copies:"
        ground.refuse("copy-type", path, summary, detail, fix, tables)


def _unwritable(
    ground: Ground, ref: str, table: Table, column: Column, original: tuple[str, str]
) -> Iterator[tuple[str, str]]:
    """Why nothing can be written to a copy, with what to write instead."""
    name = column.name
    drop = f"Delete {ref}.{name} from copies:"
    if column.generated:
        yield "The database computes it from other columns.", f"{drop} and list those columns"
    if name in (table.primary_key or ground.keys.get(ref, ())):
        yield "It is part of the row's key.", drop
    elif any(name in key.columns for key in table.foreign_keys):
        yield "It is part of a declared key.", f"{drop}; ON UPDATE CASCADE carries a new value along"
    if any(
        key.target == ref and name in key.target_columns
        for t in ground.catalog.tables.values()
        for key in t.foreign_keys
    ):
        yield "Rows refer to it by a declared key.", drop
    for lead in ground.leads:
        if lead.resolved is not None and lead.resolved.table == ref and name in lead.resolved.columns:
            yield f"The edge {lead.label} leads to it.", f"{lead.name}: {{to: {'.'.join(original)}, …}}"
        if lead.ref != ref or name not in (*lead.columns, lead.type_column):
            continue
        to_original = lead.resolved is not None and (lead.resolved.table, lead.resolved.columns) == (
            original[0],
            (original[1],),
        )
        if lead.is_key or not to_original or lead.type_column is not None:
            yield f"The edge {lead.label} leads from it to another place, or to a key.", drop
        elif lead.target.as_ in _GIVING:
            yield f"The edge {lead.label} owns or accesses; a masked row does so no more, and is unlinked.", drop


def _original(ground: Ground, ref: str, table: Table, column: Column, path: KeyPath) -> None:
    """An original that bears a reference is a copy itself, of what it leads to."""
    keys = any(column.name in key.columns for key in table.foreign_keys)
    edges = [
        lead.label for lead in ground.leads if lead.ref == ref and column.name in (*lead.columns, lead.type_column)
    ]
    if keys or edges:
        detail = (
            f"It bears {', '.join(edges) or 'a declared key'}: a mask unlinks it, and leaves no value to be copied."
        )
        summary = f"{ref}.{column.name} bears a reference and can't have copies"
        fix = "copies: […]   # under the column that it leads to"
        ground.refuse("copy-chain", path, summary, detail, fix, [ref])


def _misfits(ground: Ground, original: Column, copy: Column, entry: ColumnEntry) -> Iterator[str]:
    same_type = ground.catalog.dialect == "sqlite" or original.type.lower() == copy.type.lower()
    if original.family is not copy.family:
        yield "They are of different kinds, and don't compare."
    elif original.family is not TypeFamily.TEXT and not same_type:
        yield "They must have the very same type: a value of one may be too large for the other."
    mask = entry.mask.kind if entry.mask is not None else None
    value = entry.mask.value if entry.mask is not None else None
    if mask is MaskKind.NULL and not copy.nullable:
        yield f"{copy.name} is NOT NULL, and the mask is null: write mask: token."
    if mask is MaskKind.CONSTANT and isinstance(value, str) and copy.length is not None and len(value) > copy.length:
        yield "The constant is too long for it."
