"""Seeded rows in the shape of Chinook: a small shop for every build, and one of the original's size for `make proof`."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from tests.known_schemas.databases import Rows
from tests.known_schemas.invented import Invented, invent


@dataclass(frozen=True)
class MusicShop:
    """The rows, and the people behind them: customers and employees by their number."""

    rows: Rows
    customers: dict[int, Invented]
    employees: dict[int, Invented]


def music_shop(customers: int = 12, employees: int = 4, tracks: int = 40, invoices_each: int = 3) -> MusicShop:
    """Everybody is supported by an employee but the first, and buys `invoices_each` times, 1 to 9 tracks at a time."""
    chance = random.Random(1402)
    workers = {n: invent(90_000 + n, chance, "shop.example") for n in range(1, employees + 1)}
    buyers = {n: invent(n, chance) for n in range(1, customers + 1)}
    rows: Rows = {
        "artist": [{"artist_id": n, "name": f"Artist {n}"} for n in range(1, tracks // 10 + 2)],
        "album": [{"album_id": n, "title": f"Album {n}", "artist_id": n} for n in range(1, tracks // 10 + 2)],
        "genre": [{"genre_id": n, "name": name} for n, name in enumerate(("Rock", "Jazz", "Klassik"), 1)],
        "media_type": [{"media_type_id": 1, "name": "MPEG audio file"}],
        "track": [
            {
                "track_id": n, "name": f"Track {n}", "album_id": n // 10 + 1, "media_type_id": 1, "genre_id": n % 3 + 1,
                "composer": "J. S. Bach" if n % 2 else None, "milliseconds": 200_000 + n, "bytes": None,
                "unit_price": Decimal("0.99"),
            }
            for n in range(1, tracks + 1)
        ],
        "playlist": [{"playlist_id": 1, "name": "Music"}, {"playlist_id": 2, "name": "90's"}],
        "playlist_track": [{"playlist_id": n % 2 + 1, "track_id": n} for n in range(1, tracks + 1)],
        "employee": [_employee(n, one) for n, one in workers.items()],
        "customer": [_customer(n, one, n % employees + 1 if n > 1 else None) for n, one in buyers.items()],
        "invoice": [],
        "invoice_line": [],
    }  # fmt: skip
    for number, one in buyers.items():
        for _ in range(invoices_each):
            _invoice(rows, number, one, tracks, chance)
    return MusicShop(rows, buyers, workers)


def _address(one: Invented, prefix: str = "") -> dict[str, object]:
    parts = {"address": one.street, "city": one.city, "state": one.state, "country": one.country}
    return {f"{prefix}{name}": value for name, value in (parts | {"postal_code": one.postal_code}).items()}


def _employee(number: int, one: Invented) -> dict[str, object]:
    return {
        "employee_id": number, "last_name": one.last, "first_name": one.first, "title": "Sales Support Agent",
        "reports_to": 1 if number > 1 else None, "birth_date": datetime(1970, 1, number % 28 + 1),
        "hire_date": datetime(2004, 5, number % 28 + 1), **_address(one), "phone": one.phone, "fax": f"{one.phone} 9",
        "email": one.email,
    }  # fmt: skip


def _customer(number: int, one: Invented, support: int | None) -> dict[str, object]:
    return {
        "customer_id": number, "first_name": one.first, "last_name": one.last, "company": None, **_address(one),
        "phone": one.phone, "fax": None, "email": one.email, "support_rep_id": support,
    }  # fmt: skip


def _invoice(rows: Rows, customer: int, one: Invented, tracks: int, chance: random.Random) -> None:
    number = len(rows["invoice"]) + 1
    count = chance.randint(1, 9)
    dated = datetime(2021, 1, 1) + timedelta(days=number % 1800)
    rows["invoice"].append(
        {
            "invoice_id": number,
            "customer_id": customer,
            "invoice_date": dated,
            **_address(one, "billing_"),
            "total": count,
        }
    )
    for _ in range(count):
        line = len(rows["invoice_line"]) + 1
        rows["invoice_line"].append(
            {"invoice_line_id": line, "invoice_id": number, "track_id": chance.randint(1, tracks),
             "unit_price": Decimal("0.99"), "quantity": 1}
        )  # fmt: skip
