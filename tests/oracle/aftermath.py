"""Sections 6 and 8 of docs/semantics.md: what changes in rows that remain, and the database afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from datetime import date, datetime, time
from typing import Any

from tests.oracle.company import Asked, Company, Identities, OneOf, Refused, RowId, Rows, Token, every_row
from tests.oracle.decision import HOLD, KEEP, MASK, Verdicts, decide_erasure, roots_of
from tests.oracle.references import Links, Reference, matching_form

FIXED = {
    "integer": 0,
    "number": 0,
    "boolean": False,
    "date": date(1970, 1, 1),
    "datetime": datetime(1970, 1, 1),
    "time": time(0),
}


def is_personal(company: Company, table: str, column: str) -> bool:
    said = (company.entry(table).get("columns") or {}).get(column)
    category = said if isinstance(said, str) else (said or {}).get("category")
    return category is not None and (category == "user" or category.startswith("user."))


#: Table, key and column.
Cell = tuple[str, tuple[str, ...], str]


class Changes:
    """What is written to each remaining row: column -> value (a Token where it is random)."""

    def __init__(self, links: Links, verdicts: Verdicts) -> None:
        self.links = links
        self.company = links.company
        self.verdicts = verdicts
        self.tokens: dict[tuple[RowId, str], Token] = {}
        self.masks: dict[RowId, dict[str, Any]] = {row: {} for row in links.row}
        self.unlinks: dict[RowId, dict[str, Any]] = {row: {} for row in links.row}
        self.firm: dict[RowId, set[str]] = {row: set() for row in links.row}  # masked, whatever is unlinked
        self.freed: dict[RowId, set[str]] = {row: set() for row in links.row}  # unlinked by an edge with a right
        self.copies: dict[RowId, dict[str, Any]] = {row: {} for row in links.row}
        for row in links.row:
            if verdicts.remains(row) and not verdicts.frozen(row):
                self._unlink(row)
        for row in links.row:
            if verdicts.remains(row) and not verdicts.frozen(row):
                self._mask(row)
        for table, entry in self.company.map.get("tables", {}).items():
            for column, said in ((entry or {}).get("columns") or {}).items():
                if isinstance(said, Mapping) and is_personal(self.company, table, column):
                    for copy in said.get("copies", ()):
                        self._copy((table, column), copy)

    def of(self, row: RowId) -> dict[str, Any]:
        """All that is written to the row; where a column is both masked and unlinked, unlinking has the last word.

        What a copy receives comes after everything.
        """
        return {**self.masks[row], **self.unlinks[row], **self.copies[row]}

    def mask_value(self, row: RowId, column_name: str) -> Any:
        table = self.company.tables[row[0]]
        column = table.column(column_name)
        said = (self.company.entry(table.name).get("columns") or {}).get(column_name)
        said = said if isinstance(said, Mapping) else {}
        own = said.get("mask")
        if isinstance(own, Mapping):
            return own["constant"]
        copies = [self._place(copy) for copy in said.get("copies", ())]
        if own is None and copies and column.type in ("text", "integer"):
            return self.token(row, column.type)
        copies_nullable = all(self.company.tables[t].column(c).nullable for t, c in copies)
        if own == "null" or (own is None and column.nullable and copies_nullable):
            return None
        in_unique = column_name in table.key or any(column_name in unique for unique in table.uniques)
        if own == "token" or in_unique or said.get("identity") or self._in_edge(table.name, column_name):
            return self.token(row, column.type)
        return "erased"[: column.length] if column.type == "text" else FIXED[column.type]

    def token(self, row: RowId, type_: str) -> Token:
        """A row has one token for all its text columns; each number is a token of its own."""
        # (A number with copies is asked for once alone: `_copy` takes what `masks` holds.)
        return self.tokens.setdefault((row, type_), Token(type_)) if type_ == "text" else Token(type_)

    def _in_edge(self, table: str, column: str) -> bool:
        return any(
            r.edge is not None
            and (
                (r.table == table and (column in r.columns or column == r.type_column))
                or (r.target == table and column in r.target_columns)
            )
            for r in self.links.references
        )

    def _unlink(self, row: RowId) -> None:
        verdict = self.verdicts.verdict.get(row)
        for reference, target in self.links.bearing[row]:
            departs, erased = self.verdicts.departs(target), not self.verdicts.remains(target)
            owns_no_more = verdict == MASK and reference.forward  # a masked row is nobody's, and owns nothing
            if reference.value_join:
                if (departs and verdict != KEEP and not self._joins_another(row, reference)) or owns_no_more:
                    self.unlinks[row] |= self._break_join(row, reference)
                    if reference.right is not None:
                        self.freed[row] |= set(self._break_join(row, reference))
                continue
            if verdict == KEEP:
                meant = reference.on_erase == "unlink" and erased  # a masked row may still be referred to
            elif verdict == MASK or reference.right is not None:
                meant = departs or owns_no_more
            else:
                meant = erased
            if meant:
                self.unlinks[row] |= self.links.unlinking(reference) or {}

    def _joins_another(self, row: RowId, reference: Reference) -> bool:
        """Whether the same value also joins a row that remains unmasked."""
        return any(r == reference and not self.verdicts.departs(t) for r, t in self.links.bearing[row])

    def _break_join(self, row: RowId, reference: Reference) -> dict[str, Any]:
        written = self.links.unlinking(reference)
        if written is not None:
            return written
        table = self.company.tables[row[0]]
        # Not a mask: whether it is the token of the row's masks is left open.
        return {c: Token("text") for c in reference.columns if table.column(c).type == "text"}

    def _mask(self, row: RowId) -> None:
        table, verdict = row[0], self.verdicts.verdict.get(row)
        if verdict == KEEP:
            if row in self.verdicts.kept_itself:
                for column in self.company.entry(table)["on_erase"]["keep"].get("mask", ()):
                    self.firm[row].add(column)
                    self.masks[row][column] = self.mask_value(row, column)
            return
        for reference, target in self.links.bearing[row]:
            still_joined = reference.value_join and self._joins_another(row, reference)
            if reference.right is not None and self.verdicts.departs(target) and not still_joined:
                self.firm[row] |= set(reference.mask) - set(self.links.unlinking(reference) or {})
                for column in reference.mask:
                    self.masks[row][column] = self.mask_value(row, column)
        if verdict == MASK:
            bound = self._still_leading_columns(row)
            for column in self.company.tables[table].columns:
                name = column.name
                if name in self.company.key_of(table) or column.generated or name in bound:
                    continue
                if is_personal(self.company, table, name):
                    self.firm[row].add(name)
                    self.masks[row][name] = self.mask_value(row, name)

    def _place(self, copy: str) -> tuple[str, str]:
        table, _, column = copy.rpartition(".")
        return table, column

    def _copy(self, original: tuple[str, str], copy: str) -> None:
        """Write what masks wrote to the originals wherever the same value stood in the copy."""
        links, (table, column) = self.links, self._place(copy)
        rule = links.rule(*original)
        across = any(
            r.across and (r.table, r.columns, r.target, r.target_columns) == (table, (column,), *_singly(original))
            for r in links.references
        )
        for row, values in links.row.items():
            mine = matching_form(values[column], rule) if row[0] == table else None
            verdict = self.verdicts.verdict.get(row)
            if mine is None or not self.verdicts.remains(row) or self.verdicts.frozen(row):
                continue
            matched = [
                t
                for t, there in links.row.items()
                if t[0] == original[0]
                and mine == matching_form(there[original[1]], rule)
                and (across or links.customer[t] == links.customer[row])
            ]
            masked = [t for t in matched if original[1] in self.masks[t] and self.verdicts.remains(t)]
            stays = any(t not in masked and self.verdicts.remains(t) for t in matched)
            if not masked:
                continue
            let_go = column in self.freed[row] and verdict != MASK
            if column not in self.firm[row] and (verdict == KEEP or stays or let_go):
                continue
            given = tuple(self.masks[t][original[1]] for t in masked)
            self.copies[row][column] = given[0] if len(given) == 1 else OneOf(given)

    def _still_leading_columns(self, row: RowId) -> set[str]:
        """Columns of the row's key references that still lead to a row that remains."""
        found: set[str] = set()
        for reference, target in self.links.bearing[row]:
            let_go = any(column in self.unlinks[row] for column in reference.columns)
            if not reference.value_join and self.verdicts.remains(target) and not let_go:
                found |= set(reference.columns)
        return found

    def refuse_the_impossible(self) -> None:
        """Raises Refused where a row can't be masked."""
        for row, verdict in self.verdicts.verdict.items():
            if verdict == MASK and any(
                is_personal(self.company, row[0], column) for column in self.company.key_of(row[0])
            ):
                raise Refused("personal-key")
        for row in self.links.row:
            for reference, target in self.links.bearing[row]:
                if (
                    not reference.value_join
                    and not reference.cascades_updates
                    and self.verdicts.remains(target)
                    and self.verdicts.remains(row)
                    and any(column in self.of(target) for column in reference.target_columns)
                    and not any(column in self.of(row) for column in reference.columns)
                ):
                    raise Refused("mask-breaks-reference")
        if self._fill_with_what_goes():
            raise Refused("placeholder-goes")

    def _fill_with_what_goes(self) -> bool:
        """Whether a placeholder that is written names a row that departs."""
        for row in self.links.row:
            for reference, _ in self.links.bearing[row]:
                written = {c: v for c, v in self.unlinks[row].items() if c in reference.columns}
                if not reference.placeholder or any(v is None or isinstance(v, Token) for v in written.values()):
                    continue
                named = {**self.links.row[row], **written}
                wanted = [named[c] for c in reference.columns]
                if written and any(
                    target[0] == reference.target
                    and [values[c] for c in reference.target_columns] == wanted
                    and self.verdicts.departs(target)
                    for target, values in self.links.row.items()
                ):
                    return True
        return False

    def follow_updates(self) -> None:
        """ON UPDATE CASCADE: the database writes a masked key into the rows that still refer to it."""
        for row in self.links.row:
            for reference, target in self.links.bearing[row]:
                if reference.cascades_updates and self.verdicts.remains(target):
                    written = self.of(target)
                    pairs = list(zip(reference.columns, reference.target_columns, strict=True))
                    if not any(column in self.of(row) for column, _ in pairs):
                        self.unlinks[row] |= {c: written[t] for c, t in pairs if t in written}


