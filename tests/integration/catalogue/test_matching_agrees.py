"""Python and every database bring a value into the same form: on random text, and where it is known to be
hard."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from habeas.catalog.tables import TypeFamily
from habeas.datamap.matching import is_blank, normalise
from habeas.datamap.model import MatchRule
from habeas.stores.sql.dialects import Dialect, dialect_named
from habeas.stores.sql.reading_rows import give_text

LETTERS = "aAzZjJ09 \t\n\r\f\v\x1c\x1f\x85\xa0\u2003\u3000+-.()/'\"\\%_:;éÉßİıſKÅφΦ😀١"
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12),
    st.text(st.sampled_from(LETTERS), max_size=12),
    st.text(st.sampled_from("0123456789+-.()/ \t\n"), max_size=16),
)
HARD = [
    "",
    " ",
    "\t\n\r\f\v ",
    " Jane@Example.COM\n",
    "jané@example.com",
    "JANÉ@EXAMPLE.COM",
    "İstanbul",
    "K",  # the Kelvin sign, which full case folding makes a k
    "v@v\v",
    "vv",
    "+49 (170) 123-45/6.7",
    "++49",
    "49+17",
    "+",
    "-",
    "()",
    "n/a",
    "\u00a0",
    "١٢٣",  # digits, but none of ASCII's
    "%s :name ?",
    "x" * 100_000,
]


class Asking:
    """A connection with the expressions of its dialect, applied to a value that stands in a column of a
    table."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        self.dialect: Dialect = dialect_named(connection.dialect.name)
        connection.exec_driver_sql("CREATE TEMP TABLE held (n integer, v text)")

    def hold(self, values: list[str]) -> None:
        self.connection.exec_driver_sql("DELETE FROM held")
        rows = [{"n": number, "v": value} for number, value in enumerate(values)]
        self.connection.execute(sa.text("INSERT INTO held (n, v) VALUES (:n, :v)"), rows)

    def column(self, expression: str) -> list[object]:
        found = self.connection.exec_driver_sql(f"SELECT {expression} FROM held ORDER BY n")
        return list(found.scalars())

    def normalised(self, rule: MatchRule) -> list[str | None]:
        """What a statement compares: nothing where the value is blank."""
        text = TypeFamily.TEXT
        form = self.dialect.match_expression("v", rule, text)
        condition = self.dialect.not_blank("v", text)
        return [
            None if value is None else str(value) for value in self.column(f"CASE WHEN {condition} THEN {form} END")
        ]


@pytest.fixture
def asking(database_url: str) -> Iterator[Asking]:
    engine = sa.create_engine(database_url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        yield Asking(connection)
    engine.dispose()


@pytest.mark.parametrize("rule", list(MatchRule))
def test_hard_values_agree(asking: Asking, rule: MatchRule) -> None:
    asking.hold(HARD)
    assert asking.normalised(rule) == [normalise(value, rule) for value in HARD]


@pytest.mark.parametrize("rule", list(MatchRule))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(TEXTS, min_size=1, max_size=20))
def test_random_text_agrees(asking: Asking, rule: MatchRule, values: list[str]) -> None:
    asking.hold(values)
    assert asking.normalised(rule) == [normalise(value, rule) for value in values]


def test_blank_agrees(asking: Asking) -> None:
    asking.hold(HARD)
    condition = asking.dialect.not_blank("v", TypeFamily.TEXT)
    found = asking.column(f"CASE WHEN {condition} THEN 1 ELSE 0 END")
    assert found == [0 if is_blank(value) else 1 for value in HARD]


def test_sqlite_agrees_on_text_with_nul(sqlite_url: str) -> None:
    engine = sa.create_engine(sqlite_url, poolclass=sa.NullPool)
    values = ["a\0B ", "\0", " \0 ", "12\0", "1\0+3", "\0 12"]
    with engine.connect() as connection:
        asking = Asking(connection)
        asking.hold(values)
        for rule in MatchRule:
            assert asking.normalised(rule) == [normalise(value, rule) for value in values]
    engine.dispose()


@pytest.mark.parametrize("rule", [MatchRule.CASEFOLD, MatchRule.E164])
def test_an_index_can_hold_the_expression(asking: Asking, rule: MatchRule) -> None:
    form = asking.dialect.match_expression("v", rule, TypeFamily.TEXT)
    asking.connection.exec_driver_sql(f"CREATE INDEX held_form ON held (({form}))")
    asking.hold(["x"])
    assert asking.column("count(*) OVER ()") == [1]


def test_a_column_that_folds_is_compared_letter_by_letter(asking: Asking) -> None:
    collation = "NOCASE" if asking.dialect.name == "sqlite" else '"und-folds"'
    if asking.dialect.name == "postgresql":
        asking.connection.exec_driver_sql(
            "CREATE COLLATION \"und-folds\" (provider = icu, locale = 'und-u-ks-level2', deterministic = false)"
        )
    asking.connection.exec_driver_sql(f"CREATE TEMP TABLE folding (v text COLLATE {collation})")
    asking.connection.exec_driver_sql("INSERT INTO folding VALUES ('Jane')")
    count = "SELECT count(*) FROM folding WHERE {} = 'jane'"
    form = asking.dialect.match_expression("v", MatchRule.EXACT, TypeFamily.TEXT, binary=False)
    assert asking.connection.exec_driver_sql(count.format("v")).scalar_one() == 1
    assert asking.connection.exec_driver_sql(count.format(form)).scalar_one() == 0
    folded = asking.dialect.match_expression("v", MatchRule.CASEFOLD, TypeFamily.TEXT)
    assert asking.connection.exec_driver_sql(count.format(folded)).scalar_one() == 1


