"""What only PostgreSQL has: schemas, partitions, row security, privileges, domains, rules."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from tests.servers.postgresql import PostgresqlServer

from habeas.catalog.tables import Action, Catalog, TableKind, TypeFamily
from habeas.diagnostics import Refused
from habeas.stores.sql.connecting import open_engine
from habeas.stores.sql.reading_catalogue import read_catalogue

Read = Callable[..., Catalog]
pytestmark = pytest.mark.postgresql


def test_other_schemas_are_named_with_them(read_postgresql: Read) -> None:
    catalog = read_postgresql(
        "CREATE SCHEMA billing",
        'CREATE SCHEMA "Odd Name"',
        "CREATE TABLE contacts (id int PRIMARY KEY)",
        "CREATE TABLE billing.contacts (id int PRIMARY KEY)",
        "CREATE TABLE billing.invoices (id int PRIMARY KEY, c int REFERENCES public.contacts, d int REFERENCES"
        " billing.contacts)",
        'CREATE TABLE "Odd Name"."T" (i int REFERENCES billing.invoices)',
    )
    assert set(catalog.tables) == {"contacts", "billing.contacts", "billing.invoices", "Odd Name.T"}
    assert [key.target for key in catalog.tables["billing.invoices"].foreign_keys] == ["contacts", "billing.contacts"]
    assert catalog.default_schema == "public"
    assert catalog.tables["billing.invoices"].schema == "billing"


def test_a_dot_in_a_name_makes_no_two_tables_one(read_postgresql: Read) -> None:
    catalog = read_postgresql(
        "CREATE SCHEMA a", "CREATE TABLE a.b (x int)", 'CREATE TABLE "a.b" (y int)', "CREATE TABLE plain (z int)"
    )
    assert set(catalog.tables) == {"a.b", "public.a.b", "plain"}
    assert catalog.tables["public.a.b"].column_names == ("y",)


def test_the_search_path_of_the_role_decides_the_default_schema(
    postgresql_server: PostgresqlServer, postgresql_url: str
) -> None:
    database = postgresql_url.rsplit("/", 1)[1]
    for statement in (
        "CREATE SCHEMA crm",
        "CREATE TABLE crm.contacts (id int)",
        f'ALTER DATABASE "{database}" SET search_path = crm, public',
    ):
        postgresql_server.execute(statement, database)
    engine = open_engine(postgresql_url)
    with engine.connect() as connection:
        catalog = read_catalogue(connection)
    engine.dispose()
    assert (catalog.default_schema, set(catalog.tables)) == ("crm", {"contacts"})


def test_chosen_schemas_bring_along_what_is_tied_to_them(read_postgresql: Read) -> None:
    statements = [
        "CREATE SCHEMA app",
        "CREATE SCHEMA side",
        "CREATE TABLE public.plans (id int PRIMARY KEY)",
        "CREATE TABLE public.alone (id int PRIMARY KEY)",
        "CREATE TABLE app.people (id int PRIMARY KEY, plan int REFERENCES plans)",
        "CREATE TABLE side.shadows (id int PRIMARY KEY, person int REFERENCES app.people ON DELETE CASCADE)",
        "CREATE TABLE side.deeper (shadow int REFERENCES side.shadows)",
    ]
    catalog = read_postgresql(*statements, schemas=["app"])
    assert set(catalog.tables) == {"app.people", "plans", "side.shadows", "side.deeper"}


def test_a_misspelt_schema_is_refused(read_postgresql: Read) -> None:
    with pytest.raises(Refused) as refused:
        read_postgresql("CREATE SCHEMA app", schemas=["ap"])
    finding = refused.value.findings[0]
    assert finding.code == "unknown-schema"
    assert "schemas: [app, public]" in finding.fix


PARTITIONED = [
    "CREATE TABLE people (id int PRIMARY KEY)",
    "CREATE TABLE events (id int, at date, person int REFERENCES people ON DELETE CASCADE, note text,"
    " CHECK (id > 0), PRIMARY KEY (id, at)) PARTITION BY RANGE (at)",
    "CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')",
    "CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM ('2021-01-01') TO ('2022-01-01')"
    " PARTITION BY RANGE (at)",
    "CREATE TABLE events_2a PARTITION OF events_2 FOR VALUES FROM ('2021-01-01') TO ('2021-07-01')",
]


def test_partitions_are_folded_into_their_root(read_postgresql: Read) -> None:
    catalog = read_postgresql(
        *PARTITIONED,
        "INSERT INTO events SELECT i, CASE WHEN i < 4 THEN date '2020-02-02' ELSE '2021-02-02' END"
        " FROM generate_series(1, 10) i",
        "ANALYZE",
    )
    assert set(catalog.tables) == {"people", "events"}
    events = catalog.tables["events"]
    assert (events.kind, events.is_base, events.estimated_rows) == (TableKind.PARTITIONED, True, 10)
    assert events.primary_key == ("id", "at")
    assert [key.target for key in events.foreign_keys] == ["people"]
    assert len(events.checks) == 1


def test_what_only_a_partition_declares_stands_at_the_root(read_postgresql: Read) -> None:
    catalog = read_postgresql(
        *PARTITIONED,
        "CREATE TABLE owners (id int PRIMARY KEY)",
        "ALTER TABLE events ADD COLUMN owner int",
        "ALTER TABLE events_2a ADD CONSTRAINT own FOREIGN KEY (owner) REFERENCES owners ON DELETE SET NULL",
        "ALTER TABLE events_1 ADD CONSTRAINT short CHECK (length(note) < 9)",
        "ALTER TABLE events_1 ADD UNIQUE (note)",
        "CREATE TABLE seen (id int, at date, FOREIGN KEY (id, at) REFERENCES events_1 (id, at))",
        "CREATE FUNCTION log() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "CREATE TRIGGER only_here AFTER DELETE ON events_1 FOR EACH ROW EXECUTE FUNCTION log()",
    )
    events = catalog.tables["events"]
    assert {(key.name, key.target, key.on_delete) for key in events.foreign_keys} == {
        ("events_person_fkey", "people", Action.CASCADE),
        ("own", "owners", Action.SET_NULL),
    }
    assert "short" in {check.name for check in events.checks}
    assert not events.uniques
    assert [trigger.name for trigger in events.triggers] == ["only_here"]
    assert catalog.tables["seen"].foreign_keys[0].target == "events"


def test_kinds_of_relations(read_postgresql: Read) -> None:
    catalog = read_postgresql(
        "CREATE TABLE t (id int PRIMARY KEY)",
        "CREATE MATERIALIZED VIEW kept AS SELECT id FROM t",
        "CREATE EXTENSION file_fdw",
        "CREATE SERVER files FOREIGN DATA WRAPPER file_fdw",
        "CREATE FOREIGN TABLE far (line text) SERVER files OPTIONS (filename '/dev/null')",
        "CREATE TEMP TABLE passing (id int)",
        "CREATE UNLOGGED TABLE quick (id int)",
    )
    kinds = {ref: table.kind for ref, table in catalog.tables.items()}
    assert kinds == {
        "t": TableKind.TABLE,
        "kept": TableKind.MATERIALIZED_VIEW,
        "far": TableKind.FOREIGN,
        "quick": TableKind.TABLE,
    }
    assert catalog.tables["kept"].depends_on == ("t",)


def test_columns_that_the_database_fills(read_postgresql: Read) -> None:
    table = read_postgresql(
        "CREATE TABLE t (a int GENERATED ALWAYS AS IDENTITY, b serial, c int DEFAULT 7,"
        " d int GENERATED ALWAYS AS (c * 2) STORED)"
    ).tables["t"]
    found = {c.name: (c.identity, c.generated, c.default is not None) for c in table.columns}
    assert found == {
        "a": (True, False, False),
        "b": (True, False, True),
        "c": (False, False, True),
        "d": (False, True, False),
    }


def test_enums_domains_and_arrays(read_postgresql: Read) -> None:
    table = read_postgresql(
        "CREATE TYPE mood AS ENUM ('sad', 'fine', 'glad')",
        "ALTER TYPE mood ADD VALUE 'low' BEFORE 'sad'",
        "CREATE DOMAIN short AS varchar(12) CONSTRAINT filled CHECK (VALUE <> '')",
        "CREATE DOMAIN code AS short NOT NULL",
        "CREATE DOMAIN feeling AS mood",
        "CREATE DOMAIN tags AS text[]",
        "CREATE TYPE pair AS (x int, y int)",
        "CREATE TABLE t (m mood, c code, s short, f feeling, g tags, a int[], p pair, ms mood[])",
    ).tables["t"]
    columns = {c.name: c for c in table.columns}
    assert columns["m"].enum_values == columns["f"].enum_values == ("low", "sad", "fine", "glad")
    assert columns["f"].family is TypeFamily.ENUM
    assert (columns["c"].family, columns["c"].length, columns["c"].nullable) == (TypeFamily.TEXT, 12, False)
    assert (columns["s"].nullable, columns["s"].type) == (True, "short")
    families = {name: columns[name].family for name in ("g", "a", "p", "ms")}
    assert families == dict.fromkeys(("g", "a", "ms"), TypeFamily.ARRAY) | {"p": TypeFamily.OTHER}
    assert {(check.name, check.columns) for check in table.checks} == {("filled", ("c",)), ("filled", ("s",))}


def test_columns_whose_comparison_folds(read_postgresql: Read) -> None:
    table = read_postgresql(
        "CREATE EXTENSION citext",
        "CREATE COLLATION folding (provider = icu, locale = 'und-u-ks-level2', deterministic = false)",
        'CREATE TABLE t (plain text, c citext, f text COLLATE folding, b char(4), e text COLLATE "C")',
    ).tables["t"]
    assert {c.name: c.binary for c in table.columns} == {"plain": True, "c": False, "f": False, "b": False, "e": True}
    assert {c.name: c.collation for c in table.columns if c.collation} == {"f": "folding", "e": "C"}
    assert {c.family for c in table.columns} == {TypeFamily.TEXT}


def test_indexes_of_every_sort(read_postgresql: Read) -> None:
    table = read_postgresql(
        "CREATE TABLE t (a int, b int, c text[], d text)",
        "CREATE UNIQUE INDEX covering ON t (a) INCLUDE (b)",
        "CREATE UNIQUE INDEX same ON t (b, d) NULLS NOT DISTINCT",
        "CREATE INDEX inside ON t USING gin (c)",
        "CREATE INDEX hashed ON t USING hash (d)",
        "CREATE INDEX descending ON t (a DESC NULLS LAST, d text_pattern_ops)",
    ).tables["t"]
    assert {(u.name, u.columns, u.nulls_distinct) for u in table.uniques} == {
        ("covering", ("a",), True),
        ("same", ("b", "d"), False),
    }
    found = {i.name: (i.columns, i.expressions) for i in table.indexes}
    assert found["inside"] == ((), ("gin (c)",))
    assert found["hashed"] == (("d",), ())
    assert found["descending"] == (("a", "d"), ())


def test_keys_not_yet_validated_and_exclusions(read_postgresql: Read) -> None:
    catalog = read_postgresql(
        "CREATE TABLE p (id int PRIMARY KEY)",
        "CREATE TABLE c (p int, span int4range, EXCLUDE USING gist (span WITH &&))",
        "ALTER TABLE c ADD CONSTRAINT later FOREIGN KEY (p) REFERENCES p ON UPDATE SET DEFAULT NOT VALID",
    )
    key = catalog.tables["c"].foreign_keys[0]
    assert (key.name, key.enforced, key.on_update) == ("later", False, Action.SET_DEFAULT)
    assert [check.columns for check in catalog.tables["c"].checks] == [("span",)]


def test_triggers_and_rules(read_postgresql: Read) -> None:
    catalog = read_postgresql(
        "CREATE TABLE t (id int PRIMARY KEY, u int REFERENCES t)",
        "CREATE TABLE old (id int)",
        "CREATE FUNCTION copy() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN INSERT INTO old VALUES (OLD.id); RETURN OLD; END'",
        "CREATE TRIGGER keep_old BEFORE DELETE OR UPDATE OF u ON t FOR EACH ROW EXECUTE FUNCTION copy()",
        "CREATE TRIGGER resting AFTER TRUNCATE ON t EXECUTE FUNCTION copy()",
        "ALTER TABLE t DISABLE TRIGGER resting",
        "CREATE RULE never AS ON DELETE TO old DO INSTEAD NOTHING",
        "CREATE VIEW v AS SELECT id FROM t",
        "CREATE TRIGGER through INSTEAD OF INSERT ON v FOR EACH ROW EXECUTE FUNCTION copy()",
    )
    triggers = {t.name: t for t in catalog.tables["t"].triggers}
    assert set(triggers) == {"keep_old", "resting"}
    assert (triggers["keep_old"].timing, triggers["keep_old"].events) == ("BEFORE", ("UPDATE", "DELETE"))
    assert "CREATE TRIGGER keep_old" in triggers["keep_old"].definition
    assert "INSERT INTO old" in triggers["keep_old"].definition
    assert triggers["keep_old"].enabled and not triggers["resting"].enabled
    rule = catalog.tables["old"].triggers[0]
    assert (rule.name, rule.timing, rule.events) == ("never", "INSTEAD OF", ("DELETE",))
    assert [t.timing for t in catalog.tables["v"].triggers] == ["INSTEAD OF"]


def test_row_security_and_privileges_are_those_of_the_connected_role(
    postgresql_server: PostgresqlServer, postgresql_url: str
) -> None:
    database = postgresql_url.rsplit("/", 1)[1]
    role = f"reader_of_{database}"
    postgresql_server.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'quiet'", database)
    try:
        for statement in (
            "CREATE SCHEMA closed",
            "CREATE TABLE closed.t (id int)",
            "CREATE TABLE guarded (id int, account int)",
            "ALTER TABLE guarded ENABLE ROW LEVEL SECURITY",
            "CREATE POLICY one ON guarded USING (account = 1)",
            "INSERT INTO guarded VALUES (1, 1), (2, 2)",
            "CREATE TABLE plain (id int)",
            f"GRANT SELECT, DELETE ON guarded TO {role}",
            f"GRANT ALL ON closed.t TO {role}",
        ):
            postgresql_server.execute(statement, database)
        as_role = open_engine(postgresql_server.url(database, role, "quiet"))
        with as_role.connect() as connection:
            catalog = read_catalogue(connection)
            guarded = catalog.tables["guarded"]
            with pytest.raises(sa.exc.ProgrammingError):  # never a filtered answer
                connection.exec_driver_sql("SELECT count(*) FROM guarded")
        as_role.dispose()
        as_owner = open_engine(postgresql_url)
        with as_owner.connect() as connection:
            seen_by_owner = read_catalogue(connection).tables["guarded"]
        as_owner.dispose()
    finally:
        postgresql_server.execute(f"DROP OWNED BY {role}", database)
        postgresql_server.execute(f"DROP ROLE {role}", database)
    assert guarded.row_security and guarded.row_security_applies
    assert guarded.privileges == {"SELECT", "DELETE"}
    assert catalog.tables["plain"].privileges == frozenset()
    assert catalog.tables["closed.t"].privileges == frozenset()  # its schema is closed to the role
    assert seen_by_owner.row_security and not seen_by_owner.row_security_applies
    assert len(seen_by_owner.privileges) == 4


def test_comments(read_postgresql: Read) -> None:
    table = read_postgresql(
        "CREATE TABLE t (id int)", "COMMENT ON TABLE t IS 'what it is'", "COMMENT ON COLUMN t.id IS 'a number'"
    ).tables["t"]
    assert (table.comment, table.columns[0].comment) == ("what it is", "a number")


def test_tables_of_extensions_are_left_out(read_postgresql: Read) -> None:
    assert dict(read_postgresql("CREATE EXTENSION pg_stat_statements").tables) == {}


def test_rows_are_unknown_before_an_analyze(read_postgresql: Read) -> None:
    assert read_postgresql("CREATE TABLE t (id int)").tables["t"].estimated_rows is None


def test_the_number_of_queries_does_not_grow_with_the_tables(postgresql: sa.Engine) -> None:
    asked: list[str] = []
    sa.event.listen(postgresql, "before_cursor_execute", lambda *args: asked.append(args[2]))

    def count() -> int:
        asked.clear()
        with postgresql.connect() as connection:
            read_catalogue(connection)
        return len(asked)

    alone = count()
    with postgresql.begin() as connection:
        for number in range(30):
            connection.exec_driver_sql(
                f"CREATE TABLE t{number} (id int PRIMARY KEY, up int REFERENCES t0)"
                if number
                else "CREATE TABLE t0 (id int PRIMARY KEY)"
            )
    assert count() == alone <= 10
