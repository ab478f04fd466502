"""dbt: `meta` of columns and tables, and `relationships` tests, from schema files or from a compiled `manifest.json`.

A test of the kind `relationships` says where a column leads and not whose the row is, so that this is asked, unless the
column's `meta` has `habeas: {edge: …}`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from habeas.datamap.documents import Document
from habeas.datamap.positions import nearest
from habeas.diagnostics import Finding, Position, error
from habeas.importing.said import Said, SaidColumn, SaidEdge, SaidTable
from habeas.importing.tags import Tags, read_tags

_REF = re.compile(r"""(?:ref|source)\(\s*(?:['"][^'"]*['"]\s*,\s*)?['"]([^'"]+)['"]\s*\)""")
_TABLES = ("model", "source", "seed", "snapshot")
_HOLDERS = ("models", "seeds", "snapshots")
Reference = tuple[str, str, str]  # column, table that it leads to, column there


def read_dbt_files(documents: Sequence[Document]) -> Said:
    """What schema files (`models:`, `seeds:`, `snapshots:`, `sources:`) say."""
    tables: list[SaidTable] = []
    findings: list[Finding] = []
    for document in documents:
        findings += document.findings
        before = len(tables)
        for path, schema, entry in _entries(document.data or {}):
            tables.append(_table(entry, schema, nearest(document.places, path), list(_tests(entry))))
        if len(tables) == before and not document.findings:
            findings.append(_nothing(document.file).at(nearest(document.places, ())))
    return Said("dbt", tuple(table for table in tables if table.name), tuple(findings))


def read_dbt_manifest(manifest: Mapping[str, Any], file: str) -> Said:
    """What a compiled manifest (schema version 9 and later) says."""
    nodes = {**_map(manifest.get("sources")), **_map(manifest.get("nodes"))}
    references: dict[str, list[Reference]] = {}
    for node in nodes.values():
        test = _map(_map(node).get("test_metadata"))
        if test.get("name") != "relationships":
            continue
        arguments = _map(test.get("kwargs"))
        arguments = {**arguments, **_map(arguments.get("arguments"))}
        owner = _map(node).get("attached_node")
        found = _REF.search(str(arguments.get("to", "")))
        column = _map(node).get("column_name") or arguments.get("column_name")
        if owner and found and column and arguments.get("field"):
            references.setdefault(str(owner), []).append((str(column), found[1], str(arguments["field"])))
    tables = []
    for name, node in nodes.items():
        entry = _map(node)
        if entry.get("resource_type") not in _TABLES:
            continue
        columns = [_map(column) for column in _map(entry.get("columns")).values()]
        written = {
            **entry,
            "name": entry.get("identifier") or entry.get("alias") or entry.get("name"),
            "columns": columns,
        }
        tables.append(_table(written, _text(entry.get("schema")), None, references.get(name, [])))
    findings = () if tables else (_nothing(file).at(Position(file, 1)),)
    return Said("dbt", tuple(table for table in tables if table.name), findings)


def _table(
    entry: Mapping[str, Any], schema: str | None, at: Position | None, references: Sequence[Reference]
) -> SaidTable:
    name = str(entry.get("identifier") or entry.get("alias") or entry.get("name") or "")
    columns: list[SaidColumn] = []
    edges: list[SaidEdge] = []
    leading = {column: (target, there) for column, target, there in references}
    for item in _list(entry.get("columns")):
        column = _map(item)
        if not isinstance(column.get("name"), str):
            continue
        tags = _tags(column)
        if tags.says_column:
            said = SaidColumn(column["name"], tags.categories, tags.personal, tags.identity, tags.provided, at=at)
            columns.append(said)
        edge = _edge(column["name"], tags, leading.get(column["name"]), name, at)
        if edge is not None:
            edges.append(edge)
    return SaidTable(name, schema, tuple(columns), tuple(edges), _tags(entry).not_personal, at=at)


def _edge(
    column: str, tags: Tags, reference: tuple[str, str] | None, table: str, at: Position | None
) -> SaidEdge | None:
    if tags.edge_to is not None:
        target, _, there = tags.edge_to.rpartition(".")
        target, there = (target, there) if target else (there, "")
    elif reference is not None:
        target, there = reference
    else:
        return None
    asked = "" if tags.edge_as else f"Whose is a row of {table} that refers to {target}?"
    return SaidEdge((column,), target, (there,) if there else (), None, tags.edge_as, asked, at=at)


def _entries(data: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], str | None, Mapping[str, Any]]]:
    for holder in _HOLDERS:
        for number, entry in enumerate(_list(data.get(holder))):
            schema = _map(_map(entry).get("config")).get("schema")
            yield (holder, number), _text(schema), _map(entry)
    for number, source in enumerate(_list(data.get("sources"))):
        held = _map(source)
        # dbt takes the source's own name where it says no schema.
        schema = _text(held.get("schema")) or _text(held.get("name"))
        for index, table in enumerate(_list(held.get("tables"))):
            yield ("sources", number, "tables", index), schema, _map(table)


def _tests(entry: Mapping[str, Any]) -> Iterator[Reference]:
    """The `relationships` tests of a schema file's columns, in either of their two spellings."""
    for item in _list(entry.get("columns")):
        column = _map(item)
        for test in [*_list(column.get("tests")), *_list(column.get("data_tests"))]:
            arguments = _map(_map(test).get("relationships"))
            arguments = {**arguments, **_map(arguments.get("arguments"))}
            found = _REF.search(str(arguments.get("to", "")))
            if found and arguments.get("field"):
                yield str(column.get("name")), found[1], str(arguments["field"])


def _tags(entry: Mapping[str, Any]) -> Tags:
    # dbt 1.10 moved `meta` below `config`.
    return read_tags({**_map(_map(entry.get("config")).get("meta")), **_map(entry.get("meta"))})


def _nothing(file: str) -> Finding:
    detail = "It has models, seeds, snapshots or sources; a manifest has nodes."
    return error("no-dbt-tables", f"{file} names no table of dbt", detail, "habeas map import dbt target/manifest.json")


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
