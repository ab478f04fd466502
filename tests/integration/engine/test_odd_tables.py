"""Tables that others inherit from, and references whose key has several columns beside a type."""

from __future__ import annotations

from tests.integration.engine.small_stores import SmallStore, lines, who

from habeas.flows.check import check

JANE = who("email=jane@example.com")


def test_heirs_are_tables_of_their_own(postgresql_store: SmallStore) -> None:
    """The same number stands in the parent and in its heir: two people, and two rows."""
    store = postgresql_store
    store.make(
        """
        create table contacts (id integer primary key, email text not null, name text);
        create table vips (gift text, primary key (id)) inherits (contacts);
        create table notes (id integer primary key, contact_id integer references contacts, body text);
        create table old_notes (primary key (id)) inherits (notes);
        insert into contacts values (1, 'jane@example.com', 'Jane'), (2, 'bob@example.com', 'Bob');
        insert into vips values (1, 'rich@example.com', 'Rich', 'wine'), (3, 'jane@example.com', 'Jane V', 'tea');
        insert into notes values (1, 1, 'of Jane'), (2, 2, 'of Bob');
        insert into old_notes values (1, 2, 'old, of Bob'), (3, 1, 'old, of Jane')
        """,
        """
        people: {contact: {table: contacts}, vip: {table: vips}}
        tables:
          contacts:
            on_erase: mask
            columns: {email: {category: user.contact.email, identity: email}, name: user.name}
          vips:
            columns: {email: {category: user.contact.email, identity: email}, name: user.name, gift: user.behavior}
          notes: {edges: {contact_id: owned_by}, columns: {body: user.content}}
          old_notes: {edges: {contact_id: {to: contacts.id, as: owned_by}}, columns: {body: user.content}}
        """,
    )
    assert store.access(JANE).status == "complete"
    plan = lines(store.plan(JANE))
    assert sorted(plan) == [
        ("contacts", "mask", 1),
        ("notes", "erase", 1),
        ("old_notes", "erase", 1),
        ("vips", "erase", 1),
    ]
    outcome = store.erased(JANE)
    assert store.rows("select id, name from only contacts order by id") == [(1, None), (2, "Bob")]
    assert store.rows("select id, name, gift from vips") == [(1, "Rich", "wine")]
    assert store.rows("select id, body from only notes") == [(2, "of Bob")]
    assert store.rows("select id, body from old_notes") == [(1, "old, of Bob")]
    assert store.verify(outcome.certificate).status == "complete"


def test_an_heir_that_the_map_lacks_is_an_error(postgresql_store: SmallStore) -> None:
    store = postgresql_store.make(
        """
        create table contacts (id integer primary key, email text not null);
        create table vips (primary key (id)) inherits (contacts)
        """,
        """
        people: {contact: {table: contacts}}
        tables: {contacts: {columns: {email: {category: user.contact.email, identity: email}}}}
        """,
    )
    with store.workspace() as workspace:
        assert [f.summary for f in check(workspace) if f.code == "unmapped-table"] == ["app.vips is not in the map"]


def test_pairs_with_keys_of_several_columns(store: SmallStore) -> None:
    store.make(
        """
        create table accounts (id integer primary key);
        create table contacts (account_id integer not null, no integer not null, email text, primary key (account_id, no));
        create table robots (account_id integer not null, no integer not null, primary key (no, account_id));
        create table notes (id integer primary key, about_type text, account_id integer, about_no integer, body text);
        create table marks (id integer primary key, by_type text not null, account_id integer not null,
          by_no integer not null, label text);
        insert into accounts values (7), (8);
        insert into contacts values (7, 1, 'jane@example.com'), (8, 1, 'bob@example.com'), (7, 2, 'eve@example.com');
        insert into robots values (7, 1), (1, 7);
        insert into notes values (1, 'Contact', 7, 1, 'a'), (2, 'Contact', 8, 1, 'b'), (3, 'Robot', 7, 1, 'c'),
          (4, 'Contact', 7, 2, 'd'), (5, 'Contact', 1, 7, 'e'), (6, 'Contact', 7, null, 'f');
        insert into marks values (1, 'Contact', 7, 1, 'x'), (2, 'Contact', 8, 1, 'y'), (3, 'Robot', 7, 1, 'z')
        """,
        """
        customers: accounts
        people: {contact: {table: contacts}}
        tables:
          accounts: {not_personal: companies}
          contacts:
            customer: account_id
            columns: {email: {category: user.contact.email, identity: email}}
          robots: {customer: account_id, not_personal: machines}
          notes:
            customer: account_id
            edges:
              about:
                pair: [about_type, account_id, about_no]
                to: {Contact: {table: contacts, as: owned_by}, Robot: {to: "robots(account_id, no)", as: lookup}}
            columns: {body: user.content}
          marks:
            customer: account_id
            edges:
              by:
                pair: [by_type, account_id, by_no]
                to: {Contact: {table: contacts, as: accessed_by, placeholder: 0}, Robot: {to: "robots(account_id, no)", as: lookup}}
            columns: {label: user.content}
        """,
    )
    assert sorted(lines(store.plan(JANE))) == [("contacts", "erase", 1), ("marks", "unlink", 1), ("notes", "erase", 1)]
    outcome = store.erased(JANE)
    assert [i for (i,) in store.rows("select id from notes order by id")] == [2, 3, 4, 5, 6]
    assert store.rows("select account_id, by_no from marks order by id") == [(7, 0), (8, 1), (7, 1)]
    assert store.verify(outcome.certificate).status == "complete"
    text = (store.maps / "app.yaml").read_text()
    (store.maps / "app.yaml").write_text(text.replace("[about_type, account_id, about_no]", "[about_type, about_no]"))
    assert "pair: [about_type, COLUMN, COLUMN]" in store.refuses(who("email=eve@example.com"), "edge-target-mismatch")
