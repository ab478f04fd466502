"""What values tell without the name of their column, and what they must not be taken for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from habeas.catalog.tables import Catalog, Column, Table, TypeFamily
from habeas.datamap.model import PersonalByPolicy
from habeas.discovery.table_words import context_of
from habeas.discovery.value_evidence import LEAST_VALUES, kind_of, look_at_values
from habeas.discovery.value_shapes import Shape, installed, is_national_phone, shape_of

T = TypeFamily


def column(name: str = "c1", family: TypeFamily = T.TEXT, length: int | None = None) -> Column:
    return Column(name, family.value, family, length=length)


class Given:
    """Samples from values given beforehand; remembers what was asked for."""

    def __init__(self, values: Mapping[str, Sequence[str]]) -> None:
        self.values = values
        self.asked: list[tuple[str, str]] = []

    def texts(self, table: str, columns: Sequence[str]) -> Mapping[str, Sequence[str]]:
        self.asked += [(table, name) for name in columns]
        return {name: self.values.get(name, ()) for name in columns}


def test_the_libraries_are_there_when_the_suite_runs() -> None:
    assert installed()


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        ("jane.doe+news@example.co.uk", Shape.EMAIL),
        ("φίλος@παράδειγμα.ελ", Shape.EMAIL),
        ("+49 30 901820", Shape.PHONE),
        ("+1 (780) 428-9482", Shape.PHONE),
        ("192.0.2.17", Shape.IP),
        ("2001:db8::8:800:200c:417a", Shape.IP),
        ("GB33BUKB20201555555555", Shape.IBAN),
        ("DE89 3704 0044 0532 0130 00", Shape.IBAN),
        ("4242 4242 4242 4242", Shape.CARD),
        ("123.456.789-09", Shape.NATIONAL_ID),
        ("RSSMRA85T10A562S", Shape.NATIONAL_ID),
        ("Mozilla/5.0 (X11; Linux x86_64)", Shape.USER_AGENT),
        ("call me at +49 30 901820 please", Shape.NAMES_SOMEBODY),
        ("ask jane@example.com, she knows", Shape.NAMES_SOMEBODY),
    ],
)
def test_what_a_value_says_by_itself(value: str, shape: Shape) -> None:
    assert shape_of(value) is shape


@pytest.mark.parametrize(
    "value",
    [
        "4930901820", "0049309018", "555-0199", "17", "20210417", "1234567890123456", "DE89370400440532013001",
        "1.2.3", "10.11", "v1.2.3.4-rc1", "12:30:05", "a@b", "@handle", "user@localhost", "www.example.com",
        "550e8400-e29b-41d4-a716-446655440000", "9f86d081884c7d659a2feaa0c55ad015", "Jane Doe", "Hauptstraße 7",
        "10115", "1985-04-12", "EUR 1.200,00", "SKU-0042-99", "+", "++49", "", "   ", "x" * 5000,
    ],
)  # fmt: skip
def test_what_must_not_be_taken_for_anything(value: str) -> None:
    """Bare digits are no phone; names, streets, postal codes and dates say nothing without their column."""
    assert shape_of(value) is None


def test_digits_are_a_phone_only_where_the_name_says_so() -> None:
    numbers = ["030 901820", "030 901821", "0171 5550199", "(030) 12345"]
    assert all(map(is_national_phone, numbers))
    assert kind_of(column("ref"), numbers, of_people=True) is None
    assert kind_of(column("tel2"), numbers, of_people=True) == Shape.PHONE
    assert kind_of(column("whatsapp_contact"), numbers, of_people=False) == Shape.PHONE
    assert kind_of(column("tel2"), ["yes", "no", "later"], of_people=True) is None


def test_most_of_a_sample_must_agree_and_several_values_be_there() -> None:
    emails = [f"p{n}@example.com" for n in range(8)]
    assert kind_of(column(), emails, of_people=False) == Shape.EMAIL
    assert kind_of(column(), [*emails, "unknown", "none"], of_people=False) == Shape.EMAIL
    assert kind_of(column(), [*emails[:4], "a", "b", "c", "d"], of_people=False) is None
    assert kind_of(column(), emails[: LEAST_VALUES - 1] * 50, of_people=False) is None, "repeated is not different"


def test_text_that_names_people_here_and_there_is_free_text() -> None:
    lines = [f"order {n} was fine" for n in range(16)] + ["write to a@example.com please", "or to b@example.com then"]
    assert kind_of(column(), lines, of_people=False) == Shape.NAMES_SOMEBODY
    assert kind_of(column(), lines[:16], of_people=False) is None


@pytest.mark.parametrize(
    ("name", "years", "of_people", "expected"),
    [
        ("gebdat", (1950, 1966, 1981, 1999), True, "birth-date"),
        ("fec_nac", (1950, 1966, 1981, 1999), True, "birth-date"),
        ("gebdat", (1950, 1966, 1981, 1999), False, None),
        ("changed", (1950, 1966, 1981, 1999), True, None),
        ("bd", (2021, 2022, 2023, 2024), True, None),
    ],
)
def test_birth_dates_need_people_a_hint_in_the_name_and_years_of_lives(
    name: str, years: tuple[int, ...], of_people: bool, expected: str | None
) -> None:
    for family in (T.DATE, T.TEXT):
        dates = [f"{year}-04-12" for year in years]
        assert kind_of(column(name, family), dates, of_people=of_people) == expected


def test_only_columns_that_could_hold_something_are_sampled() -> None:
    table = Table(
        "people", "main", "people",
        columns=(
            column("email"), column("c1"), column("c2", T.INTEGER), column("c3", T.TEXT, 2), column("c4", T.BYTES),
            column("c5", T.BOOLEAN), column("c6", T.DATE),
        ),
    )  # fmt: skip
    migrations = Table("schema_migrations", "main", "schema_migrations", columns=(column("version"),))
    catalog = Catalog("sqlite", "main", {"people": table, "schema_migrations": migrations})
    given = Given({"c1": [f"p{n}@example.com" for n in range(5)]})
    evidence = look_at_values(catalog, given, {"people": {"email"}}, {"people"})
    assert given.asked == [("people", "c1"), ("people", "c6")]
    guess = evidence.guess("people", column("c1"), context_of("people"))
    assert guess is not None and (guess.category, guess.rule) == ("user.contact.email", "values-email")
    assert evidence.guess("people", column("c6"), context_of("people")) is None


def test_what_is_personal_by_policy_holds_for_values_too() -> None:
    catalog = Catalog("sqlite", "main", {"suppliers": Table("suppliers", "main", "suppliers", columns=(column("c1"),))})
    given = Given({"c1": [f"+49 30 9018{n:02}" for n in range(10)]})
    evidence = look_at_values(catalog, given, {}, ())
    assert evidence.guess("suppliers", column("c1"), context_of("suppliers")) is None
    ours = context_of("suppliers", settings=PersonalByPolicy(business_addresses=True))
    guess = evidence.guess("suppliers", column("c1"), ours)
    assert guess is not None and guess.category == "user.contact.phone_number"
