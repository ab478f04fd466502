"""Engines as habeas opens them, over a schema that has one of everything."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest
import sqlalchemy as sa

from habeas.catalog.tables import Catalog
from habeas.stores.sql.connecting import open_engine
from habeas.stores.sql.reading_catalogue import read_catalogue

Read = Callable[..., Catalog]


@pytest.fixture
def engine(database_url: str) -> Iterator[sa.Engine]:
    opened = open_engine(database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def read(engine: sa.Engine) -> Read:
    """Runs statements, commits, and reads the catalogue in a fresh connection."""

    def run(*statements: str, schemas: Sequence[str] = ()) -> Catalog:
        with engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
        with engine.connect() as connection:
            return read_catalogue(connection, schemas)

    return run


@pytest.fixture
def postgresql(postgresql_url: str) -> Iterator[sa.Engine]:
    opened = open_engine(postgresql_url)
    yield opened
    opened.dispose()


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[sa.Engine]:
    opened = open_engine(sqlite_url)
    yield opened
    opened.dispose()


@pytest.fixture
def read_postgresql(postgresql: sa.Engine) -> Read:
    def run(*statements: str, schemas: Sequence[str] = ()) -> Catalog:
        with postgresql.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
        with postgresql.connect() as connection:
            return read_catalogue(connection, schemas)

    return run


@pytest.fixture
def read_sqlite(sqlite: sa.Engine) -> Read:
    def run(*statements: str) -> Catalog:
        with sqlite.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
        with sqlite.connect() as connection:
            return read_catalogue(connection)

    return run
