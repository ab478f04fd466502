"""Catalogues from a few lines of SQL: SQLite reads them, so that keys and types are what a database makes of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from habeas.catalog.tables import Catalog
from habeas.stores.sql.reading_catalogue import read_catalogue

CatalogOf = Callable[[str], Catalog]


@pytest.fixture
def catalog_of() -> CatalogOf:
    def read(ddl: str) -> Catalog:
        database = sqlite3.connect(":memory:")
        engine = sa.create_engine("sqlite://", creator=lambda: database, poolclass=sa.StaticPool)
        try:
            database.executescript(ddl)
            with engine.connect() as connection:
                return read_catalogue(connection)
        finally:
            engine.dispose()
            database.close()

    return read
