"""What one store's file must say to make sense by itself, whatever the live database holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from habeas.datamap.documents import Document
from habeas.datamap.edge_rules import edge_findings
from habeas.datamap.forms import categories, known_purposes, nearest_categories, nearest_names
from habeas.datamap.json_paths import object_keys, parse_path
from habeas.datamap.model import BUILT_IN_TYPES, ColumnEntry, JsonPath, Mask, MaskKind, Policy, StoreMap, TableEntry
from habeas.datamap.positions import KeyPath, nearest
from habeas.diagnostics import Finding, error, warning

_STORE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,62}\Z")
KEPT_PARTS = ("year", "network")
Placed = tuple[KeyPath, Finding]


def store_findings(store: StoreMap, policy: Policy, document: Document) -> list[Finding]:
    """Errors and warnings of one store's file, each at its place."""
    found: list[Placed] = [*_store(store, policy), *_people(store)]
    for ref, table in store.tables.items():
        found += _table(store, policy, ref, table)
        found += edge_findings(ref, table)
        for name in table.columns:
            found += _column(store, policy, ref, name)
    return [finding.at(nearest(document.places, path)) for path, finding in found]


def _store(store: StoreMap, policy: Policy) -> Iterator[Placed]:
    if not _STORE_NAME.match(store.store):
        detail = "The name stands in file names and reports: a letter, then letters, digits, _ and -, at most 63."
        yield ("store",), error("bad-store-name", "this is no name for a store", detail, "store: app")
    if not store.url.strip():
        detail = "Without it the store can't be reached."
        yield ("url",), error("missing-key", "url is empty", detail, "url: ${APP_DATABASE_URL}")
    if not store.people:
        detail = "Requests start from people: a kind of person, and the table whose rows are such people."
        fix = "people: {contact: {table: contacts, controller: us}}"
        yield (), warning("no-people", f"the store {store.store} names no people", detail, fix)
    here = {policy_place.casefold() for policy_place in policy.places}
    given = [p for p in (store.location.country, store.location.region, store.location.provider) if p]
    if here and given and not any(place.casefold() in here for place in given):
        detail = f"habeas.yaml allows: {', '.join(policy.places)}. The store is in {', '.join(given)}."
        fix = f"places: [{', '.join([*policy.places, given[0]])}]"
        yield ("location",), warning("place-not-allowed", f"{store.store} is kept in a place not allowed", detail, fix)


def _people(store: StoreMap) -> Iterator[Placed]:
    kinds: dict[str, str] = {}
    for kind, person in store.people.items():
        path: KeyPath = ("people", kind)
        table = store.tables.get(person.table)
        if table is None:
            yield (*path, "table"), _unknown_table(person.table, store, f"people.{kind}")
            continue
        if person.table in kinds:
            detail = f"{kinds[person.table]} has it already; a row can be one kind of person only."
            fix = f"Delete {kind}: or name its own table."
            yield (*path, "table"), error("table-of-two-kinds", f"{person.table} stands for two kinds", detail, fix)
        kinds[person.table] = kind
        if table.not_personal is not None:
            detail = "Its rows are people, and so it can't hold nothing of anybody."
            fix = f"Delete not_personal: of {person.table}."
            place = ("tables", person.table, "not_personal")
            yield place, error("people-not-personal", f"{person.table} is people and not_personal", detail, fix)
        elif not any(column.identity_types for column in table.columns.values()):
            detail = "Without an identity nobody of this kind can be found by a request."
            fix = "columns: {email: {category: user.contact.email, identity: email}}"
            yield path, warning("kind-without-identity", f"no column names a {kind}", detail, fix, [person.table])
        deciders = [person.controller] if isinstance(person.controller, str) else list(person.controller.values())
        if "customer" in deciders and store.customers is None:
            detail = "A Customer can decide only where the store says which rows are Customers."
            fix = "customers: {table: accounts}"
            summary = f"the controller of {kind} is the customer, and the store has no customers"
            yield (*path, "controller"), error("controller-without-customers", summary, detail, fix)


