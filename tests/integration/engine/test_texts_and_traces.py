"""What is written about a person where nobody looks: free text that names them, and files of our own."""

from __future__ import annotations

import csv
import io
import json
import logging
import zipfile

import pytest
from tests.integration.engine.small_stores import SmallStore, refusal_of, who

from habeas.program.selection import Intent

SCHEMA = """
create table accounts (id integer primary key, name text);
create table contacts (id integer primary key, account_id integer not null references accounts, email text,
  phone text, name text);
create table notes (id integer primary key, contact_id integer references contacts, body text, extra text);
create table boards (id integer primary key, account_id integer, text text);
insert into accounts values (7, 'Seven'), (8, 'Eight');
insert into contacts values (1, 7, 'jane@example.com', '+49 30 123456', 'Jane Doe'), (2, 7, 'bob@example.com', null,
  'Bob Ray'),
  (3, 8, 'ann@example.com', null, 'Ann Lee');
insert into notes values (1, 1, 'hers', null), (2, 2, 'call JANE@Example.com or jane@example.com!',
  '{"who": "jane@example.com"}'),
  (3, 3, 'jane@example.com is of another Customer', null), (4, 2, 'nothing', '{}');
insert into boards values (1, 7, 'all about jane@example.com%'), (2, 8, 'jane@example.com'), (3, null,
  '(jane@example.com)'),
  (4, 7, 'ring +49 30 123456')
"""
MAP = """
customers: {table: accounts}
people: {contact: {table: contacts}}
tables:
  accounts: {not_personal: companies}
  contacts:
    customer: account_id
    columns:
      email: {category: user.contact.email, identity: email}
      phone: {category: user.contact.phone_number, identity: phone}
      name: user.name
  notes:
    customer: {via: contact_id}
    edges: {contact_id: owned_by}
    columns: {body: user.content, extra: user.content}
  boards: {customer: account_id, edges: {account_id: {to: accounts, as: lookup}}, columns: {text: user.content}}
"""
JANE = "email=jane@example.com"
SECRETS = ("jane@example.com", "+49 30 123456", "Jane Doe")


@pytest.fixture
def company(store: SmallStore) -> SmallStore:
    store.make(SCHEMA.replace("extra text", "extra jsonb") if store.dialect == "postgresql" else SCHEMA, MAP)
    return store


def test_mentions_are_named_and_left(company: SmallStore) -> None:
    outcome = company.erased(who(JANE))
    assert {(m.table, m.column, m.rows) for m in outcome.mentions} == {
        ("notes", "body", 1), ("notes", "extra", 1), ("boards", "text", 3),
    }  # fmt: skip
    assert company.value("select body from notes where id = 2") == "call JANE@Example.com or jane@example.com!"


def test_redact_masks_them_in_their_customer(company: SmallStore) -> None:
    outcome = company.erased(who(JANE), redact=True)
    assert outcome.mentions == ()
    assert company.rows("select id, body from notes order by id") == [
        (2, "call [erased] or [erased]!"), (3, "jane@example.com is of another Customer"), (4, "nothing"),
    ]  # fmt: skip
    extra = company.value("select extra from notes where id = 2")
    assert (json.loads(extra) if isinstance(extra, str) else extra) == {"who": "[erased]"}
    assert company.rows("select id, text from boards order by id") == [
        (1, "all about [erased]%"), (2, "jane@example.com"), (3, "([erased])"), (4, "ring [erased]"),
    ]  # fmt: skip


def test_a_held_rows_text_is_not_rewritten(company: SmallStore) -> None:
    company.erased(who(JANE, exclusions=("email=bob@example.com",)), redact=True)
    assert company.value("select body from notes where id = 2") == "call JANE@Example.com or jane@example.com!"


def test_a_kept_rows_text_is_not_rewritten(company: SmallStore) -> None:
    company.run(
        "create table bills (id integer primary key, contact_id integer references contacts, issued date, memo text)"
    )
    company.run(
        """
        insert into bills values (1, 1, '2026-01-01', 'for jane@example.com');
        insert into bills values (2, 1, '2001-01-01', 'jane@example.com')
        """
    )
    company.run("insert into bills values (3, 2, '2026-01-01', 'with jane@example.com')")
    company.write_map(
        MAP
        + """
  bills:
    customer: {via: contact_id}
    edges: {contact_id: owned_by}
    columns: {memo: user.content}
    on_erase: {keep: {ground: accounting, after: issued}}
"""
    )
    outcome = company.erased(who(JANE), redact=True)
    assert company.rows("select id, memo from bills order by id") == [(1, "for jane@example.com"), (3, "with [erased]")]
    assert [(m.table, m.rows) for m in outcome.mentions] == [("bills", 1)]


