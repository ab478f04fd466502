"""The same schema reads as the same catalogue from either database."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from habeas.catalog.tables import Action, Catalog, TableKind, TypeFamily

Read = Callable[..., Catalog]

ACCOUNTS = "CREATE TABLE accounts (id integer PRIMARY KEY, name varchar(40) NOT NULL DEFAULT 'x')"
CONTACTS = """
CREATE TABLE contacts (
  account_id integer NOT NULL REFERENCES accounts (id) ON DELETE CASCADE ON UPDATE RESTRICT,
  number integer NOT NULL,
  email varchar(100),
  manager integer,
  shout text GENERATED ALWAYS AS (upper(email)) STORED,
  PRIMARY KEY (account_id, number),
  CONSTRAINT one_email UNIQUE (account_id, email),
  CONSTRAINT has_at CHECK (email <> ''),
  CONSTRAINT under FOREIGN KEY (account_id, manager) REFERENCES contacts (account_id, number)
    ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED
)"""


def test_columns(read: Read) -> None:
    table = read(ACCOUNTS, CONTACTS).tables["contacts"]
    assert table.column_names == ("account_id", "number", "email", "manager", "shout")
    email, shout, number = (table.column(name) for name in ("email", "shout", "number"))
    assert email is not None and shout is not None and number is not None
    assert (email.family, email.length, email.nullable) == (TypeFamily.TEXT, 100, True)
    assert (number.family, number.nullable, number.length) == (TypeFamily.INTEGER, False, None)
    assert shout.generated and not email.generated
    name = read().tables["accounts"].column("name")
    assert name is not None and not name.nullable and "x" in (name.default or "")


def test_keys(read: Read) -> None:
    table = read(ACCOUNTS, CONTACTS).tables["contacts"]
    assert table.primary_key == ("account_id", "number")
    assert [unique.columns for unique in table.uniques] == [("account_id", "email")]
    to_account = next(key for key in table.foreign_keys if key.target == "accounts")
    assert (to_account.columns, to_account.target_columns) == (("account_id",), ("id",))
    assert (to_account.on_delete, to_account.on_update) == (Action.CASCADE, Action.RESTRICT)
    assert not to_account.deferrable
    to_self = next(key for key in table.foreign_keys if key.target == "contacts")
    assert to_self.name == "under"
    assert (to_self.columns, to_self.target_columns) == (("account_id", "manager"), ("account_id", "number"))
    assert to_self.on_delete is Action.SET_NULL
    assert to_self.deferrable and to_self.initially_deferred and to_self.enforced


def test_checks_name_their_columns(read: Read) -> None:
    checks = read(ACCOUNTS, CONTACTS).tables["contacts"].checks
    assert [(check.name, check.columns) for check in checks] == [("has_at", ("email",))]
    assert "email" in checks[0].expression and "<>" in checks[0].expression


def test_indexes_with_expressions_and_conditions(read: Read) -> None:
    table = read(
        "CREATE TABLE people (id integer PRIMARY KEY, email text, phone text, gone integer)",
        "CREATE UNIQUE INDEX by_lower ON people (lower(email))",
        "CREATE UNIQUE INDEX by_phone ON people (phone) WHERE gone = 0",
        "CREATE UNIQUE INDEX by_both ON people (phone, email)",
        "CREATE INDEX mixed ON people (gone, lower(phone))",
    ).tables["people"]
    assert [(unique.name, unique.columns) for unique in table.uniques] == [("by_both", ("phone", "email"))]
    indexes = {index.name: index for index in table.indexes}
    assert (indexes["by_lower"].columns, indexes["by_lower"].expressions) == ((), ("lower(email)",))
    assert indexes["by_phone"].where is not None and "gone" in indexes["by_phone"].where
    assert indexes["by_both"].unique and indexes["by_both"].where is None
    assert (indexes["mixed"].columns, indexes["mixed"].expressions) == (("gone",), ("lower(phone)",))
    assert any(index.columns == ("id",) and index.unique for index in table.indexes)


def test_names_keep_their_letters(read: Read) -> None:
    catalog = read(
        'CREATE TABLE "User" ("Id" integer PRIMARY KEY, "e mail" text, "say ""hi""" text UNIQUE)',
        'CREATE TABLE "order" ("user" integer REFERENCES "User" ("Id"), "from" text CHECK ("from" <> \'check\'))',
        'CREATE TABLE "Müller.de" (id integer PRIMARY KEY)',
    )
    assert set(catalog.tables) == {"User", "order", "Müller.de"}
    assert catalog.tables["User"].column_names == ("Id", "e mail", 'say "hi"')
    assert [u.columns for u in catalog.tables["User"].uniques] == [('say "hi"',)]
    key = catalog.tables["order"].foreign_keys[0]
    assert (key.columns, key.target, key.target_columns) == (("user",), "User", ("Id",))
    assert catalog.tables["order"].checks[0].columns == ("from",)


