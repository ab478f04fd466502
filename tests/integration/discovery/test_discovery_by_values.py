"""`init` looks at bounded samples of values, tells what columns hold, and keeps nothing of what it read."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from tests.known_schemas.databases import fill

from habeas.catalog.tables import Catalog
from habeas.cli.door import run
from habeas.flows.init import init
from habeas.stores.sql.connecting import open_engine
from habeas.stores.sql.reading_catalogue import read_catalogue
from habeas.stores.sql.sampling import Bounds, TableSamples, samples_of

MARK = "zqxmark"  # stands in every value that is personal
DDL = (
    "CREATE TABLE konten (id integer PRIMARY KEY, vorname varchar(80), k1 varchar(120), k2 varchar(60), k3 varchar(60),"
    " gebdat date, ref varchar(40))",
    "CREATE TABLE journal (id integer PRIMARY KEY, c1 varchar(60), c2 varchar(2000))",
)


@pytest.fixture
def filled(database_url: str) -> Iterator[str]:
    engine = open_engine(database_url)
    with engine.begin() as connection:
        for statement in DDL:
            connection.exec_driver_sql(statement)
    fill(
        engine,
        {
            "konten": [
                {
                    "id": n, "vorname": f"{MARK}{n}", "k1": f"{MARK}{n}@example.com", "k2": f"+49 30 90{n:04}",
                    "k3": f"198.51.100.{n}", "gebdat": f"{1940 + n}-03-0{n % 9 + 1}", "ref": f"{n:010}",
                }
                for n in range(1, 41)
            ],
            "journal": [
                {"id": n, "c1": f"batch {n}", "c2": f"forwarded to {MARK}{n}@example.com by the night shift"}
                for n in range(1, 41)
            ],
        },
    )  # fmt: skip
    engine.dispose()
    return database_url


def categories(folder: Path) -> dict[str, tuple[str, str]]:
    from ruamel.yaml import YAML

    document = YAML(typ="safe").load((folder / "app.yaml").read_text(encoding="utf-8"))
    return {
        f"{ref}.{name}": (entry["category"], entry["proposed"])
        for ref, table in document["tables"].items()
        for name, entry in table.get("columns", {}).items()
        if "category" in entry
    }


def test_columns_whose_names_say_nothing_are_told_by_their_values(filled: str, tmp_path: Path) -> None:
    init(filled, tmp_path / "with", {}, store="app")
    found = categories(tmp_path / "with")
    assert found["konten.k1"] == ("user.contact.email", "values-email")
    assert found["konten.k2"] == ("user.contact.phone_number", "values-phone")
    assert found["konten.k3"] == ("user.device.ip_address", "values-ip")
    assert found["journal.c2"] == ("user.content", "values-text-with-contacts")
    assert "konten.ref" not in found and "journal.c1" not in found

    init(filled, tmp_path / "without", {}, store="app", sample=False)
    assert {
        place for place, (_, rule) in categories(tmp_path / "without").items() if rule.startswith("values")
    } == set()


def test_people_are_found_and_looked_up_by_an_address_that_only_values_show(filled: str, tmp_path: Path) -> None:
    init(filled, tmp_path / "map", {}, store="app")
    text = (tmp_path / "map" / "app.yaml").read_text(encoding="utf-8")
    assert "table: konten" in text.partition("tables:")[0], "a first name and e-mails make a table of people"
    assert "identity: email" in text and "identity: phone" in text


def test_nothing_that_was_read_is_kept_or_shown(
    filled: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.chdir(tmp_path)
    caplog.set_level(logging.DEBUG)
    assert run(["init", filled, "--store", "app", "--verbose"]) == 0
    shown = capsys.readouterr()
    files = [file for file in (tmp_path / "habeas").rglob("*") if file.is_file()]
    assert len(files) == 2
    kept = "".join(file.read_text(encoding="utf-8") for file in files)
    assert MARK not in kept + shown.out + shown.err + caplog.text
    assert "+49 30" not in kept and "198.51.100" not in kept


def test_the_option_leaves_values_alone(
    filled: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["init", filled, "--store", "app", "--no-sample", "--json"]) == 0
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert document["tables"] == 2 and set(document) >= {"tables", "proposed", "asked", "files"}
    assert "values-" not in (tmp_path / "habeas" / "app.yaml").read_text()


def test_without_the_libraries_init_goes_by_names_and_says_so(
    filled: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("habeas.flows.init.installed", lambda: False)
    outcome = init(filled, tmp_path / "map", {}, store="app")
    (said,) = (finding for finding in outcome.findings if finding.code == "values-not-seen")
    assert "habeas[discovery]" in said.fix
    assert not any(rule.startswith("values") for _, rule in categories(tmp_path / "map").values())


def catalogue(url: str) -> Catalog:
    engine = open_engine(url)
    with engine.connect() as connection:
        catalog = read_catalogue(connection)
    engine.dispose()
    return catalog


def test_a_sample_is_bounded_and_can_change_nothing(filled: str) -> None:
    catalog = catalogue(filled)
    engine = open_engine(filled)
    seen: list[str] = []
    sa.event.listen(engine, "before_cursor_execute", lambda *said: seen.append(said[2]))
    with engine.connect() as connection:
        samples = TableSamples(connection, catalog, Bounds(rows=7, characters=5))
        found = samples.texts("konten", ["k1", "vorname"])
        assert {name: len(values) for name, values in found.items()} == {"k1": 7, "vorname": 7}
        assert {len(value) for values in found.values() for value in values} == {5}
        assert all(statement.split()[0] in ("BEGIN", "SELECT", "SET", "PRAGMA") for statement in seen)
        assert any("LIMIT" in statement for statement in seen)
        assert any("READ ONLY" in statement or "query_only" in statement for statement in seen)
        seen.clear()
        assert samples.texts("nowhere", ["k1"]) == samples.texts("konten", []) == {}
        assert seen == []
    engine.dispose()


def test_what_cant_be_read_or_takes_too_long_is_left_out_and_said(filled: str) -> None:
    catalog = catalogue(filled)
    times = iter([0.0, 0.0, 100.0])
    engine = open_engine(filled)
    with engine.connect() as connection:
        samples = TableSamples(connection, catalog, Bounds(seconds=10.0), clock=lambda: next(times))
        assert samples.texts("konten", ["k1"])["k1"]
        assert samples.texts("journal", ["c1"]) == {}, "the time is over"
        assert samples.left_out == ["journal"]
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE journal")
    engine.dispose()
    with samples_of(filled, catalog) as later:
        assert later.texts("journal", ["c1"]) == {}, "it is there no more"
        assert later.texts("konten", ["k1"])["k1"], "one table that fails costs no other"
        assert later.left_out == ["journal"]


@pytest.mark.postgresql
def test_a_large_table_is_sampled_here_and_there(postgresql_url: str) -> None:
    engine = open_engine(postgresql_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE events (id int PRIMARY KEY, c1 text)")
        connection.exec_driver_sql("INSERT INTO events SELECT n, 'value ' || n FROM generate_series(1, 60000) n")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE events")
    seen: list[str] = []
    catalog = catalogue(postgresql_url)
    sa.event.listen(engine, "before_cursor_execute", lambda *said: seen.append(said[2]))
    with engine.connect() as connection:
        values = TableSamples(connection, catalog).texts("events", ["c1"])["c1"]
    assert any("TABLESAMPLE" in statement for statement in seen)
    assert 0 < len(values) <= 200
    engine.dispose()


@pytest.mark.postgresql
def test_a_table_that_may_not_be_read_is_no_fault(postgresql_url: str, tmp_path: Path) -> None:
    engine = open_engine(postgresql_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE contacts (id int PRIMARY KEY, c1 text)")
        connection.exec_driver_sql("CREATE TABLE open_ones (id int PRIMARY KEY, c1 text)")
        connection.exec_driver_sql("CREATE ROLE sampler LOGIN PASSWORD 'x'")
        connection.exec_driver_sql("GRANT SELECT ON open_ones TO sampler")
    engine.dispose()
    from sqlalchemy.engine import make_url

    theirs = make_url(postgresql_url).set(username="sampler", password="x").render_as_string(hide_password=False)
    try:
        outcome = init(theirs, tmp_path / "map", {}, store="app")
        (said,) = (finding for finding in outcome.findings if finding.code == "values-not-seen")
        assert "contacts" in said.detail and "open_ones" not in said.detail
    finally:
        with open_engine(postgresql_url).begin() as connection:
            connection.exec_driver_sql("DROP OWNED BY sampler")
            connection.exec_driver_sql("DROP ROLE sampler")