def test_a_copy_hides_what_is_of_others(store: SmallStore) -> None:
    store.make(
        """
        create table contacts (id integer primary key, email text, name text);
        create table letters (id integer primary key, from_id integer references contacts,
          to_id integer references contacts,
          body text, draft text, rating integer);
        insert into contacts values (1, 'jane@example.com', 'Jane Doe'), (2, 'bob@example.com', 'Bob Ray');
        insert into letters values (1, 1, 2, 'Dear Bob Ray', 'd1', 1), (2, 2, 1, 'Dear Jane Doe, bob@example.com',
          'draft of Bob', 2),
          (3, 1, 1, 'to me', 'd3', 3)
        """,
        """
        people: {contact: {table: contacts}}
        tables:
          contacts: {columns: {email: {category: user.contact.email, identity: email}, name: user.name}}
          letters:
            edges:
              from_id: {to: contacts, as: owned_by}
              to_id: {to: contacts, as: accessed_by, on_access: {hide: [draft, rating]}}
            columns: {body: user.content, draft: user.content, rating: user.behavior}
        """,
    )
    before = store.contents()
    outcome = store.access(who(JANE))
    assert outcome.status == "complete" and store.contents() == before
    with zipfile.ZipFile(store.folder / "copy.zip") as package:
        resources = {r["name"]: r for r in json.loads(package.read("datapackage.json"))["resources"]}
        assert set(resources) == {"app.contacts", "app.letters"}
        letters = list(csv.DictReader(io.StringIO(package.read(resources["app.letters"]["path"]).decode())))
        people = list(csv.DictReader(io.StringIO(package.read(resources["app.contacts"]["path"]).decode())))
        whole = b"".join(package.read(name) for name in package.namelist()).decode()
    assert [person["id"] for person in people] == ["1"]
    assert [(row["id"], row["draft"], row["rating"]) for row in letters] == [
        ("1", "d1", "1"),
        ("2", "", ""),
        ("3", "d3", "3"),
    ]
    assert "Bob Ray" not in whole and "bob@example.com" not in whole and "Jane Doe" in whole
    assert "draft of Bob" not in whole


def test_nothing_of_ours_holds_anything_of_theirs(
    company: SmallStore, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Control database, write-ahead log, spool, plan file, certificate, ledger, log, output: search the bytes."""
    caplog.set_level(logging.DEBUG)
    company.plan(who(JANE), explain="notes")
    company.save(who(JANE, exclusions=("email=ann@example.com",)))
    assert company.files_with(*SECRETS) == []
    company.access(who(JANE))
    outcome = company.erase(who(JANE, "phone=+49 30 123456"))
    assert outcome.status == "complete"
    company.verify(outcome.certificate)
    assert company.files_with(*SECRETS, "ann@example.com") == []
    ledger = repr(company.rows("select * from habeas_ledger"))
    shown = capfd.readouterr()
    whole = "\n".join((json.dumps(outcome.as_json()), ledger, caplog.text, shown.out, shown.err)).lower()
    assert not any(secret.lower() in whole for secret in SECRETS)
    for file in (company.folder / ".habeas").rglob("*"):
        assert file.stat().st_mode & 0o077 == 0, f"{file.name} is open to others"


def test_refusals_hold_nothing_personal(company: SmallStore) -> None:
    company.run("create unique index one_name on contacts (name)")
    company.run("insert into contacts values (4, 7, 'jane@example.com', null, 'Another')")
    for intent in Intent:
        plan = company.plan(who(JANE), intent)
        assert not any(secret in json.dumps(plan.plan.as_json()) for secret in SECRETS)
    refused = refusal_of(company.erase, who("nothing.known=jane@example.com"))
    assert "jane" not in str(refused) + repr(refused) + repr([f.as_json() for f in refused.findings])
    selection = who(JANE)
    assert "jane" not in repr(selection)
