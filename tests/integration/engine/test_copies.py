"""Declared copies: what a mask writes to a column is written wherever the map says that the value stands too."""

from __future__ import annotations

import pytest
from tests.integration.engine.small_stores import SmallStore, lines, who

from habeas.program.selection import Intent

SCHEMA = """
create table accounts (id integer primary key);
create table contacts (
    id integer primary key, account_id integer, email varchar(60) not null, name text, code bigint not null unique
);
create table votes (id integer primary key, contact_id integer not null references contacts, voter varchar(40) not null);
create table mailings (
    id integer primary key, account_id integer, email varchar(30), code bigint, sent_to integer references contacts
);
insert into accounts values (1), (2);
insert into contacts values
    (1, 1, 'jane@example.com', 'Jane', 71), (2, 1, 'bob@example.com', 'Bob', 72), (3, 2, 'Jane@example.com', 'J', 73);
insert into votes values (1, 1, 'jane@example.com'), (2, 2, 'bob@example.com');
insert into mailings values
    (1, 1, ' Jane@Example.com ', 71, null), (2, 1, 'bob@example.com', 72, 2), (3, 2, 'jane@example.com', 73, null),
    (4, 1, '', null, null),
    (5, 1, null, 99, null), (6, null, 'jane@example.com', 71, null)
"""
MAP = """
customers: accounts
people: {contact: {table: contacts}}
tables:
  accounts: {not_personal: tenants}
  contacts:
    customer: account_id
    columns:
      email: {category: user.contact.email, identity: email, copies: [mailings.email, votes.voter]}
      name: user.name
      code: {category: user.unique_id, copies: [mailings.code]}
  votes:
    customer: {via: contact_id}
    edges: {contact_id: accessed_by}
    columns: {voter: user.contact.email}
  mailings:
    customer: account_id
    edges: {email: {to: contacts.email, as: lookup}, sent_to: accessed_by}
    columns: {email: user.contact.email, code: user.unique_id}
"""
ONE = {"customer": "1"}


def mailings(store: SmallStore) -> dict[int, tuple[str, int]]:
    return {id_: (email, code) for id_, email, code in store.rows("select id, email, code from mailings")}


def test_copies_receive_the_very_same_value(store: SmallStore) -> None:
    store.make(SCHEMA, MAP)
    before = mailings(store)
    store.erased(who("email=jane@example.com", all_customers=None, **ONE))
    ((email, name, code),) = store.rows("select email, name, code from contacts where id = 1")
    assert email.startswith("erased-") and len(email) == 23 and name is None and code < 0
    assert store.value("select voter from votes where id = 1") == email
    after = mailings(store)
    assert after.pop(1) == (email, code)
    del before[1]
    assert after == before, "another Customer's, nobody's, blank and other values are left alone"
    assert store.value("select count(*) from contacts c join mailings m on m.email = c.email and m.code = c.code") == 2


def test_the_plan_names_the_copies(store: SmallStore) -> None:
    store.make(SCHEMA, MAP)
    outcome = store.plan(who("email=jane@example.com", **ONE), Intent.ERASE)
    assert lines(outcome, "mailings") == [("mailings", "mask", 1), ("mailings", "mask", 1)]
    assert lines(outcome, "votes") == [("votes", "mask", 1)]
    said = [(line.columns, line.reason) for line in outcome.plan.stores[0].lines if line.table == "mailings"]
    assert (("code",), "copy of contacts.code, which is masked") in said


def test_another_persons_value_is_not_taken_away(store: SmallStore) -> None:
    """Two contacts of one Customer share an address; one leaves and is masked."""
    store.make(SCHEMA, MAP)
    store.run("update contacts set email = 'JANE@example.com' where id = 2")
    store.erased(who("email=jane@example.com", exclusions=["email=bob@example.com"], all_matches=True, **ONE))
    assert store.value("select count(*) from mailings where email like 'erased-%'") == 1
    store.run(
        "insert into contacts values (4, 1, 'ann@example.com', 'Ann', 74), (5, 1, 'ann@example.com', 'Annie', 75)"
    )
    store.run("insert into votes values (4, 4, 'ann@example.com')")
    store.run("insert into mailings values (7, 1, 'ann@example.com', 74, null)")
    store.write_map(MAP.replace("code: {category", "code: {identity: app.customer_no, category"))
    store.erased(who("app.customer_no=74", **ONE))
    assert store.value("select email from contacts where id = 4").startswith("erased-")
    assert store.value("select voter from votes where id = 4") == "ann@example.com", "contact 5 has it still"
    assert store.rows("select email, code < 0 from mailings where id = 7") in (
        [("ann@example.com", 1)],
        [("ann@example.com", True)],
    )


