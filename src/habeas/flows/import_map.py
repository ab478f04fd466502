"""`map import`: what another tool knows of the tables, as proposals in the map; what a person has written stays."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from habeas.datamap.documents import Document, read_document
from habeas.datamap.model import CompanyMap, StoreMap
from habeas.datamap.openness import OpenKind, store_open_entries
from habeas.datamap.positions import shown
from habeas.datamap.reader import read_company
from habeas.datamap.writing import merge
from habeas.diagnostics import Finding, Refused, Severity, error
from habeas.flows.map_files import read_text, write_text
from habeas.importing.dbt import read_dbt_files, read_dbt_manifest
from habeas.importing.fides import read_fides
from habeas.importing.proposing_said import propose_said
from habeas.importing.said import Said

Kind = Literal["fides", "dbt", "sqlalchemy", "django"]
_LARGEST = 512 * 1024 * 1024  # bytes of a dbt manifest: those of thousands of models have some hundred MB


@dataclass(frozen=True)
class ImportOutcome:
    """`added` entries are new now and wait for a person; `proposed` and `asked` count all that wait in the store."""

    store: str
    tables: int
    added: int
    proposed: int
    asked: int
    files: tuple[str, ...]
    findings: tuple[Finding, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "store": self.store,
            "tables": self.tables,
            "added": self.added,
            "proposed": self.proposed,
            "asked": self.asked,
            "files": list(self.files),
            "findings": [finding.as_json() for finding in self.findings],
        }


def import_map(folder: Path, kind: Kind, sources: Sequence[str], store: str | None = None) -> ImportOutcome:
    """Read what `kind` says in `sources` (files, MODULE:BASE, or a settings module and labels) and merge it.

    `store` names the store of the map; it may be left out where the map has one. Raises Refused where the map or a
    source can't be read; nothing is written then.
    """
    reading = read_company(folder)
    if reading.company is None:
        raise Refused(*(finding for finding in reading.findings if finding.severity is Severity.ERROR))
    file, target = _store(reading.company, store)
    said = _said(kind, sources)
    if any(finding.severity is Severity.ERROR for finding in said.findings):
        raise Refused(*said.findings)
    document, findings = propose_said(said, target, reading.company.policy)
    path = folder / file
    held = read_text(path) or ""
    before = {entry.path for entry in store_open_entries(target)}
    merged = merge(held, document) if document else held
    changed = merged != held
    if changed:
        write_text(path, merged)
    again = read_company(folder)
    if again.company is None:  # what was written must be readable: otherwise the file goes back
        write_text(path, held)
        raise Refused(*again.findings)
    entries = store_open_entries(again.company.stores[target.store])
    asked = sum(entry.kind is OpenKind.QUESTION for entry in entries)
    added = sum(entry.path not in before for entry in entries)
    files = (shown(path),) if changed else ()
    return ImportOutcome(target.store, len(said.tables), added, len(entries) - asked, asked, files, findings)


def _store(company: CompanyMap, name: str | None) -> tuple[str, StoreMap]:
    """The store's file (as habeas.yaml names it) and its map."""
    names = list(company.stores)
    if name is None and len(names) != 1:
        detail = f"The map has {', '.join(names)}."
        raise Refused(
            error("which-store", "say which store the tables are in", detail, f"--store {names[0]}"), usage=True
        )
    wanted = names[0] if name is None else name
    for file, found in zip(company.policy.stores, company.stores, strict=True):
        if found == wanted:
            return file, company.stores[found]
    detail = f"The map has {', '.join(names)}. A new store begins with   habeas init DATABASE_URL --store NAME"
    raise Refused(error("unknown-store", f"the map has no store {wanted[:80]}", detail), usage=True)


def _said(kind: Kind, sources: Sequence[str]) -> Said:
    if kind == "sqlalchemy":
        from habeas.importing.sqlalchemy_models import read_sqlalchemy

        if len(sources) != 1:
            raise Refused(error("one-source", "sqlalchemy takes one MODULE:BASE"), usage=True)
        return read_sqlalchemy(sources[0])
    if kind == "django":
        from habeas.importing.django_models import read_django

        return read_django(sources[0], tuple(sources[1:]))
    manifests = [source for source in sources if kind == "dbt" and source.endswith(".json")]
    documents = [_document(source) for source in sources if source not in manifests]
    if kind == "fides":
        return read_fides(documents)
    parts = [read_dbt_manifest(_json(source), source) for source in manifests]
    if documents:
        parts.append(read_dbt_files(documents))
    tables = tuple(table for part in parts for table in part.tables)
    return Said("dbt", tables, tuple(finding for part in parts for finding in part.findings))


def _document(source: str) -> Document:
    return read_document(Path(source), shown(Path(source)))


def _json(source: str) -> dict[str, Any]:
    path = Path(source)
    try:
        if path.stat().st_size > _LARGEST:
            raise Refused(error("too-large", f"{shown(path)} is larger than {_LARGEST:,} bytes"))
        found = json.loads(path.read_bytes())
    except OSError as fault:
        raise Refused(error("unreadable-file", f"{shown(path)} can't be read: {fault.strerror}")) from None
    except (ValueError, RecursionError):
        detail = "dbt writes it at every parse, compile and run."
        raise Refused(error("broken-json", f"{shown(path)} isn't JSON", detail, "dbt parse")) from None
    return found if isinstance(found, dict) else {}