def test_a_key_without_target_columns_leads_to_the_primary_key(read: Read) -> None:
    catalog = read(
        "CREATE TABLE parents (a integer, b integer, PRIMARY KEY (b, a))",
        "CREATE TABLE children (x integer, y integer, FOREIGN KEY (x, y) REFERENCES parents)",
    )
    key = catalog.tables["children"].foreign_keys[0]
    assert (key.columns, key.target_columns) == (("x", "y"), ("b", "a"))


def test_several_keys_to_one_table_keep_their_own_settings(read: Read) -> None:
    keys = (
        read(
            "CREATE TABLE users (id integer PRIMARY KEY, name text UNIQUE)",
            """CREATE TABLE notes (
                 author integer REFERENCES users ON DELETE CASCADE,
                 reader integer CONSTRAINT reading REFERENCES users (id) DEFERRABLE,
                 name text REFERENCES users (name) NOT DEFERRABLE)""",
        )
        .tables["notes"]
        .foreign_keys
    )
    found = {key.columns: key for key in keys}
    assert found["author",].on_delete is Action.CASCADE and not found["author",].deferrable
    assert found["reader",].name == "reading" and found["reader",].deferrable
    assert not found["reader",].initially_deferred
    assert found["name",].target_columns == ("name",) and not found["name",].deferrable


def test_views_say_what_they_read(read: Read) -> None:
    catalog = read(
        ACCOUNTS,
        CONTACTS,
        "CREATE TABLE others (id integer PRIMARY KEY)",
        "CREATE VIEW directory AS SELECT a.name, c.email FROM accounts a JOIN contacts c ON c.account_id = a.id",
        "CREATE VIEW names AS SELECT name FROM directory",
    )
    view = catalog.tables["directory"]
    assert view.kind is TableKind.VIEW and not view.is_base
    assert view.depends_on == ("accounts", "contacts")
    assert view.column_names == ("name", "email")
    assert view.definition is not None and "contacts" in view.definition
    assert catalog.tables["names"].depends_on == ("directory",)


@pytest.mark.parametrize(
    ("declared", "family", "length"),
    [
        ("integer", TypeFamily.INTEGER, None),
        ("smallint", TypeFamily.INTEGER, None),
        ("bigint", TypeFamily.INTEGER, None),
        ("numeric(8,2)", TypeFamily.NUMBER, None),
        ("double precision", TypeFamily.NUMBER, None),
        ("real", TypeFamily.NUMBER, None),
        ("text", TypeFamily.TEXT, None),
        ("varchar(20)", TypeFamily.TEXT, 20),
        ("varchar", TypeFamily.TEXT, None),
        ("character varying(7)", TypeFamily.TEXT, 7),
        ("char(3)", TypeFamily.TEXT, 3),
        ("boolean", TypeFamily.BOOLEAN, None),
        ("date", TypeFamily.DATE, None),
        ("timestamp", TypeFamily.DATETIME, None),
        ("timestamp with time zone", TypeFamily.DATETIME, None),
        ("time", TypeFamily.TIME, None),
        ("uuid", TypeFamily.UUID, None),
        ("json", TypeFamily.JSON, None),
        ("jsonb", TypeFamily.JSON, None),
        ("bytea", TypeFamily.BYTES, None),
        ("point", TypeFamily.OTHER, None),
        ("interval", TypeFamily.OTHER, None),
    ],
)
def test_types(read: Read, declared: str, family: TypeFamily, length: int | None) -> None:
    column = read(f"CREATE TABLE t (id integer PRIMARY KEY, v {declared})").tables["t"].column("v")
    assert column is not None
    assert (column.family, column.length) == (family, length)


def test_estimates_come_from_analyze(read: Read) -> None:
    catalog = read(
        "CREATE TABLE t (id integer PRIMARY KEY, v integer)",
        "CREATE INDEX t_v ON t (v)",
        "INSERT INTO t (id, v) VALUES (1, 1), (2, 1), (3, 2)",
        "ANALYZE",
    )
    assert catalog.tables["t"].estimated_rows == 3


def test_the_fingerprint_is_of_structure_alone(read: Read) -> None:
    before = read(ACCOUNTS, CONTACTS)
    filled = read("INSERT INTO accounts (id, name) VALUES (1, 'a')", "ANALYZE")
    assert filled.fingerprint == before.fingerprint
    assert read("ALTER TABLE contacts ADD COLUMN birth_date date").fingerprint != before.fingerprint


def test_an_empty_database(read: Read) -> None:
    catalog = read()
    assert dict(catalog.tables) == {}
    assert catalog.foreign_keys_enforced
    assert catalog.default_schema in ("public", "main")


def test_the_ledger_is_no_part_of_the_catalogue(read: Read) -> None:
    assert set(read(ACCOUNTS, "CREATE TABLE habeas_ledger (run text)").tables) == {"accounts"}
