"""Databases for the tests: fresh, empty, one for each test, of both dialects."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.servers.postgresql import (
    PostgresqlDidNotStart,
    PostgresqlMissing,
    PostgresqlServer,
    running_postgresql,
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever asks for the server bears its marker, so that `-m "not postgresql"` leaves it out."""
    for item in items:
        if "postgresql_server" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.postgresql)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgresqlServer]:
    """A PostgreSQL server, one for each test process. Without PostgreSQL tests fail: they are never skipped."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(running_postgresql())
        except (PostgresqlMissing, PostgresqlDidNotStart) as reason:
            why = str(reason)
        else:
            yield server
            return
    pytest.fail(why, pytrace=False)


@pytest.fixture
def postgresql_url(postgresql_server: PostgresqlServer) -> Iterator[str]:
    """URL of a fresh empty PostgreSQL database, as superuser."""
    with postgresql_server.database() as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """URL of a fresh empty SQLite file."""
    file = tmp_path / "store.sqlite"
    file.touch()
    return f"sqlite:///{file}"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_url(request: pytest.FixtureRequest) -> str:
    """URL of a fresh empty database: the test runs once over each dialect."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url
