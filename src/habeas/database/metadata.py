"""The one metadata of the control database, and the column types that all its tables share."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Dialect, MetaData, String
from sqlalchemy.types import TypeDecorator

# Names that both dialects would make up differently, so that a later migration can name what it changes.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

INSTANT_LENGTH = 27


class Instant(TypeDecorator[datetime]):
    """A moment: an aware datetime in Python, `2026-06-08T12:00:00.000000Z` in the database.

    Text of one width sorts as time does, and reads the same in SQLite and PostgreSQL. A naive datetime is
    refused.
    """

    impl = String(INSTANT_LENGTH)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        return None if value is None else write_instant(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else read_instant(value)


def write_instant(moment: datetime) -> str:
    """ISO 8601 in UTC, always with six digits of a second. Raises ValueError for a datetime without zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone: datetime.now(UTC), not datetime.now()")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def read_instant(text: str) -> datetime:
    """The aware datetime (UTC) of `write_instant`."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


def gather_metadata() -> MetaData:
    """The metadata with the tables of every package of habeas that has a `tables.py`.

    For comparing with what the migrations make; a run imports the tables that it uses and no others.
    """
    import habeas

    for package in pkgutil.iter_modules(habeas.__path__, "habeas."):
        name = f"{package.name}.tables"
        if package.ispkg and importlib.util.find_spec(name) is not None:
            importlib.import_module(name)
    return metadata
