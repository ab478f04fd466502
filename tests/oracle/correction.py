"""Sections 11 and 12 of docs/semantics.md: what a rectification and a restriction write, and what they refuse."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tests.oracle.company import Asked, Column, Company, Refused, RowId, Rows
from tests.oracle.decision import OWN, matches, reach, start
from tests.oracle.references import Links, Reference, matching_form

EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


@dataclass(frozen=True)
class NewValue:
    """What is asked for: `value` is text as it is typed (None: empty); `key` names one row."""

    table: str
    column: str
    value: str | None
    key: tuple[Any, ...] = ()


def rectify(company: Company, rows: Rows, asked: Asked, wanted: tuple[NewValue, ...]) -> Rows:
    """The database afterwards. Raises Refused where nothing may change."""
    links = Links(company, rows)
    typed = [_static(links, new) for new in wanted]
    (person,) = asked.people
    verdicts = start(links, asked, person, changes=True)
    if not verdicts.roots:
        return rows
    held: set[RowId] = set()
    anybody = Asked(all_matches=True, all_customers=True)
    for exclusion in asked.exclusions:
        held |= set(reach(links, set().union(*matches(links, exclusion, anybody).values())))
    after = {table: [dict(row) for row in found] for table, found in rows.items()}
    written: dict[tuple[str, str], set[RowId]] = {}
    for new, value in zip(wanted, typed, strict=True):
        here = _rows_meant(links, new, verdicts.roots, verdicts.right)
        copied = _copies(links, new, here, verdicts.outside)
        _refuse_breaks(links, new.table, new.column, here, value, copies=_declared(links, new.table, new.column))
        _refuse_taken(links, new, here, value)
        written.setdefault((new.table, new.column), set()).update(here)
        for row in here:
            after[row[0]][row[1]][new.column] = value
        for (table, column), cells in copied.items():
            _refuse_breaks(links, table, column, cells, value, copies=())
            written.setdefault((table, column), set()).update(cells)
            for row in cells:
                after[table][row[1]][column] = value
        if held & (here | set().union(*copied.values())):
            raise Refused("held")
    _refuse_duplicates(company, rows, after, written)
    _follow_cascades(links, after, written)
    return after


def restrict(company: Company, rows: Rows, asked: Asked) -> Rows:
    """The database under restriction. Raises Refused where nothing may change."""
    links = Links(company, rows)
    (person,) = asked.people
    verdicts = start(links, asked, person, changes=True)
    held: set[RowId] = set()
    anybody = Asked(all_matches=True, all_customers=True)
    for exclusion in asked.exclusions:
        held |= set(reach(links, set().union(*matches(links, exclusion, anybody).values())))
    after = {table: [dict(row) for row in found] for table, found in rows.items()}
    written: dict[tuple[str, str], set[RowId]] = {}
    for kind in company.map["people"].values():
        here = {row for row in verdicts.roots if row[0] == kind["table"]}
        if not here:
            continue
        words = (kind.get("restrict") or {}).get("set")
        if not words:
            raise Refused("no-restriction")
        for column, value in words.items():
            _writable(links, kind["table"], column)
            if ((company.entry(kind["table"]).get("columns") or {}).get(column) or {}).get("identity"):
                raise Refused("set-refused")
            text = str(value).lower() if isinstance(value, bool) else value if value is None else str(value)
            typed = _typed(company.tables[kind["table"]].column(column), text)
            _refuse_breaks(links, kind["table"], column, here, typed, copies=())
            written[kind["table"], column] = here
            for row in here:
                after[row[0]][row[1]][column] = typed
        if held & here:
            raise Refused("held")
    _refuse_duplicates(company, rows, after, written)
    _follow_cascades(links, after, written)
    return after


def _writable(links: Links, table: str, column: str) -> None:
    """What no correction ever writes to."""
    company = links.company
    path = company.entry(table).get("customer")
    if company.tables[table].column(column).generated or column in company.key_of(table) or path == column:
        raise Refused("set-refused")
    for reference in links.references:
        bears = column in (*reference.columns, reference.type_column)
        if reference.table == table and bears and not (reference.value_join and reference.right is None):
            raise Refused("set-refused")


def _static(links: Links, new: NewValue) -> Any:
    """What the map and the schema say against it, whoever is meant; else the value in its type."""
    company = links.company
    said = (company.entry(new.table).get("columns") or {}).get(new.column) or {}
    column = company.tables[new.table].column(new.column)
    path = company.entry(new.table).get("customer")
    if not str(said.get("category", "")).startswith("user"):
        raise Refused("not-personal")
    if column.generated or new.column in company.key_of(new.table) or path == new.column:
        raise Refused("set-refused")
    for reference in links.references:
        bears = new.column in (*reference.columns, reference.type_column)
        if reference.table == new.table and bears and not (reference.value_join and reference.right is None):
            raise Refused("set-refused")
    every = {
        c
        for table in company.tables
        for name in company.tables[table].columns
        for c in _declared(links, table, name.name)
    }
    if (new.table, new.column) in every:
        raise Refused("set-refused")
    value = _typed(column, new.value)
    if value is not None and said.get("category") == "user.contact.email" and not EMAIL.fullmatch(value):
        raise Refused("value-refused")
    if value is not None and said.get("identity") and matching_form(value, links.rule(new.table, new.column)) is None:
        raise Refused("value-refused")
    for table, copy in _declared(links, new.table, new.column):
        _typed(company.tables[table].column(copy), new.value)
        if _declared(links, table, copy):
            raise Refused("copy-chain")
    return value


def _typed(column: Column, text: str | None) -> Any:
    if text is None:
        if not column.nullable:
            raise Refused("value-refused")
        return None
    try:
        if column.type == "text":
            if column.length is not None and len(text) > column.length:
                raise ValueError
            return text
        if column.type == "boolean":
            return {"true": True, "false": False}[text]
        readers: Mapping[str, Any] = {
            "integer": int, "number": float, "date": date.fromisoformat, "datetime": datetime.fromisoformat,
        }  # fmt: skip
        return readers[column.type](text)
    except (ValueError, KeyError):
        raise Refused("value-refused") from None


def _rows_meant(links: Links, new: NewValue, roots: set[RowId], right: Mapping[RowId, str]) -> set[RowId]:
    if new.key:
        key = links.company.key_of(new.table)
        named = [
            r
            for r in right
            if r[0] == new.table and tuple(str(links.row[r][c]) for c in key) == tuple(map(str, new.key))
        ]
        if not named:
            raise Refused("no-row")
        if right[named[0]] != OWN:
            raise Refused("not-owned")
        return set(named)
    if own := {row for row in roots if row[0] == new.table}:
        return own
    owned = {row for row in right if row[0] == new.table and right[row] == OWN}
    if len(owned) > 1:
        raise Refused("ambiguous")
    if not owned:
        raise Refused("not-owned" if any(row[0] == new.table for row in right) else "no-row")
    return owned


def _declared(links: Links, table: str, column: str) -> tuple[tuple[str, str], ...]:
    said = (links.company.entry(table).get("columns") or {}).get(column) or {}
    personal = str(said.get("category", "")).startswith("user")
    return tuple(tuple(c.rsplit(".", 1)) for c in said.get("copies", ()) if personal)  # type: ignore[misc]


def _copies(links: Links, new: NewValue, here: set[RowId], outside: set[RowId]) -> dict[tuple[str, str], set[RowId]]:
    """The cells that copy the old value of the written rows, by table and column."""
    rule = links.rule(new.table, new.column)
    found: dict[tuple[str, str], set[RowId]] = {}
    for table, column in _declared(links, new.table, new.column):
        across = any(
            r.across
            and (r.table, r.columns, r.target, r.target_columns) == (table, (column,), new.table, (new.column,))
            for r in links.references
        )
        cells = set()
        for s in [r for r in links.row if r[0] == table and r not in outside]:
            form = matching_form(links.row[s][column], rule)
            originals = {
                t
                for t in links.row
                if t[0] == new.table
                and form is not None
                and matching_form(links.row[t][new.column], rule) == form
                and (across or links.customer[t] == links.customer[s])
            }
            mine = {
                t for t in originals & here
                for r, pairs in links.leads.items()
                if r.kind == "owned_by" and not r.value_join and (s, t) in pairs
            }  # fmt: skip
            if mine or (originals and originals <= here):
                cells.add(s)
        found[table, column] = cells
    return found


def _refuse_breaks(
    links: Links, table: str, column: str, here: set[RowId], value: Any, copies: tuple[tuple[str, str], ...]
) -> None:
    """References that would lead elsewhere or nowhere."""
    for reference, pairs in links.leads.items():
        if reference.target != table or column not in reference.target_columns:
            continue
        if reference.value_join:
            rule = links.rule(table, column)
            taken_along = len(reference.columns) == 1 and (reference.table, reference.columns[0]) in copies
            differing = [
                t
                for _, t in pairs
                if t in here and matching_form(links.row[t][column], rule) != matching_form(value, rule)
            ]
            if differing and not taken_along and not _is_copy(links, reference):
                raise Refused("set-breaks-join")
            continue
        if not reference.cascades_updates and _leaves_behind(links, reference, column, here, value):
            raise Refused("set-breaks-reference")


def _leaves_behind(links: Links, reference: Reference, column: str, here: set[RowId], value: Any) -> bool:
    return any(links.row[t][column] != value for t in _referred(links, reference) & here)


def _is_copy(links: Links, reference: Reference) -> bool:
    declared = _declared(links, reference.target, reference.target_columns[0])
    return len(reference.columns) == 1 and (reference.table, reference.columns[0]) in declared


def _referred(links: Links, reference: Reference) -> set[RowId]:
    """Rows that a key reference leads to; a declared key compares blank text too."""
    found = {t for _, t in links.leads[reference]}
    keys = links.company.tables[reference.table].keys
    if any(
        (k.columns, k.target, k.target_columns) == (reference.columns, reference.target, reference.target_columns)
        for k in keys
    ):
        for t in links.row:
            if t[0] == reference.target:
                there = [links.row[t][c] for c in reference.target_columns]
                rows = links.rows.get(reference.table, ())
                if None not in there and any([row[c] for c in reference.columns] == there for row in rows):
                    found.add(t)
    return found


def _refuse_taken(links: Links, new: NewValue, here: set[RowId], value: Any) -> None:
    said = (links.company.entry(new.table).get("columns") or {}).get(new.column) or {}
    people = {p["table"] for p in links.company.map.get("people", {}).values()}
    if not said.get("identity") or value is None or new.table not in people:
        return
    rule = links.rule(new.table, new.column)
    wanted = matching_form(value, rule)
    for x in here:
        if matching_form(links.row[x][new.column], rule) == wanted:
            continue
        for y in links.row:
            same = y[0] == new.table and y not in here and links.customer[x] == links.customer[y]
            if same and matching_form(links.row[y][new.column], rule) == wanted:
                raise Refused("identity-taken")


def _refuse_duplicates(
    company: Company, before: Rows, after: Rows, written: Mapping[tuple[str, str], set[RowId]]
) -> None:
    for (table, column), cells in written.items():
        for unique in company.tables[table].uniques:
            if column not in unique:
                continue
            for _, number in cells:
                mine = [after[table][number][c] for c in unique]
                for other in range(len(after[table])):
                    for state in (before, after):
                        if other != number and None not in mine and [state[table][other][c] for c in unique] == mine:
                            raise Refused("value-taken")


def _follow_cascades(links: Links, after: Rows, written: Mapping[tuple[str, str], set[RowId]]) -> None:
    """ON UPDATE CASCADE: the database writes the new value to what refers to the old one."""
    for table in links.company.tables.values():
        for key in table.keys:
            if key.on_update != "CASCADE":
                continue
            for column, target_column in zip(key.columns, key.target_columns, strict=True):
                for _, number in written.get((key.target, target_column), ()):
                    old = [links.rows[key.target][number][c] for c in key.target_columns]
                    for place, row in enumerate(links.rows[table.name]):
                        if None not in old and [row[c] for c in key.columns] == old:
                            after[table.name][place][column] = after[key.target][number][target_column]
