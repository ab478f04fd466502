"""Keys of every type are reached, deleted, spooled and found again, and so are kinds of table that few people make."""

from __future__ import annotations

import pytest
from tests.integration.engine.small_stores import SmallStore, who

JANE = who("email=jane@example.com")
POSTGRESQL = {
    "smallint": ("1", "2"),
    "numeric(20,4)": ("1.5000", "2.25"),
    "double precision": ("0.1", "0.2"),
    "varchar(5)": ("'it''s'", "'b'"),
    "char(5)": ("'a'", "'b'"),
    "uuid": ("'aaaaaaaa-0000-4000-8000-000000000001'", "'aaaaaaaa-0000-4000-8000-000000000002'"),
    "date": ("'2026-01-02'", "'2026-01-03'"),
    "timestamp": ("'2026-01-02 03:04:05.123456'", "'2026-01-02 03:04:05.123457'"),
    "timestamptz": ("'2026-01-02 03:04:05.123456+05'", "'2026-01-02 03:04:05.123457+05'"),
    "time": ("'03:04:05.1'", "'03:04:05.2'"),
    "interval": ("'1 day 2 hours'", "'2 days'"),
    "boolean": ("true", "false"),
    "bytea": ("'\\x00ff'", "'\\x00fe'"),
    "inet": ("'10.0.0.1'", "'10.0.0.2'"),
    "mood": ("'sad'", "'fine'"),
    "integer[]": ("'{1,2}'", "'{1,3}'"),
    "email_text": ("'x@y'", "'z@y'"),
}
SQLITE = {
    "integer": ("1", "2"),
    "real": ("0.1", "0.2"),
    "text": ("'it''s'", "'b'"),
    "date": ("'2026-01-02'", "'2026-01-03'"),
    "timestamp": ("'2026-01-02 03:04:05'", "'2026-01-02 03:04:06'"),
    "boolean": ("1", "0"),
    "blob": ("x'00ff'", "x'00fe'"),
    "decimal(10,2)": ("1.5", "2.25"),
    "uuid": ("'aaaaaaaa-0000-4000-8000-000000000001'", "'aaaaaaaa-0000-4000-8000-000000000002'"),
    "": ("'typeless'", "2"),
}


def test_one_store_with_a_table_for_each_type(store: SmallStore) -> None:
    kinds = POSTGRESQL if store.dialect == "postgresql" else SQLITE
    schema = ["create table contacts (id integer primary key, email text not null)"]
    if store.dialect == "postgresql":
        schema.insert(
            0, "create type mood as enum ('fine', 'sad');\ncreate domain email_text as text check (value like '%@%')"
        )
    schema.append("insert into contacts values (1, 'jane@example.com'), (2, 'bob@example.com')")
    tables = ""
    for number, (kind, (hers, his)) in enumerate(kinds.items()):
        schema += [
            f"create table t{number} (k {kind} primary key not null, contact_id integer references contacts)",
            f"create table c{number} (n integer primary key, k {kind} references t{number}, body text)",
            f"create table l{number} (n integer primary key, k {kind})",
            f"insert into t{number} values ({hers}, 1), ({his}, 2)",
            f"insert into c{number} values (1, {hers}, 'a'), (2, {his}, 'b')",
            f"insert into l{number} values (1, {hers}), (2, {his})",
        ]
        tables += f"""
  t{number}: {{edges: {{contact_id: {{to: contacts, as: owned_by}}}}, columns: {{k: user.content}}}}
  c{number}: {{edges: {{k: {{to: t{number}, as: owned_by}}}}, columns: {{body: user.content}}}}
  l{number}: {{edges: {{k: {{to: t{number}, as: owned_by}}}}}}"""
    store.make(
        ";\n".join(schema),
        "people: {contact: {table: contacts}}\ntables:\n"
        "  contacts: {columns: {email: {category: user.contact.email, identity: email}}}" + tables + "\n",
    )
    assert store.access(JANE).status == "complete"
    outcome = store.erased(JANE)
    for number, kind in enumerate(kinds):
        assert store.value(f"select count(*) from t{number}") == 1, kind
        assert store.rows(f"select n from c{number}") == [(2,)], kind
        assert store.rows(f"select n from l{number}") == [(2,)], kind
    assert store.verify(outcome.certificate).status == "complete"
    late = ";\n".join(f"insert into l{n} values (3, {hers})" for n, (hers, _) in enumerate(kinds.values()))
    store.run(late)
    found = {each.table: each.rows for each in store.verify(outcome.certificate).remaining}
    assert found == {f"l{number}": 1 for number in range(len(kinds))}
    store.erased(JANE)
    assert store.verify(outcome.certificate).status == "complete"