def _table(store: StoreMap, policy: Policy, ref: str, table: TableEntry) -> Iterator[Placed]:
    path: KeyPath = ("tables", ref)
    refuse = partial(error, tables=[ref])
    customer = table.customer
    if customer is not None and customer.via is not None and customer.via not in table.edges:
        near = nearest_names(customer.via, table.edges, 1) or list(table.edges)[:1]
        detail = f"The path goes over an edge of {ref}: {', '.join(table.edges) or 'it has none yet'}."
        fix = f"customer: {{via: {near[0]}}}" if near else f"edges: {{{customer.via}: owned_by}}"
        summary = f"{customer.via} is no edge of {ref}"
        yield (*path, "customer", "via"), error("unknown-via", summary, detail, fix)
    if table.not_personal is not None:
        personal = [
            name
            for name, column in table.columns.items()
            if column.is_personal or column.identity or column.has_personal_leaves
        ]
        if personal:
            detail = f"not_personal says that {ref} holds nothing of anybody; {', '.join(personal)} says otherwise."
            fix = f"Delete not_personal: of {ref}, or the categories."
            summary = f"{ref} is not_personal and has personal columns"
            yield (*path, "not_personal"), refuse("not-personal-with-personal", summary, detail, fix)
        elif not table.not_personal.strip():
            detail = "A reader of the map must be able to judge it."
            fix = "not_personal: catalogue of price plans"
            yield (*path, "not_personal"), refuse("reason-missing", "not_personal gives no reason", detail, fix)
    yield from _keep(store, policy, ref, table)
    for trigger, why in table.triggers.items():
        if not why.strip():
            detail = "A trigger may copy old values elsewhere: say why this one does no harm."
            fix = f"triggers: {{{trigger}: only counts rows}}"
            yield (*path, "triggers", trigger), refuse("reason-missing", f"{trigger} has no reason", detail, fix)


def _keep(store: StoreMap, policy: Policy, ref: str, table: TableEntry) -> Iterator[Placed]:
    keep = table.on_erase.keep
    if keep is None:
        return
    path: KeyPath = ("tables", ref, "on_erase", "keep")
    refuse = partial(error, tables=[ref])
    ground = policy.grounds.get(keep.ground)
    if ground is None:
        near = nearest_names(keep.ground, policy.grounds, 1)
        known = ", ".join(policy.grounds) or "none yet"
        detail = f"Grounds are named in habeas.yaml, with their period and citation: {known}."
        fix = f"ground: {near[0]}" if near else f"grounds: {{{keep.ground}: {{for: 7 years, citation: …}}}}"
        yield (*path, "ground"), refuse("unknown-ground", f"{keep.ground} is no ground of habeas.yaml", detail, fix)
    elif keep.period is None and ground.period is None:
        detail = f"Neither it nor the ground {keep.ground} says for how long, and so the rows would stay for ever."
        fix = f"keep: {{ground: {keep.ground}, for: 7 years, after: {keep.after}}}"
        yield path, refuse("keep-without-period", f"keep of {ref} has no period", detail, fix)
    for number, child in enumerate(keep.with_):
        if child not in store.tables:
            yield (*path, "with", number), _unknown_table(child, store, f"keep of {ref}", code="keep-with-unknown")


