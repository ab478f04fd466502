"""People who don't exist, of several languages: each is known by an e-mail, a phone and a street of their own."""

from __future__ import annotations

import random
from dataclasses import dataclass

_NAMES = (
    ("Leonie", "Köhler"), ("François", "Tremblay"), ("Bjørn", "Ødegård"), ("František", "Wichterlová"),
    ("Siobhán", "O'Neill"), ("Zoë", "D'Angelo"), ("Nguyễn", "Thị Hương"), ("Łukasz", "Żółć"), ("Μαρία", "Παπαδοπούλου"),
    ("Анна", "Королёва"), ("陳", "小明"), ("さくら", "田中"), ("محمد", "الهاشمي"), ("अनन्या", "शर्मा"), ("Jose\u0301", "Nun\u0303ez"),
    ("Ana-Maria", "Ștefănescu"), ("İpek", "Yıldız"), ("Kārlis", "Bērziņš"), ("ስላም", "ተስፋዬ"), ("Noor", "van der Berg"),
)  # fmt: skip
_PLACES = (
    ("Stuttgart", None, "Germany", "70174"), ("Montréal", "QC", "Canada", "H2G 1A7"), ("Oslo", None, "Norway", "0171"),
    ("São José dos Campos", "SP", "Brazil", "12227-000"), ("Kraków", None, "Poland", "30-063"),
    ("Αθήνα", None, "Greece", "105 57"), ("東京", None, "Japan", "100-0001"), ("Reykjavík", None, "Iceland", "101"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Invented:
    """One person. `email`, `phone`, `street` and `mark` (part of the last name) belong to nobody else."""

    first: str
    last: str
    email: str
    phone: str
    street: str
    city: str
    state: str | None
    country: str
    postal_code: str
    mark: str

    @property
    def traces(self) -> tuple[str, ...]:
        """What may stand nowhere once the person has left."""
        return (self.email, self.phone, self.street, self.mark)


def invent(number: int, chance: random.Random, domain: str = "example.com") -> Invented:
    """The person of that number: the same numbers give the same traces, whatever the chance."""
    first, last = chance.choice(_NAMES)
    mark = f"q{number:05}"
    city, state, country, postal_code = chance.choice(_PLACES)
    return Invented(
        first=first,
        last=f"{last} {mark}"[-20:],
        email=f"{mark}@{domain}",
        phone=f"+49 30 9{number:06}",
        street=f"{number} Brigadeiro-Straße {mark}",
        city=city,
        state=state,
        country=country,
        postal_code=postal_code,
        mark=mark,
    )