def _singly(place: tuple[str, str]) -> tuple[str, tuple[str, ...]]:
    return place[0], (place[1],)


def erase_one(
    company: Company, rows: Rows, asked: Asked, person: Identities | None
) -> tuple[Rows, Verdicts, dict[RowId, dict[str, Any]]]:
    """The database after one person (or the Customer) has left, the verdicts, and what was written. Raises Refused."""
    links = Links(company, rows)
    verdicts = decide_erasure(links, asked, person)
    changes = Changes(links, verdicts)
    changes.refuse_the_impossible()
    changes.follow_updates()
    after: Rows = {table: [] for table in rows}
    written: dict[RowId, dict[str, Any]] = {}
    for row, values in every_row(rows):
        if verdicts.remains(row):
            written[row] = {c: v for c, v in changes.of(row).items() if v is not values[c]}
            after[row[0]].append({**deepcopy_but_tokens(values), **changes.of(row)})
        assert verdicts.verdict.get(row) != HOLD or not written[row]
    return after, verdicts, written


def deepcopy_but_tokens(values: dict[str, Any]) -> dict[str, Any]:
    return {c: v if isinstance(v, Token | OneOf) else deepcopy(v) for c, v in values.items()}


def erase(company: Company, rows: Rows, asked: Asked) -> Rows:
    """The database after the whole selection (section 8: one after another). Raises Refused before anything changes."""
    return erase_loosely(company, rows, asked)[0]


