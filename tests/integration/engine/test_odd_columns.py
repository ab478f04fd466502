"""Columns that databases compute, number or constrain, under a mask and under an erasure."""

from __future__ import annotations

from tests.integration.engine.small_stores import SmallStore, who

JANE = who("email=jane@example.com")


def test_what_is_computed_from_masked_columns_forgets_them(store: SmallStore) -> None:
    store.make(
        """
        create table contacts (id integer primary key, email text, first text, last text not null,
          whole text generated always as (coalesce(first, '') || ' ' || last) stored);
        insert into contacts (id, email, first, last) values (1, 'jane@example.com', 'Jane', 'Doe'),
          (2, 'bob@example.com', 'Bob', 'Roe')
        """,
        """
        people: {contact: {table: contacts}}
        tables:
          contacts:
            on_erase: mask
            columns:
              email: {category: user.contact.email, identity: email}
              first: user.name
              last: user.name
              whole: user.name
        """,
    )
    outcome = store.erased(JANE)
    assert store.rows("select whole from contacts order by id") == [(" erased",), ("Bob Roe",)]
    assert store.verify(outcome.certificate).status == "complete"


def test_numbers_that_the_database_gives_always(postgresql_store: SmallStore) -> None:
    store = postgresql_store.make(
        """
        create table contacts (id bigint generated always as identity primary key, email text not null);
        create table notes (id bigint generated always as identity primary key,
          contact_id bigint not null references contacts, no bigint generated always as identity, body text);
        create table tickets (id bigint generated always as identity primary key,
          contact_id bigint not null references contacts);
        insert into contacts (email) values ('jane@example.com'), ('bob@example.com');
        insert into notes (contact_id, body) values (1, 'a'), (2, 'b');
        insert into tickets (contact_id) values (1)
        """,
        """
        people: {contact: {table: contacts}}
        tables:
          contacts: {columns: {email: {category: user.contact.email, identity: email}}}
          notes: {edges: {contact_id: owned_by}, columns: {body: user.content}}
          tickets: {not_personal: counted}
        """,
    )
    store.erased(JANE)
    assert store.rows("select id, body from notes") == [(2, "b")]
    assert store.rows("select id from contacts where email like 'erased%'") == [(1,)]


def test_five_hundred_columns_with_the_longest_names(store: SmallStore) -> None:
    """Names of 63 bytes that begin alike, reserved words, quotes and blanks."""
    names = [f"{'c' * 59}_{n:03}" for n in range(490)] + ["select", "a b", 'x"y', "a.b", "Größe", "%s", "user"]
    quoted = ", ".join('"' + name.replace('"', '""') + '" text' for name in names)
    listed = ", ".join("'secret'" for _ in names)
    table = "t" * 63
    store.make(
        f"""
        create table "{table}" (id integer primary key, email text, {quoted});
        insert into "{table}" values (1, 'jane@example.com', {listed}), (2, 'bob@example.com', {listed})
        """,
        "people: {contact: {table: " + table + "}}\ntables:\n  " + table + ":\n    on_erase: mask\n    columns:\n"
        "      email: {category: user.contact.email, identity: email}\n"
        + "".join("      '" + name.replace("'", "''") + "': user.name\n" for name in names),
    )
    assert store.access(JANE).status == "complete"
    outcome = store.erased(JANE)
    masked, left = store.rows(f'select * from "{table}" order by id')
    assert masked[0] == 1 and set(masked[1:]) == {None} and set(left[2:]) == {"secret"}
    assert store.verify(outcome.certificate).status == "complete"


def test_constraints_that_keep_rows_apart_or_wait(postgresql_store: SmallStore) -> None:
    """An exclusion constraint, a deferred unique over several columns, and a cycle of three keys."""
    store = postgresql_store.make(
        """
        create table contacts (id integer primary key, email text);
        create table rooms (id integer primary key, contact_id integer references contacts, during int4range,
          place integer, exclude using gist (during with &&));
        create table ranks (id integer primary key, contact_id integer references contacts, place integer, grade text,
          unique (contact_id, place) deferrable initially deferred);
        create table a (id integer primary key, contact_id integer references contacts);
        create table b (id integer primary key, a_id integer not null references a on delete restrict);
        create table c (id integer primary key, b_id integer not null references b on delete cascade);
        alter table a add c_id integer references c on delete set null deferrable initially deferred;
        insert into contacts values (1, 'jane@example.com'), (2, 'bob@example.com');
        insert into rooms values (1, 1, '[1,3)', 1), (2, 2, '[3,5)', 1);
        insert into ranks values (1, 1, 1, 'x'), (2, 1, 2, 'y'), (3, 2, 1, 'z');
        insert into a values (1, 1, null), (2, 2, null);
        insert into b values (1, 1), (2, 2);
        insert into c values (1, 1), (2, 2);
        update a set c_id = id
        """,
        """
        people: {contact: {table: contacts}}
        tables:
          contacts: {columns: {email: {category: user.contact.email, identity: email}}}
          rooms: {edges: {contact_id: owned_by}}
          ranks: {edges: {contact_id: owned_by}, columns: {grade: user.behavior}}
          a: {edges: {contact_id: owned_by, c_id: lookup}}
          b: {edges: {a_id: {to: a, as: owned_by}}}
          c: {edges: {b_id: {to: b, as: owned_by}}}
        """,
    )
    outcome = store.erased(JANE)
    for table in ("contacts", "rooms", "a", "b", "c"):
        assert [i for (i,) in store.rows(f"select id from {table}")] == [2], table
    assert [i for (i,) in store.rows("select id from ranks")] == [3]
    assert store.verify(outcome.certificate).status == "complete"


def test_a_key_of_json_is_refused_before_anything_goes(postgresql_store: SmallStore) -> None:
    store = postgresql_store.make(
        """
        create table contacts (id integer primary key, email text);
        create table seen (place jsonb primary key, contact_id integer references contacts);
        insert into contacts values (1, 'jane@example.com');
        insert into seen values ('{"a": 1}', 1)
        """,
        """
        people: {contact: {table: contacts}}
        tables:
          contacts: {columns: {email: {category: user.contact.email, identity: email}}}
          seen: {edges: {contact_id: owned_by}}
        """,
    )
    store.refuses(JANE, "json-key")


def test_a_check_over_a_document_whose_leaves_are_masked(store: SmallStore) -> None:
    rule = "json_valid(data)" if store.dialect == "sqlite" else "jsonb_typeof(data) = 'object'"
    kind = "text" if store.dialect == "sqlite" else "jsonb"
    store.make(
        f"""
        create table contacts (id integer primary key, email text, data {kind} check ({rule}));
        insert into contacts values (1, 'jane@example.com', '{{"name": "Jane"}}')
        """,
        """
        people: {contact: {table: contacts}}
        tables:
          contacts:
            on_erase: mask
            columns:
              email: {category: user.contact.email, identity: email}
              data: {paths: {$.name: user.name}}
        """,
    )
    store.erased(JANE)
    assert "Jane" not in str(store.value("select data from contacts"))
