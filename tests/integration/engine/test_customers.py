"""Each Customer is the controller of its own people: no run crosses from one to another unasked."""

from __future__ import annotations

import pytest
from tests.integration.engine.small_stores import SmallStore, lines, who

SCHEMA = """
create table accounts (id integer primary key, name text);
create table users (id integer primary key, email text not null, name text);
create table contacts (id integer primary key, account_id integer not null references accounts, email text, name text);
create table threads (id integer primary key, contact_id integer references contacts, title text);
create table messages (id integer primary key, thread_id integer references threads, user_id integer references users,
  body text);
create table mails (id integer primary key, account_id integer, address text, body text);
create table logins (id integer primary key, address text, at text);
create table labels (id integer primary key, contact_id integer references contacts, text text);
insert into accounts values (7, 'Seven'), (8, 'Eight');
insert into users values (1, 'jane@example.com', 'Jane at work');
insert into contacts values (1, 7, 'jane@example.com', 'Jane'), (2, 8, 'jane@example.com', 'Jane'), (3, 7,
  'bob@example.com', 'Bob');
insert into threads values (1, 1, 'a'), (2, 2, 'b'), (3, 3, 'c');
insert into messages values (1, 1, null, 'a'), (2, 2, null, 'b'), (3, 3, 1, 'c'), (4, 1, 1, 'd');
insert into mails values (1, 7, 'JANE@example.com', 'a'), (2, 8, 'jane@example.com', 'b'), (3, null,
  'jane@example.com', 'c');
insert into logins values (1, 'jane@example.com', 'x'), (2, 'bob@example.com', 'y');
insert into labels values (1, 1, 'a'), (2, 2, 'b'), (3, 3, 'c')
"""
MAP = """
customers: {table: accounts}
people: {contact: {table: contacts, controller: customer}, user: {table: users}}
tables:
  accounts: {not_personal: companies}
  users:
    customer: {none: staff of ours}
    columns: {email: {category: user.contact.email, identity: email}, name: user.name}
  contacts:
    customer: account_id
    columns: {id: {identity: app.user_id}, email: {category: user.contact.email, identity: email}, name: user.name}
  threads: {customer: {via: contact_id}, edges: {contact_id: owned_by}, columns: {title: user.content}}
  messages:
    customer: {via: thread_id}
    edges: {thread_id: owned_by, user_id: {to: users, as: accessed_by}}
    columns: {body: user.content}
  mails:
    customer: account_id
    edges: {address: {to: contacts.email, as: owned_by}}
    columns: {body: user.content}
  logins:
    customer: {none: before an account is chosen}
    edges: {address: {to: contacts.email, as: owned_by}}
    columns: {at: user.behavior}
  labels: {customer: {none: labels are of everybody}, edges: {contact_id: owned_by}, columns: {text: user.content}}
"""
JANE = "email=jane@example.com"


@pytest.fixture
def company(store: SmallStore) -> SmallStore:
    return store.make(SCHEMA, MAP)


def ids(company: SmallStore, table: str) -> list[int]:
    return [i for (i,) in company.rows(f"select id from {table} order by id")]


def test_a_person_and_a_customer(company: SmallStore) -> None:
    before = company.rows("select * from labels order by id")
    outcome = company.erased(who(JANE, customer="7"))
    assert ids(company, "contacts") == [1, 2, 3] and company.rows("select name from contacts where id = 1") == [(None,)]
    assert ids(company, "threads") == [2, 3]
    assert ids(company, "messages") == [2, 3]
    assert ids(company, "mails") == [2, 3], "the same address of another Customer, and of none, is not theirs"
    assert ids(company, "users") == [1] and ids(company, "logins") == [1, 2]
    # Rows that belong to no Customer are listed and left as they are: what they refer to is masked in its place.
    assert company.rows("select * from labels order by id") == before
    assert outcome.plan is not None
    notes = {f.code: f for f in outcome.plan.findings}
    assert "labels" in notes["outside-customer"].tables


def test_values_that_join_across_customers_are_listed_too(store: SmallStore) -> None:
    across = "address: {to: contacts.email, as: owned_by, across: customers, why: a login comes before an account}"
    join = "{address: {to: contacts.email, as: owned_by}}\n    columns: {at"
    company = store.make(SCHEMA, MAP.replace(join, f"{{{across}}}\n    columns: {{at"))
    for selection, count in ((who(JANE, customer="7"), 1), (who(customer="7"), 2)):
        notes = {(f.code, f.tables): f for f in company.plan(selection).plan.findings}
        assert f"{count} rows of logins" in notes["outside-customer", ("logins",)].summary
    company.erased(who(JANE, customer="7"))
    assert ids(company, "logins") == [1, 2], "a login of no Customer is left to whoever it belongs to"
    company.erased(who(JANE, all_customers="they wrote to all of them"))
    assert ids(company, "logins") == [2]


