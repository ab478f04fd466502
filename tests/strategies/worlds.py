"""Worlds: a random company, rows that satisfy its constraints, and somebody who asks for something."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from tests.oracle.company import Asked, Column, Company, DeclaredKey, Identities, Rows, Table
from tests.strategies.choosing import Chooser
from tests.strategies.rendering import create_table, map_text
from tests.strategies.schemas import (
    AS_OF,
    CUSTOMERS,
    PLACEHOLDER_ID,
    Designer,
)

EMAILS = ("a@example.com", "A@example.com", "b@example.com", " b@Example.com ", "é@example.com", "É@example.com")
BLANKS = ("", "  ", "\t")
DANGLING = 99
DAYS = (
    AS_OF - timedelta(days=30),
    AS_OF - timedelta(days=29),
    AS_OF.replace(month=5),
    AS_OF.replace(month=5) + timedelta(days=1),
    AS_OF.replace(year=2024),
    AS_OF.replace(year=2024) + timedelta(days=1),
    date(2001, 1, 31),
    date(2030, 2, 28),
)


@dataclass(frozen=True, repr=False)
class World:
    """A company with its rows, and a selection."""

    company: Company
    rows: Rows
    asked: Asked
    short: bool = False  # write the map in its short forms

    def __repr__(self) -> str:
        """What a person needs to see a failing example at once: DDL, map, rows and selection."""
        lines = [create_table(table, "sqlite") for table in self.company.tables.values()]
        lines += [map_text(self.company), repr(self.asked)]
        lines += [f"{table}: {row}" for table, rows in self.rows.items() for row in rows]
        return "\n".join(["World", *lines])

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))  # Hypothesis would print the dataclasses, field by field


@st.composite
def worlds(draw: Callable[[Any], Any], only: str | None = None, held: bool = False, copied: bool = False) -> World:
    """Random worlds; `only` fixes the selection (person, customer, both, batch), `held` asks for an exclusion.

    `copied` asks for declared copies of what is masked.
    """
    choose = Chooser(draw)
    designer = Designer(choose, copied)
    company = designer.company()
    rows = Filler(choose, company, designer.placeholder_tables).rows
    return World(company, rows, selection(choose, company, rows, only, held), short=choose.chance(30))


class Filler:
    """Draws rows: keys first, so that references can lead anywhere, rings included."""

    def __init__(self, choose: Chooser, company: Company, placeholder_tables: set[str]) -> None:
        self.choose = choose
        self.company = company
        self.placeholder_tables = placeholder_tables
        self.accounts = list(range(1, choose.number(1, 3) + 1))
        self.keys = {name: self._keys(table) for name, table in company.tables.items()}
        self._empty_what_cannot_be()
        self.rows: Rows = {name: [dict(key) for key in self.keys[name]] for name in company.tables}
        for name, table in company.tables.items():  # texts first: natural keys refer to them
            for row in self.rows[name]:
                self._accounts_and_data(table, row)
        for name, table in company.tables.items():
            for row in self.rows[name]:
                self._references(table, row)
        for name in placeholder_tables:
            self.rows[name].append(self._placeholder_row(company.tables[name]))

    def _keys(self, table: Table) -> list[dict[str, Any]]:
        if table.name == CUSTOMERS:
            return [{"id": account} for account in self.accounts]
        people = table.name in {p["table"] for p in self.company.map["people"].values()}
        found: list[dict[str, Any]] = []
        for number in range(1, self.choose.one_of((2, 3, 4, 1) if people else (2, 3, 4, 1, 0)) + 1):
            key: dict[str, Any] = {"id": number}
            if "code" in table.key:
                key["code"] = ("k1", "K1", "k2", "k3")[number - 1]
            if "account_id" in table.key:
                key = {"account_id": self.choose.one_of(self.accounts), "id": self.choose.number(1, 2)}
            if key not in found:
                found.append(key)
        return found

    def _empty_what_cannot_be(self) -> None:
        """A table whose NOT NULL key leads to an empty table is empty too."""
        for _ in self.company.tables:
            for name, table in self.company.tables.items():
                for key in table.keys:
                    needed = not any(table.column(c).nullable for c in key.columns if c != "account_id")
                    if needed and key.target != CUSTOMERS and not self.keys[key.target]:
                        self.keys[name] = []

    def _accounts_and_data(self, table: Table, row: dict[str, Any]) -> None:
        bound = {c for key in table.keys for c in key.columns} | self._edge_columns(table)
        for column in table.columns:
            if column.name in row or (column.name in bound and column.name != "account_id"):
                continue
            if column.name == "account_id":
                unknown = column.nullable and self.choose.chance(25)
                row["account_id"] = None if unknown else self.choose.one_of(self.accounts)
            else:
                row[column.name] = self._value(table, column)

    def _edge_columns(self, table: Table) -> set[str]:
        edges = (self.company.entry(table.name).get("edges") or {}).items()
        return {c for name, edge in edges for c in edge.get("pair") or edge.get("columns", [name])}

    def _value(self, table: Table, column: Column) -> Any:
        if column.nullable and self.choose.chance(25):
            return None
        if (column.name,) in table.uniques:
            taken = {row.get(column.name) for row in self.rows[table.name]}
            pool: tuple[Any, ...] = EMAILS if column.type == "text" else tuple(range(1, 7))
            return self.choose.one_of([value for value in pool if value not in taken])
        if column.name in ("email", "ref"):
            return self.choose.one_of(EMAILS + BLANKS)
        if column.name == "due":
            day = self.choose.one_of(DAYS)
            return day if column.type == "date" else datetime(day.year, day.month, day.day, 23, 59, 59)
        pools: dict[str, tuple[Any, ...]] = {
            "text": ("abc", "ABC", "", " ", "é'\"", "x") if column.length else (*EMAILS[:3], "", "it's", "日本"),
            "integer": (1, 2, -5),
            "number": (1.5, -2.0),
            "boolean": (True, False),
            "date": (date(2000, 2, 29), date(1999, 12, 31)),
            "datetime": (datetime(2020, 1, 1, 1, 1, 1), datetime(2021, 12, 31, 23, 59, 59)),
        }
        return self.choose.one_of(pools[column.type])

    # --- references -----------------------------------------------------------------------------------------------

    def _references(self, table: Table, row: dict[str, Any]) -> None:
        for key in table.keys:
            if key.columns != ("account_id",):
                self._declared(table, key, row)
        for name, edge in (self.company.entry(table.name).get("edges") or {}).items():
            if "pair" in edge:
                self._pair(table, edge, row)
            elif any(c not in row for c in edge.get("columns", [name])):
                self._undeclared(table, edge, row)

    def _declared(self, table: Table, key: DeclaredKey, row: dict[str, Any]) -> None:
        own = key.columns[-1]
        targets = [
            tuple(t[c] for c in key.target_columns)
            for t in self.rows[key.target]
            if all(t[c] is not None for c in key.target_columns)
        ]
        fixed = key.columns[0] == "account_id" and len(key.columns) > 1
        optional = table.column(own).nullable
        if fixed and optional:
            targets = [t for t in targets if t[0] == row["account_id"]]
        if not targets or (optional and self.choose.chance(15)):
            if not optional:  # nothing to lead to: only a natural key comes here, whose targets are all NULL
                targets = [self._new_natural_target(key)]
            else:
                row |= dict.fromkeys(c for c in key.columns if c != "account_id")
                return
        row |= dict(zip(key.columns, self.choose.one_of(targets), strict=True))

    def _new_natural_target(self, key: DeclaredKey) -> tuple[Any, ...]:
        (column,) = key.target_columns
        self.rows[key.target][0][column] = "natural@example.com"
        return ("natural@example.com",)

    def _undeclared(self, table: Table, edge: dict[str, Any], row: dict[str, Any]) -> None:
        columns = edge["columns"]
        target, _, rest = edge["to"].replace("(", ".").partition(".")
        target_columns = [c.strip() for c in rest.rstrip(")").split(",")]
        own = table.column(columns[-1])
        targets = [tuple(t[c] for c in target_columns) for t in self.rows[target]]
        targets = [t for t in targets if None not in t]
        if own.nullable and (not targets or self.choose.chance(15)):
            row |= dict.fromkeys(c for c in columns if c not in row)
            return
        if own.type == "text" and columns[0].startswith("value_"):
            values: list[Any] = [t[0] for t in targets] + list(EMAILS[:3]) + [BLANKS[0], BLANKS[1]]
            row[columns[0]] = self.choose.one_of(values)
            return
        if not targets or self.choose.chance(10):
            targets = [tuple("k9" if own.type == "text" and c == columns[-1] else DANGLING for c in columns)]
        chosen = dict(zip(columns, self.choose.one_of(targets), strict=True))
        row |= {c: value for c, value in chosen.items() if c not in row}

    def _pair(self, table: Table, edge: dict[str, Any], row: dict[str, Any]) -> None:
        type_, id_ = edge["pair"]
        words: list[str | None] = [*edge["to"], *edge["to"], "Other", next(iter(edge["to"])).lower()]
        if table.column(type_).nullable:
            words.append(None)
        row[type_] = self.choose.one_of(words)
        numbers: list[int | None] = [1, 2, 3, DANGLING]
        if table.column(id_).nullable:
            numbers.append(None)
        row[id_] = self.choose.one_of(numbers)

    def _placeholder_row(self, table: Table) -> dict[str, Any]:
        """A row that stands for those who left: of no Customer, and nothing leads from it."""
        row: dict[str, Any] = {}
        for column in table.columns:
            fixed = {
                "integer": -1,
                "number": 0.0,
                "boolean": False,
                "date": date(2000, 1, 1),
                "datetime": datetime(2000, 1, 1),
            }
            value = "gone" if column.length else fixed.get(column.type, f"placeholder of {table.name}")
            row[column.name] = None if column.nullable else value
        return {**row, "id": PLACEHOLDER_ID}


# --- who asks ------------------------------------------------------------------------------------------------------


def selection(choose: Chooser, company: Company, rows: Rows, only: str | None = None, held: bool = False) -> Asked:
    """Somebody, by whatever identities their rows hold; now and then somebody unknown."""
    several = company.map.get("customers") is not None
    mode = only or choose.weighted(person=4, batch=2, both=2, customer=1)
    if not several and mode in ("both", "customer"):
        mode = "person"
    count = {"customer": 0, "batch": choose.number(2, 3)}.get(mode, 1)
    people = [person(choose, company, rows) for _ in range(count)]
    customer = None
    if mode in ("both", "customer"):
        likely = people[0][1] if people and choose.chance(80) else None
        customer = likely or str(choose.number(1, 3))
    return Asked(
        people=tuple(identities for identities, _ in people),
        customer=customer,
        kind=choose.one_of(list(company.map["people"])) if count and choose.chance(10) else None,
        all_customers=choose.chance(70),
        all_matches=choose.chance(75),
        exclusions=(person(choose, company, rows)[0],) if held or choose.chance(25) else (),
    )


def person(choose: Chooser, company: Company, rows: Rows) -> tuple[Identities, str | None]:
    """One or two identities of somebody, and the Customer that their row names."""
    if choose.chance(5):
        return (("email", "nobody@example.org"),), None
    table = choose.one_of([kind["table"] for kind in company.map["people"].values()])
    real = [row for row in rows[table] if row["id"] != PLACEHOLDER_ID]
    if not real:
        return (("email", "nobody@example.org"),), None
    row = choose.one_of(real)
    said = company.entry(table)["columns"]
    columns = [c for c in ("email", "id", "ref") if c in said and str(row[c] or "").strip()]
    wanted = choose.some(columns, most=2) if choose.chance(15) else [choose.one_of(columns)]
    found = []
    for column in wanted:
        value = str(row[column])
        if column == "email" and choose.chance(25):
            value = f" {value.swapcase()}\t"
        found.append((said[column]["identity"], value))
    account = row.get("account_id")
    return tuple(found), None if account is None else str(account)
