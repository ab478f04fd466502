"""The engine against the oracle: random schemas, maps, rows and selections, and the whole database before and after.

The oracle (`tests/oracle`) is a second reading of docs/semantics.md that shares no code with the engine; where the two
differ, one of them is wrong. HABEAS_TEST_PROFILE says how long to look (see `tests/strategies/profiles.py`).
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from tests.oracle.company import Column, Company, Table
from tests.servers.postgresql import PostgresqlServer
from tests.strategies.agreement import disagreements
from tests.strategies.databases import load_postgresql, load_sqlite, read_postgresql, read_sqlite
from tests.strategies.engine import engine_over
from tests.strategies.profiles import POSTGRESQL_EXAMPLES, SQLITE_EXAMPLES, looking_at
from tests.strategies.worlds import World, worlds


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A `.habeas` folder with keys and an empty control database, to be copied."""
    folder = tmp_path_factory.mktemp("state")
    people = Table("people", (Column("id", nullable=False), Column("email", "text")))
    map_ = {
        "people": {"person": {"table": "people"}},
        "tables": {"people": {"columns": {"email": {"category": "user.contact.email", "identity": "email"}}}},
    }
    company = Company({"people": people}, map_)
    load_sqlite(company, {}, folder / "store.sqlite")
    with engine_over(company, f"sqlite:///{folder}/store.sqlite", folder) as engine:
        engine.workspace.keys  # noqa: B018 - made at the first look
        engine.workspace.control  # noqa: B018
    return folder / ".habeas"


@pytest.fixture(scope="module")
def server_url(postgresql_server: PostgresqlServer) -> Iterator[str]:
    """One PostgreSQL database; each example empties its schema."""
    with postgresql_server.database() as url:
        yield url


def on_sqlite(world: World, state: Path) -> list[str]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "store.sqlite"
        load_sqlite(world.company, world.rows, file)
        with engine_over(world.company, f"sqlite:///{file}", folder, state, world.short) as engine:
            return disagreements(world, engine, lambda: read_sqlite(world.company, file))


def on_postgresql(world: World, state: Path, url: str) -> list[str]:
    load_postgresql(world.company, world.rows, url)
    with (
        tempfile.TemporaryDirectory() as name,
        engine_over(world.company, url, Path(name), state, world.short) as engine,
    ):
        return disagreements(world, engine, lambda: read_postgresql(world.company, url))


@looking_at(SQLITE_EXAMPLES, share=0.5)
@given(world=worlds())
def test_erasures_on_sqlite(world: World, state: Path) -> None:
    assert on_sqlite(world, state) == []


@looking_at(SQLITE_EXAMPLES, share=0.15)
@given(world=worlds(only="batch"))
def test_batches_on_sqlite(world: World, state: Path) -> None:
    assert on_sqlite(world, state) == []


@looking_at(SQLITE_EXAMPLES, share=0.15)
@given(world=worlds(only="both") | worlds(only="customer"))
def test_customers_requests_on_sqlite(world: World, state: Path) -> None:
    assert on_sqlite(world, state) == []


@looking_at(SQLITE_EXAMPLES, share=0.2)
@given(world=worlds(copied=True))
def test_declared_copies_on_sqlite(world: World, state: Path) -> None:
    assert on_sqlite(world, state) == []


@looking_at(POSTGRESQL_EXAMPLES, share=0.25)
@given(world=worlds(copied=True))
def test_declared_copies_on_postgresql(world: World, state: Path, server_url: str) -> None:
    assert on_postgresql(world, state, server_url) == []


@looking_at(POSTGRESQL_EXAMPLES)
@given(world=worlds())
def test_erasures_on_postgresql(world: World, state: Path, server_url: str) -> None:
    assert on_postgresql(world, state, server_url) == []
