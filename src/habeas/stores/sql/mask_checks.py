"""Whether a CHECK would refuse what masks are going to write: asked of the database before anything changes."""

from __future__ import annotations

import re

from habeas.catalog.tables import Check, TypeFamily
from habeas.diagnostics import Finding, error
from habeas.program.program import MASKED, Verdict, WrittenValue
from habeas.stores.sql.changing import literal
from habeas.stores.sql.mask_values import EMAIL_DOMAIN, MASKS, needs_preparing
from habeas.stores.sql.working import Working

_MASKED = ", ".join(str(int(v)) for v in MASKED)
_KEEP = int(Verdict.KEEP)
_POSTGRESQL = re.compile(r"CHECK (\(.*\))( NO INHERIT)?( NOT VALID)?\Z", re.DOTALL)


def refused_by_checks(work: Working) -> list[Finding]:
    """A finding for each CHECK that some row to be masked would break. Domains' checks are left to the database."""
    found: list[Finding] = []
    for table in work.keys:
        node, tally = work.node(table), work.tallies[table]
        written = [(node.masks, f"o.v IN ({_MASKED})")] if tally.rows(*MASKED) else []
        if node.keep is not None and tally.kept_alone:
            written.append((node.keep.masks, f"o.v = {_KEEP} AND o.b >= 0"))
        for masks, condition in written:
            # A column of a key reference may keep its value, row by row.
            values = {m.column: m for m in masks if m.column not in node.reference_masks}
            found += [
                _breaks(table, check, values)
                for check in work.live(table).checks
                if values.keys() & set(check.columns) and _would_break(work, table, check, values, condition)
            ]
    return list(dict.fromkeys(found))


def _would_break(work: Working, table: str, check: Check, values: dict[str, WrittenValue], condition: str) -> bool:
    rule = check.expression
    if work.postgresql:
        whole = _POSTGRESQL.match(rule)
        if whole is None or re.search(r"\bVALUE\b", rule):
            return False
        rule = whole[1]
    unseen = [v for c, v in values.items() if c in check.columns and needs_preparing(v, postgresql=work.postgresql)]
    if any(v.kind != "hash" for v in unseen):
        return False  # SQLite's functions of ours are there in a run alone
    columns = ", ".join(
        f"{_example(work, values[c]) if c in values else work.column('x', c)} AS {work.dialect.quote(c)}"
        for c in check.columns
    )
    rows = (
        f"SELECT {columns} FROM {work.keys[table].name} o JOIN {work.name(table)} x "
        f"ON {work.same_row(table, 'o', 'x')} WHERE {condition}"
    )
    name = work.dialect.quote(work.live(table).name)
    return bool(work.rows(f"SELECT 1 FROM ({rows}) AS {name} WHERE NOT ({rule}) LIMIT 1"))


def _example(work: Working, value: WrittenValue) -> str:
    """SQL of a value like the one that the run will write."""
    dialect, masks = work.dialect, MASKS[work.dialect.name]
    column = work.column("x", value.column)
    match value.kind:
        case "null":
            written = "NULL"
        case "constant":
            return literal(work, value)
        case "leaves":
            return column  # the document as it is now: what its leaves become is left to the database
        case "token" if value.family is TypeFamily.UUID:
            return dialect.random_uuid()
        case "token" if value.family is not TypeFamily.TEXT:
            return dialect.random_negative_integer(value.type)
        case "token":
            written = dialect.random_token_text(value.length)
        case "email":
            local = None if value.length is None else value.length - len(EMAIL_DOMAIN)
            written = f"({dialect.random_token_text(local)} || '{EMAIL_DOMAIN}')"
        case "phone":
            written = masks.phone()
        case "hash":
            digits = "0a" * 16 if value.family is TypeFamily.UUID else ("0a" * 32)[: value.length]
            written = f"CASE WHEN {column} IS NOT NULL THEN '{digits}' END"
        case "redact":
            written = masks.redact(column)
        case "year":
            written = masks.year(column, value)
        case _:
            written = masks.network(column, value, "NULL" if value.value is None else f"'{value.value}'")
    return f"CAST({written} AS {value.type})" if work.postgresql and value.type else written


def _breaks(table: str, check: Check, values: dict[str, WrittenValue]) -> Finding:
    columns = ", ".join(c for c in check.columns if c in values)
    return error(
        "mask-breaks-check",
        f"a mask would write to {table} ({columns}) what its CHECK {check.name or 'constraint'} refuses",
        "The database would refuse the run in its middle, so it isn't begun.",
        f"{columns.split(',')[0]}: {{…, mask: {{constant: VALUE}}}}   # one that the CHECK allows; or email, phone, null",
        (table,),
    )
