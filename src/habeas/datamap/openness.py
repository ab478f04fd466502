"""What a person hasn't reviewed yet: guesses of discovery (`proposed`) and open questions (`ask`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from habeas.datamap.model import CompanyMap, Guess, Question, StoreMap
from habeas.datamap.positions import KeyPath, Positions
from habeas.diagnostics import Finding, Severity


class OpenKind(StrEnum):
    """A guess was made by a rule; a question couldn't be answered by any."""

    GUESS = "guess"
    QUESTION = "question"


@dataclass(frozen=True, slots=True)
class OpenEntry:
    """One entry that waits for a person.

    `path` is its place in the store's file; `table` is empty for entries outside tables that name none; `column` is
    the column or edge, None for the table itself. `rule` names a guess's rule, `question` and `choices` what is asked.
    """

    store: str
    path: KeyPath
    table: str
    column: str | None
    kind: OpenKind
    rule: str = ""
    question: str = ""
    choices: tuple[str, ...] = ()


def open_entries(company: CompanyMap) -> tuple[OpenEntry, ...]:
    """Every guess and open question of all stores, in the order of the files."""
    return tuple(entry for store in company.stores.values() for entry in store_open_entries(store))


def store_open_entries(store: StoreMap) -> tuple[OpenEntry, ...]:
    """Every guess and open question of one store."""
    return tuple(_of_store(store))


def open_findings(company: CompanyMap, positions: Positions, severity: Severity) -> tuple[Finding, ...]:
    """The same as findings: errors for `check` and changes, warnings for plan and access."""
    return tuple(_finding(entry, positions, severity) for entry in open_entries(company))


def _of_store(store: StoreMap) -> Iterator[OpenEntry]:
    if store.customers is not None:
        yield from _entry(store, ("customers",), store.customers.table, None, store.customers)
    for kind, person in store.people.items():
        yield from _entry(store, ("people", kind), person.table, None, person)
    for ref, table in store.tables.items():
        path: KeyPath = ("tables", ref)
        yield from _entry(store, path, ref, None, table)
        if table.customer is not None:
            yield from _entry(store, (*path, "customer"), ref, None, table.customer)
        for name, edge in table.edges.items():
            yield from _entry(store, (*path, "edges", name), ref, name, edge)
            for type_value, target in edge.targets.items():
                yield from _entry(store, (*path, "edges", name, "to", type_value), ref, name, target)
        for name, column in table.columns.items():
            yield from _entry(store, (*path, "columns", name), ref, name, column)


def _entry(store: StoreMap, path: KeyPath, table: str, column: str | None, guess: Guess) -> Iterator[OpenEntry]:
    if guess.ask is not None:
        asked: Question = guess.ask
        yield OpenEntry(
            store.store, path, table, column, OpenKind.QUESTION, question=asked.question, choices=asked.choices
        )
    elif guess.proposed is not None:
        yield OpenEntry(store.store, path, table, column, OpenKind.GUESS, rule=guess.proposed)


def _finding(entry: OpenEntry, positions: Positions, severity: Severity) -> Finding:
    name = f"{entry.table}.{entry.column}" if entry.column else entry.table or str(entry.path[-1])
    where = {"customer": f"the Customer path of {name}", "people": f"the kind of person {entry.path[-1]}"}
    label = where.get(str(entry.path[2]) if len(entry.path) > 2 else str(entry.path[0]), name)
    tables = (entry.table,) if entry.table else ()
    if entry.kind is OpenKind.QUESTION:
        detail = "Nothing changes on a question that nobody has answered."
        if entry.choices:
            detail += f" Choices: {', '.join(entry.choices)}."
        choice = entry.choices[0] if entry.choices else "the answer"
        fix = f"Replace ask: with {choice}, or with what is true."
        found = Finding(severity, "open-question", f"{label}: {entry.question}", detail, fix, None, tables)
        return found.at(positions.of(entry.store, (*entry.path, "ask")))
    detail = f"Discovery wrote it by the rule {entry.rule!r}; a person has to say whether it is true."
    fix = f"habeas accept {name}"
    found = Finding(severity, "guess-not-accepted", f"{label} is a guess", detail, fix, None, tables)
    return found.at(positions.of(entry.store, (*entry.path, "proposed")))