def test_tokens_are_fresh_for_each_row_and_fit(asking: Asking) -> None:
    asking.hold(["x"] * 50)
    for length, expected in [(None, 23), (255, 23), (23, 23), (20, 20), (8, 8)]:
        tokens = asking.column(asking.dialect.random_token_text(length))
        assert {len(str(token)) for token in tokens} == {expected}
        assert len(set(tokens)) == 50
    assert all(str(token).startswith("erased-") for token in asking.column(asking.dialect.random_token_text()))
    assert asking.column(asking.dialect.shorten_token("'erased-0123456789abcdef'", 4))[0] == "cdef"


@pytest.mark.parametrize(
    ("type_", "lowest"),
    [
        ("smallint", -(2**15)),
        ("integer", -(2**31)),
        ("bigint", -(2**53)),
        ("numeric(4,1)", -999),
        ("real", -(2**24)),
    ],
)
def test_negative_numbers_stay_in_range(asking: Asking, type_: str, lowest: int) -> None:
    asking.hold(["x"] * 200)
    form = asking.dialect.random_negative_integer(type_)
    numbers = [int(str(number).removesuffix(".0")) for number in asking.column(f"CAST({form} AS bigint)")]
    assert all(lowest <= number < 0 for number in numbers)
    assert len(set(numbers)) > 100


def test_uuids_are_random_and_valid(asking: Asking) -> None:
    asking.hold(["x"] * 50)
    found = [uuid.UUID(str(value)) for value in asking.column(asking.dialect.random_uuid())]
    assert {value.version for value in found} == {4}
    assert {value.variant for value in found} == {uuid.RFC_4122}
    assert len(set(found)) == 50


@pytest.mark.parametrize(
    ("type_", "literal", "family"),
    [
        ("boolean", "true", TypeFamily.BOOLEAN),
        ("boolean", "NULL", TypeFamily.BOOLEAN),
        ("char(5)", "'ab'", TypeFamily.TEXT),
        ("text", "''", TypeFamily.TEXT),
        ("bytea", r"'\x00ff'", TypeFamily.BYTES),
        ("timestamptz", "'2024-02-29 10:00:00+02'", TypeFamily.DATETIME),
        ("interval", "'1 day 2 hours'", TypeFamily.OTHER),
        ("double precision", "0.1", TypeFamily.NUMBER),
        ("numeric(8,2)", "12.5", TypeFamily.NUMBER),
        ("text[]", "ARRAY['a b', NULL, 'c,\"d']", TypeFamily.ARRAY),
        ("json", "'{\"a\":  1}'", TypeFamily.JSON),
        ("jsonb", "'{\"a\":  1}'", TypeFamily.JSON),
        ("uuid", "'6F9619FF-8B86-D011-B42D-00CF4FC964FF'", TypeFamily.UUID),
    ],
)
@pytest.mark.postgresql
def test_text_of_is_what_copy_prints(postgresql_url: str, type_: str, literal: str, family: TypeFamily) -> None:
    engine = sa.create_engine(postgresql_url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE TEMP TABLE held AS SELECT CAST({literal} AS {type_}) AS v")
        form = dialect_named("postgresql").text_of("v", family)
        cursor = connection.connection.cursor()
        give_text(cursor)
        cursor.execute(f"SELECT {form} FROM held")
        (text,) = cursor.fetchone()
        with cursor.copy("COPY held TO STDOUT (FORMAT csv, NULL 'nothing')") as copy:  # type: ignore[attr-defined]
            printed = b"".join(bytes(part) for part in copy).decode().removesuffix("\n")
        cursor.close()
    engine.dispose()
    if printed.startswith('"'):
        printed = printed[1:-1].replace('""', '"')
    assert ("nothing" if text is None else text) == printed


def test_text_of_in_sqlite(sqlite_url: str) -> None:
    engine = sa.create_engine(sqlite_url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        form = dialect_named("sqlite").text_of("v", TypeFamily.OTHER)
        found = connection.exec_driver_sql(
            f"SELECT {form} FROM (SELECT x'00ff' AS v UNION ALL SELECT 1.5 UNION ALL SELECT 7"
            " UNION ALL SELECT 'a' UNION ALL SELECT NULL)"
        ).scalars()
        assert list(found) == ["00FF", "1.5", "7", "a", None]
    engine.dispose()


def test_names_keep_their_letters(asking: Asking) -> None:
    name = 'We "quote" Ünïcode.names'
    quoted = asking.dialect.quote(name)
    asking.connection.exec_driver_sql(f"CREATE TEMP TABLE {quoted} (v integer)")
    asking.connection.exec_driver_sql(f"INSERT INTO {quoted} VALUES (1)")
    assert asking.connection.exec_driver_sql(f"SELECT v FROM {quoted}").scalar_one() == 1


def test_what_a_column_can_hold() -> None:
    assert not dialect_named("postgresql").can_hold("a\0b")
    assert dialect_named("sqlite").can_hold("a\0b")
    assert not dialect_named("sqlite").can_hold("\ud800")
    assert dialect_named("postgresql").can_hold("O'Hara 😀")
