"""References of rows that stay to rows that go: unlinked, filled with a placeholder, or holding their target."""

from __future__ import annotations

import pytest
from tests.integration.engine.small_stores import SmallStore, lines, only, who

JANE = who("email=jane@example.com")
CONTACTS = """
create table contacts (id integer primary key, email text not null, name text);
insert into contacts values (0, 'nobody', 'Nobody'), (1, 'jane@example.com', 'Jane'), (2, 'bob@example.com', 'Bob');
"""
PEOPLE = """
people: {contact: {table: contacts}}
tables:
  contacts: {columns: {email: {category: user.contact.email, identity: email}, name: user.name}}
"""


def made(store: SmallStore, statements: str, tables: str) -> SmallStore:
    return store.make(CONTACTS + statements, PEOPLE + tables)


@pytest.mark.parametrize("action", ["no action", "restrict", "set null", "cascade"])
def test_a_nullable_reference_is_unlinked_whatever_the_key_would_do(store: SmallStore, action: str) -> None:
    """CASCADE would delete the row that stays, and the database would report a count of 1."""
    made(
        store,
        f"""
        create table tickets (id integer primary key, title text,
          assignee_id integer references contacts on delete {action});
        insert into tickets values (1, 'broken', 1), (2, 'lost', 2)
        """,
        "  tickets: {edges: {assignee_id: {to: contacts, as: accessed_by}}, columns: {title: user.content}}\n",
    )
    outcome = store.erased(JANE)
    assert ("tickets", "unlink", 1) in lines(outcome)
    assert store.rows("select id, title, assignee_id from tickets order by id") == [(1, "broken", None), (2, "lost", 2)]
    assert store.rows("select id from contacts order by id") == [(0,), (2,)]


@pytest.mark.parametrize("action", ["no action", "set null", "cascade"])
@pytest.mark.parametrize("mapped", [True, False])
def test_a_key_that_the_map_lacks_is_minded_all_the_same(store: SmallStore, action: str, mapped: bool) -> None:
    made(
        store,
        f"""
        create table tickets (id integer primary key, title text,
          contact_id integer references contacts on delete {action});
        insert into tickets values (1, 'broken', 1), (2, 'lost', 2)
        """,
        "  tickets: {not_personal: numbers of machines}\n" if mapped else "",
    )
    if not mapped:
        store.refuses(JANE, "unmapped-table")
        return
    outcome = store.erased(JANE)
    assert ("tickets", "unlink", 1) in lines(outcome)
    assert store.rows("select id, contact_id from tickets order by id") == [(1, None), (2, 2)]


@pytest.mark.parametrize("action", ["no action", "cascade"])
def test_a_reference_that_cant_be_null_holds_its_target_in_place(store: SmallStore, action: str) -> None:
    made(
        store,
        f"""
        create table tickets (id integer primary key, title text,
          author_id integer not null references contacts on delete {action});
        insert into tickets values (1, 'broken', 1), (2, 'lost', 2)
        """,
        "  tickets: {edges: {author_id: {to: contacts, as: accessed_by}}, columns: {title: user.content}}\n",
    )
    masked = only(store.erased(JANE), "contacts")
    assert masked.action == "mask" and "tickets.author_id" in masked.reason
    assert store.rows("select id, author_id from tickets order by id") == [(1, 1), (2, 2)]
    ((email, name),) = store.rows("select email, name from contacts where id = 1")
    assert name is None and email.startswith("erased-")


def test_a_placeholder_lets_it_go(store: SmallStore) -> None:
    made(
        store,
        """
        create table tickets (id integer primary key, title text, author_id integer not null references contacts);
        insert into tickets values (1, 'broken', 1), (2, 'lost', 2)
        """,
        """
  tickets:
    edges: {author_id: {to: contacts, as: accessed_by, placeholder: 0}}
    columns: {title: user.content}
""",
    )
    store.erased(JANE)
    assert store.rows("select id, author_id from tickets order by id") == [(1, 0), (2, 2)]
    assert store.rows("select id from contacts order by id") == [(0,), (2,)]


