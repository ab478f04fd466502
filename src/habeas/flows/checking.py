"""The check of one open store: its map against its live schema, and what its program can't do."""

from __future__ import annotations

from habeas.datamap.checker.check import check_store
from habeas.datamap.model import CompanyMap, MatchRule
from habeas.datamap.positions import Positions
from habeas.diagnostics import Finding
from habeas.discovery.personal_columns import looks_personal
from habeas.execution.opened_stores import OpenStore
from habeas.stores.sql.dialects import dialect_named


def check_open_store(store: OpenStore, company: CompanyMap, positions: Positions) -> tuple[Finding, ...]:
    """Every finding of the store, in the order of its file."""

    def match_expression(dialect: str, column: str, rule: MatchRule) -> str:
        from habeas.catalog.tables import TypeFamily

        chosen = dialect_named(dialect)
        return chosen.match_expression(chosen.quote(column), rule, TypeFamily.TEXT)

    findings = check_store(store.map, store.catalog, company.policy, positions, looks_personal, match_expression)
    return tuple(dict.fromkeys(findings))
