"""After the window a daily stream over all people says who of those that were erased is there again."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from tests.integration.engine.small_stores import SmallStore, person, who

from habeas.execution.watch_records import Reappeared
from habeas.flows import watch as watch_flow
from habeas.flows.keys import keys
from habeas.program.selection import Selection

SCHEMA = """
create table accounts (id integer primary key, name text);
create table contacts (id integer primary key, account_id integer, email text, phone text, name text);
create table staff (id integer primary key, email text, handle text unique);
create table notes (id integer primary key, contact_id integer, body text);
insert into accounts values (1, 'Acme'), (2, 'Bolt');
insert into contacts values (1, 1, 'bob@example.com', '0301', 'Bob'), (2, 1, 'jane@example.com', '+49 30 2', 'Jane'),
                            (3, 2, 'jane@example.com', '+49 30 3', 'Jane'), (4, 1, 'ann@example.com', '0301', 'Ann');
insert into staff values (1, 'sue@example.com', 'sue')
"""
MAP = """
customers: {table: accounts}
people: {contact: {table: contacts, controller: customer}, staff: {table: staff}}
tables:
  accounts: {not_personal: companies}
  contacts:
    customer: account_id
    columns:
      id: {identity: app.user_id}
      email: {category: user.contact.email, identity: email}
      phone: {category: user.contact.phone_number, identity: phone}
      name: user.name
  staff:
    customer: {none: ours}
    columns:
      email: {category: user.contact.email, identity: email}
      handle: {category: user.unique_id, identity: app.customer_no}
  notes:
    customer: {via: contact_id}
    edges: {contact_id: {to: contacts.id, as: owned_by}}
    columns: {body: user.content}
"""
DAY = timedelta(days=1)
JANE = who("email=jane@example.com", customer="1")
BACK = "insert into contacts values (12, 1, ' JANE@example.com', null, 'J')"


@pytest.fixture
def company(store: SmallStore) -> SmallStore:
    return store.make(SCHEMA, MAP)


def gone(company: SmallStore, selection: Selection = JANE) -> str:
    """Erase, and let the window close; the run."""
    outcome = company.erased(selection)
    assert company.watch(timedelta(days=8)) == []
    assert company.files_with("jane@example.com", "+49 30 2") == []
    assert outcome.run is not None
    return outcome.run


def told(found: list[Reappeared]) -> list[tuple[Any, ...]]:
    return [(each.table, each.kind, each.rows, each.new) for each in found]


def test_who_comes_back_is_reported_once_and_stays_in_the_list(company: SmallStore) -> None:
    run = gone(company)
    assert company.watch(DAY) == []
    company.run(BACK)
    before = company.contents()
    (found,) = company.watch(DAY)
    assert (found.store, found.table, found.kind, found.run_id) == ("app", "contacts", "contact", run)
    assert (found.rows, found.new, found.since) == (1, 1, company.now)
    since = company.now
    assert told(company.watch()) == [("contacts", "contact", 1, 0)], "one stream a day"
    (again,) = company.watch(DAY)
    assert (again.rows, again.new, again.since) == (1, 0, since)
    assert company.contents() == before, "nothing is ever erased by it"
    company.run("delete from contacts where id = 12")
    assert company.watch(DAY) == []
    company.run(BACK)
    assert told(company.watch(DAY)) == [("contacts", "contact", 1, 1)], "another time is new again"


@pytest.mark.parametrize(
    "row", ["(12, 1, 'j@new.example', '+49-30-2', null)", "(12, 1, null, '(+4930) 2', null)"], ids=["both", "phone"]
)
def test_by_what_the_store_held_beside_what_was_given(company: SmallStore, row: str) -> None:
    gone(company)
    company.run(f"insert into contacts values {row}")
    assert told(company.watch(DAY)) == [("contacts", "contact", 1, 1)]


def test_a_row_counts_once_whatever_of_it_is_known(company: SmallStore) -> None:
    gone(company)
    company.run("insert into contacts values (12, 1, 'jane@example.com', '+49302', 'J'), (13, 1, null, '49302', 'J')")
    assert told(company.watch(DAY)) == [("contacts", "contact", 2, 2)]
    company.run("update contacts set email = null where id = 12")
    assert told(company.watch(DAY)) == [("contacts", "contact", 2, 0)]


def test_strangers_are_left_alone(company: SmallStore) -> None:
    """Another Customer's contact, one who shared a telephone, one who was given her number, another kind of person."""
    gone(company)
    company.run(
        """
        insert into contacts values (2, 1, 'new@example.com', null, 'New'), (13, 2, 'jane@example.com', null, 'J');
        insert into staff values (2, 'x@example.com', 'jane')
        """
    )
    assert company.watch(DAY) == []


def test_a_shared_telephone_names_nobody(company: SmallStore) -> None:
    gone(company, who("email=ann@example.com", customer="1"))
    assert company.watch(DAY) == []
    company.run("insert into contacts values (14, 1, 'ann@example.com', '0302', 'Ann')")
    assert told(company.watch(DAY)) == [("contacts", "contact", 1, 1)]


