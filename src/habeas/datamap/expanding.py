"""A store's file with all its short forms written out, so that the models see one form alone.

Nothing is checked here but what must be known to expand: unknown keys, and forms that mean nothing. Values are the
models' business.
"""

from __future__ import annotations

from typing import Any

from habeas.datamap.model import EdgeKind, MaskKind
from habeas.datamap.positions import KeyPath
from habeas.datamap.written import Data, Written, listed

_KINDS = tuple(kind.value for kind in EdgeKind)
_MASKS = tuple(kind.value for kind in MaskKind)
# What is said beside `pair` holds for each of its types that doesn't say otherwise.
_INHERITED = ("as", "on_access", "on_erase", "placeholder", "across", "why")


def expand_store(written: Written) -> Data:
    """The whole file; `written` collects what is wrong with its form."""
    store = written.mapping(written.document.data, (), "store", "version: 1")
    check_version(written, store)
    if "schemas" in store:
        store["schemas"] = listed(store["schemas"])
    if "location" in store:
        store["location"] = written.mapping(store["location"], ("location",), "location", "location: {country: DE}")
    if "customers" in store:
        store["customers"] = _customers(written, store["customers"])
    people = written.entries(store.get("people"), ("people",), "people: {contact: {table: contacts}}")
    store["people"] = {name: _person(written, value, ("people", name)) for name, value in people.items()}
    tables = written.entries(store.get("tables"), ("tables",), "tables: {contacts: {columns: {name: user.name}}}")
    store["tables"] = {name: _table(written, value, ("tables", name)) for name, value in tables.items()}
    return store


def check_version(written: Written, data: Data) -> None:
    """The format's version must be written, and be the newest."""
    if "version" not in data:
        detail = "It tells a later habeas how to read this file."
        written.wrong((), "version-missing", f"{written.document.file} says no version", detail, "version: 1")
    elif data["version"] != 1 or isinstance(data["version"], bool):
        detail = (
            "This habeas reads version 1 alone: `habeas map upgrade` brings older files up, and a file of a later version "
            "needs a later habeas."
        )
        written.wrong(("version",), "version-unknown", "the version must be 1", detail, "version: 1")
        data["version"] = 1


def retain(written: Written, value: Any, path: KeyPath) -> Data:
    """`retain` of a table or a kind of person."""
    return written.mapping(value, path, "retain", "retain: {for: 24 months, after: created_at, then: erase}")


def _guess(written: Written, entry: Data, path: KeyPath) -> Data:
    """`ask: text` is short for `ask: {question: text}`."""
    if isinstance(entry.get("ask"), str):
        entry["ask"] = {"question": entry["ask"]}
    elif "ask" in entry:
        entry["ask"] = written.mapping(entry["ask"], (*path, "ask"), "ask", "ask: {question: …, choices: […]}")
        if "choices" in entry["ask"]:
            entry["ask"]["choices"] = listed(entry["ask"]["choices"])
    return entry


def _customers(written: Written, value: Any) -> Data:
    if isinstance(value, str):
        return {"table": value}
    path: KeyPath = ("customers",)
    return _guess(written, written.mapping(value, path, "customers", "customers: {table: accounts}"), path)


def _person(written: Written, value: Any, path: KeyPath) -> Data:
    if isinstance(value, str):
        return {"table": value}
    person = written.mapping(value, path, "person", f"{path[-1]}: {{table: contacts, controller: us}}")
    if "retain" in person:
        person["retain"] = retain(written, person["retain"], (*path, "retain"))
    return _guess(written, person, path)