def test_a_customer_alone(company: SmallStore) -> None:
    company.run("delete from labels where id = 3")
    outcome = company.erased(who(customer="7"))
    assert ids(company, "accounts") == [7, 8], "its own row goes only at the end of the contract"
    assert company.rows("select id, name from contacts order by id") == [(1, None), (2, "Jane")]
    assert ids(company, "threads") == [2] and ids(company, "messages") == [2]
    assert ids(company, "mails") == [2, 3] and ids(company, "users") == [1]
    assert sorted(lines(outcome, "contacts")) == [("contacts", "erase", 1), ("contacts", "mask", 1)]


def test_a_kind_alone(company: SmallStore) -> None:
    company.erased(who(JANE, kind="user"))
    assert ids(company, "users") == [] and ids(company, "contacts") == [1, 2, 3]
    assert company.rows("select id, user_id from messages order by id") == [(1, None), (2, None), (3, None), (4, None)]


def test_all_customers_with_a_reason(company: SmallStore) -> None:
    company.erased(who(JANE, all_customers="they wrote to all of them"))
    assert ids(company, "contacts") == [3] and ids(company, "users") == []
    assert ids(company, "threads") == [3] and ids(company, "messages") == [3]
    assert ids(company, "mails") == [3], "a mail of no Customer joins nobody who has one"
    assert ids(company, "labels") == [3]


def test_no_customer_counts_as_one(company: SmallStore) -> None:
    company.run(
        """
        delete from mails;
        delete from messages;
        delete from threads;
        delete from labels;
        delete from contacts where id = 2
        """
    )
    said = company.refuses(who(JANE), "several-customers", "ambiguous")
    assert "7" in said and "none" in said


def test_an_edge_across_customers_says_so(company: SmallStore) -> None:
    company.write_map(
        MAP.replace(
            "as: owned_by}}\n    columns: {at",
            "as: owned_by, across: customers, why: one address signs in to several}}\n    columns: {at",
        )
    )
    company.erased(who("app.user_id=1"))
    assert ids(company, "logins") == [1, 2], "another Customer's Jane owns the row too, and stays"
    company.erased(who(JANE, all_customers="both"))
    assert ids(company, "logins") == [2]


def test_a_key_into_another_customer_is_a_finding_and_not_followed(company: SmallStore) -> None:
    company.run("alter table threads add column account_id integer")
    company.run("update threads set account_id = 8 where id = 1")
    company.write_map(MAP.replace("threads: {customer: {via: contact_id}", "threads: {customer: account_id"))
    outcome = company.erased(who("app.user_id=1"))
    assert outcome.plan is not None
    crossing = [f for f in outcome.plan.findings if f.code == "crosses-customer"]
    assert [f.tables for f in crossing] == [("threads",)]
    assert company.rows("select id, contact_id from threads where id = 1") == [(1, None)]
    assert ids(company, "messages") == [1, 2, 3, 4]


def test_customers_named_by_text(store: SmallStore) -> None:
    store.make(
        """
        create table orgs (slug text primary key);
        create table contacts (id integer primary key, org text not null references orgs, email text);
        insert into orgs values ('acme'), ('Acme'), ('o''neil'), ('7');
        insert into contacts values (1, 'acme', 'jane@example.com'), (2, 'Acme', 'jane@example.com'),
          (3, 'o''neil', 'jane@example.com'), (4, '7', 'jane@example.com')
        """,
        """
        customers: {table: orgs}
        people: {contact: {table: contacts}}
        tables:
          orgs: {not_personal: companies}
          contacts: {customer: org, columns: {email: {category: user.contact.email, identity: email}}}
        """,
    )
    assert store.access(who(JANE, customer="o'neil")).groups[0].rows == 1
    store.erased(who(JANE, customer="acme"))
    store.erased(who(JANE, customer="o'neil"))
    store.erased(who(JANE, customer="7"))
    assert ids(store, "contacts") == [2]


def test_a_customer_in_another_type_is_refused(store: SmallStore) -> None:
    store.make(
        """
        create table accounts (id integer primary key);
        create table contacts (id integer primary key, account text, email text);
        insert into accounts values (7);
        insert into contacts values (1, '7', 'jane@example.com')
        """,
        """
        customers: {table: accounts}
        people: {contact: {table: contacts}}
        tables:
          accounts: {not_personal: companies}
          contacts: {customer: account, columns: {email: {category: user.contact.email, identity: email}}}
        """,
    )
    for selection in (who(JANE), who(JANE, customer="7"), who(customer="7")):
        store.refuses(selection, "customer-type")
