"""Resolves what a rectification or a restriction writes: which column, what text, its copies and all that leads to it.

Pure: whether the rows are there, and the person's own, is for the store to say (section 11).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from habeas.catalog.tables import Column, Table
from habeas.datamap.model import Policy, StoreMap, TableEntry
from habeas.diagnostics import Finding, error
from habeas.planning.new_values import written_text
from habeas.program.correction import Assignment
from habeas.program.program import Node, Program
from habeas.program.selection import Intent, NewValue, Selection


@dataclass
class Resolved:
    """What a store is to write. `known` are the new values whose table and column the store has."""

    assignments: list[Assignment] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    known: set[NewValue] = field(default_factory=set)


def resolve(program: Program, store: StoreMap, policy: Policy, selection: Selection) -> Resolved:
    """The assignments of a store's program, and why some can't be made."""
    resolved = Resolved()
    if program.intent is Intent.RESTRICT:
        _restrict(program, store, policy, selection, resolved)
    if program.intent is Intent.RECTIFY:
        for new in selection.new_values:
            table = new.table.removeprefix(f"{store.store}.") if new.table not in program.nodes else new.table
            node, live = program.nodes.get(table), program.catalog.get(table)
            if node is None or live is None or live.column(new.column) is None:
                continue
            resolved.known.add(new)
            _rectify(program, store, policy, new, node, resolved)
        _refuse_twice(resolved)
    return resolved


def _rectify(program: Program, store: StoreMap, policy: Policy, new: NewValue, node: Node, resolved: Resolved) -> None:
    table = program.table(node.table)
    entry = store.tables.get(node.table, TableEntry())
    said = entry.columns.get(new.column)
    if said is None or not said.is_personal:
        resolved.findings.append(_not_personal(table, new.column))
        return
    name = new.column
    if new.amends:
        if said.statement is None or table.column(said.statement) is None:
            resolved.findings.append(_no_statement(table, new.column))
            return
        name = said.statement
    column = table.column(name)
    assert column is not None, "looked up above"
    if refused := _refuses(program, store, table, node, column):
        resolved.findings.append(refused)
        return
    about = entry.columns.get(name)
    rule = policy.rule(about.identity) if about is not None and about.identity else None
    text = written_text(table, column, about, new.value, rule, program.catalog.dialect)
    if isinstance(text, Finding):
        resolved.findings.append(text)
        return
    made = _assignment(program, len(resolved.assignments) + 1, table.ref, name, text)
    resolved.findings += _copies_that_refuse(program, made)
    resolved.assignments.append(
        Assignment(
            made.number,
            made.table,
            made.column,
            made.value,
            new.key,
            new.amends,
            new.column if new.amends else None,
            about.identity if about is not None else None,
            rule.value if rule is not None else "exact",
            made.copies,
        )
    )


def _assignment(program: Program, number: int, table: str, column: str, text: str | None) -> Assignment:
    return Assignment(
        number,
        table,
        column,
        text,
        copies=tuple(c.reference for c in program.copies if c.original == (table, column)),
    )


def _restrict(program: Program, store: StoreMap, policy: Policy, selection: Selection, resolved: Resolved) -> None:
    """What the map says that a restriction sets, in the rows of each kind of person."""
    for kind, person in store.people.items():
        node = program.nodes.get(person.table)
        if node is None or (selection.kind is not None and selection.kind != kind):
            continue
        table = program.table(person.table)
        written = (person.restrict or {}).get("set")
        if not isinstance(written, dict) or not written:
            resolved.findings.append(_no_restriction(kind, table.ref))
            continue
        for name, value in written.items():
            column = table.column(str(name))
            if column is None:
                resolved.findings.append(_unknown(table, str(name)))
            elif any(identity.column == column.name for identity in node.identities):
                why = "Whoever is restricted must be found again, or nobody could lift it."
                resolved.findings.append(_unwritable(table, f"{table.ref}.{name}", "is an identity", why))
            elif refused := _refuses(program, store, table, node, column):
                resolved.findings.append(refused)
            else:
                given = None if value is None else str(value).lower() if isinstance(value, bool) else str(value)
                text = written_text(table, column, None, given, None, program.catalog.dialect)
                if isinstance(text, Finding):
                    resolved.findings.append(text)
                else:
                    # No copies: the application looks at the person's own row, and a lift must find all that was written.
                    number = len(resolved.assignments) + 1
                    resolved.assignments.append(Assignment(number, table.ref, column.name, text))


def _refuses(program: Program, store: StoreMap, table: Table, node: Node, column: Column) -> Finding | None:
    """Why the column can't be written at all, whatever the row and the value."""
    place = f"{table.ref}.{column.name}"
    if column.generated or column.identity:
        return _unwritable(table, place, "is computed by the database", "Correct the columns that it is made of.")
    if column.name in node.key:
        return _unwritable(table, place, "is part of the key", "Other rows, logs and backups know the row by it.")
    if node.customer.column == column.name:
        return _unwritable(table, place, "says whose Customer the row is", "A correction never moves a row to another.")
    for copy in program.copies:
        if (copy.table, copy.column) == (table.ref, column.name):
            original = ".".join(copy.original)
            return _unwritable(table, place, f"is a copy of {original}", f"--set '{original}=VALUE'   # writes both")
    for reference in program.bearing.get(table.ref, ()):
        if column.name not in (*reference.columns, reference.type_column):
            continue
        if reference.value_join and not reference.has_right:
            continue  # it looks something up by a value, and will look up by the new one
        why = f"It leads to {reference.target}: the row would be somebody else's. Correct what it refers to."
        return _unwritable(table, place, f"is a reference ({reference.name})", why)
    return None


