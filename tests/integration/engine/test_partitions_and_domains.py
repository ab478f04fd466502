"""PostgreSQL's wide shapes: people in partitions of partitions, keys that only partitions have, domains and arrays."""

from __future__ import annotations

import pytest
from tests.integration.engine.small_stores import SmallStore, only, who

pytestmark = pytest.mark.postgresql
PEOPLE = """
create table contacts (region text not null, id bigint not null, email text, name text, primary key (region, id))
  partition by list (region);
create table contacts_eu partition of contacts for values in ('de', 'fr') partition by hash (id);
create table contacts_eu_0 partition of contacts_eu for values with (modulus 2, remainder 0);
create table contacts_eu_1 partition of contacts_eu for values with (modulus 2, remainder 1);
create table contacts_rest partition of contacts default;
create table orders (id bigint primary key, region text not null, contact_id bigint not null, note text,
  foreign key (region, contact_id) references contacts);
insert into contacts select r, n, r || n || '@example.com', 'Name ' || n
  from generate_series(1, 5) n, unnest(array['de', 'fr', 'us']) r;
insert into orders select row_number() over (order by region, id), region, id, 'note of ' || email from contacts;
"""
VISITS = """
create table visits (day date not null, order_id bigint not null, ip inet) partition by range (day);
create table visits_1 partition of visits for values from ('2026-01-01') to ('2026-02-01');
create table visits_2 partition of visits for values from ('2026-02-01') to ('2026-03-01');
alter table visits_1 add foreign key (order_id) references orders on delete cascade;
insert into visits select day, id, '192.0.2.1' from orders, unnest(array[date '2026-01-05', date '2026-02-05']) day;
"""
STAMPS = """
create table stamps (id int primary key, order_id bigint not null) partition by range (id);
create table stamps_1 partition of stamps for values from (0) to (10);
create table stamps_2 partition of stamps for values from (10) to (20);
alter table stamps_2 add foreign key (order_id) references orders;
insert into stamps values (3, 1), (13, 2);
"""
MAP = """
people: {contact: {table: contacts}}
tables:
  contacts:
    columns: {email: {category: user.contact.email, identity: email}, name: user.name}
  orders:
    edges: {contact: {to: "contacts(region, id)", columns: [region, contact_id], as: owned_by}}
    columns: {note: user.content}
"""


def test_people_in_partitions_of_partitions(postgresql_store: SmallStore) -> None:
    """Rows of every partition are found by the root, and go once, whatever keys their partition has."""
    visits = (
        "  visits:\n    key: [day, order_id]\n    edges: {order_id: {to: orders.id, as: owned_by}}\n"
        "    columns: {ip: user.device.ip_address}\n"
    )
    store = postgresql_store.make(PEOPLE + VISITS, MAP + visits)
    everyone = store.rows("select * from contacts order by region, id")
    outcome = store.erased(who("email=fr3@example.com"))
    lines = [only(outcome, table) for table in ("contacts", "orders", "visits")]
    assert [(line.action, line.rows) for line in lines] == [("erase", 1), ("erase", 1), ("erase", 2)]
    left = [row for row in everyone if row[2] != "fr3@example.com"]
    assert store.rows("select * from contacts order by region, id") == left
    assert store.value("select count(*) from orders") == len(left)
    assert store.value("select count(*) from visits") == 2 * len(left)


def test_a_key_that_one_partition_alone_has_blocks_in_all(postgresql_store: SmallStore) -> None:
    """By the map's edge a stamp holds its order in place, in the partition with a declared key and in the other."""
    stamps = "  stamps: {not_personal: stamps on paper, edges: {order_id: {to: orders.id, as: lookup}}}\n"
    store = postgresql_store.make(PEOPLE + STAMPS, MAP + stamps)
    for email in ("de1@example.com", "de2@example.com"):
        outcome = store.erased(who(f"email={email}"))
        blocked = only(outcome, "orders")
        assert blocked.action == "mask" and "stamps" in blocked.reason
        assert only(outcome, "contacts").action == "mask"
    assert store.rows("select note from orders where id in (1, 2)") == [(None,), (None,)]
    assert store.rows("select email, name from contacts where region = 'de' and id < 3") == [(None, None), (None, None)]
    assert store.rows("select id, order_id from stamps order by id") == [(3, 1), (13, 2)]


def test_domains_arrays_and_what_is_computed_under_a_mask(postgresql_store: SmallStore) -> None:
    store = postgresql_store.make(
        """
        create domain address as text check (value like '%@%');
        create domain shorty as varchar(6) not null;
        create domain small as integer check (value >= 0);
        create type mood as enum ('fine', 'sad');
        create table contacts (id integer primary key, email address, nick shorty, moods mood[] not null,
          phones text[] not null, grades small not null, nums integer[] not null, mood mood not null,
          bio text not null, words tsvector generated always as (to_tsvector('simple', bio)) stored);
        create table ballots (id integer primary key, contact_id integer not null references contacts);
        insert into contacts select n, 'p' || n || '@example.com', 'nick' || n, '{sad,fine}', array['+49 30 ' || n], n,
          array[n, n], 'sad', 'Jane number ' || n from generate_series(1, 3) n;
        insert into ballots select n, n from generate_series(1, 3) n;
        """,
        """
        people: {contact: {table: contacts}}
        tables:
          contacts:
            columns:
              email: {category: user.contact.email, identity: email}
              nick: user.name
              moods: user.behavior
              phones: user.contact.phone_number
              grades: user.behavior
              nums: user.behavior
              mood: user.behavior
              bio: user.content
          ballots: {not_personal: counted votes}
        """,
    )
    untouched = store.rows("select * from contacts where id <> 2 order by id")
    assert only(store.erased(who("email=P2@example.com")), "contacts").action == "mask"
    ((email, nick, moods, phones, grades, nums, mood, bio, words),) = store.rows(
        "select email, nick, moods, phones, grades, nums, mood, bio, words from contacts where id = 2"
    )
    assert (email, nick, grades, mood, bio) == (None, "erased", 0, "fine", "erased")
    assert phones == nums == [] and moods in ([], "{}") and words == "'erased':1"
    assert store.rows("select * from contacts where id <> 2 order by id") == untouched
