"""Whatever a database calls its things, and whatever its keys are made of, the right rows are found and changed."""

from __future__ import annotations

import csv
import io
import json
import zipfile

from tests.integration.engine.small_stores import SmallStore, lines, who

JANE = who("email=jane@example.com")


def test_quoted_names(store: SmallStore) -> None:
    """Mixed case, blanks, a per cent, a colon, quotes, a reserved word."""
    store.make(
        """
        create table "User" ("Id" integer primary key, "E-Mail %s" text not null, "select" text, "a""b" text);
        create table "Odd ""Table"" 100% :x" ("Key" integer primary key, "User:Id" integer references "User",
          "it's %(x)s" text, "{braces}" text not null);
        insert into "User" values (1, 'jane@example.com', 'Jane', 'x'), (2, 'bob@example.com', 'Bob', 'y');
        insert into "Odd ""Table"" 100% :x" values (1, 1, 'a', 'b'), (2, 2, 'c', 'd'), (3, null, 'e', 'f')
        """,
        """
        people: {contact: {table: User}}
        tables:
          User:
            on_erase: mask
            columns:
              "E-Mail %s": {category: user.contact.email, identity: email}
              select: user.name
              'a"b': user.content
          'Odd "Table" 100% :x':
            edges: {"User:Id": {to: User, as: owned_by}}
            columns: {"it's %(x)s": user.content, "{braces}": user.content}
        """,
    )
    copy = store.access(JANE)
    assert copy.status == "complete"
    with zipfile.ZipFile(store.folder / "copy.zip") as package:
        resources = json.loads(package.read("datapackage.json"))["resources"]
        assert [r["name"] for r in resources] == sorted(
            {r["name"] for r in resources}, key=[r["name"] for r in resources].index
        )
        assert all(r["path"] in package.namelist() for r in resources)
    store.run("""insert into "Odd ""Table"" 100% :x" values (4, 1, 'mail jane@example.com', 'f')""")
    outcome = store.erased(JANE, redact=True)
    assert sorted(lines(outcome)) == [('Odd "Table" 100% :x', "erase", 2), ("User", "mask", 1)]
    assert store.rows('select "Key" from "Odd ""Table"" 100% :x" order by 1') == [(2,), (3,)]
    ((email, name, other),) = store.rows("""select "E-Mail %s", "select", "a""b" from "User" where "Id" = 1""")
    assert email.startswith("erased-") and (name, other) == (None, None)
    assert store.verify(outcome.certificate).status == "complete"


def test_names_that_look_like_ours(store: SmallStore) -> None:
    """A table of theirs that is called as a temporary table of ours."""
    store.make(
        """
        create table habeas_k0 (id integer primary key, email text not null);
        create table habeas_m0 (c0 integer primary key, k integer references habeas_k0, r text, v text, root text);
        insert into habeas_k0 values (1, 'jane@example.com'), (2, 'bob@example.com');
        insert into habeas_m0 values (1, 1, 'a', 'b', 'c'), (2, 2, 'd', 'e', 'f')
        """,
        """
        people: {contact: {table: habeas_k0}}
        tables:
          habeas_k0: {columns: {email: {category: user.contact.email, identity: email}}}
          habeas_m0: {edges: {k: {to: habeas_k0, as: owned_by}}, columns: {r: user.content, v: user.content,
            root: user.content}}
        """,
    )
    store.erased(JANE)
    assert store.rows("select id from habeas_k0") == [(2,)]
    assert store.rows("select c0 from habeas_m0") == [(2,)]


def test_other_schemas(postgresql_store: SmallStore) -> None:
    store = postgresql_store.make(
        """
        create schema crm;
        create schema "Billing";
        create table crm.contacts (id integer primary key, email text not null);
        create table contacts (id integer primary key, note text, contact_id integer references crm.contacts);
        create table "Billing"."Invoices" (id integer primary key,
          contact_id integer not null references crm.contacts, memo text);
        insert into crm.contacts values (1, 'jane@example.com'), (2, 'bob@example.com');
        insert into contacts values (1, 'of Jane', 1), (2, 'of Bob', 2);
        insert into "Billing"."Invoices" values (1, 1, 'a'), (2, 2, 'b')
        """,
        """
        people: {contact: {table: crm.contacts}}
        tables:
          crm.contacts: {columns: {email: {category: user.contact.email, identity: email}}}
          contacts: {edges: {contact_id: {to: crm.contacts.id, as: owned_by}}, columns: {note: user.content}}
          Billing.Invoices: {edges: {contact_id: {to: crm.contacts, as: owned_by}}, columns: {memo: user.content}}
        """,
    )
    store.erased(JANE)
    assert store.rows("select id from crm.contacts") == [(2,)]
    assert store.rows("select id from contacts") == [(2,)]
    assert store.rows('select id from "Billing"."Invoices"') == [(2,)]


