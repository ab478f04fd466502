"""A process that erases many people keeps connections, temporary tables and statements: no run may notice another's."""

from __future__ import annotations

import re

import pytest
from tests.integration.engine.small_stores import SmallStore, person, who

from habeas.diagnostics import Refused
from habeas.flows.erase import erase
from habeas.flows.workspace import Workspace
from habeas.program.selection import Selection

PEOPLE = range(1, 41)
SCHEMA = """
create table contacts (id integer primary key, email text unique, boss_id integer references contacts);
create table reviews (id integer primary key, contact_id integer references contacts, handle text not null unique);
create table chats (id integer primary key, sender_id integer references contacts, reader_id integer references contacts,
                    words text);
create table mails (id integer primary key, address text, body text);
create table invoices (id integer primary key, contact_id integer references contacts, issued_on date, name text)
"""
MAP = """
people: {contact: {table: contacts}}
tables:
  contacts:
    columns: {email: {category: user.contact.email, identity: email}}
    edges: {boss_id: {to: contacts.id, as: accessed_by, on_erase: unlink}}
  reviews: {edges: {contact_id: owned_by}, on_erase: mask, columns: {handle: user.name}}
  chats:
    edges:
      sender_id: {to: contacts.id, as: owned_by, on_erase: {mask: [words]}}
      reader_id: {to: contacts.id, as: owned_by}
    columns: {words: user.content}
  mails: {edges: {address: {to: contacts.email, as: owned_by}}, columns: {body: user.content}}
  invoices:
    edges: {contact_id: {as: owned_by, on_erase: unlink}}
    columns: {name: user.name}
    on_erase: {keep: {ground: accounting, after: issued_on, mask: [name]}}
"""
TABLES = ("invoices", "mails", "chats", "reviews", "contacts")


def fill(store: SmallStore) -> None:
    """The same rows again: everybody has a review, two chats, a letter and two invoices, one of them old."""
    rows: list[str] = [f"delete from {table}" for table in TABLES]
    for i in PEOPLE:
        rows.append(f"insert into contacts values ({i}, 'p{i}@example.com', {i - 1 if i % 5 != 1 else 'null'})")
        rows.append(f"insert into reviews values ({i}, {i}, 'h{i}')")
        rows.append(f"insert into mails values ({i}, 'P{i}@example.com', 'dear {i}')")
        rows += [f"insert into invoices values ({i * 2 + n}, {i}, '20{12 + 12 * n}-03-01', 'n{i}')" for n in (0, 1)]
    for i in PEOPLE:
        rows += [f"insert into chats values ({i * 2 + n}, {i}, {(i * 7 + n) % 40 + 1}, 'w{i}')" for n in (0, 1)]
    store.run(";\n".join(rows))


def email(number: int) -> str:
    return f"email=p{number}@example.com"


def selections() -> list[Selection]:
    """One by one, a batch in between, and one by one again; somebody whom a hold protects, and nobody at all."""
    batch = Selection(subjects=tuple(person(email(i)) for i in range(12, 37)))
    return [
        *(who(email(i)) for i in range(1, 5)),
        who("email=nobody@example.com"),
        who(email(8), exclusions=[email(9)]),
        batch,
        *(who(email(i)) for i in (9, 38)),
    ]


def answer(workspace: Workspace, selection: Selection) -> list[object]:
    """The status and the lines: what the caller is told."""
    try:
        outcome = erase(workspace, selection)
    except Refused as refused:
        return [refused.status, *(f.code for f in refused.findings)]
    lines = outcome.plan.stores[0].lines if outcome.plan else ()
    return [outcome.status, *((line.table, line.action, line.rows, line.reason) for line in lines)]


def contents(store: SmallStore) -> dict[str, list[str]]:
    return {
        table: [re.sub("erased-[0-9a-f]{16}", "token", row) for row in rows] for table, rows in store.contents().items()
    }


def test_in_one_process_as_each_in_its_own(store: SmallStore) -> None:
    store.make(SCHEMA, MAP)
    fill(store)
    apart = []
    for selection in selections():
        with store.workspace() as workspace:
            apart.append(answer(workspace, selection))
    expected = contents(store)
    fill(store)
    with store.workspace() as workspace:
        together = [answer(workspace, selection) for selection in selections()]
    assert together == apart
    assert contents(store) == expected
    assert {each[0] for each in together} == {"complete", "nothing_found"}
    # 8 was held in place by 9, who was excluded then, and is masked
    left = [i for (i,) in store.rows("select id from contacts order by id")]
    assert left == [5, 6, 7, 8, 10, 11, 37, 39, 40]


@pytest.mark.postgresql
def test_no_key_stays_in_the_session(postgresql_store: SmallStore) -> None:
    store = postgresql_store.make(SCHEMA, MAP)
    fill(store)
    with store.workspace() as workspace:
        for number in (1, 2, 3):
            answer(workspace, who(email(number)))
        (opened,) = workspace.stores
        kept = 0
        with opened.engine.connect() as first, opened.engine.connect() as second:
            for connection in (first, second):
                names = connection.exec_driver_sql(
                    "SELECT relname FROM pg_class WHERE relnamespace = pg_my_temp_schema() AND relkind = 'r'"
                ).scalars()
                for name in names.all():
                    kept += 1
                    assert connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one() == 0
        assert kept > 0, "the second and third run found no table of the first"


@pytest.mark.postgresql
def test_a_refused_run_leaves_the_next_one_what_it_needs(postgresql_store: SmallStore) -> None:
    store = postgresql_store.make(SCHEMA, MAP)
    fill(store)
    with store.workspace() as workspace:
        for number in (1, 2, 3):
            assert answer(workspace, who(email(number)))[0] == "complete"
        store.run("create table audits (id integer primary key, contact_id integer not null references contacts)")
        store.run("insert into audits values (1, 4)")
        refused = answer(workspace, who(email(4)))  # a key that the map and the opened store don't know of
        assert refused[0] == "refused" and store.value("select count(*) from contacts where id = 4") == 1
        assert answer(workspace, who(email(5)))[0] == "complete"
        store.run("drop table audits")
        assert answer(workspace, who(email(4)))[0] == "complete"