def _table(written: Written, value: Any, path: KeyPath) -> Data:
    table = written.mapping({} if value is None else value, path, "table", f"{path[-1]}: {{columns: {{}}}}")
    if "key" in table:
        table["key"] = listed(table["key"])
    if "customer" in table:
        table["customer"] = _customer(written, table["customer"], (*path, "customer"))
    edges = written.entries(table.get("edges"), (*path, "edges"), "edges: {contact_id: owned_by}")
    table["edges"] = {name: _edge(written, edge, (*path, "edges", name)) for name, edge in edges.items()}
    columns = written.entries(table.get("columns"), (*path, "columns"), "columns: {name: user.name}")
    table["columns"] = {n: _column(written, c, (*path, "columns", n)) for n, c in columns.items()}
    if "on_erase" in table:
        table["on_erase"] = _on_erase(written, table["on_erase"], (*path, "on_erase"))
    if "retain" in table:
        table["retain"] = retain(written, table["retain"], (*path, "retain"))
    if "triggers" in table:
        table["triggers"] = written.entries(table["triggers"], (*path, "triggers"), "triggers: {NAME: why harmless}")
    return _guess(written, table, path)


def _customer(written: Written, value: Any, path: KeyPath) -> Data:
    if isinstance(value, str):
        return {"column": value}
    given = written.mapping(value, path, "customer", "customer: account_id")
    ways = [way for way in ("column", "via", "none") if way in given]
    if len(ways) != 1 and not (not ways and "ask" in given) and written.usable:
        detail = "A row's Customer is known by a column, by the row that an edge leads to, or there is none."
        fix = "customer: account_id   or   customer: {via: contact_id}   or   customer: {none: shared catalogue}"
        said = "says nothing" if not ways else f"says {' and '.join(ways)}"
        written.wrong(path, "customer-path-unclear", f"customer of {path[1]} {said}; it must say one", detail, fix)
    return _guess(written, given, path)


def _edge(written: Written, value: Any, path: KeyPath) -> Data:
    name = str(path[-1])
    if isinstance(value, str):
        return {"as": value, "columns": [name]}
    edge = written.mapping(value, path, "edge", f"{name}: {{to: contacts.id, as: owned_by}}")
    _meaning(written, edge, path)
    to, pair = edge.get("to"), edge.get("pair")
    if "pair" in edge:
        edge["columns"] = []
        if not isinstance(pair, list) or len(pair) < 2 or not all(isinstance(column, str) for column in pair):
            fix = f"pair: [{name}_type, {name}_id]"
            detail = "A polymorphic reference is a column with the type and the columns with the key, in this order."
            written.wrong((*path, "pair"), "wrong-type", "pair takes two columns or more", detail, fix)
            edge.pop("pair")
        if isinstance(to, dict):
            edge.pop("to")
            edge["targets"] = _targets(written, edge, to, (*path, "to"))
        elif not ("ask" in edge and to is None):
            fix = "to: {Contact: {table: contacts, as: owned_by}, User: {table: users, as: accessed_by}}"
            detail = "Each type value has a table of its own; name them all, so that none is overlooked."
            written.wrong((*path, "to"), "pair-without-types", f"the pair {name} names no types", detail, fix)
            edge.pop("to", None)
    elif isinstance(to, dict):
        detail = "A target for each type needs the column that holds the type."
        fix = f"pair: [{name}_type, {name}_id]"
        written.wrong((*path, "to"), "pair-missing", f"{name} has targets by type and no pair", detail, fix)
        edge.pop("to")
    if "pair" not in edge:
        edge["columns"] = listed(edge.get("columns") or [name])
    return edge


def _targets(written: Written, edge: Data, to: Data, path: KeyPath) -> Data:
    targets: Data = {}
    for name, value in to.items():
        here = (*path, name)
        if isinstance(value, str):
            target: Data = {"as": value} if value in _KINDS else {"to": value}
        else:
            target = written.mapping(value, here, "target", f"{name}: {{table: contacts, as: owned_by}}")
            _meaning(written, target, here)
            if "table" in target:
                if "to" in target:
                    detail = "In a pair, table and to mean the same."
                    written.wrong((*here, "to"), "wrong-type", f"{name} says table and to", detail, "Delete one.")
                target["to"] = target.pop("table")
        for key in _INHERITED:
            if key not in target and key in edge and _allows(key, target.get("as")):
                target[key] = edge[key]
        targets[name] = target
    return targets