def test_an_erasure_of_one_kind_watches_that_kind(company: SmallStore) -> None:
    company.run("insert into contacts values (15, 1, 'sue@example.com', null, 'Sue')")
    gone(company, who("email=sue@example.com", kind="contact"))
    assert company.watch(DAY) == []
    company.run("insert into contacts values (16, 2, 'sue@example.com', null, 'Sue')")
    assert told(company.watch(DAY)) == [("contacts", "contact", 1, 1)]


def test_who_is_masked_and_named_again(company: SmallStore) -> None:
    company.run("create table votes (id integer primary key, contact_id integer not null references contacts)")
    company.run("insert into votes values (1, 2)")
    company.write_map(MAP + "  votes: {not_personal: counted}\n")
    gone(company)
    assert company.watch(DAY) == []
    company.run("update contacts set email = 'jane@example.com' where id = 2")
    assert told(company.watch(DAY)) == [("contacts", "contact", 1, 1)]


def test_the_latest_run_is_told_of(company: SmallStore) -> None:
    gone(company)
    company.run(BACK)
    assert told(company.watch(DAY)) == [("contacts", "contact", 1, 1)]
    second = gone(company)
    company.run(BACK)
    (found,) = company.watch(DAY)
    assert (found.run_id, found.rows, found.new) == (second, 1, 1)


def test_it_waits_for_the_window(company: SmallStore) -> None:
    """Until then the repeats look for the person, by more than a fingerprint."""
    company.erased(JANE)
    company.run(BACK)
    assert company.watch(timedelta(hours=2)) == []
    company.run("delete from contacts where id = 12")
    assert company.watch(timedelta(days=8)) == []


def test_the_fingerprints_expire(company: SmallStore) -> None:
    company.policy = company.policy.replace("lock_timeout_ms: 300", "lock_timeout_ms: 300, watch_days: 30")
    company.write_policy()
    gone(company)
    company.run(BACK)
    assert told(company.watch(timedelta(days=20))) == [("contacts", "contact", 1, 1)]
    assert company.watch(timedelta(days=3)) == []
    with closing(sqlite3.connect(company.folder / ".habeas" / "control.db")) as control:
        for table in ("watched_fingerprints", "reappearances"):
            assert control.execute(f"select count(*) from {table}").fetchone() == (0,)


def test_nobody_is_watched_who_was_not_there(company: SmallStore) -> None:
    company.erased(Selection(subjects=(person("email=nobody@example.com"), person("email=ann@example.com"))))
    company.watch(timedelta(days=8))
    company.run("insert into contacts values (14, 1, 'nobody@example.com', null, 'N')")
    assert company.watch(DAY) == []


def test_after_a_rotation_the_former_key_answers(company: SmallStore) -> None:
    gone(company)
    keys(company.maps, company.environment, rotate=True)
    gone(company, who("email=ann@example.com", customer="1"))
    company.run(BACK)
    company.run("insert into contacts values (14, 1, 'ann@example.com', null, 'Ann')")
    assert told(company.watch(DAY)) == [("contacts", "contact", 1, 1)] * 2


def test_without_the_former_key_it_says_that_it_is_blind(company: SmallStore) -> None:
    gone(company)
    keys(company.maps, company.environment, rotate=True)
    master = company.folder / ".habeas" / "master.key"
    master.write_text(master.read_text().splitlines()[0] + "\n")
    master.chmod(0o600)
    company.run(BACK)
    company.now += DAY
    with company.workspace() as workspace:
        outcome = watch_flow.watch(workspace)
    assert [finding.code for finding in outcome.findings] == ["watch-key-missing"]
    assert list(outcome.reappeared) == []


def test_a_store_that_can_not_be_read_is_streamed_later(company: SmallStore) -> None:
    gone(company)
    company.run(BACK)
    company.now += DAY
    postgresql = company.dialect == "postgresql"
    with company.workspace() as workspace, company.engine.connect() as other:
        assert workspace.context.stores[0].catalog.tables
        other.exec_driver_sql("LOCK TABLE contacts IN ACCESS EXCLUSIVE MODE" if postgresql else "BEGIN EXCLUSIVE")
        failed = watch_flow.watch(workspace)
        other.rollback()
        assert [finding.severity.value for finding in failed.findings] == ["error"]
        assert [each.new for each in watch_flow.watch(workspace).reappeared] == [1]


def test_many_people_are_read_in_pieces(company: SmallStore) -> None:
    values = ", ".join(f"({number}, 1, 'p{number}@example.com', null, 'P')" for number in range(100, 12_100))
    company.run(f"insert into contacts values {values}")
    batch = Selection(subjects=tuple(person(f"email=p{number}@example.com") for number in range(100, 12_100, 100)))
    gone(company, batch)
    company.run(
        "insert into contacts values " + ", ".join(f"({n}, 2, 'P{n}@example.com', null, 'P')" for n in (500, 9_900))
    )
    assert told(company.watch(DAY)) == [("contacts", "contact", 2, 2)]
