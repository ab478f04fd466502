"""Tables that hold nothing of anybody: catalogues, settings, and the bookkeeping of frameworks."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass

from habeas.catalog.tables import Catalog, Table
from habeas.discovery.naming import words
from habeas.discovery.people import Personal
from habeas.discovery.table_words import PLACE_WORDS, last_word

_BOOKKEEPING: Mapping[str, str] = {
    r"schema_migrations?|ar_internal_metadata|alembic_version|flyway_schema_history|schema_version|goose_db_version"
    r"|databasechangelog(lock)?|knex_migrations(_lock)?|_?prisma_migrations|django_migrations|migrations|typeorm_metadata"
    r"|phinxlog|doctrine_migration_versions|sequelizemeta|__efmigrationshistory|atlas_schema_revisions"
    r"|_sqlx_migrations|__drizzle_migrations|data_migrations": "bookkeeping of schema migrations",
    r"delayed_jobs?|que_jobs|que_lockers|que_values|good_jobs?(_\w+)?|solid_queue_\w+|queue_jobs|job_queues?"
    r"|failed_jobs|job_batches|oban_(jobs|peers)|celery_\w+|kombu_\w+|procrastinate_\w+|apscheduler_jobs|jobs"
    r"|django_celery_\w+|pgboss_\w+|graphile_worker_\w+|sidekiq_\w+|river_\w+": "queue of background jobs",
    r"django_content_type|auth_permission|auth_group|auth_group_permissions|spatial_ref_sys|sqlite_\w+|pg_stat_\w+"
    r"|locks|cache_locks|cache|solid_cache_\w+|solid_cable_\w+|feature_flags?|flipper_\w+|scheduler_locks?|shedlock"
    r"|qrtz_\w+|geometry_columns|raster_columns": "bookkeeping of the framework",
}  # fmt: skip
_PATTERNS = tuple((re.compile(f"(?:{pattern})$", re.IGNORECASE), why) for pattern, why in _BOOKKEEPING.items())
OWN_TABLE = "habeas_ledger"  # written by habeas itself; no part of map or reach


@dataclass(frozen=True, slots=True)
class NotPersonal:
    """Why a table holds nothing of anybody, and the rule that says so."""

    why: str
    rule: str


def bookkeeping(table: str) -> str | None:
    """What a framework's own table is for, or None."""
    name = table.rpartition(".")[2]
    return next((why for pattern, why in _PATTERNS if pattern.match(name)), None)


def propose_not_personal(
    catalog: Catalog, personal: Personal, reached: Container[str], customers: str | None
) -> dict[str, NotPersonal]:
    """The base tables that no person reaches and that have no personal column, each with a reason.

    A table with a personal column, even an unsure one, is never among them.
    """
    out: dict[str, NotPersonal] = {}
    for table in catalog.tables.values():
        if not table.is_base or personal.get(table.ref) or table.ref in reached or table.name == OWN_TABLE:
            continue
        technical = bookkeeping(table.ref)
        if technical is not None:
            out[table.ref] = NotPersonal(technical, "bookkeeping")
        else:
            out[table.ref] = NotPersonal(_why(table, customers), "no-personal-columns")
    return out


def _why(table: Table, customers: str | None) -> str:
    if table.ref == customers:
        return "a row is a company and holds no person's data"
    if last_word(table.ref) in PLACE_WORDS:
        return f"list of {' '.join(words(table.name))} names, the same for everybody"
    return "no personal column and no edge from a person"