def test_a_placeholder_must_not_go_itself(store: SmallStore) -> None:
    made(
        store,
        """
        create table tickets (id integer primary key, title text, author_id integer not null references contacts);
        insert into tickets values (1, 'broken', 1), (2, 'lost', 2)
        """,
        """
  tickets:
    edges: {author_id: {to: contacts, as: accessed_by, placeholder: 1}}
    columns: {title: user.content}
""",
    )
    before = store.contents()
    store.refuses(JANE, "placeholder-goes")
    assert store.contents() == before


def test_a_placeholder_that_refers_to_nothing_changes_nothing(store: SmallStore) -> None:
    made(
        store,
        """
        create table tickets (id integer primary key, title text, author_id integer not null references contacts);
        insert into tickets values (1, 'broken', 1), (2, 'lost', 2)
        """,
        """
  tickets:
    edges: {author_id: {to: contacts, as: accessed_by, placeholder: 99}}
    columns: {title: user.content}
""",
    )
    before = store.contents()
    assert "foreign key" in store.refuses(JANE, "constraint-violation")
    assert store.contents() == before


def test_a_row_that_two_people_own_stays_and_forgets_the_one_who_leaves(store: SmallStore) -> None:
    made(
        store,
        """
        create table letters (id integer primary key, body text, from_name text,
          from_id integer references contacts on delete cascade, to_id integer references contacts on delete cascade);
        insert into letters values (1, 'hello', 'Jane', 1, 2), (2, 'own', 'Jane', 1, 1), (3, 'alone', 'Jane', 1, null)
        """,
        """
  letters:
    edges:
      from_id: {to: contacts, as: owned_by, on_erase: {mask: [from_name]}}
      to_id: {to: contacts, as: owned_by}
    columns: {body: user.content, from_name: user.name}
""",
    )
    outcome = store.erased(JANE)
    assert sorted(lines(outcome, "letters")) == [("letters", "erase", 2), ("letters", "mask", 1)]
    assert store.rows("select * from letters") == [(1, "hello", None, None, 2)]


def test_self_references_up_and_down(store: SmallStore) -> None:
    made(
        store,
        """
        create table posts (id integer primary key, author_id integer not null references contacts,
          parent_id integer references posts, body text);
        insert into posts values (1, 1, null, 'j'), (2, 2, 1, 'b answers'), (3, 1, 2, 'j answers'), (4, 2, 3,
          'b again'),
          (5, 1, 5, 'j to herself')
        """,
        """
  posts:
    edges: {author_id: {to: contacts, as: owned_by}, parent_id: {to: posts, as: lookup}}
    columns: {body: user.content}
""",
    )
    store.erased(JANE)
    assert store.rows("select id, author_id, parent_id, body from posts order by id") == [
        (2, 2, None, "b answers"), (4, 2, None, "b again"),
    ]  # fmt: skip


def test_a_tree_that_is_owned_goes_whole(store: SmallStore) -> None:
    made(
        store,
        """
        create table folders (id integer primary key, contact_id integer references contacts,
          parent_id integer references folders on delete restrict, name text);
        insert into folders values (1, 1, null, 'top'), (2, null, 1, 'a'), (3, null, 2, 'b'), (4, null, 3, 'c'),
          (5, 2, null, 'of Bob'), (6, null, 5, 'd')
        """,
        """
  folders:
    edges: {contact_id: owned_by, parent_id: {to: folders, as: owned_by}}
    columns: {name: user.content}
""",
    )
    store.erased(JANE)
    assert store.rows("select id from folders order by id") == [(5,), (6,)]


