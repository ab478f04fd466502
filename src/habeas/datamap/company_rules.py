"""What habeas.yaml must say by itself, and what the stores' files must say of each other."""

from __future__ import annotations

from habeas.datamap.documents import Document
from habeas.datamap.forms import nearest_names
from habeas.datamap.model import BUILT_IN_TYPES, CompanyMap, Policy
from habeas.datamap.positions import KeyPath, Positions, nearest
from habeas.diagnostics import Finding, error, warning


def policy_findings(policy: Policy, document: Document) -> list[Finding]:
    """Errors and warnings of habeas.yaml alone, each at its place."""
    found: list[tuple[KeyPath, Finding]] = []
    for name, rule in policy.identity_types.items():
        built_in = BUILT_IN_TYPES.get(name)
        if built_in is not None and built_in is not rule:
            detail = f"{name} is built in and matches by {built_in.value}; two rules for one type would contradict."
            fix = f"Delete {name}: or give your type another name."
            found.append((("identity_types", name), error("built-in-type", f"{name} can't be changed", detail, fix)))
    for name, bound in policy.limits.model_dump().items():
        if bound < 1:
            detail = "A bound of zero or less would stop every run."
            fix = f"{name}: {type(policy.limits)().model_dump()[name]}"
            found.append((("limits", name), error("bad-limit", f"{name} must be at least 1", detail, fix)))
    for name, place in policy.elsewhere.items():
        if place.longest is None:
            detail = "A certificate names the places it doesn't cover and by when they forget; this one has no end."
            fix = f"{name}: {{longest: 35 days}}"
            summary = f"elsewhere {name} doesn't say how long data stays there"
            found.append((("elsewhere", name), warning("elsewhere-without-end", summary, detail, fix)))
    for key in ("organization", "contact"):
        if not getattr(policy, key).strip():
            detail = "Packages and certificates name it."
            found.append(((), warning("missing-key", f"habeas.yaml has no {key}", detail, f"{key}: …")))
    return [finding.at(nearest(document.places, path)) for path, finding in found]


def company_findings(company: CompanyMap, positions: Positions) -> list[Finding]:
    """Errors between files: columns whose files would lie in a store that the map doesn't have."""
    found: list[Finding] = []
    for store in company.stores.values():
        for ref, table in store.tables.items():
            for name, column in table.columns.items():
                if column.file is None or column.file in company.stores:
                    continue
                near = nearest_names(column.file, company.stores, 1)
                detail = "The file would outlive the row that names it: map the store, so that both go together."
                fix = f"file: {near[0]}" if near else f"stores: [{', '.join([*company.policy.stores, 'files.yaml'])}]"
                summary = f"{ref}.{name} names a file in {column.file[:80]}, and no store is called so"
                place = positions.of(store.store, ("tables", ref, "columns", name, "file"))
                found.append(error("file-store-missing", summary, detail, fix, [ref]).at(place))
    return found