def _copies_that_refuse(program: Program, made: Assignment) -> list[Finding]:
    """Copies whose own type or length can't take the value."""
    found = []
    for copy in made.copies:
        table = program.table(copy.table)
        column = table.column(copy.columns[0])
        assert column is not None, "a copy was compiled from a live column"
        if any(each.original == (table.ref, column.name) for each in program.copies):
            found.append(_chained(made, table, column))
        if isinstance(written_text(table, column, None, made.value, None, program.catalog.dialect), Finding):
            found.append(_unfit(made, table, column))
    return found


def _refuse_twice(resolved: Resolved) -> None:
    places = [(a.table, a.column, a.key) for a in resolved.assignments]
    for place in dict.fromkeys(p for p in places if places.count(p) > 1):
        summary = f"{place[0]}.{place[1]} is to be written twice"
        resolved.findings.append(
            error("set-twice", summary, "Which of the two is true, nobody can tell.", "--set once")
        )


def _not_personal(table: Table, column: str) -> Finding:
    return error(
        "not-personal",
        f"{table.ref}.{column} has no category of people in the map",
        "A correction writes a person's data and nothing else of the application.",
        f"{column}: user.…   # under {table.ref}, columns: if it is personal",
        (table.ref,),
    )


def _no_statement(table: Table, column: str) -> Finding:
    return error(
        "no-statement",
        f"the map says no column that takes a statement about {table.ref}.{column}",
        "A statement must stand beside what it is about, so that whoever reads the one reads the other.",
        f"{column}: {{…, statement: {column}_statement}}   # a text column of {table.ref}, with a category of its own",
        (table.ref,),
    )


def _no_restriction(kind: str, table: str) -> Finding:
    return error(
        "no-restriction",
        f"the map doesn't say how processing is restricted for the kind {kind}",
        "Only the application can keep its hands off a row, and it must be told by a column.",
        f"{kind}: {{table: {table}, restrict: {{set: {{COLUMN: true}}}}}}",
        (table,),
    )


def _unknown(table: Table, column: str) -> Finding:
    return error("unknown-column", f"{table.ref} has no column {column}", tables=(table.ref,))


def _unwritable(table: Table, place: str, what: str, why: str) -> Finding:
    return error("set-refused", f"{place} {what}, and can't be corrected by itself", why, tables=(table.ref,))


def _chained(made: Assignment, table: Table, column: Column) -> Finding:
    return error(
        "copy-chain",
        f"{table.ref}.{column.name} is a copy of {made.table}.{made.column}, and is said to have copies of its own",
        "Each copy is written from its original, never from another copy.",
        f"{made.column}: {{…, copies: […]}}   # all of them, under {made.table}",
        (made.table, table.ref),
    )


def _unfit(made: Assignment, table: Table, column: Column) -> Finding:
    return error(
        "copy-unfit",
        f"{table.ref}.{column.name} is a copy of {made.table}.{made.column}, and {column.type} can't take the value",
        "The copy would keep the old value, or a part of the new one.",
        tables=(made.table, table.ref),
    )
