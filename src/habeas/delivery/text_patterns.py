"""Finds e-mail addresses, phone, account, card and identity numbers in text by their shape, then checks them.

Bare digits are never taken for a phone number: order numbers and dates look the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from functools import cache
from importlib import import_module
from typing import Any

Span = tuple[int, int]

# The reversed local part, read backwards from the `@`; RFC 5321 allows 64 characters.
_LOCAL = re.compile(r"[\w.+'&%~!#$*/?^`{|}-]{1,64}")
_DOMAIN = re.compile(r"[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}")
_TOP_LEVEL = re.compile(r"[^\W\d_]{2,}|xn--[a-z0-9-]+", re.IGNORECASE)

_SEPARATOR = r"[ \u00a0\u202f.\-\u2010\u2011/()]{0,3}"
_DIGIT_RUN = re.compile(rf"(?<![\w+])(?:(?<![.,])|(?=[+(]))(?:\+|\()?{_SEPARATOR}\d(?:{_SEPARATOR}\d){{6,18}}(?!\d)")
_RUN_BREAK = re.compile(r" [/\-|] | {2,}")
_DATE_LIKE = re.compile(r"\d{4}[-./]\d{1,2}[-./]\d{1,2}(?!\d)|\d{1,2}[-./]\d{1,2}[-./]\d{4}(?!\d)")
_ADDRESS_LIKE = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
_NORTH_AMERICAN = re.compile(r"(?:1[ .\-])?(?:\([2-9]\d\d\) ?|[2-9]\d\d[ .\-])[2-9]\d\d[ .\-]\d{4}")
_TRUNK = re.compile(r"\(?0\d{1,5}[ ).\-/]{1,3}\d[\d .\-/]{4,12}\d")
_REGIONS = ("US", "GB", "DE", "FR", "NL", "AT", "CH", "IT", "ES", "BE", "IE", "IN", "BR", "JP", "AU", "ZA")

_IBAN_START = re.compile(r"\b([A-Z]{2})\d{2}")
# The length of an account number in each country (ISO 13616 registry).
_IBAN_LENGTHS = {
    country: length
    for length, countries in {
        **{15: "NO", 16: "BE", 18: "DK FI FO GL NL", 19: "MK SI", 20: "AT BA EE KZ LT LU XK", 21: "CH HR LI LV"},
        **{22: "BG BH CR DE GB GE IE ME RS VA", 23: "AE GI IL IQ TL", 24: "AD CZ ES MD PK RO SA SE SK TN VG"},
        **{25: "LY PT ST", 26: "IS TR", 27: "FR GR IT MC MR SM", 28: "AL AZ BY CY DO GT HU LB PL SV"},
        **{29: "BR EG PS QA UA", 30: "JO KW MU", 31: "MT SC", 32: "LC"},
    }.items()
    for country in countries.split()
}
_CARD = re.compile(r"(?<![\w.+-])(?:[2-6]\d{3}(?:[ -]?\d{4}){2}[ -]?\d{1,7}|3[47]\d{2}[ -]?\d{6}[ -]?\d{5})(?![\w-])")
# Identity numbers whose shape alone says what they are, with the module of python-stdnum that checks them.
_IDENTITY_NUMBERS = (
    (re.compile(r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])"), "stdnum.us.ssn"),
    (re.compile(r"(?<![\w.])\d{3}\.\d{3}\.\d{3}-\d{2}(?!\w)"), "stdnum.br.cpf"),
    (re.compile(r"\b\d{8}-?[A-HJ-NP-TV-Z]\b"), "stdnum.es.dni"),
    (re.compile(r"\b[XYZ]-?\d{7}-?[A-HJ-NP-TV-Z]\b"), "stdnum.es.nie"),
    (re.compile(r"\b[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]\b"), "stdnum.it.codicefiscale"),
    (re.compile(r"\b[12] ?\d\d ?\d\d ?\d[\dAB] ?\d{3} ?\d{3} ?\d\d\b"), "stdnum.fr.nir"),
    (re.compile(r"(?<![\w-])\d{6}[-+A]\d{3}[0-9A-Y]\b"), "stdnum.fi.hetu"),
    (re.compile(r"(?<![\w-])(?:\d{2})?\d{6}[-+]\d{4}(?![\w-])"), "stdnum.se.personnummer"),
)


def digits_of(text: str) -> str:
    """A number's digits, without a leading international `00`."""
    digits = "".join(c for c in text if c.isdigit())
    return digits[2:] if digits.startswith("00") else digits