def _column(store: StoreMap, policy: Policy, ref: str, name: str) -> Iterator[Placed]:
    column = store.tables[ref].columns[name]
    path: KeyPath = ("tables", ref, "columns", name)
    refuse = partial(error, tables=[ref])
    leaves: list[tuple[KeyPath, str, ColumnEntry | JsonPath]] = [
        ((*path, "paths", leaf), f"{name} {leaf}", entry) for leaf, entry in column.paths.items()
    ]
    whole: tuple[KeyPath, str, ColumnEntry | JsonPath] = (path, name, column)
    for place, label, entry in [whole, *leaves]:
        if entry.category is not None and entry.category not in categories():
            near = nearest_categories(entry.category)
            detail = f"Nearest: {', '.join(near)}." if near else "Categories are those of fideslang, as user.name."
            fix = f"category: {near[0] if near else 'user'}"
            at = (*place, "category")
            yield at, refuse("unknown-category", f"{entry.category[:80]} is no category ({ref}.{label})", detail, fix)
        if entry.identity is not None and policy.rule(entry.identity) is None:
            known = [*BUILT_IN_TYPES, *policy.identity_types]
            near = nearest_names(entry.identity, known, 1)
            detail = f"Known: {', '.join(known)}. Others are declared in habeas.yaml, with their matching rule."
            fix = f"identity: {near[0]}" if near else f"identity_types: {{{entry.identity}: exact}}"
            summary = f"{entry.identity[:80]} is no identity type"
            yield (*place, "identity"), refuse("unknown-identity-type", summary, detail, fix)
        yield from ((p, f) for p, f in _mask(entry.mask, (*place, "mask"), ref, label))
    for leaf, said in column.paths.items():
        yield from (((*path, "paths", leaf), finding) for finding in _leaf(store, ref, name, leaf, said))
    if column.identity is not None and store.kind_of(ref) is None:
        kinds = [person.table for person in store.people.values()]
        home = f"{kinds[0]}.{name}" if kinds else f"contacts.{name}"
        detail = (
            f"People are found in tables of people; rows of {ref} would be missed. Lead to such a table by an edge, "
            "or make it a kind of person."
        )
        fix = f"edges: {{{name}: {{to: {home}, as: owned_by}}}}"
        summary = f"{ref}.{name} has an identity, and {ref} is no table of people"
        yield (*path, "identity"), error("identity-outside-people", summary, detail, fix)
    for number, copy in enumerate(column.copies):
        other, dot, _ = copy.rpartition(".")
        if not dot or other not in store.tables:
            detail = (
                "Copies are written TABLE.COLUMN, with a table of this file. A mask doesn't write to another store: "
                "say on_erase: mask of the table there."
            )
            near = nearest_names(other or copy, store.tables, 1)
            fix = f"copies: [{near[0] if near else 'contacts'}.{name}]"
            yield (*path, "copies", number), refuse("bad-copy", f"a copy of {ref}.{name} can't be found", detail, fix)
    known_uses = {*policy.purposes, *known_purposes()}
    for number, purpose in enumerate(column.purpose):
        if purpose not in known_uses:
            near = nearest_names(purpose, known_uses, 1)
            detail = "A purpose is one of habeas.yaml or of fideslang."
            fix = f"purpose: [{near[0]}]" if near else f"purposes: {{{purpose}: what it is}}"
            place = (*path, "purpose", number)
            yield place, warning("unknown-purpose", f"{purpose[:80]} is no purpose", detail, fix, [ref])


def _leaf(store: StoreMap, ref: str, name: str, path: str, leaf: JsonPath) -> Iterator[Finding]:
    steps = parse_path(path)
    if steps is None:
        detail = (
            'A path begins with $ and goes on with .NAME, ."any name" (a key of an object) and [*] (each element of '
            "a list). Places in a list, filters and names left open aren't followed: the leaf would be overlooked."
        )
        yield error("bad-path", f"a path of {ref}.{name} can't be followed", detail, "$.phones[*].number", [ref])
    elif leaf.identity is not None and object_keys(steps) is None:
        detail = "People are found by one value of a row; those of a list need a table of their own, with an edge."
        fix = f"{path}: {{category: {leaf.category or 'user.contact'}}}   # without identity:"
        yield error("identity-in-list", f"{ref}.{name} {path} is a list and has an identity", detail, fix, [ref])
    elif leaf.identity is not None and store.kind_of(ref) is None:
        detail = f"People are found in tables of people; rows of {ref} would be missed."
        fix = f"people: {{KIND: {{table: {ref}}}}}   or delete identity:"
        summary = f"{ref}.{name} {path} has an identity, and {ref} is no table of people"
        yield error("identity-outside-people", summary, detail, fix, [ref])


def _mask(mask: Mask | None, path: KeyPath, ref: str, label: str) -> Iterator[Placed]:
    if mask is None:
        return
    if mask.kind is MaskKind.KEEP and mask.value not in KEPT_PARTS:
        detail = f"What can be kept of a value: {', '.join(KEPT_PARTS)}."
        summary = f"the mask of {ref}.{label} keeps nothing that habeas knows"
        yield path, error("mask-unclear", summary, detail, "mask: {keep: year}", [ref])
    elif mask.kind is MaskKind.CONSTANT and mask.value is None:
        detail = "A constant is written over every value alike; for nothing at all write mask: null."
        yield (
            path,
            error(
                "mask-without-value",
                f"{ref}.{label} has a constant mask and no constant",
                detail,
                "mask: {constant: erased}",
                [ref],
            ),
        )


def _unknown_table(name: str, store: StoreMap, where: str, code: str = "table-not-mapped") -> Finding:
    near = nearest_names(name, store.tables, 1)
    detail = f"It must stand under tables: too. Near: {near[0]}." if near else "It must stand under tables: too."
    fix = near[0] if near else f"tables: {{{name}: {{columns: {{}}}}}}"
    return error(code, f"{where} names {name[:80]}, which is not under tables", detail, fix)
