"""The same erasure written by hand for these 11 tables: what an engineer who knows the schema would type.

PostgreSQL in three shapes: a temporary key table for each node, analysed after it is filled; arrays of keys that go
through the client; one statement of data-modifying CTEs. SQLite with temporary key tables. Each is given e-mails, looks
them up over the same expression index as habeas, locks the people's rows, masks and deletes exactly what the map says,
and commits. What they leave out is what nobody writes by hand: a plan with reasons, sealed keys, a ledger, counts that
are compared, a look whether anything remains, and a certificate.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence

import psycopg

from bench.company import FREE_FROM, match_expression

SETTINGS = "SET LOCAL jit = off; SET LOCAL random_page_cost = 1.1; SET LOCAL work_mem = '64MB'"
_TOKEN = "'erased-' || right(replace(CAST(gen_random_uuid() AS text), '-', ''), 16)"
_SQLITE_TOKEN = "'erased-' || lower(hex(randomblob(8)))"
_FREE = f"DATE '{FREE_FROM}'"
# Tables whose rows simply go with the person, and those that go with these.
_OF_PEOPLE = ("addresses", "sessions", "events")

ByHand = Callable[[psycopg.Connection, Sequence[str]], None]


def _keys(connection: psycopg.Connection, name: str, query: str) -> None:
    connection.execute(f"CREATE TEMPORARY TABLE {name} ON COMMIT DROP AS {query}".encode())
    connection.execute(f"ANALYZE {name}".encode())


def key_tables(connection: psycopg.Connection, emails: Sequence[str]) -> None:
    """PostgreSQL: a temporary key table for each node (table and role)."""
    with connection.transaction():
        connection.execute(SETTINGS)
        connection.execute("CREATE TEMPORARY TABLE given (email text) ON COMMIT DROP")
        with connection.cursor() as cursor, cursor.copy("COPY given FROM STDIN") as copy:
            for email in emails:
                copy.write_row((email,))
        connection.execute("ANALYZE given")
        _keys(
            connection,
            "k_users",
            f"SELECT x.id FROM users x JOIN given g ON {match_expression('postgresql')} = g.email".replace(
                '"email"', 'x."email"'
            ),
        )
        connection.execute("SELECT 1 FROM users x JOIN k_users k ON x.id = k.id FOR UPDATE OF x")
        for table in (*_OF_PEOPLE, "orders", "tickets", "reviews"):
            _keys(connection, f"k_{table}", f"SELECT x.id FROM {table} x JOIN k_users k ON x.user_id = k.id")
        _keys(connection, "k_order_lines", "SELECT x.id FROM order_lines x JOIN k_orders k ON x.order_id = k.id")
        for name, sign in (("k_invoices", "<="), ("k_invoices_kept", ">")):
            old = f"x.issued_on {sign} {_FREE}"
            _keys(connection, name, f"SELECT x.id FROM invoices x JOIN k_users k ON x.user_id = k.id WHERE {old}")
        _keys(
            connection,
            "k_messages",
            "SELECT x.id, x.sender_id, x.recipient_id FROM messages x JOIN k_users k ON x.sender_id = k.id "
            "UNION SELECT x.id, x.sender_id, x.recipient_id FROM messages x JOIN k_users k ON x.recipient_id = k.id",
        )
        for role, other in (("sender", "recipient"), ("recipient", "sender")):
            _keys(
                connection,
                f"k_messages_{role}",
                f"SELECT m.id FROM k_messages m JOIN k_users k ON m.{role}_id = k.id WHERE m.{other}_id IS NOT NULL "
                f"AND NOT EXISTS (SELECT 1 FROM k_users o WHERE o.id = m.{other}_id)",
            )
        _keys(connection, "k_comments", "SELECT x.id FROM comments x JOIN k_tickets k ON x.ticket_id = k.id")
        _keys(
            connection,
            "k_comments_author",
            "SELECT x.id FROM comments x JOIN k_users k ON x.author_id = k.id "
            "WHERE NOT EXISTS (SELECT 1 FROM k_comments o WHERE o.id = x.id)",
        )
        for role in ("sender", "recipient"):
            connection.execute(
                f"UPDATE messages x SET {role}_id = NULL, {role}_name = NULL FROM k_messages_{role} k "
                "WHERE x.id = k.id".encode()
            )
        connection.execute(
            "UPDATE comments x SET author_id = NULL, author_name = NULL, wording = NULL FROM k_comments_author k "
            "WHERE x.id = k.id"
        )
        connection.execute(
            f"UPDATE reviews x SET user_id = NULL, handle = {_TOKEN}, wording = NULL FROM k_reviews k "
            "WHERE x.id = k.id".encode()
        )
        connection.execute(
            "UPDATE invoices x SET user_id = NULL, billing_name = 'erased', billing_email = NULL "
            "FROM k_invoices_kept k WHERE x.id = k.id"
        )
        connection.execute(
            "DELETE FROM messages x USING k_messages k WHERE x.id = k.id "
            "AND NOT EXISTS (SELECT 1 FROM k_messages_sender o WHERE o.id = k.id) "
            "AND NOT EXISTS (SELECT 1 FROM k_messages_recipient o WHERE o.id = k.id)"
        )
        for table in ("comments", "tickets", "order_lines", "orders", "invoices", *_OF_PEOPLE, "users"):
            connection.execute(f"DELETE FROM {table} x USING k_{table} k WHERE x.id = k.id".encode())


def key_arrays(connection: psycopg.Connection, emails: Sequence[str]) -> None:
    """PostgreSQL: keys go through the client, as arrays."""
    with connection.transaction():
        connection.execute(SETTINGS)

        def ids(query: str, keys: Sequence[object]) -> list[object]:
            return [row[0] for row in connection.execute(query.encode(), (keys,)).fetchall()]

        def run(statement: str, *keys: Sequence[object]) -> None:
            connection.execute(statement.encode(), keys)

        users = ids(f"SELECT id FROM users WHERE {match_expression('postgresql')} = ANY(%s) FOR UPDATE", emails)
        orders = ids("SELECT id FROM orders WHERE user_id = ANY(%s)", users)
        tickets = ids("SELECT id FROM tickets WHERE user_id = ANY(%s)", users)
        messages = connection.execute(
            "SELECT id, sender_id, recipient_id FROM messages WHERE sender_id = ANY(%s) OR recipient_id = ANY(%s)",
            (users, users),
        ).fetchall()
        gone = {None, *users}
        sent = [i for i, sender, recipient in messages if recipient not in gone]
        received = [i for i, sender, recipient in messages if sender not in gone]
        between = [i for i, sender, recipient in messages if sender in gone and recipient in gone]
        run("UPDATE messages SET sender_id = NULL, sender_name = NULL WHERE id = ANY(%s)", sent)
        run("UPDATE messages SET recipient_id = NULL, recipient_name = NULL WHERE id = ANY(%s)", received)
        run("DELETE FROM messages WHERE id = ANY(%s)", between)
        run("DELETE FROM comments WHERE ticket_id = ANY(%s)", tickets)
        run("UPDATE comments SET author_id = NULL, author_name = NULL, wording = NULL WHERE author_id = ANY(%s)", users)
        run(f"UPDATE reviews SET user_id = NULL, handle = {_TOKEN}, wording = NULL WHERE user_id = ANY(%s)", users)
        run(f"DELETE FROM invoices WHERE user_id = ANY(%s) AND issued_on <= {_FREE}", users)
        run(
            "UPDATE invoices SET user_id = NULL, billing_name = 'erased', billing_email = NULL WHERE user_id = ANY(%s)",
            users,
        )
        run("DELETE FROM order_lines WHERE order_id = ANY(%s)", orders)
        run("DELETE FROM orders WHERE id = ANY(%s)", orders)
        run("DELETE FROM tickets WHERE id = ANY(%s)", tickets)
        for table in _OF_PEOPLE:
            run(f"DELETE FROM {table} WHERE user_id = ANY(%s)", users)
        run("DELETE FROM users WHERE id = ANY(%s)", users)


def one_statement(connection: psycopg.Connection, emails: Sequence[str]) -> None:
    """PostgreSQL: one statement of data-modifying CTEs; keys between tables are looked at when it ends."""
    simple = ", ".join(
        f"d_{t} AS (DELETE FROM {t} x USING k_users k WHERE x.user_id = k.id)"
        for t in (*_OF_PEOPLE, "orders", "tickets")
    )
    roles = ", ".join(
        f"u_{role} AS (UPDATE messages x SET {role}_id = NULL, {role}_name = NULL FROM k_users k "
        f"WHERE x.{role}_id = k.id AND x.{other}_id IS NOT NULL "
        f"AND NOT EXISTS (SELECT 1 FROM k_users o WHERE o.id = x.{other}_id))"
        for role, other in (("sender", "recipient"), ("recipient", "sender"))
    )
    statement = f"""
        WITH k_users AS MATERIALIZED (
            SELECT id FROM users WHERE {match_expression("postgresql")} = ANY(%s) FOR UPDATE),
        k_orders AS MATERIALIZED (SELECT x.id FROM orders x JOIN k_users k ON x.user_id = k.id),
        k_tickets AS MATERIALIZED (SELECT x.id FROM tickets x JOIN k_users k ON x.user_id = k.id),
        {simple}, {roles},
        k_messages AS MATERIALIZED (
            SELECT x.id FROM messages x JOIN k_users k ON x.sender_id = k.id
            WHERE x.recipient_id IS NULL OR x.recipient_id IN (SELECT id FROM k_users)
            UNION
            SELECT x.id FROM messages x JOIN k_users k ON x.recipient_id = k.id
            WHERE x.sender_id IS NULL OR x.sender_id IN (SELECT id FROM k_users)),
        d_messages AS (DELETE FROM messages x USING k_messages k WHERE x.id = k.id),
        d_comments AS (DELETE FROM comments x USING k_tickets k WHERE x.ticket_id = k.id),
        u_comments AS (
            UPDATE comments x SET author_id = NULL, author_name = NULL, wording = NULL FROM k_users k
            WHERE x.author_id = k.id AND NOT EXISTS (SELECT 1 FROM k_tickets t WHERE t.id = x.ticket_id)),
        u_reviews AS (
            UPDATE reviews x SET user_id = NULL, handle = {_TOKEN}, wording = NULL FROM k_users k
            WHERE x.user_id = k.id),
        d_invoices AS (
            DELETE FROM invoices x USING k_users k WHERE x.user_id = k.id AND x.issued_on <= {_FREE}),
        u_invoices AS (
            UPDATE invoices x SET user_id = NULL, billing_name = 'erased', billing_email = NULL FROM k_users k
            WHERE x.user_id = k.id AND x.issued_on > {_FREE}),
        d_lines AS (DELETE FROM order_lines x USING k_orders k WHERE x.order_id = k.id)
        DELETE FROM users x USING k_users k WHERE x.id = k.id"""
    with connection.transaction():
        connection.execute(SETTINGS)
        connection.execute(statement.encode(), (list(emails),))


def sqlite_key_tables(connection: sqlite3.Connection, emails: Sequence[str]) -> None:
    """SQLite: temporary key tables with a primary key. The connection begins no transaction of its own."""
    run = connection.execute

    def keys(name: str, query: str) -> None:
        run(f"CREATE TEMPORARY TABLE {name} (id integer PRIMARY KEY)")
        run(f"INSERT INTO {name} {query}")

    run("BEGIN IMMEDIATE")
    run("CREATE TEMPORARY TABLE given (email text)")
    connection.executemany("INSERT INTO given VALUES (?)", [(email,) for email in emails])
    compared = match_expression("sqlite").replace('"email"', 'x."email"')
    keys("k_users", f"SELECT x.id FROM given g JOIN users x ON {compared} = g.email")
    people = "(SELECT id FROM k_users)"
    keys("k_orders", f"SELECT id FROM orders WHERE user_id IN {people}")
    keys("k_tickets", f"SELECT id FROM tickets WHERE user_id IN {people}")
    free = f"'{FREE_FROM}'"
    for role, other in (("sender", "recipient"), ("recipient", "sender")):
        keys(
            f"k_messages_{role}",
            f"SELECT id FROM messages WHERE {role}_id IN {people} AND {other}_id IS NOT NULL "
            f"AND {other}_id NOT IN {people}",
        )
        keys(
            f"k_between_{role}",
            f"SELECT id FROM messages WHERE {role}_id IN {people} AND ({other}_id IS NULL OR {other}_id IN {people})",
        )
    for role in ("sender", "recipient"):
        run(f"UPDATE messages SET {role}_id = NULL, {role}_name = NULL WHERE id IN (SELECT id FROM k_messages_{role})")
    for role in ("sender", "recipient"):
        run(f"DELETE FROM messages WHERE id IN (SELECT id FROM k_between_{role})")
    run("DELETE FROM comments WHERE ticket_id IN (SELECT id FROM k_tickets)")
    run(f"UPDATE comments SET author_id = NULL, author_name = NULL, wording = NULL WHERE author_id IN {people}")
    run(f"UPDATE reviews SET user_id = NULL, handle = {_SQLITE_TOKEN}, wording = NULL WHERE user_id IN {people}")
    run(f"DELETE FROM invoices WHERE user_id IN {people} AND issued_on <= {free}")
    run(f"UPDATE invoices SET user_id = NULL, billing_name = 'erased', billing_email = NULL WHERE user_id IN {people}")
    run("DELETE FROM order_lines WHERE order_id IN (SELECT id FROM k_orders)")
    run("DELETE FROM orders WHERE id IN (SELECT id FROM k_orders)")
    run("DELETE FROM tickets WHERE id IN (SELECT id FROM k_tickets)")
    for table in (*_OF_PEOPLE, "users"):
        run(f"DELETE FROM {table} WHERE {'id' if table == 'users' else 'user_id'} IN {people}")
    run("COMMIT")
