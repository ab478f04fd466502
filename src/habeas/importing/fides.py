"""Fides datasets (fideslang 3): collections, fields, data categories, references and identities.

A reference of direction `from` reads the referred collection first and then this one: whoever owns the referred row owns this
row. Direction `to` goes the other way. A reference without a direction is followed both ways by fides; who owns whom is
then asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from habeas.datamap.documents import Document
from habeas.datamap.model import EdgeKind
from habeas.datamap.positions import KeyPath, nearest
from habeas.diagnostics import Finding, Position, error, note, warning
from habeas.importing.said import Said, SaidColumn, SaidEdge, SaidTable

_IDENTITIES = {"phone_number": "phone"}
_DIRECTIONS = {"from": EdgeKind.OWNED_BY, "to": EdgeKind.OWNS}


def read_fides(documents: Sequence[Document]) -> Said:
    """What the dataset files say. Several datasets of one run are one store's, as far as they name each other."""
    reading = _Reading({str(_map(d).get("fides_key")) for document in documents for _, d in _datasets(document)})
    for document in documents:
        reading.findings += document.findings
        found = list(_datasets(document))
        if not found and not document.findings:
            detail = "A fides dataset file begins with   dataset:   and a list."
            place = nearest(document.places, ())
            reading.findings.append(error("no-datasets", f"{document.file} holds no dataset", detail).at(place))
        for path, dataset in found:
            reading.dataset(document, path, _map(dataset))
    return Said("fides", tuple(reading.tables), tuple(reading.findings))


class _Reading:
    def __init__(self, known: set[str]) -> None:
        self.known = known  # the datasets that were given
        self.tables: list[SaidTable] = []
        self.findings: list[Finding] = []

    def dataset(self, document: Document, path: KeyPath, dataset: Mapping[str, Any]) -> None:
        schema = _map(_map(dataset.get("fides_meta")).get("namespace")).get("schema")
        whole = _texts(dataset.get("data_categories"))
        for number, collection in enumerate(_list(dataset.get("collections"))):
            held = _map(collection)
            if not isinstance(held.get("name"), str):
                continue
            here: KeyPath = (*path, "collections", number)
            columns: list[SaidColumn] = []
            edges: list[SaidEdge] = []
            inherited = _texts(held.get("data_categories")) or whole
            for index, item in enumerate(_list(held.get("fields"))):
                field = _map(item)
                if isinstance(field.get("name"), str):
                    at = nearest(document.places, (*here, "fields", index))
                    columns.append(self._column(field, inherited, at, held["name"]))
                    edges += self._edges(field, at, held["name"])
            root = any(column.identity for column in columns) and not any(
                edge.as_ is EdgeKind.OWNED_BY for edge in edges
            )
            place = nearest(document.places, here)
            said = [c for c in columns if c.categories or c.identity or c.paths]
            name = held["name"]
            self.tables.append(SaidTable(name, _text(schema), tuple(said), tuple(edges), None, root, place))

    def _column(
        self, field: Mapping[str, Any], inherited: tuple[str, ...], at: Position | None, table: str
    ) -> SaidColumn:
        meta = _meta(field)
        identity = _text(meta.get("identity"))
        paths: dict[str, tuple[str, ...]] = {}
        if str(meta.get("data_type", "")).startswith("object[") and field.get("fields"):
            detail = (
                "The map names leaves of JSON objects; what stands in lists of objects is masked with the whole column."
            )
            summary = f"{table}.{field['name']} is a list of objects"
            inner = tuple(dict.fromkeys(c for categories in _leaves(field, "$").values() for c in categories))
            self.findings.append(note("list-of-objects", summary, detail, tables=[table]).at(at))
            return SaidColumn(str(field["name"]), inner, identity=_IDENTITIES.get(str(identity), identity), at=at)
        if field.get("fields"):
            paths = _leaves(field, "$")
        categories = _texts(field.get("data_categories")) or (() if meta.get("primary_key") or paths else inherited)
        return SaidColumn(
            str(field["name"]), categories, identity=_IDENTITIES.get(str(identity), identity), paths=paths, at=at
        )

    def _edges(self, field: Mapping[str, Any], at: Position | None, table: str) -> Iterator[SaidEdge]:
        for item in _list(_meta(field).get("references")):
            reference = _map(item)
            target, _, column = str(reference.get("field", "")).partition(".")
            if str(reference.get("dataset")) not in self.known:
                detail = "Identities that travel from store to store are for a later release; no edge was proposed."
                summary = f"{table}.{field['name']} refers to another dataset"
                self.findings.append(note("other-dataset", summary, detail, tables=[table]).at(at))
            elif not target or not column or "." in column:
                detail = "An edge leads from a column to a column of a table."
                summary = f"{table}.{field['name']} refers to something that is no column"
                self.findings.append(warning("reference-unclear", summary, detail, tables=[table]).at(at))
            else:
                kind = _DIRECTIONS.get(str(reference.get("direction")))
                asked = (
                    "" if kind else f"Whose is a row of {table} that refers to {target}? (fides follows it both ways)"
                )
                yield SaidEdge((str(field["name"]),), target, (column,), None, kind, asked, at=at)


def _leaves(field: Mapping[str, Any], path: str) -> dict[str, tuple[str, ...]]:
    """The categories of the leaves below a field, by JSON path."""
    out: dict[str, tuple[str, ...]] = {}
    for item in _list(field.get("fields")):
        inner = _map(item)
        if not isinstance(inner.get("name"), str):
            continue
        here = f"{path}.{inner['name']}"
        if inner.get("fields"):
            out |= _leaves(inner, here)
        elif _texts(inner.get("data_categories")):
            out[here] = _texts(inner.get("data_categories"))
    return out


def _datasets(document: Document) -> Iterator[tuple[KeyPath, Any]]:
    for number, dataset in enumerate(_list((document.data or {}).get("dataset"))):
        yield ("dataset", number), dataset


def _meta(field: Mapping[str, Any]) -> Mapping[str, Any]:
    # Older files say fidesops_meta.
    return _map(field.get("fides_meta") or field.get("fidesops_meta"))


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(item for item in _list(value) if isinstance(item, str))
