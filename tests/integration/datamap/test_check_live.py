"""The check against real databases: the statements that it proposes are accepted there, and settle the finding."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from habeas.datamap.checker import check_store
from habeas.datamap.reader import read_company
from habeas.flows.checking import match_expression
from habeas.stores.sql.reading_catalogue import read_catalogue

SCHEMA = """
CREATE TABLE accounts (id bigint PRIMARY KEY);
CREATE TABLE contacts (id bigint PRIMARY KEY, account_id bigint NOT NULL REFERENCES accounts (id),
                       "E-mail" varchar(200), phone text);
CREATE TABLE "Notes" (id bigint PRIMARY KEY, contact_id bigint NOT NULL REFERENCES contacts (id), writer text);
CREATE VIEW recent AS SELECT id FROM "Notes";
"""
STORE = """\
version: 1
store: app
url: ${URL}
customers: accounts
people: {contact: {table: contacts, controller: customer}}
tables:
  contacts:
    customer: account_id
    columns:
      E-mail: {category: user.contact.email, identity: email}
      phone: {category: user.contact.phone_number, identity: phone}
  Notes:
    customer: {via: contact_id}
    edges:
      contact_id: owned_by
      writer: {to: contacts.E-mail, as: accessed_by}
  recent: {derived: Notes}
"""


def check(folder: Path, engine: sa.Engine, store: str = STORE):
    (folder / "habeas.yaml").write_text(
        "version: 1\norganization: Acme\ncontact: dpo@acme.example\nstores: [app.yaml]\n"
    )
    (folder / "app.yaml").write_text(store)
    reading = read_company(folder)
    assert reading.company is not None and not reading.findings, reading.findings
    with engine.connect() as connection:
        catalog = read_catalogue(connection)
    parts = (reading.company.policy, reading.positions, lambda *_: None, match_expression)
    found = check_store(reading.company.stores["app"], catalog, *parts)
    return [f for f in found if f.code != "unenforced-keys"]


@pytest.fixture
def engine(database_url):
    made = sa.create_engine(database_url)
    with made.begin() as connection:
        for statement in SCHEMA.split(";"):
            if statement.strip():
                connection.execute(sa.text(statement))
    yield made
    made.dispose()


def test_proposed_indexes_settle_their_findings(tmp_path, engine):
    found = check(tmp_path, engine)
    assert sorted(f.code for f in found) == ["missing-index", *["missing-match-index"] * 3]
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for finding in found:
            connection.exec_driver_sql(finding.fix)
    assert check(tmp_path, engine) == []


def test_drift_is_seen(tmp_path, engine):
    with engine.begin() as connection:
        connection.execute(sa.text('ALTER TABLE "Notes" RENAME COLUMN writer TO author'))
        connection.execute(sa.text("CREATE TABLE calls (id bigint PRIMARY KEY)"))
        connection.execute(sa.text("DROP VIEW recent"))
    codes = {f.code for f in check(tmp_path, engine)}
    assert {"unknown-column", "unmapped-table", "unknown-table"} <= codes