def erase_loosely(company: Company, rows: Rows, asked: Asked) -> tuple[Rows, set[Cell]]:
    """The same, and the cells that a set may unlink although a sequence doesn't (section 8)."""
    if not asked.people:
        return erase_one(company, rows, asked, None)[0], set()
    met: set[RowId] = set()
    people: list[Identities] = []
    for person in asked.people:
        roots = set(roots_of(Links(company, rows), person, asked, changes=True))
        if not roots or roots - met:
            people.append(person)  # whoever was mentioned before has left by then
        met |= roots
    masked: set[tuple[str, tuple[str, ...]]] = set()
    for person in people:
        before = rows
        rows, verdicts, _ = erase_one(company, rows, asked, person)
        masked |= {_named(company, before, row) for row, verdict in verdicts.verdict.items() if verdict == MASK}
    links = Links(company, rows)
    loose: set[Cell] = set()
    for row, _ in every_row(rows):
        for reference, target in links.bearing[row]:
            both = _named(company, rows, row) in masked and _named(company, rows, target) in masked
            if both and reference.right is None and not reference.value_join:
                loose |= {(*_named(company, rows, row), c) for c in links.unlinking(reference) or {}}
    if len(asked.people) > 1:
        # A value that two people of the list share: a mask of the first may end the join before the second leaves.
        for reference in (r for r in links.references if r.value_join):
            bearing = [_named(company, rows, row) for row, _ in every_row(rows) if row[0] == reference.table]
            loose |= {(*name, column) for name in bearing for column in reference.columns}
        # A copy of two people's values: who of them is masked first, or leaves last, is seen in a sequence alone.
        for entry in company.map.get("tables", {}).values():
            for copied in ((entry or {}).get("columns") or {}).values():
                for copy in copied.get("copies", ()) if isinstance(copied, Mapping) else ():
                    other, _, column = copy.rpartition(".")
                    named = [_named(company, rows, row) for row, _ in every_row(rows) if row[0] == other]
                    loose |= {(*name, column) for name in named}
    return rows, loose


def _named(company: Company, rows: Rows, row: RowId) -> tuple[str, tuple[str, ...]]:
    """A row by its table and key: positions change as rows go, and masks leave keys as they are."""
    table, position = row
    return table, tuple(str(rows[table][position][c]) for c in company.key_of(table))