def test_keys_of_uuid_and_text(store: SmallStore) -> None:
    kind = "uuid" if store.dialect == "postgresql" else "text"
    a, b = "aaaaaaaa-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
    store.make(
        f"""
        create table users (id {kind} primary key, email text not null, handle text not null unique);
        create table posts (slug text primary key, user_id {kind} not null references users, body text);
        create table likes (slug text not null references posts, handle text not null, primary key (slug, handle));
        insert into users values ('{a}', 'jane@example.com', 'jane d'), ('{b}', 'bob@example.com', 'Jane d');
        insert into posts values ('it''s-mine', '{a}', 'x'), ('%', '{b}', 'y'), ('', '{a}', 'z');
        insert into likes values ('%', 'jane d'), ('%', 'Jane d'), ('it''s-mine', 'Jane d')
        """,
        """
        people: {user: {table: users}}
        tables:
          users:
            columns:
              id: {identity: app.user_id}
              email: {category: user.contact.email, identity: email}
              handle: user.account.username
          posts: {edges: {user_id: owned_by}, columns: {body: user.content}}
          likes:
            edges:
              slug: {to: posts.slug, as: owned_by, on_erase: delete}
              handle: {to: users.handle, as: owned_by, on_erase: delete}
        """,
    )
    copy = store.plan(who(f"app.user_id={a.upper()}"))
    assert copy.status == ("planned" if kind == "uuid" else "nothing_found"), "text compares letter by letter"
    store.erased(who(f"app.user_id={a}"))
    assert store.rows("select email from users") == [("bob@example.com",)]
    assert store.rows("select slug from posts") == [("%",)]
    assert store.rows("select slug, handle from likes") == [("%", "Jane d")]


def test_pairs_with_ids_in_text(store: SmallStore) -> None:
    """`1` is Jane's, and neither `01`, ` 1` nor the ticket 1."""
    store.make(
        """
        create table contacts (id integer primary key, email text not null);
        create table tickets (id integer primary key, contact_id integer references contacts, title text);
        create table notes (id integer primary key, about_type text, about_id text, body text);
        insert into contacts values (1, 'jane@example.com'), (2, 'bob@example.com');
        insert into tickets values (1, 2, 'of Bob'), (2, 1, 'of Jane');
        insert into notes values (1, 'Contact', '1', 'a'), (2, 'Ticket', '1', 'b'), (3, 'Ticket', '2', 'c'),
          (4, 'contact', '1', 'd'), (5, 'Contact', '01', 'e'), (6, 'Contact', '', 'f'), (7, null, '1', 'g'),
          (8, 'Contact', 'one', 'h'), (9, 'Contact', '2', 'i'), (10, 'Contact', null, 'j')
        """,
        """
        people: {contact: {table: contacts}}
        tables:
          contacts: {columns: {email: {category: user.contact.email, identity: email}}}
          tickets: {edges: {contact_id: owned_by}, columns: {title: user.content}}
          notes:
            edges:
              about: {pair: [about_type, about_id], to: {Contact: {table: contacts, as: owned_by},
                Ticket: {table: tickets, as: owned_by}}}
            columns: {body: user.content}
        """,
    )
    store.erased(JANE)
    assert [i for (i,) in store.rows("select id from notes order by id")] == [2, 4, 5, 6, 7, 8, 9, 10]
    assert store.rows("select id from tickets") == [(1,)]


def test_value_joins_fold_case_and_blanks_and_join_no_blank(store: SmallStore) -> None:
    store.make(
        """
        create table contacts (id integer primary key, email text, phone text);
        create table mails (id integer primary key, address text, body text);
        create table calls (id integer primary key, number text not null, memo text);
        insert into contacts values (1, 'Jane@Example.com', '+49 (30) 1234-5'), (2, 'jané@example.com', null), (3,
          '', ' ');
        insert into mails values (1, ' JANE@example.COM ', 'a'), (2, 'jané@example.com', 'b'), (3, '', 'c'), (4,
          null, 'd'),
          (5, 'JANÉ@example.com', 'e'), (6, 'jane@example.com.au', 'f');
        insert into calls values (1, '+4930 12345', 'a'), (2, '493012345', 'b'), (3, '', 'c'), (4, '0301', 'd')
        """,
        """
        people: {contact: {table: contacts}}
        tables:
          contacts: {columns: {email: {category: user.contact.email, identity: email},
            phone: {category: user.contact.phone_number, identity: phone}}}
          mails: {edges: {address: {to: contacts.email, as: owned_by}}, columns: {body: user.content}}
          calls: {edges: {number: {to: contacts.phone, as: owned_by}}, columns: {memo: user.content}}
        """,
    )
    store.erased(who("phone=+49 30 12345"))
    assert [i for (i,) in store.rows("select id from mails order by id")] == [2, 3, 4, 5, 6]
    assert [i for (i,) in store.rows("select id from calls order by id")] == [3, 4]
    assert [i for (i,) in store.rows("select id from contacts order by id")] == [2, 3]


