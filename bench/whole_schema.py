"""`python -m bench schema`: a whole proposal over 1,000 tables, without sampling: columns, edges, ownership, questions.

The schema is made here: a hundred copies of ten tables of a multi-tenant application, 20 columns and three keys each.
"""

from __future__ import annotations

import time

from habeas.catalog.tables import Catalog, Column, ForeignKey, Table, TypeFamily
from habeas.discovery.proposing import propose
from habeas.discovery.reading import GivenValues

TABLES = 1_000
_NAMES = (
    "contacts",
    "users",
    "accounts",
    "orders",
    "invoices",
    "messages",
    "products",
    "addresses",
    "tickets",
    "events",
)
_TEXTS = ("email", "first_name", "last_name", "billing_street", "city", "postal_code", "status", "note")
_OTHERS = {
    "created_at": TypeFamily.DATETIME,
    "updated_at": TypeFamily.DATETIME,
    "last_seen_at": TypeFamily.DATETIME,
    "total_cents": TypeFamily.INTEGER,
    "score": TypeFamily.INTEGER,
    "payload": TypeFamily.JSON,
    "is_active": TypeFamily.BOOLEAN,
}
_KEYS = {"account_id": "accounts", "contact_id": "contacts", "created_by_id": "users"}


def schema(tables: int = TABLES) -> Catalog:
    """The made catalogue; tables after the first ten are named like them, with a number."""
    made: dict[str, Table] = {}
    for number in range(tables):
        name = _NAMES[number % 10] + (f"_{number // 10}" if number >= 10 else "")
        columns = [Column("id", "bigint", TypeFamily.INTEGER, False), Column(f"code_{number}", "text", TypeFamily.TEXT)]
        columns += [Column(text, "text", TypeFamily.TEXT) for text in _TEXTS]
        columns += [Column(other, family.value, family) for other, family in _OTHERS.items()]
        columns += [Column(key, "bigint", TypeFamily.INTEGER, key != "account_id") for key in _KEYS]
        keys = tuple(ForeignKey(None, (key,), target, ("id",)) for key, target in _KEYS.items())
        made[name] = Table(name, "public", name, columns=tuple(columns), primary_key=("id",), foreign_keys=keys)
    return Catalog("postgresql", "public", made)


def report(rounds: int = 3) -> list[str]:
    """One line: the columns of the schema and how many of them a proposal takes in a second, the best of some rounds."""
    catalog = schema()
    columns = sum(len(table.columns) for table in catalog.tables.values())
    best = float("inf")
    for _ in range(rounds):
        begun = time.perf_counter()
        propose(catalog, "app", "${APP_DATABASE_URL}", GivenValues())
        best = min(best, time.perf_counter() - begun)
    return [
        f"{TABLES:,} tables, {columns:,} columns: {best:.2f} s, {columns / best:,.0f} columns a second (must reach 5,000)"
    ]