@pytest.mark.parametrize("action", ["no action", "cascade"])
def test_a_cycle_of_keys_that_cant_be_null_goes_together(store: SmallStore, action: str) -> None:
    if store.dialect == "sqlite":
        carts = f"""
        create table carts (id integer primary key, contact_id integer not null references contacts,
          current_item integer not null references items on delete {action} deferrable initially deferred);
        create table items (id integer primary key, cart_id integer not null references carts on delete {action}
          deferrable initially deferred, name text);
        insert into carts values (1, 1, 10), (2, 2, 20);
        insert into items values (10, 1, 'lamp'), (11, 1, 'chair'), (20, 2, 'desk')
        """
    else:
        carts = f"""
        create table carts (id integer primary key, contact_id integer not null references contacts,
          current_item integer not null);
        create table items (id integer primary key, cart_id integer not null references carts on delete {action},
          name text);
        insert into carts values (1, 1, 10), (2, 2, 20);
        insert into items values (10, 1, 'lamp'), (11, 1, 'chair'), (20, 2, 'desk');
        alter table carts add foreign key (current_item) references items on delete {action}
        """
    made(
        store,
        carts,
        """
  carts: {edges: {contact_id: owned_by, current_item: {to: items, as: owns}}}
  items: {edges: {cart_id: owned_by}, columns: {name: user.content}}
""",
    )
    store.erased(JANE)
    assert store.rows("select id from carts") == [(2,)]
    assert store.rows("select id from items") == [(20,)]


def test_references_over_several_columns(store: SmallStore) -> None:
    made(
        store,
        """
        create table seats (hall integer, number integer, contact_id integer references contacts, note text,
          primary key (hall, number));
        create table tickets (id integer primary key, hall integer not null, number integer, title text,
          foreign key (hall, number) references seats);
        insert into seats values (1, 1, 1, 'by the window'), (1, 2, 2, 'aisle'), (2, 1, 2, 'front');
        insert into tickets values (1, 1, 1, 'x'), (2, 1, 2, 'y'), (3, 2, 1, 'z')
        """,
        """
  seats: {edges: {contact_id: owned_by}, columns: {note: user.content}}
  tickets:
    edges: {seat: {to: "seats(hall, number)", columns: [hall, number], as: accessed_by}}
    columns: {title: user.content}
""",
    )
    store.erased(JANE)
    assert store.rows("select hall, number from seats order by 1, 2") == [(1, 2), (2, 1)]
    assert store.rows("select id, hall, number from tickets order by id") == [(1, 1, None), (2, 1, 2), (3, 2, 1)]


def test_a_chain_of_blocked_rows_is_masked_upward(store: SmallStore) -> None:
    made(
        store,
        """
        create table orders (id integer primary key, contact_id integer not null references contacts, note text);
        create table parcels (id integer primary key, order_id integer not null references orders, label text);
        create table scans (id integer primary key, parcel_id integer not null references parcels, place text);
        insert into orders values (1, 1, 'n1'), (2, 1, 'n2');
        insert into parcels values (1, 1, 'Jane, Main St'), (2, 2, 'Jane, Side St');
        insert into scans values (1, 1, 'depot')
        """,
        """
  orders: {edges: {contact_id: owned_by}, columns: {note: user.content}}
  parcels: {edges: {order_id: owned_by}, columns: {label: user.contact.address}}
  scans: {not_personal: belongs to the carrier}
""",
    )
    outcome = store.erased(JANE)
    assert store.rows("select id, note from orders") == [(1, None)]
    assert store.rows("select id, label from parcels") == [(1, None)]
    assert store.rows("select id, parcel_id, place from scans") == [(1, 1, "depot")]
    assert sorted(lines(outcome)) == [
        ("contacts", "mask", 1), ("orders", "erase", 1), ("orders", "mask", 1), ("parcels", "erase", 1),
        ("parcels", "mask", 1),
    ]  # fmt: skip


def test_a_row_that_refers_to_itself_by_a_deleting_edge_is_masked_like_others(store: SmallStore) -> None:
    store.make(
        """
        create table contacts (
            id integer primary key, email text, lead_id integer references contacts, self_id integer references contacts
        );
        insert into contacts values (1, 'jane@example.com', null, null), (2, 'kid@example.com', 1, 2)
        """,
        """
        people: {contact: {table: contacts}}
        tables:
          contacts:
            on_erase: mask
            edges: {lead_id: owned_by, self_id: {as: owned_by, on_erase: delete}}
            columns: {email: {category: user.contact.email, identity: email}}
        """,
    )
    store.erased(who("email=jane@example.com"))
    assert store.rows("select id, email from contacts order by id") == [(1, None), (2, None)]
