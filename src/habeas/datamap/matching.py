"""How a value is brought into the form in which it is compared: the Python twin of every dialect's SQL.

`habeas.stores.sql.dialects` holds the same rules as SQL expressions; a property test compares the two on
random text over every database. Only ASCII is folded and trimmed, since that is all that the databases agree
on (SQLite's `lower` knows no more, and a locale's own folding differs from server to server).
"""

from __future__ import annotations

import re
import uuid
from typing import assert_never

from habeas.catalog.tables import TypeFamily
from habeas.datamap.model import MatchRule

ASCII_WHITE_SPACE = " \t\n\r\f\v"
PHONE_SEPARATORS = ASCII_WHITE_SPACE + "-.()/"  # a leading `+` goes too

_UPPER_TO_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_WITHOUT_SEPARATORS = dict.fromkeys(map(ord, PHONE_SEPARATORS))
_PHONE = re.compile(r"\+*([0-9]+)\Z")
_WHOLE_NUMBER = re.compile(r"[+-]?[0-9]{1,19}\Z")
_SMALLEST, _LARGEST = -(2**63), 2**63 - 1


def is_blank(value: str) -> bool:
    """Whether the text is empty or only ASCII white space: such a value never matches and never joins."""
    return not value.strip(ASCII_WHITE_SPACE)


def normalise(value: str, rule: MatchRule) -> str | None:
    """The form of `value` in which `rule` compares, or None where it can't match anything.

    None is given for blank text under every rule, and under `e164` for what isn't digits once separators
    (ASCII white space, `- . ( ) /`, leading `+`) are removed. `exact` keeps the value as it is; `casefold`
    lowers A to Z and trims ASCII white space.
    """
    if is_blank(value):
        return None
    match rule:
        case MatchRule.EXACT:
            return value
        case MatchRule.CASEFOLD:
            return value.strip(ASCII_WHITE_SPACE).translate(_UPPER_TO_LOWER)
        case MatchRule.E164:
            digits = _PHONE.match(value.translate(_WITHOUT_SEPARATORS))
            return digits[1] if digits else None
    assert_never(rule)


def typed_value(value: str, family: TypeFamily) -> str | int | None:
    """`value` as the type of a column it is compared with, or None where no value of that type can equal it.

    A 64-bit integer for INTEGER, the canonical text for UUID; every other family takes the text itself.
    Without this, PostgreSQL ends the transaction over `id = 'jane'`, and comparing as text instead would pass
    by the key's index.
    """
    if family is TypeFamily.INTEGER:
        text = value.strip(ASCII_WHITE_SPACE)
        if not _WHOLE_NUMBER.match(text):
            return None
        number = int(text)
        return number if _SMALLEST <= number <= _LARGEST else None
    if family is TypeFamily.UUID:
        try:
            return str(uuid.UUID(value.strip(ASCII_WHITE_SPACE)))
        except ValueError:
            return None
    return value


def comparable(value: str, rule: MatchRule, family: TypeFamily) -> str | None:
    """The one text that stands for every value which a column of that type takes for `value`; None: it matches nothing.

    What is fingerprinted is this, so that a value that was given and one that was read have the same fingerprint.
    """
    normal = normalise(value, rule)
    if normal is None or rule is not MatchRule.EXACT:
        return normal
    typed = typed_value(normal, family)
    return None if typed is None else str(typed)
