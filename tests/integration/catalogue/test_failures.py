"""What databases report becomes a finding that teaches, and never holds a value."""

from __future__ import annotations

import traceback
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from tests.servers.postgresql import PostgresqlServer

from habeas.diagnostics import Finding, Refused
from habeas.stores.sql.connecting import open_engine
from habeas.stores.sql.failures import database_errors, describe_failure

JANE = "jane@example.com"


@pytest.fixture
def filled(engine: sa.Engine) -> Iterator[sa.Engine]:
    with engine.begin() as connection:
        for statement in (
            "CREATE TABLE contacts (id integer PRIMARY KEY, email varchar(30) NOT NULL UNIQUE, age integer"
            " CHECK (age > 0))",
            "CREATE TABLE notes (id integer PRIMARY KEY, contact integer REFERENCES contacts (id))",
            f"INSERT INTO contacts VALUES (1, '{JANE}', 30)",
            "INSERT INTO notes VALUES (1, 1)",
        ):
            connection.exec_driver_sql(statement)
    yield engine


def failing(engine: sa.Engine, statement: str, **values: object) -> Finding:
    """The finding of a statement that fails, having looked for leaks everywhere an exception may carry them."""
    with pytest.raises(Refused) as refused, database_errors("app"), engine.begin() as connection:
        connection.execute(sa.text(statement), values)
    printed = "".join(traceback.format_exception(refused.value)) + repr(refused.value.findings)
    assert JANE not in printed
    assert refused.value.__cause__ is None and refused.value.__context__ is None
    return refused.value.findings[0]


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("INSERT INTO contacts VALUES (2, :jane, 3)", "unique constraint"),
        ("UPDATE contacts SET email = NULL WHERE email = :jane", "NOT NULL"),
        ("UPDATE contacts SET age = -1 WHERE email = :jane", "CHECK"),
        ("DELETE FROM contacts WHERE email = :jane", "foreign key"),
    ],
)
def test_constraints_are_named(filled: sa.Engine, statement: str, kind: str) -> None:
    finding = failing(filled, statement, jane=JANE)
    assert finding.code == "constraint-violation"
    assert kind in finding.summary and "store app" in finding.summary


def test_a_unique_violation_names_the_column_or_constraint(filled: sa.Engine) -> None:
    finding = failing(filled, "INSERT INTO contacts VALUES (2, :jane, 3)", jane=JANE)
    assert "contacts" in finding.summary and "email" in finding.summary


def test_a_table_that_has_gone(filled: sa.Engine) -> None:
    finding = failing(filled, "SELECT * FROM gone WHERE email = :jane", jane=JANE)
    assert finding.code == "schema-changed"
    assert "gone" in finding.summary


def test_values_that_can_not_be_sent(filled: sa.Engine) -> None:
    finding = failing(filled, "SELECT * FROM contacts WHERE email = :value", value=f"\ud800{JANE}")
    assert finding.code == "unsuitable-value"


def test_a_statement_that_takes_too_long(database_url: str) -> None:
    engine = open_engine(database_url, statement_timeout_ms=100)
    slow = "WITH RECURSIVE n(v) AS (SELECT 1 UNION ALL SELECT v + 1 FROM n WHERE v < 100000000) SELECT max(v) FROM n"
    finding = failing(engine, slow)
    assert finding.code == "statement-timeout"
    assert "statement_timeout_ms" in finding.fix
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT 1").scalar_one() == 1
    engine.dispose()


def test_a_lock_that_is_held(filled: sa.Engine, database_url: str) -> None:
    impatient = open_engine(database_url, lock_timeout_ms=50)
    with filled.begin() as holder:
        holder.exec_driver_sql("UPDATE contacts SET age = 31")
        finding = failing(impatient, "UPDATE contacts SET age = 32 WHERE email = :jane", jane=JANE)
    impatient.dispose()
    assert finding.code == "lock-timeout"
    assert "lock_timeout_ms" in finding.fix


def test_a_refusal_passes_through_as_it_is() -> None:
    refused = Refused(describe_failure(ValueError("x")))
    with pytest.raises(Refused) as found, database_errors("app"):
        raise refused
    assert found.value is refused


def test_other_exceptions_pass_through() -> None:
    with pytest.raises(KeyError), database_errors("app"):
        raise KeyError("ours")