def emails(text: str, known: Collection[str] = ()) -> Iterator[Span]:
    """E-mail addresses: those of a valid shape, and those that are `known` (in lower case) whatever their shape."""
    at = text.find("@")
    done = 0
    while at >= 0:
        local = _LOCAL.match(text[max(done, at - 64) : at][::-1])
        domain = _DOMAIN.match(text, at + 1)
        if local and domain:
            start = at - len(local[0].rstrip(".'`!?*/"))
            end = domain.end()
            last = domain[0].rstrip("-_").rpartition(".")
            if start < at and ((last[0] and _TOP_LEVEL.fullmatch(last[2])) or text[start:end].lower() in known):
                yield start, end
                done = end
        at = text.find("@", at + 1)


@cache
def _optional(module: str) -> Any:
    try:
        return import_module(module)
    except ImportError:
        return None


def _is_valid_phone(number: str, regions: Collection[str | None]) -> bool | None:
    """Whether a numbering plan knows the number; None: `phonenumbers` isn't installed."""
    library = _optional("phonenumbers")
    if library is None:
        return None
    for region in regions:
        try:
            if library.is_valid_number(library.parse(number, region)):
                return True
        except library.NumberParseException:
            continue
    return False


def phones(text: str, known: Collection[str] = ()) -> Iterator[tuple[Span, bool]]:
    """Phone numbers, and whether each is sure; `known` holds digits alone.

    Sure: known, or of the shape of a phone number and (with `phonenumbers`) in a numbering plan. A number of that
    shape that no plan knows is unsure.
    """
    match = _DIGIT_RUN.search(text)
    while match:
        start, end = match.span()
        sure = _judge(match[0], known)
        following = end
        gap = _RUN_BREAK.search(text, start, end) if sure is None else None
        if gap:  # two numbers one behind the other: the first alone, and the run goes on behind the break
            end, following = gap.span()
            sure = _judge(text[start:end], known)
        if sure is not None:
            yield (end - len(_trimmed(text[start:end])), end), sure
        match = _DIGIT_RUN.search(text, following)


def _trimmed(number: str) -> str:
    return number.lstrip(" \u00a0\u202f.-\u2010\u2011/)")


def _judge(written: str, known: Collection[str]) -> bool | None:
    """True: a phone number; False: it may be one; None: it is none."""
    number = _trimmed(written)
    digits = digits_of(number)
    if digits in known or digits.lstrip("0") in known:
        return True
    if _DATE_LIKE.match(number) or _ADDRESS_LIKE.fullmatch(number):
        return None
    if number.startswith(("+", "00")):
        return _is_valid_phone("+" + digits, (None,)) is not False if 8 <= len(digits) <= 15 else None
    if _NORTH_AMERICAN.fullmatch(number) or (_TRUNK.fullmatch(number) and 9 <= len(digits) <= 12):
        return _is_valid_phone(number, _REGIONS) is not False
    return None


@cache
def _iban_of(length: int) -> re.Pattern[str]:
    return re.compile(rf"[A-Z]{{2}}\d{{2}}(?: ?[A-Z0-9]){{{length - 4}}}\b")


def bank_accounts(text: str) -> Iterator[Span]:
    """IBANs of their country's length whose check digits are right (ISO 13616)."""
    for start in _IBAN_START.finditer(text):
        length = _IBAN_LENGTHS.get(start[1])
        match = _iban_of(length).match(text, start.start()) if length else None
        if match:
            compact = match[0].replace(" ", "")
            if int("".join(str(int(c, 36)) for c in compact[4:] + compact[:4])) % 97 == 1:
                yield match.span()


def cards(text: str) -> Iterator[Span]:
    """Payment cards: an issuer's first digits, 13 to 19 digits, and a right check digit (Luhn)."""
    for match in _CARD.finditer(text):
        digits = digits_of(match[0])
        doubled = (sum(divmod(2 * int(d), 10)) for d in digits[-2::-2])
        if 13 <= len(digits) <= 19 and (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0:
            yield match.span()


def identity_numbers(text: str) -> Iterator[Span]:
    """Identity numbers of several countries, with their check digits (needs python-stdnum; else none are found)."""
    for shape, module in _IDENTITY_NUMBERS:
        for match in shape.finditer(text):
            checker = _optional(module)
            if checker is not None and checker.is_valid(match[0]):
                yield match.span()


NUMBER_PATTERNS: tuple[tuple[str, Callable[[str], Iterator[Span]]], ...] = (
    ("bank_account", bank_accounts),
    ("card", cards),
    ("national_id", identity_numbers),
)
