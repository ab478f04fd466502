"""Everything that discovery concludes of one store, before it is written down: pure data from the catalogue.

The order matters: people are known by their columns, actors by the people, ownership by all of that; and only
what ownership reaches tells whether a free text is about somebody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from habeas.catalog.tables import Catalog, Table
from habeas.datamap.model import EdgeKind, PersonalByPolicy
from habeas.discovery.customers import CustomersTable, Path, customer_paths, find_customers
from habeas.discovery.edges import Found, FoundEdge, find_edges
from habeas.discovery.not_personal import OWN_TABLE, NotPersonal, propose_not_personal
from habeas.discovery.ownership import propose_ownership
from habeas.discovery.people import Personal, PersonTable, find_people
from habeas.discovery.personal_columns import Guess, category_of
from habeas.discovery.reading import Reads, Samples
from habeas.discovery.table_words import DEFAULTS, as_people, context_of, is_about_login
from habeas.discovery.value_evidence import NO_EVIDENCE, ValueEvidence, look_at_values
from habeas.discovery.verdicts import Ownership


@dataclass(frozen=True)
class Survey:
    """What was found. `unreached` are the tables with personal columns that no person's request enters."""

    tables: tuple[Table, ...]  # base tables, in the catalogue's order, without habeas' own
    people: tuple[PersonTable, ...]
    customers: CustomersTable | None
    found: Found
    ownership: Ownership
    personal: Personal
    not_personal: Mapping[str, NotPersonal]
    paths: Mapping[str, Path]
    unreached: tuple[str, ...]


def survey(
    catalog: Catalog, read: Reads, settings: PersonalByPolicy = DEFAULTS, samples: Samples | None = None
) -> Survey:
    """Look at a store: its people, edges, Customers, ownership, personal columns and what is nobody's.

    `settings` are those of `habeas.yaml`: what counts as personal where a company decides. With `samples`, the values
    of columns whose names say nothing are looked at, too.
    """
    catalog = _without_own(catalog)
    personal = _personal(catalog, frozenset(), None, {}, settings, NO_EVIDENCE)
    evidence = NO_EVIDENCE
    if samples is not None:
        of_people = {ref for ref in catalog.tables if context_of(ref).people}
        evidence = look_at_values(catalog, samples, personal, of_people)
        personal = _personal(catalog, frozenset(), None, {}, settings, evidence)
    people = find_people(catalog, personal)
    persons = frozenset(person.table for person in people)
    found = find_edges(catalog, people, read)
    keys = _edge_columns(found)
    personal = _personal(catalog, persons, None, keys, settings, evidence)
    customers = find_customers(catalog, found, people)
    ownership = propose_ownership(catalog, found, people, customers, personal, staff_fields=settings.staff_fields)
    joins = _value_joins(catalog, people, personal, ownership, customers)
    if joins:
        found = _with(found, joins)
        keys = _edge_columns(found)
        ownership = propose_ownership(catalog, found, people, customers, personal, staff_fields=settings.staff_fields)
    personal = _personal(catalog, persons, ownership.about_people(found), keys, settings, evidence)
    not_personal = propose_not_personal(
        catalog, personal, ownership.reached, customers.table if customers is not None else None
    )
    paths: dict[str, Path] = {}
    if customers is not None:
        reasons = {ref: _reason(ref, why) for ref, why in not_personal.items()}
        reasons |= {p.table: "one person may belong to several Customers" for p in people}
        verdicts = ownership.edges

        def owning(edge: FoundEdge) -> bool:
            return verdicts[(edge.table, edge.name)].kind is EdgeKind.OWNED_BY

        paths = customer_paths(catalog, found, customers, owning, reasons)
    tables = tuple(table for table in catalog.tables.values() if table.is_base)
    unreached = tuple(
        t.ref for t in tables if t.ref not in ownership.reached and t.ref not in not_personal and personal.get(t.ref)
    )
    return Survey(tables, people, customers, found, ownership, personal, not_personal, paths, unreached)


def _without_own(catalog: Catalog) -> Catalog:
    kept = {ref: table for ref, table in catalog.tables.items() if table.name != OWN_TABLE}
    return replace(catalog, tables=kept)


def _personal(
    catalog: Catalog,
    people: frozenset[str],
    owned: frozenset[str] | None,
    keys: Mapping[str, frozenset[str]],
    settings: PersonalByPolicy,
    evidence: ValueEvidence,
) -> Personal:
    """The guesses of every base table's columns, without those that bear an edge.

    `owned` None: not known yet, and so names alone say what a table is about.
    """
    out: dict[str, dict[str, Guess]] = {}
    for table in catalog.tables.values():
        if not table.is_base:
            continue
        around = context_of(table.ref, table.column_names, None if owned is None else table.ref in owned, settings)
        if table.ref in people:
            around = as_people(around)
        skipped = keys.get(table.ref, frozenset())
        guesses: dict[str, Guess] = {}
        for column in table.columns:
            guess = None
            if column.name not in skipped:
                guess = category_of(table.ref, column, around) or evidence.guess(table.ref, column, around)
            if guess is not None and not (column.name in table.primary_key and guess.category == "user.unique_id"):
                guesses[column.name] = guess
        if guesses:
            out[table.ref] = guesses
    return out


def _edge_columns(found: Found) -> dict[str, frozenset[str]]:
    """The columns that bear references: what they lead to says what they are. Value joins hold a value of their own."""
    out: dict[str, set[str]] = {}
    for edge in found.edges:
        if edge.by != "value":
            out.setdefault(edge.table, set()).update(edge.columns)
    for pair in found.pairs:
        out.setdefault(pair.table, set()).update((pair.type_column, pair.id_column))
    return {ref: frozenset(names) for ref, names in out.items()}


def _value_joins(
    catalog: Catalog,
    people: tuple[PersonTable, ...],
    personal: Personal,
    ownership: Ownership,
    customers: CustomersTable | None,
) -> list[FoundEdge]:
    """For tables that no person reaches and that hold an e-mail: an edge to the people with such an e-mail."""
    goals = [(p.table, column) for p in people for column, kind in p.identities.items() if kind == "email"]
    if not goals:
        return []
    out: list[FoundEdge] = []
    for ref, guesses in personal.items():
        table = catalog.tables[ref]
        if ref in ownership.reached or (customers is not None and ref == customers.table):
            continue
        for name, guess in guesses.items():
            mine = table.column(name)
            if guess.category == "user.contact.email" and guess.sure and mine is not None:
                accounts = [goal for goal in goals if is_about_login(ref) and _has_password(personal, goal[0])]
                target, column = (accounts or goals)[0]
                out.append(FoundEdge(ref, name, (name,), target, (column,), "value", mine.nullable))
                break
    return out


def _has_password(personal: Personal, table: str) -> bool:
    return any(guess.category == "user.authorization.password" for guess in personal.get(table, {}).values())


def _with(found: Found, joins: list[FoundEdge]) -> Found:
    by_table = dict(found.by_table)
    for join in joins:
        by_table[join.table] = (*by_table.get(join.table, ()), join)
    return replace(found, edges=(*found.edges, *joins), by_table=by_table)


def _reason(ref: str, why: NotPersonal) -> str:
    return why.why if why.rule == "bookkeeping" else "shared catalogue, the same for every Customer"
