"""What is written over a column that is masked: the map's word, else what its type and constraints allow (section 6)."""

from __future__ import annotations

from dataclasses import replace

from habeas.catalog.tables import Column, Table, TypeFamily
from habeas.datamap.json_paths import parse_path
from habeas.datamap.mask_fit import NARROW, TOKEN_FAMILIES, misfit, too_narrow, wider
from habeas.datamap.model import ColumnEntry, Mask, MaskKind
from habeas.diagnostics import Finding, error
from habeas.program.program import MaskedLeaf, WrittenValue

ERASED = "erased"
LEAF_MASKS = (MaskKind.NULL, MaskKind.TOKEN, MaskKind.CONSTANT)
_CONSTANTS: dict[TypeFamily, str | int | bool] = {
    TypeFamily.INTEGER: 0,
    TypeFamily.NUMBER: 0,
    TypeFamily.BOOLEAN: False,
    TypeFamily.DATE: "1970-01-01",
    TypeFamily.DATETIME: "1970-01-01 00:00:00",
    TypeFamily.TIME: "00:00:00",
    TypeFamily.JSON: "{}",
    TypeFamily.UUID: "00000000-0000-0000-0000-000000000000",
    TypeFamily.BYTES: "",
    TypeFamily.ARRAY: "{}",
}


def null_value(column: Column) -> WrittenValue:
    """NULL over a column that allows it."""
    return WrittenValue(column.name, "null", None, column.family, column.length, column.type)


def token_value(column: Column) -> WrittenValue:
    """A random token that fits the column's type and length."""
    return WrittenValue(column.name, "token", None, column.family, column.length, column.type)


def constant_value(column: Column, value: str | int | float | bool | None) -> WrittenValue:
    """One fixed value for every row."""
    return WrittenValue(column.name, "constant", value, column.family, column.length, column.type)


def mask_of(
    table: Table,
    column: Column,
    entry: ColumnEntry | None,
    joins: bool,
    copies: tuple[Column, ...] = (),
    dialect: str = "postgresql",
) -> WrittenValue | Finding:
    """The value that masking writes to `column`, or the finding that says why none can be.

    `joins` marks columns that edges compare: a fixed text there would tie masked people together, so they get a token.
    `copies` receive the very same value, and so a token where nothing else is said: NULL would join nothing any more.
    """
    value = _mask_of(table, column, entry, joins, copies, dialect)
    if isinstance(value, Finding) or not copies:
        return value
    lengths = [c.length for c in (column, *copies) if c.length is not None]
    return replace(value, length=min(lengths, default=None))


def _mask_of(
    table: Table, column: Column, entry: ColumnEntry | None, joins: bool, copies: tuple[Column, ...], dialect: str
) -> WrittenValue | Finding:
    asked = entry.mask if entry is not None else None
    if asked is not None:
        return _asked(table, column, asked, dialect)
    if entry is not None and not entry.is_personal and entry.has_personal_leaves:
        return _leaves(table, column, entry)
    if copies and column.family in TOKEN_FAMILIES:
        return _token(table, column)
    if column.nullable and all(copy.nullable for copy in copies):
        return null_value(column)
    has_identity = entry is not None and entry.identity is not None
    if (table.in_unique(column.name) or has_identity or joins) and column.family in TOKEN_FAMILIES:
        return _token(table, column)
    if column.family is TypeFamily.ENUM:
        return constant_value(column, column.enum_values[0]) if column.enum_values else _unmaskable(table, column)
    if column.family is TypeFamily.TEXT:
        return constant_value(column, ERASED[: column.length] if column.length else ERASED)
    if column.family in _CONSTANTS:
        return constant_value(column, _CONSTANTS[column.family])
    return _unmaskable(table, column)


def _leaves(table: Table, column: Column, entry: ColumnEntry) -> WrittenValue | Finding:
    """The personal leaves of a JSON column that isn't personal as a whole: JSON's null where nothing else is said."""
    leaves: list[MaskedLeaf] = []
    for path, leaf in entry.paths.items():
        steps = parse_path(path)
        if steps is None or not leaf.is_personal:
            continue  # the file's own rules refuse a path that can't be read
        mask = leaf.mask or Mask(kind=MaskKind.NULL)
        if mask.kind not in LEAF_MASKS:
            return error(
                "mask-not-built",
                f"the mask {mask.kind.value} of {table.ref}.{column.name} {path} can't be carried out on a leaf",
                "Leaves of a JSON column take null, token and constant.",
                f"{path}: {{…, mask: null}}",
                (table.ref,),
            )
        leaves.append(MaskedLeaf(steps, mask.kind.value, mask.value))
    return WrittenValue(column.name, "leaves", None, column.family, column.length, column.type, tuple(leaves))


def _asked(table: Table, column: Column, mask: Mask, dialect: str) -> WrittenValue | Finding:
    if mask.kind is MaskKind.NULL:
        if column.nullable:
            return null_value(column)
        return error(
            "mask-not-null",
            f"{table.ref}.{column.name} is NOT NULL and its mask is null",
            "The database would refuse the erasure of everybody whose row is masked.",
            f"{column.name}: {{…, mask: token}}",
            (table.ref,),
        )
    wrong = misfit(mask, table, column, dialect)
    if wrong is not None:
        summary = f"{table.ref}.{column.name} ({column.type}) can't hold what its mask writes"
        return error(wrong.code, summary, wrong.why, f"{column.name}: {{…, {wrong.fix}}}", (table.ref,))
    if mask.kind is MaskKind.TOKEN and column.family in TOKEN_FAMILIES:
        return token_value(column)
    if mask.kind is MaskKind.CONSTANT:
        return constant_value(column, mask.value)
    if mask.kind is MaskKind.TOKEN:
        return _unmaskable(table, column)
    kind = str(mask.value) if mask.kind is MaskKind.KEEP else mask.kind.value
    # What isn't an address keeps nothing of itself.
    otherwise = "0.0.0.0" if kind == "network" and not column.nullable else None  # noqa: S104 - a mask
    return replace(constant_value(column, otherwise), kind=kind)


def _token(table: Table, column: Column) -> WrittenValue | Finding:
    """A token where nothing is said of a mask; a finding where two of them would meet."""
    if table.is_unique((column.name,)) and too_narrow(column):
        why = NARROW.format(column.name, column.type)
        summary = f"{table.ref}.{column.name} can't be masked by a random value"
        return error("mask-too-narrow", summary, why, wider(table, column), (table.ref,))
    return token_value(column)


def _unmaskable(table: Table, column: Column) -> Finding:
    return error(
        "no-mask-for-type",
        f"habeas knows no neutral value for {table.ref}.{column.name} ({column.type}, NOT NULL)",
        "A masked row would keep this personal value.",
        f"{column.name}: {{…, mask: {{constant: VALUE}}}}",
        (table.ref,),
    )
