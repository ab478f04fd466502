"""Columns: unknown ones, overlooked ones, and masks and identities that their types can't bear."""

from __future__ import annotations

from typing import Any

from habeas.catalog.tables import Column, Table, TypeFamily
from habeas.datamap.checker.ground import Ground
from habeas.datamap.checker.values import fits, is_date
from habeas.datamap.mask_fit import TOKEN_FAMILIES, misfit
from habeas.datamap.model import ColumnEntry, MaskKind, MatchRule, TableEntry
from habeas.datamap.positions import KeyPath

_SOFT_DELETE = ("deleted_at", "discarded_at", "is_deleted", "deleted", "soft_deleted_at", "deleted_on")
_NOT_COMPARABLE = (TypeFamily.JSON, TypeFamily.BYTES, TypeFamily.ARRAY)


def check_columns(ground: Ground) -> None:
    """Every column that the map names exists and fits; personal-looking ones are named."""
    for ref, entry, table in ground.mapped():
        for name, column_entry in entry.columns.items():
            path: KeyPath = ("tables", ref, "columns", name)
            column = ground.column(ref, name, path)
            if column_entry.statement is not None:
                _statement(ground, ref, entry, name, column_entry.statement, path)
            if column is not None:
                _mask(ground, ref, table, column, column_entry, path)
                _identity(ground, ref, column, column_entry, path)
                _leaves(ground, ref, column, column_entry, path)
        if ground.is_personal(ref) and table.is_base:
            _overlooked(ground, ref, entry, table)
            _soft_delete(ground, ref, table)
        if entry.retain is not None:
            _date(ground, ref, entry.retain.after, ("tables", ref, "retain", "after"))
    for kind, person in ground.store.people.items():
        place: KeyPath = ("people", kind)
        if person.changed_at is not None:
            ground.column(person.table, person.changed_at, (*place, "changed_at"))
        if person.retain is not None:
            _date(ground, person.table, person.retain.after, (*place, "retain", "after"))
        changes: Any = (person.restrict or {}).get("set")
        for name, value in changes.items() if isinstance(changes, dict) else ():
            column = ground.column(person.table, name, (*place, "restrict", "set", name))
            if column is not None and not fits(value, column, ground.catalog.dialect):
                detail = f"{name} is {column.type}."
                summary = f"restrict would write a value into {person.table}.{name} that its type can't hold"
                ground.refuse("restrict-type", (*place, "restrict", "set", name), summary, detail, "", [person.table])


def _statement(ground: Ground, ref: str, entry: TableEntry, name: str, statement: str, path: KeyPath) -> None:
    """What a person says about a value is theirs like the value: a copy gives it, a mask takes it away."""
    place = (*path, "statement")
    column = ground.column(ref, statement, place, [ref])
    if column is None:
        return
    said = entry.columns.get(statement)
    if statement == name or column.generated or column.family is not TypeFamily.TEXT:
        detail = f"{statement} is {column.type}. A statement is text, beside the value that it is about."
        fix = f"ALTER TABLE {ref} ADD COLUMN {name}_statement text;"
        summary = f"{ground.name(ref)}.{statement} can't take statements about {name}"
        ground.refuse("statement-column", place, summary, detail, fix, [ref])
    elif said is None or not said.is_personal:
        detail = (
            f"{ref}.{statement} has no personal category, and so an erasure by mask would leave the statements there."
        )
        fix = f"Add under {ref}, columns:   {statement}: user.content"
        ground.refuse("statement-left", place, "statements would stay when the person is masked", detail, fix, [ref])


def _overlooked(ground: Ground, ref: str, entry: TableEntry, table: Table) -> None:
    if ground.looks_personal is None:
        return
    named = set(entry.columns)
    for edge in entry.edges.values():
        named |= set(edge.columns) | set(edge.pair or ())
    if entry.customer is not None and entry.customer.column is not None:
        named.add(entry.customer.column)
    for column in table.columns:
        category = None if column.name in named else ground.looks_personal(ref, column)
        if category is not None:
            like = category.rsplit(".", 1)[-1].replace("_", " ")
            detail = (
                "It came with the schema since the map was reviewed. Nobody's copy would show what it means, and no "
                "mask would remove it."
            )
            fix = f"Add under {ref}, columns:   {column.name}: {category}"
            summary = f"{ground.name(ref)}.{column.name} looks like {like} and has no category"
            ground.refuse("unmapped-column", ("tables", ref, "columns"), summary, detail, fix, [ref])


def _soft_delete(ground: Ground, ref: str, table: Table) -> None:
    found = [name for name in table.column_names if name.lower() in _SOFT_DELETE]
    if found:
        detail = f"Rows marked by {found[0]} are still there: they are found, given and erased like any other."
        fix = "Nothing to do, if the application's own deletion isn't taken for an erasure."
        ground.warn("soft-delete", ("tables", ref), f"{ground.name(ref)} has a soft delete", detail, fix, [ref])


