"""Rectifications against the oracle: random schemas, maps with copies, rows and new values, and the whole database."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from tests.integration.properties.test_engine_agrees_with_the_oracle import state as state
from tests.oracle.company import Refused, Rows
from tests.oracle.comparison import differences
from tests.oracle.correction import rectify as expected_of
from tests.oracle.correction import restrict as restricted_of
from tests.servers.postgresql import PostgresqlServer
from tests.strategies.corrections import Correcting, corrections, restrictions
from tests.strategies.databases import load_postgresql, load_sqlite, read_postgresql, read_sqlite
from tests.strategies.engine import InProcess, engine_over, selection_of
from tests.strategies.profiles import POSTGRESQL_EXAMPLES, SQLITE_EXAMPLES, looking_at
from tests.strategies.rendering import in_text
from tests.strategies.worlds import World

from habeas import diagnostics
from habeas.flows.rectify import rectify
from habeas.flows.restrict import lift, restrict
from habeas.program.selection import NewValue, Selection


@pytest.fixture(scope="module")
def server_url(postgresql_server: PostgresqlServer) -> Iterator[str]:
    """One PostgreSQL database; each example empties its schema."""
    with postgresql_server.database() as url:
        yield url


def asked_of(correcting: Correcting) -> Selection:
    new = tuple(NewValue(w.table, w.column, w.value, tuple(map(str, w.key))) for w in correcting.wanted)
    return replace(selection_of(correcting.world.asked), new_values=new)


def disagreements(correcting: Correcting, engine: InProcess, read: Callable[[], Rows]) -> list[str]:
    world = correcting.world
    try:
        expected, refusal = expected_of(world.company, world.rows, world.asked, correcting.wanted), None
    except Refused as refused:
        expected, refusal = world.rows, refused.code
    try:
        outcome = rectify(engine.workspace, asked_of(correcting))
    except diagnostics.Refused as refused:
        status, codes = refused.status, [f"{f.code}: {f.summary}" for f in refused.findings]
    else:
        status, codes = outcome.status, [f"{r.table}: {r.rows} left" for r in outcome.remaining]
    allowed = {"refused", "ambiguous"} if refusal else {"complete", "nothing_found"}
    found = [] if status in allowed else [f"the engine says {status} {codes}, the oracle {refusal or 'complete'}"]
    return found + differences(world.company, expected, read(), in_text)


@looking_at(SQLITE_EXAMPLES, share=0.5)
@given(correcting=corrections())
def test_rectifications_on_sqlite(correcting: Correcting, state: Path) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder, company = Path(name), correcting.world.company
        load_sqlite(company, correcting.world.rows, folder / "store.sqlite")
        with engine_over(company, f"sqlite:///{folder}/store.sqlite", folder, state, correcting.world.short) as engine:
            assert disagreements(correcting, engine, lambda: read_sqlite(company, folder / "store.sqlite")) == []


@looking_at(POSTGRESQL_EXAMPLES)
@given(correcting=corrections())
def test_rectifications_on_postgresql(correcting: Correcting, state: Path, server_url: str) -> None:
    company = correcting.world.company
    load_postgresql(company, correcting.world.rows, server_url)
    with (
        tempfile.TemporaryDirectory() as name,
        engine_over(company, server_url, Path(name), state, correcting.world.short) as engine,
    ):
        assert disagreements(correcting, engine, lambda: read_postgresql(company, server_url)) == []


def restricted_and_lifted(world: World, engine: InProcess, read: Callable[[], Rows]) -> list[str]:
    """Restrict, compare; restrict again, which changes nothing; lift, after which everything is as it was."""
    try:
        expected, refusal = restricted_of(world.company, world.rows, world.asked), None
    except Refused as refused:
        expected, refusal = world.rows, refused.code
    selection = selection_of(world.asked)
    found, status = [], ""
    for number, flow in enumerate((restrict, restrict, lift)):
        try:
            outcome = flow(engine.workspace, selection)
        except diagnostics.Refused as refused:
            status, codes = refused.status, [f"{f.code}: {f.summary}" for f in refused.findings]
        else:
            status, codes = outcome.status, [f"{r.table}: {r.rows} left" for r in outcome.remaining]
        if number == 0:
            allowed = {"refused", "ambiguous"} if refusal else {"complete", "nothing_found"}
            if status not in allowed:
                found.append(f"the engine says {status} {codes}, the oracle {refusal or 'complete'}")
        if flow is restrict:
            found += differences(world.company, expected, read(), in_text)
    return found + differences(world.company, world.rows, read(), in_text)


@looking_at(SQLITE_EXAMPLES, share=0.2)
@given(world=restrictions())
def test_restrictions_on_sqlite(world: World, state: Path) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        load_sqlite(world.company, world.rows, folder / "store.sqlite")
        with engine_over(world.company, f"sqlite:///{folder}/store.sqlite", folder, state, world.short) as engine:
            read = lambda: read_sqlite(world.company, folder / "store.sqlite")  # noqa: E731
            assert restricted_and_lifted(world, engine, read) == []


@looking_at(POSTGRESQL_EXAMPLES, share=0.5)
@given(world=restrictions())
def test_restrictions_on_postgresql(world: World, state: Path, server_url: str) -> None:
    load_postgresql(world.company, world.rows, server_url)
    with (
        tempfile.TemporaryDirectory() as name,
        engine_over(world.company, server_url, Path(name), state, world.short) as engine,
    ):
        assert restricted_and_lifted(world, engine, lambda: read_postgresql(world.company, server_url)) == []