def _allows(key: str, kind: Any) -> bool:
    """A rule for rows that people own or see says nothing of a target that gives no such right."""
    if key == "on_erase":
        return kind in (EdgeKind.OWNED_BY.value, EdgeKind.ACCESSED_BY.value, None)
    return key != "on_access" or kind != EdgeKind.LOOKUP.value


def _meaning(written: Written, edge: Data, path: KeyPath) -> None:
    """What edges and the targets of pairs share."""
    _guess(written, edge, path)
    if "on_access" in edge:
        on_access = written.mapping(edge["on_access"], (*path, "on_access"), "on_access", "on_access: {hide: [note]}")
        if "hide" in on_access:
            on_access["hide"] = listed(on_access["hide"])
        edge["on_access"] = on_access
    if "on_erase" not in edge:
        return
    value, here = edge["on_erase"], (*path, "on_erase")
    if isinstance(value, str):
        edge["on_erase"] = {"action": value}
        if value == "mask":
            detail = "An edge's mask names the columns that still speak of the one who left."
            written.wrong(here, "mask-without-columns", "mask needs columns", detail, "on_erase: {mask: [note]}")
            edge["on_erase"] = {"action": "unlink"}
        return
    rule = written.mapping(value, here, "edge_on_erase", "on_erase: {mask: [note]}")
    edge["on_erase"] = {"action": "mask", "mask": listed(rule["mask"])} if "mask" in rule else {"action": "unlink"}


def _column(written: Written, value: Any, path: KeyPath) -> Data:
    if isinstance(value, str):
        return {"category": value}
    column = written.mapping(value, path, "column", f"{path[-1]}: {{category: user.name}}")
    for key in ("purpose", "recipients", "copies"):
        if key in column:
            column[key] = listed(column[key])
    if "mask" in column:
        column["mask"] = _mask(written, column["mask"], (*path, "mask"))
    if "paths" in column:
        leaves = written.entries(column["paths"], (*path, "paths"), "paths: {$.email: user.contact.email}")
        column["paths"] = {n: _leaf(written, leaf, (*path, "paths", n)) for n, leaf in leaves.items()}
    return _guess(written, column, path)


def _leaf(written: Written, value: Any, path: KeyPath) -> Data:
    if isinstance(value, str):
        return {"category": value}
    leaf = written.mapping(value, path, "path", f"{path[-1]}: {{category: user.contact.email}}")
    if "mask" in leaf:
        leaf["mask"] = _mask(written, leaf["mask"], (*path, "mask"))
    return leaf


def _mask(written: Written, value: Any, path: KeyPath) -> Data:
    if value is None:
        return {"kind": MaskKind.NULL.value}
    if isinstance(value, str):
        return {"kind": value}
    mask = written.mapping(value, path, "mask", "mask: {constant: erased}")
    if "keep" in mask and "constant" in mask:
        detail = "A constant leaves nothing of the value."
        written.wrong((*path, "keep"), "mask-unclear", "a mask says constant and keep", detail, "mask: {keep: year}")
    kind = MaskKind.KEEP if "keep" in mask else MaskKind.CONSTANT
    return {"kind": kind.value, "value": mask.get(kind.value)}


def _on_erase(written: Written, value: Any, path: KeyPath) -> Data:
    if isinstance(value, str) and value != "keep":
        return {"action": value}
    keep: Any = {} if value == "keep" else written.mapping(value, path, "on_erase", "on_erase: mask").get("keep")
    keep = written.mapping(keep, (*path, "keep"), "keep", "keep: {ground: accounting, after: issued_at}")
    for key in ("with", "mask"):
        if key in keep:
            keep[key] = listed(keep[key])
    return {"action": "keep", "keep": keep}
