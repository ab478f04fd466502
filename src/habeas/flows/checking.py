"""The check of one open store: its map against its live schema, and what its program can't do."""

from __future__ import annotations

from habeas.catalog.tables import TypeFamily
from habeas.datamap.checker.check import check_store
from habeas.datamap.model import CompanyMap, MatchRule
from habeas.datamap.positions import Positions
from habeas.diagnostics import Finding
from habeas.discovery.personal_columns import looks_personal_in
from habeas.execution.opened_stores import OpenStore
from habeas.stores.sql.dialects import dialect_named


def check_open_store(store: OpenStore, company: CompanyMap, positions: Positions) -> tuple[Finding, ...]:
    """Every finding of the store, in the order of its file."""
    looks_personal = looks_personal_in(store.catalog, company.policy.discovery)
    findings = check_store(store.map, store.catalog, company.policy, positions, looks_personal, match_expression)
    return tuple(dict.fromkeys(findings))


def match_expression(dialect: str, column: str, rule: MatchRule, keys: tuple[str, ...] = ()) -> str:
    """What the database compares when it looks for a value of the named text column, or of a leaf of its JSON."""
    chosen = dialect_named(dialect)
    value = chosen.leaf_text(chosen.quote(column), keys) if keys else chosen.quote(column)
    return chosen.match_expression(value, rule, TypeFamily.TEXT)