def test_a_table_without_a_key_needs_one_of_the_map(store: SmallStore) -> None:
    schema = """
    create table contacts (id integer primary key, email text not null);
    create table visits (contact_id integer, seen_at text, page text);
    insert into contacts values (1, 'jane@example.com'), (2, 'bob@example.com');
    insert into visits values (1, 't1', '/a'), (1, 't2', '/b'), (2, 't1', '/c')
    """
    people = """
people: {contact: {table: contacts}}
tables:
  contacts: {columns: {email: {category: user.contact.email, identity: email}}}
"""
    visits = """
  visits:
    key: KEY
    edges: {contact_id: {to: contacts.id, as: owned_by}}
    columns: {page: user.behavior, seen_at: user.behavior}
"""
    store.make(schema, people + visits.replace("key: KEY", "on_erase: delete"))
    assert "key: [" in store.refuses(JANE, "no-key")
    store.write_map(people + visits.replace("KEY", "[contact_id]"))
    assert "names several rows" in store.refuses(JANE, "key-not-unique")
    store.write_map(people + visits.replace("KEY", "[nothing]"))
    store.refuses(JANE, "unknown-column")
    store.write_map(people + visits.replace("KEY", "[contact_id, seen_at]"))
    store.run("insert into visits values (2, null, '/d')")
    assert "is empty" in store.refuses(JANE, "key-not-unique")
    store.run("delete from visits where seen_at is null")
    store.erased(JANE)
    assert store.rows("select * from visits") == [(2, "t1", "/c")]


def test_long_and_strange_content_is_given_and_erased(store: SmallStore) -> None:
    """10 MB, quotes, line ends, formulas, and in SQLite a NUL byte and a number where text was declared."""
    store.make(
        """
        create table contacts (id integer primary key, email text not null, bio text);
        create table notes (id integer primary key, contact_id integer references contacts, body text)
        """,
        """
        people: {contact: {table: contacts}}
        tables:
          contacts: {columns: {email: {category: user.contact.email, identity: email}, bio: user.content}}
          notes: {edges: {contact_id: owned_by}, columns: {body: user.content}}
        """,
    )
    texts = ["'\"\\%s;--\r\n\t", "=1+1", "\U0001f600\u202e", "%", "x" * 10_000_000, ""]
    with store.engine.begin() as connection:
        marks = "?, ?, ?" if store.dialect == "sqlite" else "%s, %s, %s"
        connection.exec_driver_sql(f"insert into contacts values ({marks})", (1, "jane@example.com", texts[0]))
        connection.exec_driver_sql(f"insert into contacts values ({marks})", (2, "bob@example.com", texts[0]))
        for number, text in enumerate(texts):
            connection.exec_driver_sql(f"insert into notes values ({marks})", (number, 1, text))
    if store.dialect == "sqlite":
        store.run("insert into notes values (100, 1, 'a' || char(0) || 'b');\ninsert into notes values (101, 1, 42)")
    copy = store.access(JANE)
    assert copy.status == "complete"
    csv.field_size_limit(20_000_000)
    with zipfile.ZipFile(store.folder / "copy.zip") as package:
        (resource,) = [r for r in json.loads(package.read("datapackage.json"))["resources"] if r["name"] == "app.notes"]
        rows = list(csv.DictReader(io.TextIOWrapper(package.open(resource["path"]), "utf-8", newline="")))
    given = {int(row["id"]): row["body"] for row in rows}
    assert len(given[4]) == 10_000_000 and given[2] == texts[2]
    assert given[0].endswith(texts[0]) and given[1].endswith("=1+1") and not given[1].startswith("=")
    outcome = store.erased(JANE)
    assert store.rows("select count(*) from notes") == [(0,)]
    assert store.rows("select id from contacts") == [(2,)]
    assert store.verify(outcome.certificate).status == "complete"
