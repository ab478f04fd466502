"""How stores are opened: settings that hide nothing, and refusals that teach."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.servers.postgresql import PostgresqlServer

from habeas.diagnostics import Finding, Refused
from habeas.stores.sql.connecting import WRITING, database_errors, open_engine

SECRET = "s3cret-word"


def refusal(url: str) -> Finding:
    """What comes of opening and connecting."""
    with pytest.raises(Refused) as refused:
        engine = open_engine(url)
        with database_errors("app"), engine.connect() as connection:
            connection.exec_driver_sql("SELECT 1")
    assert refused.value.__cause__ is None and refused.value.__context__ is None
    finding = refused.value.findings[0]
    assert SECRET not in repr(refused.value) + repr(finding)
    return finding


def test_settings_of_a_postgresql_session(postgresql_url: str) -> None:
    engine = open_engine(postgresql_url, lock_timeout_ms=1500, statement_timeout_ms=90_000, application_name="habeas x")
    names = [
        "row_security",
        "lock_timeout",
        "statement_timeout",
        "TimeZone",
        "jit",
        "client_encoding",
        "application_name",
    ]
    with engine.connect() as connection:
        first = [connection.exec_driver_sql(f"SHOW {name}").scalar_one() for name in names]
        connection.rollback()
        after_rollback = [connection.exec_driver_sql(f"SHOW {name}").scalar_one() for name in names]
    engine.dispose()
    assert first == after_rollback == ["off", "1500ms", "90s", "UTC", "off", "UTF8", "habeas x"]


@pytest.mark.postgresql
@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_all_ways_to_write_a_postgresql_url(postgresql_url: str, scheme: str) -> None:
    engine = open_engine(postgresql_url.replace("postgresql+psycopg", scheme))
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT 1").scalar_one() == 1
    assert engine.dialect.driver == "psycopg"
    engine.dispose()


def test_settings_of_a_sqlite_connection(sqlite_url: str) -> None:
    engine = open_engine(sqlite_url, lock_timeout_ms=1234)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one() == 1234
    engine.dispose()


def test_a_transaction_covers_changes_of_the_schema_too(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE t (id integer)")
        connection.exec_driver_sql("INSERT INTO t VALUES (1)")
        connection.rollback()
    with engine.connect() as connection:
        assert sa.inspect(connection).get_table_names() == []


def test_savepoints_work(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (id integer)")
        with connection.begin_nested() as inner:
            connection.exec_driver_sql("INSERT INTO t VALUES (1)")
            inner.rollback()
        assert connection.exec_driver_sql("SELECT count(*) FROM t").scalar_one() == 0


def test_a_writer_takes_sqlites_lock_at_once(sqlite_url: str) -> None:
    engine = open_engine(sqlite_url, lock_timeout_ms=50)
    writing = engine.execution_options(**WRITING)
    with writing.begin():
        with pytest.raises(Refused) as refused, database_errors("app"), writing.begin():
            raise AssertionError("two writers at once")
        with engine.connect() as reader:
            assert reader.exec_driver_sql("SELECT 1").scalar_one() == 1
    engine.dispose()
    assert refused.value.findings[0].code == "lock-timeout"


def test_a_missing_sqlite_file_is_not_made(tmp_path: Path) -> None:
    file = tmp_path / "typo.sqlite"
    finding = refusal(f"sqlite:///{file}")
    assert finding.code == "store-missing"
    assert "typo.sqlite" in finding.summary and "absolute" in finding.detail
    assert not file.exists()
    assert "relative" in refusal("sqlite:///typo.sqlite").detail


def test_a_file_that_goes_away_is_not_made_anew(sqlite_url: str) -> None:
    engine = open_engine(sqlite_url)
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    file.unlink()
    with pytest.raises(Refused) as refused, database_errors("app"), engine.connect():
        pass
    assert refused.value.findings[0].code == "store-unreachable"
    assert not file.exists()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "sqlite:///file:x?mode=memory&uri=true"])
def test_a_database_in_memory_is_refused(url: str) -> None:
    assert refusal(url).code == "store-in-memory"


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    assert refusal(f"sqlite:///{tmp_path}").code == "store-missing"


def test_a_file_with_odd_letters_in_its_path(tmp_path: Path) -> None:
    file = tmp_path / "50% of #1? é.sqlite"
    file.touch()
    engine = open_engine(str(sa.URL.create("sqlite", database=str(file))))
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (id integer)")
    engine.dispose()
    assert file.stat().st_size > 0
    assert [found.name for found in tmp_path.iterdir()] == [file.name]


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text(f"{SECRET} " * 400)
    engine = open_engine(f"sqlite:///{file}")
    with pytest.raises(Refused) as refused, database_errors("app"), engine.connect() as connection:
        connection.exec_driver_sql("SELECT * FROM sqlite_master")
    assert refused.value.findings[0].code == "store-unreachable"
    assert "no SQLite database" in refused.value.findings[0].summary


def test_a_read_only_file_is_read_and_not_written(sqlite: sa.Engine, sqlite_url: str) -> None:
    with sqlite.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (id integer)")
    engine = open_engine(f"sqlite:///file:{sqlite_url.removeprefix('sqlite:///')}?mode=ro&uri=true")
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TEMP TABLE keys AS SELECT id FROM t")  # a plan needs its key tables
        assert connection.exec_driver_sql("SELECT count(*) FROM keys").scalar_one() == 0
    with pytest.raises(Refused) as refused, database_errors("app"), engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM t WHERE id = 1")
    engine.dispose()
    finding = refused.value.findings[0]
    assert finding.code == "store-read-only"
    assert finding.summary == "The store app can only be read, and this would change it."


@pytest.mark.parametrize("url", [f"mysql://u:{SECRET}@h/d", f"{SECRET}", f"postgresql://u:{SECRET}@h:port/d", ""])
def test_urls_that_are_not_understood_are_not_shown(url: str) -> None:
    finding = refusal(url)
    assert finding.code in ("unknown-database", "unreadable-url")
    assert "sqlite:///" in finding.fix


def test_a_server_that_is_down() -> None:
    finding = refusal(f"postgresql://jane:{SECRET}@127.0.0.1:1/crm")
    assert finding.code == "store-unreachable"
    assert "nothing listens" in finding.summary
    assert "jane" not in repr(finding) and "127.0.0.1" not in repr(finding)


def test_a_host_that_does_not_exist() -> None:
    finding = refusal(f"postgresql://jane:{SECRET}@no-such-host.invalid/crm")
    assert finding.code == "store-unreachable"


def test_a_wrong_password(postgresql_server: PostgresqlServer) -> None:
    assert refusal(postgresql_server.url("postgres", password=SECRET)).code == "store-login-refused"


def test_an_unknown_role(postgresql_server: PostgresqlServer) -> None:
    assert refusal(postgresql_server.url("postgres", "nobody_here", SECRET)).code == "store-login-refused"


def test_a_database_that_does_not_exist(postgresql_server: PostgresqlServer) -> None:
    finding = refusal(postgresql_server.url(SECRET))
    assert finding.code == "store-missing"
