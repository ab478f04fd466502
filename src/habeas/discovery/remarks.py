"""What a person should know of a proposal beyond its entries: as findings, without any value of the data."""

from __future__ import annotations

from collections.abc import Sequence

from habeas.catalog.tables import Catalog, TableKind
from habeas.diagnostics import Finding, note, warning
from habeas.discovery.questions import Asked, Place
from habeas.discovery.surveying import Survey


def left_out(asked: Asked) -> list[Finding]:
    """The open points for which the allowance of questions did not suffice."""
    if not asked.left_out:
        return []
    places = ", ".join(".".join(candidate.place[1:]) for candidate in asked.left_out[:10])
    detail = f"The safest reading was proposed instead, as the rule `unsure`, or check will report them: {places}."
    return [note("questions-left-out", f"{len(asked.left_out)} more open points were not asked", detail)]


def types_left_out(without: Sequence[tuple[Place, str, Place | None]]) -> list[Finding]:
    """The types of polymorphic pairs that the document leaves out, since another question has their answer."""
    return [
        warning(
            "pair-type-left-out",
            f"{place[1]}.{place[3]} holds the type {value}, and no table is called so",
            f"Answer it as for {'.'.join(first[1:4:2])}." if first else "Name its table, or say that it has none.",
            f"to: {{{value}: {{table: TABLE, as: owned_by}}}}",
            [place[1]],
        )
        for place, value, first in without
    ]


def remarks(catalog: Catalog, seen: Survey) -> list[Finding]:
    """What was looked for and not found, and what was seen and left out."""
    out: list[Finding] = []
    if not seen.people:
        detail = "No table has an e-mail and a name, or a name like contacts, users, customers."
        fix = "people: {contact: {table: contacts, controller: us}}"
        out.append(warning("no-people", "no table of people was found", detail, fix))
    if seen.found.unresolved:
        shown = ", ".join(seen.found.unresolved[:12]) + (" …" if len(seen.found.unresolved) > 12 else "")
        detail = f"Their names fit no table: {shown}. Write an edge where one of them leads to a row of a person."
        summary = f"{len(seen.found.unresolved)} columns look like references and lead nowhere"
        out.append(note("unresolved-references", summary, detail, "edges: {COLUMN: {to: TABLE.COLUMN, as: lookup}}"))
    for pair in seen.found.pairs:
        if not pair.targets:
            detail = "What types it holds could not be read: the table is empty."
            columns = f"[{pair.type_column}, {pair.id_column}]"
            fix = f"{pair.name}: {{pair: {columns}, to: {{TYPE: {{table: TABLE, as: owned_by}}}}}}"
            summary = f"{pair.table}.{pair.name} refers to rows of several tables"
            out.append(warning("pair-without-types", summary, detail, fix, [pair.table]))
    for table in catalog.tables.values():
        if table.kind is TableKind.FOREIGN:
            detail = "Its rows live in another database: map that database as a store of its own."
            out.append(
                warning("foreign-table", f"{table.ref} is a foreign table and is left out", detail, "", [table.ref])
            )
    return out