def test_keys_of_several_columns_and_types(store: SmallStore) -> None:
    store.make(
        """
        create table contacts (tenant text, nr integer, email text not null, primary key (tenant, nr));
        create table days (tenant text, nr integer, day date, mood text, primary key (tenant, nr, day),
          foreign key (tenant, nr) references contacts);
        create table remarks (id integer primary key, tenant text, nr integer, day date, body text);
        insert into contacts values ('a', 1, 'jane@example.com'), ('a', 2, 'bob@example.com'), ('b', 1,
          'ann@example.com');
        insert into days values ('a', 1, '2026-01-01', 'x'), ('a', 2, '2026-01-01', 'y'), ('b', 1, '2026-01-01', 'z');
        insert into remarks values (1, 'a', 1, '2026-01-01', 'r'), (2, 'b', 1, '2026-01-01', 's'), (3, 'a', null,
          '2026-01-01', 't'),
          (4, 'a', 1, '2026-01-02', 'u')
        """,
        """
        people: {contact: {table: contacts}}
        tables:
          contacts: {columns: {email: {category: user.contact.email, identity: email}}}
          days: {edges: {who: {to: "contacts(tenant, nr)", columns: [tenant, nr], as: owned_by}},
            columns: {mood: user.content}}
          remarks:
            edges: {about: {to: "days(day, nr, tenant)", columns: [day, nr, tenant], as: owned_by}}
            columns: {body: user.content}
        """,
    )
    outcome = store.erased(JANE)
    assert store.rows("select email from contacts order by 1") == [("ann@example.com",), ("bob@example.com",)]
    assert store.rows("select mood from days order by 1") == [("y",), ("z",)]
    assert [i for (i,) in store.rows("select id from remarks order by id")] == [2, 3, 4]
    assert store.verify(outcome.certificate).status == "complete"


def test_partitions_and_generated_columns(postgresql_store: SmallStore) -> None:
    store = postgresql_store.make(
        """
        create table contacts (id bigint generated always as identity primary key, email text not null,
          domain text generated always as (split_part(email, '@', 2)) stored);
        create table events (contact_id bigint not null references contacts, at date not null, what text,
          primary key (contact_id, at))
          partition by range (at);
        create table events_25 partition of events for values from ('2025-01-01') to ('2026-01-01');
        create table events_26 partition of events for values from ('2026-01-01') to ('2027-01-01');
        insert into contacts (email) values ('jane@example.com'), ('bob@example.com');
        insert into events values (1, '2025-05-05', 'a'), (1, '2026-05-05', 'b'), (2, '2026-05-05', 'c')
        """,
        """
        people: {contact: {table: contacts}}
        tables:
          contacts:
            on_erase: mask
            columns: {email: {category: user.contact.email, identity: email}, domain: user.contact.email}
          events: {edges: {contact_id: owned_by}, columns: {what: user.behavior}}
        """,
    )
    outcome = store.erased(JANE)
    assert store.rows("select what from events") == [("c",)]
    ((email, domain),) = store.rows("select email, domain from contacts where id = 1")
    assert email.startswith("erased-") and domain == ""
    assert store.verify(outcome.certificate).status == "complete"


def test_deferred_constraints_speak_up_at_the_commit(postgresql_store: SmallStore) -> None:
    """A constraint of theirs that fails at the very end: refused, and nothing has changed."""
    store = postgresql_store.make(
        """
        create table contacts (id integer primary key, email text not null);
        create table totals (n integer);
        insert into contacts values (1, 'jane@example.com'), (2, 'bob@example.com');
        insert into totals values (2);
        create function agree() returns trigger language plpgsql as $f$
        begin assert (select count(*) from contacts) = (select n from totals), 'jane@x.example'; return null; end$f$;
        create constraint trigger agrees after delete on contacts deferrable initially deferred
          for each row execute function agree()
        """,
        """
        people: {contact: {table: contacts}}
        tables:
          contacts: {triggers: {agrees: counts}, columns: {email: {category: user.contact.email, identity: email}}}
          totals: {not_personal: a number}
        """,
    )
    assert "jane" not in store.refuses(JANE, "constraint-violation")
    store.run("update totals set n = 1")
    store.erased(JANE)


@pytest.mark.parametrize("suffix", ["", "strict", "without rowid", "strict, without rowid"])
def test_kinds_of_tables_in_sqlite(sqlite_store: SmallStore, suffix: str) -> None:
    store = sqlite_store.make(
        f"""
        create table Contacts (ID integer primary key, Email text not null,
          upper text as (upper(Email)) stored) {suffix};
        create table notes (id integer primary key, contact integer references contacts (id), body text) {suffix};
        insert into contacts values (1, 'jane@example.com'), (2, 'bob@example.com');
        insert into notes values (1, 1, 'a'), (2, 2, 'b')
        """.replace("insert into contacts values", "insert into contacts (id, email) values"),
        """
        people: {contact: {table: Contacts}}
        tables:
          Contacts: {columns: {Email: {category: user.contact.email, identity: email}, upper: user.contact.email}}
          notes: {edges: {contact: owned_by}, columns: {body: user.content}}
        """,
    )
    outcome = store.erased(JANE)
    assert store.rows("select id from contacts") == [(2,)] and store.rows("select id from notes") == [(2,)]
    assert store.verify(outcome.certificate).status == "complete"
