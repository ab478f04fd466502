"""What is written over a column that is masked: the map's word, else what its type and constraints allow (section 6)."""

from __future__ import annotations

from dataclasses import replace

from habeas.catalog.tables import Column, Table, TypeFamily
from habeas.datamap.model import ColumnEntry, Mask, MaskKind
from habeas.diagnostics import Finding, error
from habeas.program.program import WrittenValue

ERASED = "erased"
TOKEN_FAMILIES = (TypeFamily.TEXT, TypeFamily.INTEGER, TypeFamily.UUID)
BUILT = (MaskKind.NULL, MaskKind.TOKEN, MaskKind.CONSTANT)
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
    table: Table, column: Column, entry: ColumnEntry | None, joins: bool, copies: tuple[Column, ...] = ()
) -> WrittenValue | Finding:
    """The value that masking writes to `column`, or the finding that says why none can be.

    `joins` marks columns that edges compare: a fixed text there would tie masked people together, so they get a token.
    `copies` receive the very same value, and so a token where nothing else is said: NULL would join nothing any more.
    """
    value = _mask_of(table, column, entry, joins, copies)
    if isinstance(value, Finding) or not copies:
        return value
    lengths = [c.length for c in (column, *copies) if c.length is not None]
    return replace(value, length=min(lengths, default=None))


def _mask_of(
    table: Table, column: Column, entry: ColumnEntry | None, joins: bool, copies: tuple[Column, ...]
) -> WrittenValue | Finding:
    asked = entry.mask if entry is not None else None
    if asked is not None:
        return _asked(table, column, asked)
    if copies and column.family in TOKEN_FAMILIES:
        return token_value(column)
    if column.nullable and all(copy.nullable for copy in copies):
        return null_value(column)
    has_identity = entry is not None and entry.identity is not None
    if (table.in_unique(column.name) or has_identity or joins) and column.family in TOKEN_FAMILIES:
        return token_value(column)
    if column.family is TypeFamily.ENUM:
        return constant_value(column, column.enum_values[0]) if column.enum_values else _unmaskable(table, column)
    if column.family is TypeFamily.TEXT:
        return constant_value(column, ERASED[: column.length] if column.length else ERASED)
    if column.family in _CONSTANTS:
        return constant_value(column, _CONSTANTS[column.family])
    return _unmaskable(table, column)


def _asked(table: Table, column: Column, mask: Mask) -> WrittenValue | Finding:
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
    if mask.kind is MaskKind.TOKEN and column.family in TOKEN_FAMILIES:
        return token_value(column)
    if mask.kind is MaskKind.CONSTANT:
        return constant_value(column, mask.value)
    return error(
        "mask-not-built",
        f"the mask {mask.kind.value} of {table.ref}.{column.name} can't be carried out on a {column.type} column yet",
        "This release writes null, token (text, integer and UUID columns) and constant.",
        f"{column.name}: {{…, mask: null}}" if column.nullable else f"{column.name}: {{…, mask: token}}",
        (table.ref,),
    )


def _unmaskable(table: Table, column: Column) -> Finding:
    return error(
        "no-mask-for-type",
        f"habeas knows no neutral value for {table.ref}.{column.name} ({column.type}, NOT NULL)",
        "A masked row would keep this personal value.",
        f"{column.name}: {{…, mask: {{constant: VALUE}}}}",
        (table.ref,),
    )
