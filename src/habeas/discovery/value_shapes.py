"""What a single value is by its own shape and check digits: an e-mail, a phone, an IBAN … or nothing that can be told.

Names, streets, postal codes and birth dates can't be recognised from values, and bare digits are never a phone
without a name that says so. The libraries are the extra `habeas[discovery]`; `installed` says whether they are there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from ipaddress import ip_address
from typing import Any

LIBRARIES = ("email_validator", "phonenumbers", "stdnum")
LONGEST = 200  # characters of a value that are looked at


class Shape(StrEnum):
    """What values can be recognised as."""

    EMAIL = "email"
    PHONE = "phone"
    IP = "ip"
    IBAN = "iban"
    CARD = "card"
    NATIONAL_ID = "national-id"
    USER_AGENT = "user-agent"
    NAMES_SOMEBODY = "text-with-contacts"  # words, with an e-mail or a phone among them


_EMAIL_INSIDE = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{2,63})+")
_PHONE_INSIDE = re.compile(r"(?<![\w+])\+\d[\d ()./-]{6,18}\d(?!\w)")
_NATIONAL_PHONE = re.compile(r"\(?0?\d[\d ()./-]{5,18}\d")
_AGENT = re.compile(r"Mozilla/\d|(?:okhttp|Dalvik|Opera|curl|Safari|Chrome|Firefox)/\d")
_CARD = re.compile(r"(?:[2456]\d{3}(?:[ -]?\d{4}){3}|3[47]\d{2}[ -]?\d{6}[ -]?\d{5})")
# Identity numbers whose form says of itself what they are: letters, separators, or a check over many digits.
_NATIONAL_IDS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\d{3}-\d{2}-\d{4}"), "stdnum.us.ssn"),
    (re.compile(r"\d{3}\.\d{3}\.\d{3}-\d{2}"), "stdnum.br.cpf"),
    (re.compile(r"\d{8}-?[A-Z]"), "stdnum.es.dni"),
    (re.compile(r"[XYZ]-?\d{7}-?[A-Z]"), "stdnum.es.nie"),
    (re.compile(r"[A-Z]{6}\d{2}[A-Z]\d{2}[A-Z]\d{3}[A-Z]"), "stdnum.it.codicefiscale"),
    (re.compile(r"[12] ?\d\d ?\d\d ?\d[\dAB] ?\d{3} ?\d{3} ?\d\d"), "stdnum.fr.nir"),
    (re.compile(r"\d{6}[-+A]\d{3}[0-9A-Y]"), "stdnum.fi.hetu"),
    (re.compile(r"(?:\d{2})?\d{6}[-+]\d{4}"), "stdnum.se.personnummer"),
    (re.compile(r"756\.\d{4}\.\d{4}\.\d{2}"), "stdnum.ch.ssn"),
    (re.compile(r"[A-Z]{2} ?\d\d ?\d\d ?\d\d ?[A-D]"), "stdnum.gb.nino"),
)


@cache
def installed() -> bool:
    """Whether the libraries of `habeas[discovery]` are there."""
    return all(find_spec(name) is not None for name in LIBRARIES)


def shape_of(value: str) -> Shape | None:
    """What a value is, whatever its column is called; None where nothing can be told. Only what is whole is whole:
    a text with an e-mail among other words is a text."""
    text = value.strip()
    if not 5 <= len(text) <= LONGEST:
        return None
    for shape, test in _TESTS.items():
        if test(text):
            return shape
    return None


def is_national_phone(value: str) -> bool:
    """Whether a value could be a phone without its country: for columns whose name says that they hold phones."""
    text = value.strip()
    digits = sum(letter.isdigit() for letter in text)
    return 6 <= digits <= 15 and _NATIONAL_PHONE.fullmatch(text) is not None


def _is_email(text: str) -> bool:
    if "@" not in text or " " in text:
        return False
    library = _library("email_validator")
    try:  # reserved names (`.test`, `.invalid`) stand in every test database, and are e-mails there
        found = library.validate_email(text, check_deliverability=False, globally_deliverable=False)
    except library.EmailNotValidError:
        return False
    return "." in found.domain


def _is_phone(text: str) -> bool:
    """A number with its country: without the `+` digits are digits."""
    if not text.startswith("+") and not text.startswith("00 "):
        return False
    library = _library("phonenumbers")
    try:
        return bool(library.is_possible_number(library.parse("+" + text.lstrip("+0 ").strip(), None)))
    except library.NumberParseException:
        return False


def _is_ip(text: str) -> bool:
    if text.count(".") != 3 and text.count(":") < 2:
        return False
    try:
        found = ip_address(text.partition("/")[0])
    except ValueError:
        return False
    return not found.is_unspecified


def _is_iban(text: str) -> bool:
    return text[:2].isalpha() and text[2:4].isdigit() and bool(_library("stdnum.iban").is_valid(text))


def _is_card(text: str) -> bool:
    return _CARD.fullmatch(text) is not None and bool(_library("stdnum.luhn").is_valid(re.sub(r"\D", "", text)))


def _is_national_id(text: str) -> bool:
    return any(form.fullmatch(text) and _library(module).is_valid(text) for form, module in _NATIONAL_IDS)


def _is_agent(text: str) -> bool:
    return _AGENT.match(text) is not None


def _names_somebody(text: str) -> bool:
    return " " in text and (_EMAIL_INSIDE.search(text) is not None or _PHONE_INSIDE.search(text) is not None)


_TESTS: Mapping[Shape, Callable[[str], bool]] = {
    Shape.EMAIL: _is_email,
    Shape.IP: _is_ip,
    Shape.IBAN: _is_iban,
    Shape.CARD: _is_card,
    Shape.NATIONAL_ID: _is_national_id,
    Shape.PHONE: _is_phone,
    Shape.USER_AGENT: _is_agent,
    Shape.NAMES_SOMEBODY: _names_somebody,
}


@cache
def _library(name: str) -> Any:
    return import_module(name)
