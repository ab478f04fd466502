"""A database that is down, read-only, locked, closed to us or minded otherwise: a finding, and nothing changes."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.integration.engine.small_stores import SmallStore, refusal_of, who
from tests.servers.postgresql import PostgresqlServer

from habeas.diagnostics import Severity
from habeas.flows import erase as erase_flow
from habeas.flows.check import check
from habeas.flows.workspace import open_workspace
from habeas.program.selection import Intent

SCHEMA = """
create table contacts (id integer primary key, email text not null, name text);
create table notes (id integer primary key, contact_id integer references contacts, body text);
insert into contacts values (1, 'jane@example.com', 'Jane'), (2, 'bob@example.com', 'Bob');
insert into notes values (1, 1, 'a'), (2, 1, 'b'), (3, 2, 'c');
"""
MAP = """
people: {contact: {table: contacts}}
tables:
  contacts: {columns: {email: {category: user.contact.email, identity: email}, name: user.name}}
  notes: {edges: {contact_id: owned_by}, columns: {body: user.content}}
"""
JANE = who("email=jane@example.com")
PASSWORD = "Tr0ub4dor"


@pytest.fixture
def company(store: SmallStore) -> SmallStore:
    return store.make(SCHEMA, MAP)


@pytest.fixture
def guarded(postgresql_store: SmallStore, postgresql_server: PostgresqlServer) -> Iterator[SmallStore]:
    """The company over PostgreSQL through a role that owns nothing: `keeper`."""
    company = postgresql_store.make(SCHEMA, MAP)
    company.run(
        f"""
        drop role if exists keeper;
        create role keeper login password '{PASSWORD}';
        grant usage, create on schema public to keeper;
        grant select, update, delete on contacts, notes to keeper
        """
    )
    database = str(company.engine.url.database)
    company.environment["APP_URL"] = postgresql_server.url(database, "keeper", PASSWORD)
    yield company
    company.run("drop owned by keeper cascade;\ndrop role keeper")


def said_nothing_secret(text: str) -> None:
    assert "jane@example.com" not in text.lower()
    assert PASSWORD not in text


def test_a_server_that_is_down(company: SmallStore) -> None:
    company.environment["APP_URL"] = f"postgresql+psycopg://keeper:{PASSWORD}@127.0.0.1:1/app"
    for call in (company.plan, company.erase, company.access):
        refused = refusal_of(call, JANE)
        assert refused.findings[0].code == "store-unreachable"
        assert "app" in refused.findings[0].summary
        said_nothing_secret(str(refused))


def test_a_wrong_password(postgresql_store: SmallStore) -> None:
    company = postgresql_store.make(SCHEMA, MAP)
    url = company.engine.url.set(password=PASSWORD)
    company.environment["APP_URL"] = url.render_as_string(hide_password=False)
    refused = refusal_of(company.erase, JANE)
    assert refused.findings[0].code == "store-login-refused"
    said_nothing_secret(str(refused))


def test_a_file_that_is_gone(sqlite_store: SmallStore) -> None:
    company = sqlite_store.make(SCHEMA, MAP)
    company.environment["APP_URL"] += ".moved"
    assert refusal_of(company.erase, JANE).findings[0].code == "store-missing"
    assert not Path(str(company.engine.url.database) + ".moved").exists()


def test_a_file_that_is_no_database(sqlite_store: SmallStore) -> None:
    company = sqlite_store.make(SCHEMA, MAP)
    Path(str(company.engine.url.database)).write_bytes(b"jane@example.com" * 1000)
    refused = refusal_of(company.erase, JANE)
    assert refused.findings[0].code == "store-unreachable"
    said_nothing_secret(str(refused))


def test_a_database_that_can_only_be_read(company: SmallStore) -> None:
    if company.dialect == "sqlite":
        company.environment["APP_URL"] = f"sqlite:///file:{company.engine.url.database}?mode=ro&uri=true"
    else:
        company.run(f'alter database "{company.engine.url.database}" set default_transaction_read_only = on')
    company.refuses(JANE, "store-read-only")
    assert company.plan(JANE).status == ("refused" if company.dialect == "sqlite" else "planned")
    assert company.access(JANE).status == "complete"


def test_a_file_that_its_owner_may_only_read(sqlite_store: SmallStore) -> None:
    company = sqlite_store.make(SCHEMA, MAP)
    file = Path(str(company.engine.url.database))
    file.chmod(0o400)
    if os.access(file, os.W_OK):  # root may write all the same: then the erasure works
        assert company.erase(JANE).status == "complete"
    else:
        company.refuses(JANE, "store-read-only")


def test_a_lock_that_somebody_else_holds(company: SmallStore) -> None:
    company.erased(who("email=bob@example.com"))  # the ledger is there
    before = company.contents()
    with company.engine.connect() as other:
        if company.dialect == "sqlite":
            other.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            other.exec_driver_sql("update contacts set name = 'Jane D' where id = 1")
        refused = refusal_of(company.erase, JANE)
        assert refused.findings[0].code == "lock-timeout"
        assert "lock_timeout_ms" in refused.findings[0].fix
        other.rollback()
    assert company.contents() == before
    company.erased(JANE)


def test_a_lock_on_a_child_that_is_met_late(postgresql_store: SmallStore) -> None:
    company = postgresql_store.make(SCHEMA, MAP)
    before = company.contents()
    with company.engine.connect() as other:
        other.exec_driver_sql("update notes set body = 'x' where id = 1")
        refused = refusal_of(company.erase, JANE)
        other.rollback()
    assert refused.findings[0].code == "lock-timeout"
    assert company.contents() == before
    # The run had been sealed; it changed nothing, and the next one isn't told to finish it.
    outcome = company.erased(JANE)
    assert outcome.resumed == ()


def test_a_statement_that_takes_too_long(postgresql_store: SmallStore) -> None:
    company = postgresql_store.make(SCHEMA, MAP)
    company.run(
        """
        create function slow() returns trigger language plpgsql as
        'begin perform pg_sleep(5); return old; end';
        create trigger slowly before delete on notes for each row execute function slow()
        """
    )
    company.write_map(MAP.replace("notes: {", "notes: {triggers: {slowly: only waits}, "))
    company.policy = company.policy.replace("limits: {{", "limits: {{statement_timeout_ms: 400, ")
    company.write_policy()
    company.refuses(JANE, "statement-timeout")


def test_a_child_that_is_written_meanwhile_waits_and_fails(postgresql_store: SmallStore) -> None:
    """With a declared key, an insert behind our back can't leave a row of the person."""
    company = postgresql_store.make(SCHEMA, MAP)
    errors: list[Exception] = []

    def write_late() -> None:
        try:
            company.run("insert into notes values (9, 1, 'late')")
        except sa.exc.IntegrityError as failure:
            errors.append(failure)

    writer = threading.Thread(target=write_late)

    def observe(point: str) -> None:
        if point == "sealed":
            writer.start()

    with open_workspace(company.maps, company.environment, now=lambda: company.now, observe=observe) as workspace:
        assert erase_flow.erase(workspace, JANE).status == "complete"
    writer.join(10)
    assert len(errors) == 1
    assert company.rows("select id from notes") == [(3,)]


