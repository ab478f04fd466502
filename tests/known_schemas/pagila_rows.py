"""Seeded rows in the shape of Pagila: two shops that rent films, small for every build, of the original's size for proof.

Customers 1 and 2 share an address (a household), customer 3 lives where the first store is, and customer 4 where staff
member 2 does; everybody else has an address of their own. Payments fall into all seven partitions.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from tests.known_schemas.databases import Rows
from tests.known_schemas.invented import Invented, invent

LONG_AGO = datetime(2020, 2, 15, tzinfo=UTC)  # when every row was last changed: a trigger writes a later time
FIRST_DAY = datetime(2022, 1, 1, 12, tzinfo=UTC)
HOUSEHOLD, AT_THE_STORE, WITH_STAFF = (1, 2), 3, 4


@dataclass(frozen=True)
class FilmShops:
    """The rows; the people behind them by number; and whose street each address bears."""

    rows: Rows
    customers: dict[int, Invented]
    staff: dict[int, Invented]


def film_shops(customers: int = 12, films: int = 20, rentals_each: int = 8) -> FilmShops:
    """Two stores with three members of staff, the first two of whom manage one each."""
    chance = random.Random(2603)
    workers = {n: invent(80_000 + n, chance, "films.example") for n in range(1, 4)}
    renters = {n: invent(n, chance) for n in range(1, customers + 1)}
    at: dict[str, object] = {"last_update": LONG_AGO}
    shop_address, staff_address = 1, {n: 2 + n for n in workers}  # 1 and 2 are the stores', 3 to 5 the staff's
    home = {n: 10 + n for n in renters}
    home[HOUSEHOLD[1]], home[AT_THE_STORE], home[WITH_STAFF] = home[HOUSEHOLD[0]], shop_address, staff_address[2]
    streets = {1: "28 MySQL Boulevard", 2: "28 Postgres Boulevard"}
    streets |= {staff_address[n]: one.street for n, one in workers.items()}
    streets |= {home[n]: one.street for n, one in reversed(renters.items()) if home[n] > 9}
    phones = {home[n]: one.phone for n, one in reversed(renters.items()) if home[n] > 9}
    rows: Rows = {
        "language": [{"language_id": 1, "name": "English"} | at],
        "category": [{"category_id": n, "name": name} | at for n, name in enumerate(("Action", "Drama"), 1)],
        "country": [{"country_id": 1, "country": "Türkiye"} | at, {"country_id": 2, "country": "日本"} | at],
        "city": [{"city_id": n, "city": f"City {n}", "country_id": n % 2 + 1} | at for n in range(1, 6)],
        "actor": [{"actor_id": n, "first_name": "PENELOPE", "last_name": f"GUINESS {n}"} | at for n in range(1, 6)],
        "film": [_film(n) | at for n in range(1, films + 1)],
        "film_actor": [{"film_id": n, "actor_id": n % 5 + 1} | at for n in range(1, films + 1)],
        "film_category": [{"film_id": n, "category_id": n % 2 + 1} | at for n in range(1, films + 1)],
        "address": [
            {
                "address_id": n, "address": street, "address2": None, "district": "Texas", "city_id": n % 5 + 1,
                "postal_code": f"{n:05}", "phone": phones.get(n, ""),
            } | at
            for n, street in sorted(streets.items())
        ],
        "store": [{"store_id": n, "manager_staff_id": n, "address_id": n} | at for n in (1, 2)],
        "staff": [
            {
                "staff_id": n, "first_name": one.first, "last_name": one.last, "address_id": staff_address[n],
                "email": one.email, "store_id": n % 2 + 1, "active": True, "username": f"user-{one.mark}",
                "password": "8cb2237d0679ca88db6464eac60da96345513964", "picture": b"\x89PNG" + one.mark.encode(),
            } | at
            for n, one in workers.items()
        ],
        "customer": [
            {
                "customer_id": n, "store_id": n % 2 + 1, "first_name": one.first, "last_name": one.last,
                "email": one.email, "address_id": home[n], "activebool": True, "create_date": date(2021, 2, 14), "active": 1,
            } | at
            for n, one in renters.items()
        ],
        "inventory": [{"inventory_id": n, "film_id": n, "store_id": n % 2 + 1} | at for n in range(1, films + 1)],
        "rental": [],
        "payment": [],
    }  # fmt: skip
    total = customers * rentals_each
    for number in range(1, total + 1):
        began = FIRST_DAY + timedelta(days=208 * number / total, seconds=number)
        _rental(rows, number, number % customers + 1, began, chance.randint(1, films))
    return FilmShops(rows, renters, workers)


def _film(number: int) -> dict[str, object]:
    return {
        "film_id": number, "title": f"ACADEMY DINOSAUR {number}", "description": "An epic drama", "release_year": 2006,
        "language_id": 1, "original_language_id": None, "rental_duration": 6, "rental_rate": Decimal("0.99"), "length": 86,
        "replacement_cost": Decimal("20.99"), "special_features": ["Deleted Scenes", "Behind the Scenes"],
    }  # fmt: skip


def _rental(rows: Rows, number: int, customer: int, began: datetime, film: int) -> None:
    staff = number % 3 + 1
    rows["rental"].append(
        {"rental_id": number, "rental_date": began, "inventory_id": film, "customer_id": customer,
         "return_date": began + timedelta(days=3) if number % 7 else None, "staff_id": staff, "last_update": LONG_AGO}
    )  # fmt: skip
    rows["payment"].append(
        {"payment_id": number, "customer_id": customer, "staff_id": staff, "rental_id": number,
         "amount": Decimal("2.99"), "payment_date": began}
    )  # fmt: skip
