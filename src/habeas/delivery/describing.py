"""The package's own description, `datapackage.json`: Data Package v2 with a Table Schema for each table.

(Data Package standard, version 2.0, Frictionless Data.) What the standard has no word for stands under the key
`habeas`, at the package, its resources and its fields.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from typing import Any

from habeas.catalog.tables import TypeFamily
from habeas.delivery.cell_escaping import ESCAPED_PATTERN
from habeas.delivery.contents import PackageColumn, PackageFile, PackageFormat, PackageHeader, WrittenTable
from habeas.delivery.redacting import MARKS
from habeas.delivery.row_forms import FALSE_WORDS, TRUE_WORDS

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"


def describe_package(header: PackageHeader, tables: Sequence[WrittenTable]) -> dict[str, Any]:
    """The content of `datapackage.json`."""
    return {
        "$schema": PROFILE,
        "name": f"{header.purpose}-{header.run_id}".lower(),
        **_titles(header),
        "created": header.prepared_at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "contributors": [{"title": header.organization, "roles": ["publisher"]}],
        "sources": [{"title": f"{s.name} ({s.location})" if s.location else s.name} for s in header.stores]
        or [{"title": header.organization}],
        "habeas": {
            "run": header.run_id,
            "contact": header.contact,
            "people": header.person_count,
            "groups": [{"kind": g.kind, "customer": g.customer, "rows": g.rows} for g in header.groups],
            "notCovered": [{"name": n.name, "goneBy": n.gone_by, "owner": n.owner} for n in header.not_covered],
            "formulaEscaping": {
                "appliesTo": "cells of CSV files",
                "pattern": ESCAPED_PATTERN,
                "undo": "remove one apostrophe from the front of each cell that matches the pattern",
            },
            "marks": MARKS,
        },
        "resources": [_resource(header, table) for table in tables],
    }


def _resource(header: PackageHeader, written: WrittenTable) -> dict[str, Any]:
    table = written.table
    main = written.files.get(PackageFormat.CSV) or written.files[PackageFormat.JSON]
    is_csv = PackageFormat.CSV in written.files
    resource: dict[str, Any] = {"name": written.resource, "type": "table", "title": f"{table.store}.{table.table}"}
    if table.description:
        resource["description"] = table.description
    resource |= _file(main) | {
        "format": "csv" if is_csv else "json",
        "mediatype": "text/csv" if is_csv else "application/json",
        "encoding": "utf-8",
    }
    if is_csv:
        resource["dialect"] = {
            "delimiter": ",",
            "quoteChar": '"',
            "doubleQuote": True,
            "lineTerminator": "\r\n",
            "header": True,
        }
    schema: dict[str, Any] = {
        "fields": [_field(column, kind) for column, kind in zip(table.columns, written.types, strict=True)],
        "missingValues": [""],
    }
    hidden = {c.name for c in table.columns if c.hidden or c.partly_hidden}
    if table.primary_key and not hidden.intersection(table.primary_key):
        schema["primaryKey"] = list(table.primary_key)
    resource["schema"] = schema
    resource["sources"] = [{"title": table.store}]
    notes: dict[str, Any] = {
        "store": table.store,
        "table": table.table,
        "location": header.location_of(table.store),
        "rows": written.rows,
        "why": table.why,
        "kept": table.kept,
        "recipients": list(table.recipients),
        "purposes": list(table.purposes),
        "hiddenColumns": [c.name for c in table.columns if c.hidden],
        "partlyHiddenColumns": [c.name for c in table.columns if c.partly_hidden and not c.hidden],
        "masked": dict(sorted(written.masked.items())),
        "replacedCharacters": written.replaced_characters,
    }
    if written.renamed_why:
        notes["renamed"] = f"The resource isn't named after its table because {written.renamed_why}."
    if is_csv and PackageFormat.JSON in written.files:
        notes["json"] = _file(written.files[PackageFormat.JSON])
    resource["habeas"] = notes
    return resource


def _file(file: PackageFile) -> dict[str, Any]:
    return {"path": file.path, "bytes": file.bytes, "hash": f"sha256:{file.sha256}"}


def _titles(header: PackageHeader) -> dict[str, str]:
    people = "one person" if header.person_count == 1 else f"{header.person_count} people"
    if header.purpose == "port":
        return {
            "title": f"Personal data given to {header.organization}",
            "description": f"What {people} gave, to take along.",
        }
    return {
        "title": f"Personal data held by {header.organization}",
        "description": f"A copy of the personal data held about {people}.",
    }


def _field(column: PackageColumn, kind: str) -> dict[str, Any]:
    field: dict[str, Any] = {"name": column.name}
    if kind == "uuid":
        field |= {"type": "string", "format": "uuid"}
    elif kind == "boolean":
        field |= {"type": kind, "trueValues": list(TRUE_WORDS), "falseValues": list(FALSE_WORDS)}
    elif kind in ("datetime", "time"):
        field |= {"type": kind, "format": "any"}  # the database's own text, with a space where ISO 8601 has a T
    else:
        field["type"] = kind
    notes: dict[str, Any] = {"type": column.type}
    if column.category:
        notes["category"] = column.category
    if column.hidden or column.partly_hidden:
        notes["hidden"] = "in every row" if column.hidden else "in some rows"
    if column.is_free_text:
        notes["othersMasked"] = True
    if column.family is TypeFamily.BYTES:
        notes["bytes"] = "hexadecimal"  # PostgreSQL's begin with \\x
    if column.family is TypeFamily.JSON:
        notes["content"] = "application/json"
    field["habeas"] = notes
    return field
