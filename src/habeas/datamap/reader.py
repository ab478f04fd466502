"""Reads a map folder: `habeas.yaml` and the stores' files that it names. Never a traceback, always findings."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from habeas.datamap.company_rules import company_findings, policy_findings
from habeas.datamap.documents import Document, read_document
from habeas.datamap.expanding import expand_store
from habeas.datamap.expanding_policy import expand_policy
from habeas.datamap.model import CompanyMap, Policy, StoreMap
from habeas.datamap.positions import Positions, nearest, shown
from habeas.datamap.store_rules import store_findings
from habeas.datamap.urls import password_findings
from habeas.datamap.validating import validate
from habeas.datamap.written import Written
from habeas.diagnostics import Finding, Position, error, warning

POLICY_FILE = "habeas.yaml"


@dataclass(frozen=True)
class Reading:
    """What a map folder says.

    `company` is None if any file can't be used as it stands; otherwise `findings` may still hold errors of meaning,
    which refuse changes. `positions` finds the place of any key, for the findings of others.
    """

    company: CompanyMap | None
    findings: tuple[Finding, ...]
    positions: Positions


def read_company(folder: Path) -> Reading:
    """Read the map folder. Guesses and open questions are no findings here: `openness.open_findings` gives them."""
    positions = Positions()
    findings: list[Finding] = []
    if not folder.is_dir():
        where = shown(folder)
        detail = f"habeas looks for {POLICY_FILE} and one file a store in it."
        finding = error("map-missing", f"there is no map folder {where}", detail, "habeas init DATABASE_URL")
        return Reading(None, (finding,), positions)
    document = read_document(folder / POLICY_FILE, shown(folder / POLICY_FILE))
    positions.add((POLICY_FILE, document.file), document.places)
    policy = _policy(document, findings)
    if policy is None:
        return Reading(None, _in_order(findings), positions)

    findings += _unlisted(folder, policy, document)
    stores: dict[str, StoreMap] = {}
    digest = hashlib.sha256(document.digest.encode())
    complete = True
    for number, name in enumerate(policy.stores):
        listed_at = nearest(document.places, ("stores", number))
        path = folder / name
        store_document = read_document(path, shown(path))
        digest.update(f"\n{name} {store_document.digest}".encode())
        store = _store(store_document, policy, findings, listed_at)
        if store is None:
            complete = False
            positions.add((name, store_document.file), store_document.places)
            continue
        twin = next((other for other in stores if other.lower() == store.store.lower()), None)
        if twin is not None:
            complete = False
            findings.append(_twins(store.store, twin, positions, store_document))
            continue
        positions.add((store.store, name, store_document.file), store_document.places)
        stores[store.store] = store
    if not complete:
        return Reading(None, _in_order(findings), positions)
    company = CompanyMap(folder=str(folder), policy=policy, stores=stores, digest=digest.hexdigest())
    findings += company_findings(company, positions)
    return Reading(company, _in_order(findings), positions)


def read_policy(folder: Path) -> Policy | None:
    """`habeas.yaml` alone, or None where it can't be used as it stands."""
    return _policy(read_document(folder / POLICY_FILE, shown(folder / POLICY_FILE)), [])


def _policy(document: Document, findings: list[Finding]) -> Policy | None:
    findings += document.findings
    if document.data is None:
        return None
    written = Written(document)
    policy = validate(Policy, expand_policy(written), written)
    findings += written.findings
    if policy is None or not written.usable or document.findings:
        return None
    findings += policy_findings(policy, document)
    return policy


def _store(document: Document, policy: Policy, findings: list[Finding], listed_at: Position | None) -> StoreMap | None:
    if any(f.code in ("file-missing", "unreadable-file") for f in document.findings):
        # The file itself isn't there or can't be opened: the place to mend is the list that names it.
        findings += [
            Finding(f.severity, f.code, f.summary, f.detail, f.fix or "stores: [app.yaml]", listed_at)
            for f in document.findings
        ]
        return None
    findings += document.findings
    if document.data is None:
        return None
    findings += password_findings(document.data.get("url"), document.places)
    written = Written(document)
    store = validate(StoreMap, expand_store(written), written)
    findings += written.findings
    if store is None or document.findings:
        return None
    if written.rules_of_meaning_apply():
        mended = {finding.position for finding in written.findings}
        findings += [f for f in store_findings(store, policy, document) if f.position not in mended]
    return store if written.usable else None


def _unlisted(folder: Path, policy: Policy, document: Document) -> list[Finding]:
    """Files beside habeas.yaml that it doesn't name: what they describe would be overlooked in silence."""
    try:
        beside = sorted(p.name for p in folder.iterdir() if p.suffix in (".yaml", ".yml") and p.is_file())
    except OSError:
        return []
    listed = {Path(name).as_posix() for name in policy.stores}
    others = [name for name in beside if name != POLICY_FILE and name not in listed]
    place = nearest(document.places, ("stores",))
    fix = f"stores: [{', '.join([*policy.stores, *others])}]"
    if not policy.stores:
        detail = "Without a store nobody's data is found, and an erasure would change nothing."
        fix = fix if others else "habeas init DATABASE_URL"
        return [error("no-stores", f"{document.file} names no store", detail, fix).at(place)]
    detail = "No request would reach the store that it describes. If it isn't a store's file, move it elsewhere."
    return [warning("file-not-listed", f"{name} isn't named under stores", detail, fix).at(place) for name in others]


def _twins(name: str, twin: str, positions: Positions, document: Document) -> Finding:
    first = positions.of(twin, ("store",))
    where = f" ({first.file}:{first.line})" if first is not None else ""
    return error(
        "two-stores-of-one-name",
        f"another file's store is called {twin} too{where}",
        "Plans, packages and certificates tell stores apart by name; letters' case doesn't count.",
        f"store: {name}2",
    ).at(nearest(document.places, ("store",)))


def _in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """By file, line and column, without repetitions."""

    def place(finding: Finding) -> tuple[str, int, int]:
        at = finding.position
        return (at.file, at.line, at.column) if at is not None else ("", 0, 0)

    return tuple(sorted(dict.fromkeys(findings), key=place))
