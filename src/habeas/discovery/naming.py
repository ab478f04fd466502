"""What the name of a table or column says: its words, in English, whatever the case, separators or language."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from habeas.discovery.vocabulary import FOREIGN, KNOWN

_SEPARATORS = re.compile(r"[^0-9a-z]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_DIGITS = re.compile(r"(?<=[a-z])(?=\d)|(?<=\d)(?=[a-z])")
# Letters that decomposing leaves as they are, as German and Nordic names are written in ASCII.
_SPELLED = str.maketrans({"ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "æ": "ae", "ı": "i", "đ": "d"})
_IRREGULAR = {"people": "person", "children": "child", "men": "man", "women": "woman", "statuses": "status"}
_UNCUT = frozenset({"ipv4", "ipv6", "oauth2", "md5", "sha1", "sha256", "e164", "iso2", "iso3", "utf8", "last4"})
_ENDS_IN_S = frozenset({"address", "status", "access", "business", "process", "class", "sms", "news", "series"})


@lru_cache(maxsize=65_536)
def raw_words(name: str) -> tuple[str, ...]:
    """The words of a name in lower case ASCII, as written: `ShipToContact2` -> ship, to, contact, 2.

    Understands snake, kebab, camel and mixed case, dots and spaces, and digits at the end of a word.
    """
    plain = unicodedata.normalize("NFKD", name.translate(_SPELLED)).encode("ascii", "ignore").decode()
    pieces = _SEPARATORS.split(_CAMEL.sub("_", plain).lower())
    found: list[str] = []
    for piece in pieces:
        if piece:
            found.extend([piece] if piece in _UNCUT else _DIGITS.sub("_", piece).split("_"))
    return tuple(found)


@lru_cache(maxsize=65_536)
def words(name: str) -> tuple[str, ...]:
    """The words of a name in English: `Geburtsdatum` -> birth, date; `emailaddress` -> email, address.

    A word that neither language knows stays as written, in the singular if it looks like a plural.
    """
    raw = raw_words(name)
    whole = "".join(raw)
    if len(raw) > 1 and whole in FOREIGN:  # `date_of_birth`, `code_postal`, `mot_de_passe`, `zip_code`
        return tuple(FOREIGN[whole].split())
    found: list[str] = []
    for word in raw:
        found.extend(_english(word))
    return tuple(found)


def singular(word: str) -> str:
    """The singular of an English word in lower case: companies -> company, people -> person."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) < 4 or word in _ENDS_IN_S or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zzes")):
        return word[:-2]
    return word[:-1]


def kind_name(table: str) -> str:
    """The name of one row of a table, for people kinds: `CrmContacts` -> crm_contact, `staff` -> staff."""
    raw = raw_words(table.rpartition(".")[2])
    return "_".join((*raw[:-1], singular(raw[-1]))) if raw else "person"


@lru_cache(maxsize=65_536)
def _english(word: str) -> tuple[str, ...]:
    if word in FOREIGN:
        return tuple(FOREIGN[word].split())
    if word in KNOWN:
        return (word,)
    one = singular(word)
    if one in FOREIGN:
        return tuple(FOREIGN[one].split())
    if one in KNOWN:
        return (one,)
    cut = _cut(word) or _cut(one)
    if cut:
        return tuple(english for part in cut for english in _english(part))
    return (one,)


def _cut(word: str) -> tuple[str, ...]:
    """A word without separators as two or three known words (`firstname`), or () where it isn't made of them."""
    if not 6 <= len(word) <= 40 or word.isdigit():
        return ()
    for at in range(len(word) - 3, 2, -1):
        head, rest = word[:at], word[at:]
        if head in KNOWN and (rest in KNOWN or singular(rest) in KNOWN):
            return head, rest
    for at in range(len(word) - 6, 2, -1):
        if word[:at] in KNOWN:
            tail = _cut(word[at:])
            if len(tail) == 2:
                return (word[:at], *tail)
    return ()
