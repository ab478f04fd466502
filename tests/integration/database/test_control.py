"""The control database: made, migrated, opened by several, refused where it can't be trusted."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, event, inspect, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import IntegrityError

from habeas.database.control import Control, open_control
from habeas.database.metadata import gather_metadata, read_instant, write_instant
from habeas.database.upgrading import HEAD, SCRIPTS, VERSION_TABLE, upgrade_if_needed, version_of
from habeas.diagnostics import Refused


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def environment(request: pytest.FixtureRequest) -> dict[str, str]:
    """The environment of a fresh control database, of either kind."""
    if request.param == "sqlite":
        return {}
    return {"HABEAS_DATABASE_URL": request.getfixturevalue("postgresql_url")}


@pytest.fixture
def control(tmp_path: Path, environment: dict[str, str]) -> Iterator[Control]:
    with open_control(tmp_path / ".habeas", environment) as opened:
        yield opened


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [finding.code for finding in refused.value.findings]


def test_the_migrations_make_what_the_tables_say(control: Control) -> None:
    options = {"compare_type": True, "version_table": VERSION_TABLE}
    with control.begin() as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, gather_metadata()) == []
        assert set(inspect(connection).get_table_names()) == {*gather_metadata().tables, VERSION_TABLE}


def test_the_constraints_of_migrations_and_tables_have_the_same_names(control: Control) -> None:
    with control.read() as connection:
        found = inspect(connection)
        for table in gather_metadata().tables.values():
            checks = {check["name"] for check in found.get_check_constraints(table.name)}
            foreign = {key["name"] for key in found.get_foreign_keys(table.name)}
            declared = {str(c.name) for c in table.constraints if c.name}
            assert checks | foreign <= declared
            assert {n for n in declared if n.startswith(("ck_", "fk_"))} == checks | foreign


def test_head_is_the_newest_script() -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_migrating_twice_does_nothing(control: Control) -> None:
    assert version_of(control.engine) == HEAD
    assert upgrade_if_needed(control.engine) is False
    with control.read() as connection:
        assert connection.scalar(text(f"SELECT count(*) FROM {VERSION_TABLE}")) == 1


OPEN = """
import sys
from pathlib import Path
from habeas.database.control import open_control
environment = {"HABEAS_DATABASE_URL": sys.argv[2]} if sys.argv[2] else {}
sys.stdin.readline()
with open_control(Path(sys.argv[1]), environment) as control, control.begin() as connection:
    print(connection.exec_driver_sql("SELECT count(*) FROM runs").scalar())