def test_a_shared_row_that_changes_hands_meanwhile(postgresql_store: SmallStore) -> None:
    """Reach found it to be Jane's; by the time it is unlinked it is Eve's, whose name must not go: refused."""
    company = postgresql_store.make(
        SCHEMA
        + """
        insert into contacts values (3, 'eve@example.com', 'Eve');
        create table letters (id integer primary key, sender_id integer references contacts,
          reader_id integer references contacts, sender_name text);
        insert into letters values (1, 1, 2, 'Jane'), (2, 1, 2, 'Jane');
        """,
        MAP
        + """
  letters:
    edges:
      sender_id: {to: contacts.id, as: owned_by, on_erase: {mask: [sender_name]}}
      reader_id: {to: contacts.id, as: owned_by}
    columns: {sender_name: user.name}
""",
    )

    def observe(point: str) -> None:
        if point == "sealed":
            company.run("update letters set sender_id = 3, sender_name = 'Eve' where id = 2")

    with open_workspace(company.maps, company.environment, now=lambda: company.now, observe=observe) as workspace:
        refused = refusal_of(erase_flow.erase, workspace, JANE)
    assert [finding.code for finding in refused.findings] == ["rows-changed-meanwhile"]
    assert company.rows("select * from letters order by id") == [(1, 1, 2, "Jane"), (2, 3, 2, "Eve")]
    assert len(company.rows("select * from contacts")) == 3