def _mask(ground: Ground, ref: str, table: Table, column: Column, entry: ColumnEntry, path: KeyPath) -> None:
    mask, name = entry.mask, f"{ground.name(ref)}.{column.name}"
    key = table.primary_key or ground.keys.get(ref, ())
    if entry.is_personal and column.name in key and ground.store.tables[ref].on_erase.action == "mask":
        detail = "A mask can't be written into a key: other rows and logs know the row by it."
        fix = f"on_erase: delete   or give {ref} a key of its own"
        summary = f"{ref} is masked at an erasure, and {name} is personal and part of its key"
        ground.refuse("personal-key", path, summary, detail, fix, [ref])
    if mask is None:
        return
    here = (*path, "mask")
    if column.generated:
        detail = "The database computes it from other columns: mask those."
        ground.refuse("mask-generated", here, f"{name} is computed and can't be masked", detail, "Delete mask:", [ref])
    elif mask.kind is MaskKind.NULL and not column.nullable:
        detail = "The column is NOT NULL, so that the mask would fail in the middle of a run."
        ground.refuse("mask-null", here, f"{name} can't be NULL", detail, "mask: token", [ref])
    elif mask.kind is MaskKind.TOKEN and column.family not in TOKEN_FAMILIES:
        detail = f"A token is text, a negative number or a UUID; {column.name} is {column.type}."
        fix = "mask: null" if column.nullable else "mask: {constant: …}"
        ground.refuse("mask-type", here, f"{name} can't hold a token", detail, fix, [ref])
    elif mask.kind is MaskKind.CONSTANT and not fits(mask.value, column, ground.catalog.dialect):
        detail = f"{column.name} is {column.type}."
        ground.refuse("mask-type", here, f"{name} can't hold the constant of its mask", detail, "mask: token", [ref])
    elif found := misfit(mask, table, column, ground.catalog.dialect):
        kind = mask.kind.value if mask.kind is not MaskKind.KEEP else f"keep: {mask.value}"
        summary = f"{name} ({column.type}) can't hold what its mask {kind} writes"
        ground.refuse(found.code, here, summary, found.why, found.fix, [ref])


def _identity(ground: Ground, ref: str, column: Column, entry: ColumnEntry, path: KeyPath) -> None:
    rule = ground.policy.rule(entry.identity) if entry.identity is not None else None
    if rule is None:
        return
    name = f"{ground.name(ref)}.{column.name}"
    folding = rule in (MatchRule.CASEFOLD, MatchRule.E164)
    if (folding and column.family is not TypeFamily.TEXT) or column.family in _NOT_COMPARABLE:
        detail = f"{entry.identity} compares by {rule.value}, which needs text; {column.name} is {column.type}."
        kind = f"{ground.store.store}.{column.name}"
        fix = f"identity: {kind}   and in habeas.yaml   identity_types: {{{kind}: exact}}"
        if column.family in _NOT_COMPARABLE:
            fix = "Delete identity:, or give it to a leaf under paths:"
        ground.refuse("identity-type", (*path, "identity"), f"{name} can't be matched as {entry.identity}", detail, fix)


def _leaves(ground: Ground, ref: str, column: Column, entry: ColumnEntry, path: KeyPath) -> None:
    """Leaves are looked for in JSON; by a leaf of plain text nobody is found, since not every text is JSON."""
    name = f"{ground.name(ref)}.{column.name}"
    plain = column.family is TypeFamily.TEXT
    if entry.paths and column.family not in (TypeFamily.JSON, TypeFamily.TEXT):
        detail = f"Leaves are those of a JSON document; {column.name} is {column.type}."
        fix = f"{column.name}: {entry.category or 'CATEGORY'}"
        ground.refuse("paths-without-json", (*path, "paths"), f"{name} holds no JSON", detail, fix, [ref])
    elif plain and ground.catalog.dialect != "sqlite":
        for leaf, said in entry.paths.items():
            if said.identity is not None:
                detail = f"{column.name} is {column.type}: a text that is no JSON would fail every request."
                fix = f"ALTER TABLE {ground.sql(ref)} ALTER COLUMN {column.name} TYPE jsonb USING {column.name}::jsonb;"
                summary = f"{name} {leaf} can't be matched as {said.identity}"
                ground.refuse("identity-type", (*path, "paths", leaf, "identity"), summary, detail, fix, [ref])


def _date(ground: Ground, ref: str, name: str, path: KeyPath) -> None:
    column = ground.column(ref, name, path)
    if column is not None and not is_date(column, ground.catalog.dialect):
        detail = f"A period starts on a date; {name} is {column.type}."
        ground.refuse("after-type", path, f"{ground.name(ref)}.{name} is no date", detail, "after: created_at", [ref])
