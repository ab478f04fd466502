"""Chinook, in the shape of its own data: from `init` to `verify`, in the PostgreSQL and the SQLite edition."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from tests.acceptance.known_schemas.walking import Walk, lines, traces_in
from tests.known_schemas.chinook_rows import MusicShop, music_shop
from tests.known_schemas.databases import chinook, chinook_name, contents, fill, run_all

SMALL = {"customers": 12, "employees": 4, "tracks": 40, "invoices_each": 3}
AS_LARGE_AS_THE_ORIGINAL = {"customers": 59, "employees": 8, "tracks": 3503, "invoices_each": 7}
SIZES = [
    pytest.param(SMALL, id="small"),
    pytest.param(AS_LARGE_AS_THE_ORIGINAL, id="original", marks=pytest.mark.proof),
]


@dataclass
class Shop:
    """A filled database and a folder to work in."""

    url: str
    engine: sa.Engine
    made: MusicShop
    walk: Walk
    named: Callable[[str], str]

    def rows(self) -> dict[str, list[dict[str, Any]]]:
        """Every row, under the names of the PostgreSQL edition."""
        back = {self.named(name): name for rows in self.made.rows.values() for name in rows[0]}
        found = contents(self.engine, self.made.rows, self.named)
        return {table: [{back[k]: v for k, v in row.items()} for row in rows] for table, rows in found.items()}

    def table(self, action: tuple[str, str, int]) -> tuple[str, str, int]:
        return (self.named(action[0]), *action[1:])

    def map(self, on_erase: object) -> None:
        """The map as `init` proposes it, with the question about the books answered."""

        def answer(document: dict[str, Any]) -> None:
            invoice = document["tables"][self.named("invoice")]
            assert "accounting" in str(invoice.pop("ask")["choices"])
            invoice["on_erase"] = on_erase

        made = self.walk.make_map(self.url, "chinook", answer)
        assert (made["tables"], made["asked"]) == (11, 1)


@pytest.fixture(params=SIZES)
def shop(
    request: pytest.FixtureRequest,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Shop]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CHINOOK_URL", database_url)
    engine = sa.create_engine(database_url)
    dialect = engine.dialect.name

    def named(name: str) -> str:
        return chinook_name(dialect, name)

    run_all(engine, chinook(dialect))
    made = music_shop(**request.param)
    fill(engine, made.rows, named)
    yield Shop("${CHINOOK_URL}", engine, made, Walk(tmp_path, capsys), named)
    engine.dispose()


def test_a_customer_leaves_with_all_invoices(shop: Shop) -> None:
    shop.map("delete")
    before = shop.rows()
    mine = {row["invoice_id"] for row in before["invoice"] if row["customer_id"] == 5}
    parts = [row for row in before["invoice_line"] if row["invoice_id"] in mine]
    plan, erased = shop.walk.erase("--subject", f"email={shop.made.customers[5].email}")
    said = {("customer", "erase", 1), ("invoice", "erase", len(mine)), ("invoice_line", "erase", len(parts))}
    assert lines(plan) == {shop.table(line) for line in said}
    assert erased["mentions"] == []

    after = shop.rows()
    expected = before | {
        "customer": [row for row in before["customer"] if row["customer_id"] != 5],
        "invoice": [row for row in before["invoice"] if row["customer_id"] != 5],
        "invoice_line": [row for row in before["invoice_line"] if row["invoice_id"] not in mine],
    }
    assert after == expected
    assert traces_in(after, shop.made.customers[5].traces) == []


def test_kept_invoices_keep_their_customer_masked(shop: Shop) -> None:
    named = shop.named
    keep = {"ground": "accounting", "for": "90 years", "after": named("invoice_date"), "with": [named("invoice_line")]}
    shop.map({"keep": keep})
    before = shop.rows()
    plan, _ = shop.walk.erase("--subject", f"phone={shop.made.customers[2].phone}")
    actions = {(table, action) for table, action, _ in lines(plan)}
    said = {("customer", "mask"), ("invoice", "keep"), ("invoice_line", "keep")}
    assert actions == {(named(table), action) for table, action in said}

    after = shop.rows()
    (masked,) = (row for row in after["customer"] if row["customer_id"] == 2)
    assert masked["phone"] is None and masked["address"] is None and masked["email"] != shop.made.customers[2].email
    assert all(after[table] == before[table] for table in before if table != "customer")
    others = [row for row in before["customer"] if row["customer_id"] != 2]
    assert [row for row in after["customer"] if row["customer_id"] != 2] == others
    # the books bear the address of the customer, as the law asks for
    assert traces_in(after, shop.made.customers[2].traces) == ["invoice"]


def test_an_employee_leaves_and_their_customers_stay(shop: Shop) -> None:
    shop.map("delete")
    before = shop.rows()
    plan, _ = shop.walk.erase("--subject", f"chinook.employee_id={1}")
    served = [row["customer_id"] for row in before["customer"] if row["support_rep_id"] == 1]
    reporting = [row["employee_id"] for row in before["employee"] if row["reports_to"] == 1]
    said = {("employee", "erase", 1), ("customer", "unlink", len(served)), ("employee", "unlink", len(reporting))}
    assert served and reporting and lines(plan) == {shop.table(line) for line in said}

    after = shop.rows()
    unlinked = [row | {"support_rep_id": None} if row["support_rep_id"] == 1 else row for row in before["customer"]]
    staff = [row | {"reports_to": None} for row in before["employee"] if row["employee_id"] != 1]
    assert _in_order(after["customer"]) == _in_order(unlinked)
    assert _in_order(after["employee"]) == _in_order(staff)
    assert all(after[table] == before[table] for table in before if table not in ("customer", "employee"))
    assert traces_in(after, shop.made.employees[1].traces) == []


def _in_order(rows: list[dict[str, Any]]) -> list[str]:
    return sorted(map(str, rows))
