"""Pagila, in the shape of its own data, from `init` to `verify`: partitions with keys that their parent lacks, a domain, an
enum, an array, a tsvector, triggers, views and a materialised view, and addresses that several own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from tests.acceptance.known_schemas.walking import Walk, lines, traces_in
from tests.known_schemas.databases import contents, fill, pagila, run_all
from tests.known_schemas.pagila_rows import AT_THE_STORE, HOUSEHOLD, LONG_AGO, WITH_STAFF, FilmShops, film_shops

pytestmark = pytest.mark.postgresql
SMALL = {"customers": 12, "films": 20, "rentals_each": 8}
AS_LARGE_AS_THE_ORIGINAL = {"customers": 599, "films": 1000, "rentals_each": 27}
SIZES = [
    pytest.param(SMALL, id="small"),
    pytest.param(AS_LARGE_AS_THE_ORIGINAL, id="original", marks=pytest.mark.proof),
]
VIEWS = ("customer_list", "staff_list", "sales_by_store", "rental_by_category")
WITH_TRIGGERS = ("address", "customer", "rental", "staff", "store")

Rows = dict[str, list[dict[str, Any]]]


@dataclass
class Shops:
    """A filled database and a folder to work in."""

    engine: sa.Engine
    made: FilmShops
    walk: Walk

    def rows(self) -> Rows:
        found = contents(self.engine, self.made.rows)
        return {table: [dict(row) for row in rows] for table, rows in found.items()}

    def views(self) -> Rows:
        return {view: [dict(row) for row in rows] for view, rows in contents(self.engine, VIEWS).items()}

    def map(self, on_erase: object = "delete") -> None:
        """The map as `init` proposes it; actors are nobody's, the trigger is harmless, the question about books answered."""

        def answer(document: dict[str, Any]) -> None:
            tables, people = document["tables"], document["people"]
            assert "public figures" in str(people.pop("actor")["ask"]["choices"])
            for table in ("actor", "film_actor"):
                tables[table] = {"not_personal": "names under which films were published"}
            payment = tables["payment"]
            assert "accounting" in str(payment.pop("ask")["choices"])
            payment["on_erase"] = on_erase
            for table in WITH_TRIGGERS:
                tables[table]["triggers"] = {"last_updated": "writes the time of the change, and copies nothing"}

        assert self.walk.make_map("${PAGILA_URL}", "pagila", answer)["tables"] == 15


@pytest.fixture(params=SIZES)
def shops(
    request: pytest.FixtureRequest,
    postgresql_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Shops]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PAGILA_URL", postgresql_url)
    engine = sa.create_engine(postgresql_url)
    run_all(engine, pagila())
    made = film_shops(**request.param)
    fill(engine, made.rows)
    with engine.begin() as connection:
        connection.exec_driver_sql("REFRESH MATERIALIZED VIEW rental_by_category")
        parts = connection.exec_driver_sql("SELECT DISTINCT tableoid::regclass::text FROM payment").all()
    assert len(parts) == 7, "payments fall into every partition"
    yield Shops(engine, made, Walk(tmp_path, capsys))
    engine.dispose()


def without(rows: Rows, table: str, column: str, *values: int) -> list[dict[str, Any]]:
    return [row for row in rows[table] if row[column] not in values]


def same(rows: Rows, others: Rows, *but: str) -> bool:
    """Whether all tables but those hold the same rows, to the time of their last change."""
    return all(rows[table] == others[table] for table in rows if table not in but)


def test_a_customer_leaves_with_rentals_payments_and_address(shops: Shops) -> None:
    shops.map()
    before, shown = shops.rows(), shops.views()
    (home,) = (row["address_id"] for row in before["customer"] if row["customer_id"] == 7)
    rentals = sum(row["customer_id"] == 7 for row in before["rental"])
    plan, _ = shops.walk.erase("--subject", f"email={shops.made.customers[7].email}")
    erased = {("customer", "erase", 1), ("rental", "erase", rentals), ("payment", "erase", rentals)}
    assert erased | {("address", "erase", 1)} <= lines(plan)

    after = shops.rows()
    assert after == before | {
        "customer": without(before, "customer", "customer_id", 7),
        "rental": without(before, "rental", "customer_id", 7),
        "payment": without(before, "payment", "customer_id", 7),
        "address": without(before, "address", "address_id", home),
    }
    assert traces_in(after | shops.views(), shops.made.customers[7].traces) == []
    sales = {row["category"]: row["total_sales"] for row in shown["rental_by_category"]}
    fresh = {row["category"]: row["total_sales"] for row in shops.views()["rental_by_category"]}
    assert sum(fresh.values()) < sum(sales.values()), "the materialised view was refreshed"


def test_an_address_stays_for_the_others_who_live_there(shops: Shops) -> None:
    shops.map()
    for number in (HOUSEHOLD[0], AT_THE_STORE, WITH_STAFF):
        before = shops.rows()
        shops.walk.erase("--subject", f"pagila.customer_id={number}")
        after = shops.rows()
        assert after["address"] == before["address"], "a house, a store and a colleague keep their address"
        assert after["customer"] == without(before, "customer", "customer_id", number)
        assert same(after, before, "customer", "rental", "payment")
    # the second of the household is the last, and takes the address along
    before = shops.rows()
    (home,) = (row["address_id"] for row in before["customer"] if row["customer_id"] == HOUSEHOLD[1])
    shops.walk.erase("--subject", f"pagila.customer_id={HOUSEHOLD[1]}")
    assert shops.rows()["address"] == without(before, "address", "address_id", home)


def test_a_manager_is_masked_since_the_store_and_rentals_stay(shops: Shops) -> None:
    shops.map()
    before = shops.rows()
    plan, _ = shops.walk.erase("--subject", f"email={shops.made.staff[1].email}")
    assert ("staff", "mask", 1) in lines(plan)
    reason = next(line["reason"] for line in plan["stores"][0]["tables"] if line["table"] == "staff")
    assert any(table in reason for table in ("rental", "payment", "store")), reason

    after = shops.rows()
    assert same(after, before, "staff", "address")
    (masked,) = (row for row in after["staff"] if row["staff_id"] == 1)
    assert masked["email"] is masked["password"] is masked["picture"] is None
    assert masked["last_update"] > LONG_AGO, "the trigger ran"
    assert without(after, "staff", "staff_id", 1) == without(before, "staff", "staff_id", 1)
    home = masked["address_id"]
    assert without(after, "address", "address_id", home) == without(before, "address", "address_id", home)
    assert traces_in(after | shops.views(), shops.made.staff[1].traces) == []


def test_kept_payments_keep_their_customer_masked(shops: Shops) -> None:
    shops.map({"keep": {"ground": "accounting", "for": "90 years", "after": "payment_date"}})
    before = shops.rows()
    plan, _ = shops.walk.erase("--subject", f"email={shops.made.customers[6].email}")
    assert {("payment", "keep"), ("rental", "mask"), ("customer", "mask")} <= {line[:2] for line in lines(plan)}

    after = shops.rows()
    assert same(after, before, "customer", "rental", "address")
    for table in ("customer", "rental"):
        assert without(after, table, "customer_id", 6) == without(before, table, "customer_id", 6)
    assert len(after["customer"]) == len(before["customer"]) and len(after["rental"]) == len(before["rental"])
    assert traces_in(after | shops.views(), shops.made.customers[6].traces) == []
