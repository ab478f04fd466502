"""`init`: look at a live database, and write down what it seems to be, for a person to review.

Over a map that exists only what is new is added; what a person has written stays to the letter, comments too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from habeas.catalog.tables import Catalog
from habeas.datamap.model import PersonalByPolicy, StoreMap
from habeas.datamap.openness import OpenKind, store_open_entries
from habeas.datamap.positions import shown
from habeas.datamap.reader import POLICY_FILE, read_company, read_policy
from habeas.datamap.urls import expand_url, has_password
from habeas.datamap.writing import merge
from habeas.diagnostics import Finding, Refused, error, note
from habeas.discovery.proposing import Proposal, propose
from habeas.discovery.rendering import render_policy, render_store
from habeas.discovery.value_shapes import installed
from habeas.flows.map_files import read_text, write_text
from habeas.stores.sql.connecting import database_errors, open_engine
from habeas.stores.sql.reading_catalogue import read_catalogue
from habeas.stores.sql.sampling import TableSamples, samples_of
from habeas.stores.sql.type_values import TypeValues

_VARIABLE_ALONE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_STORE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,62}")


@dataclass(frozen=True)
class InitOutcome:
    """What was seen and written.

    `tables` counts those of the database; `proposed` and `asked` the entries of this store's file that wait for a
    person; `files` are those that were written now; `next_steps` are lines for people.
    """

    tables: int
    proposed: int
    asked: int
    files: tuple[str, ...]
    findings: tuple[Finding, ...] = ()
    next_steps: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "tables": self.tables,
            "proposed": self.proposed,
            "asked": self.asked,
            "files": list(self.files),
            "findings": [finding.as_json() for finding in self.findings],
        }


def init(
    url: str,
    folder: Path,
    environment: Mapping[str, str],
    *,
    store: str | None = None,
    schemas: Sequence[str] = (),
    sample: bool = True,
) -> InitOutcome:
    """Write, or add to, the map of the database at `url` in `folder`.

    `sample` False: no value is looked at, and names, types and keys alone tell what columns hold. `url` may name
    variables of `environment`. A URL with a password is not written: the map gets a variable instead.
    Raises Refused for a URL that can't be read, a database that can't be reached, a bad store name, and a map that
    isn't usable YAML; nothing is written then.
    """
    live = expand_url(StoreMap(store=store or "new", url=url), environment)
    engine = open_engine(live)
    name = _store_name(store, live)
    variable = f"{re.sub('[^A-Z0-9]', '_', name.upper())}_DATABASE_URL"
    secret = has_password(url)
    with database_errors(name), engine.connect() as connection:
        catalog = read_catalogue(connection, tuple(schemas))
        written = f"${{{variable}}}" if secret else url
        with samples_of(live, catalog) if sample and installed() else nullcontext() as samples:
            proposal = propose(catalog, name, written, TypeValues(connection, catalog), _settings(folder), samples)
    if not any(table.is_base for table in catalog.tables.values()):
        raise Refused(_no_tables(name, schemas))
    files = _write(folder, name, proposal)
    proposal = replace(proposal, findings=(*proposal.findings, *_unseen(sample, samples)))
    return _outcome(folder, name, catalog, proposal, files, variable if secret else None)


def _unseen(wanted: bool, samples: TableSamples | None) -> list[Finding]:
    """What `init` could not look at, though it should have."""
    if wanted and samples is None:
        detail = "Columns were told by their names and types alone. The libraries that know e-mails, phones and IBANs are missing."
        return [note("values-not-seen", "no values were looked at", detail, "pip install 'habeas[discovery]'")]
    if samples is None or not samples.left_out:
        return []
    shown_tables = ", ".join(samples.left_out[:10]) + (" …" if len(samples.left_out) > 10 else "")
    detail = f"They can't be read by this role, or it took too long; names and types alone told: {shown_tables}."
    return [note("values-not-seen", f"the values of {len(samples.left_out)} tables were not looked at", detail)]


def _settings(folder: Path) -> PersonalByPolicy:
    """What `habeas.yaml` says of what is personal, where there is one that can be read."""
    if not (folder / POLICY_FILE).is_file():
        return PersonalByPolicy()
    policy = read_policy(folder)
    return policy.discovery if policy is not None else PersonalByPolicy()


def _write(folder: Path, name: str, proposal: Proposal) -> tuple[str, ...]:
    """Merge both files first and write them then, so that a file that can't be extended leaves all as it was."""
    store_file, policy_file = folder / f"{name}.yaml", folder / POLICY_FILE
    texts = {path: read_text(path) for path in (store_file, policy_file)}
    merged: dict[Path, str] = {}
    held = texts[store_file]
    merged[store_file] = merge(held, proposal.document) if held and held.strip() else render_store(proposal)
    held = texts[policy_file]
    merged[policy_file] = merge(held, proposal.policy) if held and held.strip() else render_policy(proposal.policy)
    changed = {path: text for path, text in merged.items() if text != texts[path]}
    for path, text in changed.items():
        write_text(path, text)
    return tuple(shown(path) for path in changed)


def _outcome(
    folder: Path, name: str, catalog: Catalog, proposal: Proposal, files: tuple[str, ...], variable: str | None
) -> InitOutcome:
    reading = read_company(folder)
    proposed, asked = proposal.proposed, proposal.questions
    if reading.company is not None and name in reading.company.stores:
        entries = store_open_entries(reading.company.stores[name])
        proposed = sum(entry.kind is OpenKind.GUESS for entry in entries)
        asked = len(entries) - proposed
    place = shown(folder / f"{name}.yaml")
    steps = []
    if variable is not None:
        steps.append(f"export {variable}=…          the URL that you gave: its password is not written into the map")
    if asked:
        steps.append(f"$EDITOR {place}          answer each `ask:`, and change what is not true")
    elif proposed:
        steps.append(f"$EDITOR {place}          read it, and change what is not true")
    if proposed:
        steps.append("habeas accept TABLE          for what is true; or --all")
    steps.append("habeas check")
    tables = sum(table.is_base for table in catalog.tables.values())
    return InitOutcome(tables, proposed, asked, files, proposal.findings, tuple(steps))


def _store_name(given: str | None, live: str) -> str:
    """The store's name: as given, else the database's own, made of letters that a name may have."""
    from sqlalchemy.engine import make_url

    if given is not None:
        if not _STORE_NAME.fullmatch(given):
            detail = "It stands in file names and reports: a letter, then letters, digits, _ and -, at most 63."
            raise Refused(error("bad-store-name", "--store is no name for a store", detail, "--store app"), usage=True)
        return given
    database = Path(make_url(live).database or "").name
    stem = re.sub(r"\.(db|sqlite3?|sdb)$", "", database, flags=re.IGNORECASE)
    plain = re.sub(r"[^a-z0-9_-]+", "_", stem.lower()).strip("_-")[:63]
    return plain if _STORE_NAME.fullmatch(plain) and plain != Path(POLICY_FILE).stem else "app"


def _no_tables(name: str, schemas: Sequence[str]) -> Finding:
    where = f"the schemas {', '.join(schemas)} have" if schemas else "it has"
    return error(
        "no-tables",
        f"no table is seen in {name}",
        f"To this role {where} no table. Is another database or schema meant, or does the role lack USAGE or SELECT?",
        "habeas init URL --schema NAME",
    )
