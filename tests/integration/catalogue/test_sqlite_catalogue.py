"""What only SQLite has: rowids, loose types, virtual tables, and facts that stand in CREATE statements alone."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from habeas.catalog.tables import Catalog, TypeFamily
from habeas.stores.sql.catalogue_sqlite import COUNTED_ROWS
from habeas.stores.sql.connecting import open_engine
from habeas.stores.sql.reading_catalogue import read_catalogue

Read = Callable[..., Catalog]


def test_the_integer_primary_key_is_the_row_itself(read_sqlite: Read) -> None:
    catalog = read_sqlite(
        "CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT, n INT)",
        "CREATE TABLE b (id INT PRIMARY KEY)",
        "CREATE TABLE c (id INTEGER PRIMARY KEY DESC)",
        "CREATE TABLE d (id TEXT PRIMARY KEY) WITHOUT ROWID",
        "CREATE TABLE e (id TEXT PRIMARY KEY, v INTEGER) STRICT",
    )
    columns = {ref: table.columns[0] for ref, table in catalog.tables.items()}
    assert {ref: column.identity for ref, column in columns.items()} == {
        "a": True,
        "b": False,
        "c": False,
        "d": False,
        "e": False,
    }
    assert {ref: column.nullable for ref, column in columns.items()} == {
        "a": False,
        "b": True,
        "c": True,
        "d": False,
        "e": False,
    }
    assert {ref: table.primary_key for ref, table in catalog.tables.items()} == dict.fromkeys("abcde", ("id",))
    assert [i.columns for i in catalog.tables["a"].indexes] == [("id",)]


def test_a_statement_written_in_an_unusual_way(read_sqlite: Read) -> None:
    table = read_sqlite(
        "CREATE TABLE p (x INTEGER PRIMARY KEY)",
        """CREATE TABLE [odd one] ( -- a comment, with (parentheses
             [first] TEXT COLLATE NOCASE DEFAULT 'a, CHECK (b)' /* CHECK (c) */,
             `second` TEXT COLLATE "binary" CONSTRAINT "long enough" CHECK (length([second]) > (1 + 1)),
             "check" INTEGER REFERENCES P ( X ) ON DELETE SET NULL NOT DEFERRABLE INITIALLY IMMEDIATE,
             third TEXT COLLATE RTRIM NOT NULL
               REFERENCES p(x) ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED CHECK (third <> ''),
             CONSTRAINT both UNIQUE (`second`, third)
             CONSTRAINT rule CHECK ("check" > 0 AND first IN ('x', 'y'))
           )""",
    ).tables["odd one"]
    assert table.column_names == ("first", "second", "check", "third")
    assert [c.collation for c in table.columns] == ["NOCASE", "binary", None, "RTRIM"]
    assert [c.binary for c in table.columns] == [False, True, True, False]
    assert [(c.name, c.columns) for c in table.checks] == [
        ("long enough", ("second",)),
        (None, ("third",)),
        ("rule", ("first", "check")),
    ]
    assert table.checks[0].expression == "length([second]) > (1 + 1)"
    keys = {key.columns: key for key in table.foreign_keys}
    assert keys["check",].target_columns == ("x",) and not keys["check",].deferrable
    assert keys["third",].deferrable and keys["third",].initially_deferred
    assert [u.columns for u in table.uniques] == [("second", "third")]


def test_names_in_another_case_are_the_same(read_sqlite: Read) -> None:
    catalog = read_sqlite(
        "CREATE TABLE Users (Id INTEGER PRIMARY KEY, Name TEXT UNIQUE)",
        "CREATE TABLE notes (author INTEGER, name TEXT, FOREIGN KEY (AUTHOR) REFERENCES USERS (ID),"
        " FOREIGN KEY (NAME) REFERENCES users (nAME))",
    )
    keys = {key.columns: (key.target, key.target_columns) for key in catalog.tables["notes"].foreign_keys}
    assert keys == {("author",): ("Users", ("Id",)), ("name",): ("Users", ("Name",))}


def test_a_key_to_a_table_that_is_not_there_is_left_out(read_sqlite: Read) -> None:
    catalog = read_sqlite("CREATE TABLE t (id INTEGER PRIMARY KEY, gone INTEGER REFERENCES nowhere (id))")
    assert catalog.tables["t"].foreign_keys == ()


def test_declared_types_mean_what_people_mean(read_sqlite: Read) -> None:
    table = read_sqlite(
        "CREATE TABLE t (a DATETIME, b TIMESTAMP, c DATE, d BOOLEAN, e GUID, f BLOB, g, h UNSIGNED BIG INT,"
        " i NVARCHAR(30), j DECIMAL(10,5), k STRING, l INT8, m MEDIUMINT, n CLOB, o TIME, p POINT)"
    ).tables["t"]
    assert [c.family.value for c in table.columns] == [
        "datetime",
        "datetime",
        "date",
        "boolean",
        "uuid",
        "bytes",
        "other",
        "integer",
        "text",
        "number",
        "text",
        "integer",
        "integer",
        "text",
        "time",
        "other",
    ]
    assert [c.length for c in table.columns if c.length] == [30]


def test_generated_columns_of_both_sorts(read_sqlite: Read) -> None:
    table = read_sqlite(
        "CREATE TABLE t (a INTEGER, b INTEGER GENERATED ALWAYS AS (a + 1) VIRTUAL, c INTEGER AS (a + 2) STORED)"
    ).tables["t"]
    assert [c.generated for c in table.columns] == [False, True, True]


def test_full_text_tables_without_their_shadows(read_sqlite: Read) -> None:
    catalog = read_sqlite(
        "CREATE TABLE messages (id INTEGER PRIMARY KEY, body TEXT)",
        "CREATE VIRTUAL TABLE found USING fts5 (body, content='messages', content_rowid='id')",
        "CREATE VIRTUAL TABLE own USING fts5 (title, body)",
    )
    assert set(catalog.tables) == {"messages", "found", "own"}
    assert catalog.tables["own"].column_names == ("title", "body")
    assert catalog.tables["found"].depends_on == ("messages",)
    assert "fts5" in (catalog.tables["found"].definition or "")


def test_a_broken_view_harms_no_other_table(read_sqlite: Read) -> None:
    catalog = read_sqlite(
        "CREATE TABLE t (id INTEGER PRIMARY KEY)",
        "CREATE VIEW fine AS SELECT id FROM t",
        "CREATE TABLE passing (id INTEGER)",
        "CREATE VIEW broken AS SELECT id FROM passing",
        "DROP TABLE passing",
    )
    assert catalog.tables["broken"].columns == ()
    assert catalog.tables["fine"].column_names == ("id",)
    assert catalog.tables["t"].column_names == ("id",)


def test_triggers(read_sqlite: Read) -> None:
    table = read_sqlite(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, n TEXT)",
        "CREATE TABLE old (n TEXT)",
        "CREATE TRIGGER plain DELETE ON T BEGIN INSERT INTO old VALUES (OLD.n); END",
        "CREATE TRIGGER IF NOT EXISTS [AFTER DELETE] AFTER UPDATE OF n ON t WHEN NEW.n <> OLD.n"
        " BEGIN DELETE FROM old; END",
    ).tables["t"]
    found = {t.name: (t.timing, t.events) for t in table.triggers}
    assert found == {"plain": ("BEFORE", ("DELETE",)), "AFTER DELETE": ("AFTER", ("UPDATE",))}
    assert "INSERT INTO old" in next(t.definition for t in table.triggers if t.name == "plain")


def test_an_index_may_hold_commas_and_conditions(read_sqlite: Read) -> None:
    table = read_sqlite(
        "CREATE TABLE t (a TEXT, b TEXT)",
        "CREATE INDEX i ON t (a, coalesce(a, b, ',)') DESC, b) WHERE a <> 'WHERE' AND b > ''",
    ).tables["t"]
    index = table.indexes[0]
    assert index.columns == ("a", "b")
    assert index.expressions == ("coalesce(a, b, ',)') DESC",)
    assert index.where == "a <> 'WHERE' AND b > ''"


def test_few_rows_are_counted_and_many_are_not(sqlite: sa.Engine) -> None:
    with sqlite.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE few (v)")
        connection.exec_driver_sql("INSERT INTO few VALUES (1), (2)")
        connection.exec_driver_sql(
            "CREATE TABLE many AS WITH RECURSIVE n(v) AS (SELECT 1 UNION ALL SELECT v + 1 FROM n WHERE v <="
            f" {COUNTED_ROWS}) SELECT v FROM n"
        )
    with sqlite.connect() as connection:
        tables = read_catalogue(connection).tables
    assert (tables["few"].estimated_rows, tables["many"].estimated_rows) == (2, None)


def test_a_file_opened_for_reading_grants_reading_alone(read_sqlite: Read, sqlite_url: str) -> None:
    read_sqlite("CREATE TABLE t (id INTEGER PRIMARY KEY)")
    file = sqlite_url.removeprefix("sqlite:///")
    engine = open_engine(f"sqlite:///file:{file}?mode=ro&uri=true")
    with engine.connect() as connection:
        catalog = read_catalogue(connection)
    engine.dispose()
    assert catalog.tables["t"].privileges == {"SELECT"}


def test_a_table_made_from_a_query(read_sqlite: Read) -> None:
    table = read_sqlite("CREATE TABLE copy AS SELECT 1 AS a, 'x' AS b").tables["copy"]
    assert table.column_names == ("a", "b")
    assert table.columns[0].family in (TypeFamily.INTEGER, TypeFamily.OTHER)
    assert table.primary_key == ()
