"""The whole check of one store, part by part."""

from __future__ import annotations

from habeas.catalog.tables import Catalog
from habeas.datamap.checker.columns import check_columns
from habeas.datamap.checker.copies import check_copies
from habeas.datamap.checker.customer_paths import check_customers
from habeas.datamap.checker.edges import check_edges
from habeas.datamap.checker.erasing import check_erasing
from habeas.datamap.checker.ground import Ground, LooksPersonal, MatchExpression
from habeas.datamap.checker.indexes import check_indexes
from habeas.datamap.checker.permissions import check_permissions
from habeas.datamap.checker.reaching import check_reaching
from habeas.datamap.checker.relations import check_relations
from habeas.datamap.model import Policy, StoreMap
from habeas.datamap.positions import Positions
from habeas.diagnostics import Finding


def check_store(
    store: StoreMap,
    catalog: Catalog,
    policy: Policy,
    positions: Positions,
    looks_personal: LooksPersonal | None = None,
    match_expression: MatchExpression | None = None,
) -> list[Finding]:
    """Everything in which a store's map and its live schema disagree, in the order of the file.

    `looks_personal(table, column)` gives the category that a column seems to have, or None; without it no column
    is reported as overlooked. `match_expression(dialect, column, rule)` gives the SQL by which identities are
    compared; without it no index for it is proposed. Guesses and open questions are not repeated here.
    """
    ground = Ground(store, catalog, policy, positions, looks_personal, match_expression)
    for part in (
        check_relations,
        check_columns,
        check_copies,
        check_customers,
        check_edges,
        check_erasing,
        check_permissions,
        check_reaching,
        check_indexes,
    ):
        part(ground)
    unique = list(dict.fromkeys(ground.findings))
    return sorted(unique, key=lambda f: (f.position.line, f.position.column) if f.position else (0, 0))