def test_a_trigger_that_nobody_has_read(company: SmallStore) -> None:
    company.run(_trigger(company, "after delete", "insert into kept_notes values (old.body)"))
    company.refuses(JANE, "trigger-unacknowledged")
    company.write_map(MAP.replace("notes: {", "notes: {triggers: {watch: reviewed}, "))
    company.erased(JANE)


def test_a_trigger_that_deletes_more(company: SmallStore) -> None:
    """It takes a row that we were going to delete, so that our own count says less: refused, and nothing changes."""
    company.run(_trigger(company, "before delete", "delete from notes where id = 2 and old.id <> 2"))
    company.write_map(MAP.replace("notes: {", "notes: {triggers: {watch: reviewed}, "))
    before = company.contents()
    refused = refusal_of(company.erase, JANE)
    assert refused.findings[0].code in ("rows-changed-meanwhile", "constraint-violation")
    said_nothing_secret(str(refused))
    assert company.contents() == before


def test_a_trigger_that_brings_rows_back(company: SmallStore) -> None:
    company.run(
        _trigger(company, "after delete", "insert into notes values (old.id, old.contact_id, old.body)")
        if company.dialect == "postgresql"
        else _trigger(company, "after delete", "insert into notes values (old.id, null, old.body)")
    )
    company.write_map(MAP.replace("notes: {", "notes: {triggers: {watch: reviewed}, "))
    before = company.contents()
    refused = refusal_of(company.erase, JANE)
    assert refused.findings[0].code in ("rows-changed-meanwhile", "not-gone", "constraint-violation")
    assert company.contents() == before


def test_a_trigger_that_refuses(company: SmallStore) -> None:
    """Its own message may quote the row."""
    if company.dialect == "sqlite":
        body = "select raise(abort, 'jane@example.com stays')"
    else:
        body = "raise exception 'jane@example.com stays'"
    company.run(_trigger(company, "before delete", body))
    company.write_map(MAP.replace("notes: {", "notes: {triggers: {watch: reviewed}, "))
    said_nothing_secret(company.refuses(JANE, "constraint-violation"))


def _trigger(company: SmallStore, when: str, body: str) -> str:
    made = "create table kept_notes (body text);\n"
    if company.dialect == "sqlite":
        return f"{made}create trigger watch {when} on notes begin {body}; end"
    return (
        f"{made}create function watching() returns trigger language plpgsql as $f$begin {body}; return old; end$f$;\n"
        f"create trigger watch {when} on notes for each row execute function watching()"
    )


def test_a_role_without_the_privilege(guarded: SmallStore) -> None:
    assert guarded.plan(JANE).status == "planned"
    guarded.run("revoke update, delete on notes from keeper")
    said = guarded.refuses(JANE, "privilege-missing")
    assert "GRANT UPDATE, DELETE ON notes" in said
    assert guarded.access(JANE).status == "complete"
    guarded.run("revoke select on notes from keeper")
    refused = refusal_of(guarded.plan, JANE, Intent.ACCESS)
    assert refused.findings[0].code in ("privilege-missing", "permission-denied")


def test_a_role_that_may_not_make_the_ledger(guarded: SmallStore) -> None:
    guarded.run("revoke create on schema public from keeper, public")
    said = guarded.refuses(JANE, "ledger-missing")
    assert "CREATE TABLE" in said and "GRANT" in said
    with guarded.workspace() as workspace:
        assert [f.severity for f in check(workspace) if f.code == "ledger-missing"] == [Severity.WARNING]
    guarded.run(said[said.index("CREATE TABLE") :].replace("the_role_of_the_url", "keeper").strip(";"))
    guarded.erased(JANE)


def test_row_security_is_never_an_empty_answer(guarded: SmallStore) -> None:
    guarded.run("alter table notes enable row level security;\ncreate policy none on notes using (false)")
    guarded.refuses(JANE, "row-security")
    assert refusal_of(guarded.access, JANE).findings[0].code == "row-security"
    guarded.run("alter role keeper bypassrls")
    guarded.erased(JANE)
    assert guarded.rows("select id from notes") == [(3,)]