def test_a_full_disk_and_a_large_database(sqlite_url: str) -> None:
    engine = open_engine(sqlite_url)
    with pytest.raises(Refused) as refused, database_errors("app"), engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 2")
        connection.exec_driver_sql("CREATE TABLE t (v)")
        connection.exec_driver_sql("INSERT INTO t VALUES (zeroblob(100000))")
    engine.dispose()
    assert refused.value.findings[0].code == "store-full"


def test_a_trigger_that_refuses_says_no_value(sqlite: sa.Engine) -> None:
    with sqlite.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (v)")
        connection.exec_driver_sql(
            f"CREATE TRIGGER no BEFORE INSERT ON t BEGIN SELECT RAISE(ABORT, 'not for {JANE}'); END"
        )
    finding = failing(sqlite, "INSERT INTO t VALUES (1)")
    assert (finding.code, "trigger" in finding.summary) == ("constraint-violation", True)


def test_postgresqls_own_messages_are_not_passed_on(postgresql: sa.Engine) -> None:
    with postgresql.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (id int, short varchar(3))")
        connection.exec_driver_sql(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
            " $$BEGIN RAISE EXCEPTION 'not for %%', NEW.short; END$$"
        )
    assert failing(postgresql, "SELECT CAST(:jane AS int)", jane=JANE).code == "unsuitable-value"
    assert failing(postgresql, "INSERT INTO t (short) VALUES (:jane)", jane=JANE).code == "unsuitable-value"
    assert failing(postgresql, "SELECT CAST(:nul AS text)", nul=f"\0{JANE}").code == "unsuitable-value"
    assert failing(postgresql, "SELECT no_such_function(CAST(:jane AS text))", jane=JANE).code == "schema-changed"
    with postgresql.begin() as connection:
        connection.exec_driver_sql("CREATE TRIGGER r BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION refuse()")
    assert failing(postgresql, "INSERT INTO t (short) VALUES ('abc')").code == "constraint-violation"
    unknown = failing(postgresql, "SELECT CAST(:jane AS text) ||| 1", jane=JANE)
    assert unknown.code in ("database-error", "schema-changed")


def test_a_read_only_transaction(postgresql: sa.Engine) -> None:
    with postgresql.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (id int)")
    with pytest.raises(Refused) as refused, database_errors("app"), postgresql.begin() as connection:
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
        connection.exec_driver_sql("DELETE FROM t")
    assert refused.value.findings[0].code == "store-read-only"


def test_privileges_and_policies(postgresql_server: PostgresqlServer, postgresql_url: str) -> None:
    database = postgresql_url.rsplit("/", 1)[1]
    role = f"limited_in_{database}"
    postgresql_server.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'quiet'", database)
    try:
        for statement in (
            "CREATE TABLE closed (id int)",
            "CREATE TABLE guarded (id int)",
            "ALTER TABLE guarded ENABLE ROW LEVEL SECURITY",
            f"GRANT SELECT ON guarded TO {role}",
        ):
            postgresql_server.execute(statement, database)
        engine = open_engine(postgresql_server.url(database, role, "quiet"))
        denied = failing(engine, "SELECT * FROM closed")
        filtered = failing(engine, "SELECT * FROM guarded")
        engine.dispose()
    finally:
        postgresql_server.execute(f"DROP OWNED BY {role}", database)
        postgresql_server.execute(f"DROP ROLE {role}", database)
    assert denied.code == "permission-denied" and "GRANT SELECT" in denied.fix and " closed " in denied.fix
    assert filtered.code == "row-security" and "BYPASSRLS" in filtered.fix


def test_a_connection_that_is_cut(postgresql: sa.Engine) -> None:
    with pytest.raises(Refused) as refused, database_errors("app"), postgresql.connect() as connection:
        connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")
    assert refused.value.findings[0].code == "store-connection-lost"


def test_two_transactions_in_each_others_way(postgresql: sa.Engine) -> None:
    with postgresql.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (id int)")
        connection.exec_driver_sql("INSERT INTO t VALUES (1)")
    serializable = postgresql.execution_options(isolation_level="REPEATABLE READ")
    with pytest.raises(Refused) as refused, database_errors("app"), serializable.begin() as first:
        first.exec_driver_sql("SELECT * FROM t")
        with postgresql.begin() as second:
            second.exec_driver_sql("UPDATE t SET id = 2")
        first.exec_driver_sql("UPDATE t SET id = 3")
    assert refused.value.findings[0].code == "store-conflict"