"""


def test_processes_that_start_at_once_make_one_database(tmp_path: Path, environment: dict[str, str]) -> None:
    arguments = [str(tmp_path / ".habeas"), environment.get("HABEAS_DATABASE_URL", "")]
    command = [sys.executable, "-c", OPEN, *arguments]
    started = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    answers = [process.communicate(timeout=120)[0].strip() for process in started]
    assert answers == ["0"] * 3
    assert [process.returncode for process in started] == [0] * 3


def test_a_database_made_between_two_looks_is_read_again(tmp_path: Path, environment: dict[str, str]) -> None:
    # The moment that three processes meet only now and then: the version is asked for, there is no table, and
    # another process makes it before it is looked for by name.
    with open_control(tmp_path / ".habeas", environment) as made:
        late = create_engine(made.engine.url)
        with made.begin() as connection:
            connection.exec_driver_sql(f"ALTER TABLE {VERSION_TABLE} RENAME TO aside")

        def another_process_finishes(_: ExceptionContext) -> None:
            with made.begin() as connection:
                connection.exec_driver_sql(f"ALTER TABLE aside RENAME TO {VERSION_TABLE}")

        event.listen(late, "handle_error", another_process_finishes)
        assert version_of(late) == HEAD
        late.dispose()


def test_a_migration_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    from alembic import op

    made: list[str] = []
    create_table = op.create_table

    def create_two(name: str, *rest: object) -> object:
        made.append(name)
        if len(made) > 2:
            fail()
        return create_table(name, *rest)

    monkeypatch.setattr(op, "create_table", create_two)
    with pytest.raises(ZeroDivisionError):
        open_control(tmp_path, {})
    monkeypatch.undo()
    assert len(made) == 3
    with sqlite3.connect(tmp_path / "control.db") as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    connection.close()
    with open_control(tmp_path, {}) as control:
        assert version_of(control.engine) == HEAD


def test_opening_what_is_up_to_date_imports_no_alembic(tmp_path: Path) -> None:
    open_control(tmp_path, {}).close()
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from habeas.database.control import open_control\n"
        "open_control(Path(sys.argv[1]), {}).close()\n"
        "print('alembic' in sys.modules)\n"
    )
    answer = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"


def test_sqlite_is_private_durable_and_leaves_no_bytes_behind(tmp_path: Path) -> None:
    with open_control(tmp_path / ".habeas", {}) as control:
        with control.begin() as connection:
            pragma = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "foreign_keys", "synchronous", "secure_delete", "busy_timeout")
            }
        for path in (tmp_path / ".habeas").glob("control.db*"):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert pragma == {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "synchronous": 2,
        "secure_delete": 1,
        "busy_timeout": 10_000,
    }


def test_a_failed_transaction_leaves_nothing(control: Control) -> None:
    with pytest.raises(ZeroDivisionError), control.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE odd (n INTEGER)")
        raise ZeroDivisionError
    with control.read() as connection:
        assert not inspect(connection).has_table("odd")


def test_a_reader_does_not_wait_for_a_writer(tmp_path: Path) -> None:
    with open_control(tmp_path, {}) as control, control.begin(), control.read() as connection:
        # One that waited would give up after ten seconds, since the writer stays.
        assert connection.scalar(text("SELECT count(*) FROM runs")) == 0


def test_parameters_stay_out_of_errors(control: Control) -> None:
    statement = text("INSERT INTO run_fingerprints (fingerprint, run_id) VALUES (:f, :r)")
    with pytest.raises(IntegrityError) as failed, control.begin() as connection:
        connection.execute(statement, {"f": "secret-fingerprint", "r": "no-such-run"})
        connection.commit()
    assert "secret-fingerprint" not in str(failed.value)
    assert "hide_parameters" in str(failed.value)


def test_a_newer_database_is_refused(control: Control, environment: dict[str, str]) -> None:
    with control.begin() as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    with pytest.raises(Refused) as refused:
        open_control(control.folder, environment)
    assert codes(refused) == ["control-newer"]
    with control.read() as connection:
        assert connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}")) == "9999"


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "control.db").write_bytes(b"these are no pages of SQLite" * 100)
    with pytest.raises(Refused) as refused:
        open_control(tmp_path, {})
    assert codes(refused) == ["control-unreadable"]


@pytest.mark.parametrize(
    "url", ["mysql://u:hunter2@host/db", "sqlite:///x.db", "not a url", "postgresql://u:hunter2@host:port/db"]
)
def test_a_bad_url_is_refused_and_not_shown(tmp_path: Path, url: str) -> None:
    with pytest.raises(Refused) as refused:
        open_control(tmp_path, {"HABEAS_DATABASE_URL": url})
    assert codes(refused) == ["bad-database-url"]
    assert "hunter2" not in str(refused.value.findings)


def test_a_server_that_is_down_is_refused_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        open_control(tmp_path, {"HABEAS_DATABASE_URL": "postgresql://u:hunter2@127.0.0.1:1/db"})
    assert codes(refused) == ["control-unreachable"]
    assert "hunter2" not in str(refused.value.findings)


def test_moments_are_utc_text_of_one_width_that_sorts_as_time() -> None:
    noon = datetime(2026, 6, 8, 12, tzinfo=UTC)
    assert write_instant(noon) == "2026-06-08T12:00:00.000000Z"
    assert write_instant(noon.astimezone(timezone(timedelta(hours=5)))) == write_instant(noon)
    assert read_instant(write_instant(noon + timedelta(microseconds=1))) == noon + timedelta(microseconds=1)
    moments = [noon + timedelta(microseconds=n) for n in (1, 10, 999_999, 1_000_000)]
    assert sorted(map(write_instant, moments)) == list(map(write_instant, moments))
    with pytest.raises(ValueError, match="time zone"):
        write_instant(datetime(2026, 6, 8))