@pytest.mark.parametrize("kept", [False, True])
def test_a_copy_in_a_row_that_is_masked_or_kept_itself(store: SmallStore, kept: bool) -> None:
    rule = "{keep: {ground: accounting, after: made, mask: [email]}}" if kept else "mask"
    store.make(
        """
        create table contacts (id integer primary key, email text, name text);
        create table bills (
            id integer primary key, contact_id integer references contacts, email text not null, made date, note text
        );
        create table papers (id integer primary key, contact_id integer references contacts, email text, made date);
        insert into contacts values (1, 'jane@example.com', 'Jane'), (2, 'bob@example.com', 'Bob');
        insert into bills values
            (1, 1, 'JANE@example.com', '2026-01-01', 'x'), (2, 1, 'other@example.com', '2026-01-01', 'y'),
            (3, 2, 'jane@example.com', '2026-01-01', 'z'), (4, 2, 'bob@example.com', '2026-01-01', 'z');
        insert into papers values (1, 1, 'jane@example.com', '2026-01-01')
        """,
        f"""
        people: {{contact: {{table: contacts}}}}
        tables:
          contacts:
            on_erase: mask
            columns:
              email: {{category: user.contact.email, identity: email, copies: [bills.email, papers.email]}}
              name: user.name
          bills:
            edges: {{contact_id: owned_by}}
            on_erase: {rule}
            columns: {{email: user.contact.email, note: user.content}}
          papers:
            edges: {{contact_id: owned_by}}
            on_erase: {{keep: {{ground: accounting, after: made}}}}
            columns: {{email: user.contact.email}}
        """,
    )
    store.erased(who("email=jane@example.com"))
    email = store.value("select email from contacts where id = 1")
    assert email.startswith("erased-")
    first, second, third, fourth = (e for (e,) in store.rows("select email from bills order by id"))
    assert first == email and third == email and fourth == "bob@example.com"
    assert second == "erased", "no copy of hers: it gets its own column's mask"
    assert store.value("select email from papers") == "jane@example.com", "kept whole"


def test_a_row_that_stays_and_could_be_owned_by_a_masked_one_is_unlinked(store: SmallStore) -> None:
    store.make(
        """
        create table contacts (id integer primary key, email text, name text);
        create table logins (
            id integer primary key, owner_id integer references contacts, email text, seen text
        );
        insert into contacts values (1, 'jane@example.com', 'Jane'), (2, 'bob@example.com', 'Bob');
        insert into logins values (1, 2, 'jane@example.com', 'x'), (2, 2, null, 'y')
        """,
        """
        people: {contact: {table: contacts}}
        tables:
          contacts:
            on_erase: mask
            columns:
              email: {category: user.contact.email, identity: email, copies: [logins.email]}
              name: user.name
          logins:
            edges: {owner_id: owned_by, email: {to: contacts.email, as: owned_by}}
            columns: {seen: user.behavior}
        """,
    )
    store.erased(who("email=jane@example.com"))
    assert store.rows("select id, email from logins order by id") == [(1, None), (2, None)]


def test_constants_and_null_are_copied_too(store: SmallStore) -> None:
    store.make(
        """
        create table contacts (id integer primary key, email text, city text not null, born date);
        create table visits (id integer primary key, city text, born date, contact_id integer references contacts);
        insert into contacts values (1, 'jane@example.com', 'Berlin', '1990-02-03'), (2, 'bob@example.com', 'Paris', null);
        insert into visits values (1, 'Berlin', '1990-02-03', null), (2, 'berlin', '1990-02-04', 2)
        """,
        """
        people: {contact: {table: contacts}}
        tables:
          contacts:
            on_erase: mask
            columns:
              email: {category: user.contact.email, identity: email, mask: null}
              city: {category: user.contact.address.city, mask: {constant: "it's nowhere"}, copies: [visits.city]}
              born: {category: user.demographic.date_of_birth, copies: [visits.born]}
          visits:
            edges: {city: {to: contacts.city, as: lookup}, contact_id: accessed_by}
            columns: {city: user.contact.address.city, born: user.demographic.date_of_birth}
        """,
    )
    store.erased(who("email=jane@example.com"))
    first, second = store.rows("select city, born from visits order by id")
    assert first == ("it's nowhere", None)
    assert second[0] == "berlin" and second[1] is not None
