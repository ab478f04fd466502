"""Which columns hold data of people by what stands in them, where their names said nothing.

A sample is read, looked at and let go: what stays is the kind of thing that a column holds, never a value. Most of a
sample must be of one kind (`LEAST_SHARE`), and several different values must be there (`LEAST_VALUES`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from habeas.catalog.tables import Catalog, Column, Table, TypeFamily
from habeas.discovery.naming import raw_words, words
from habeas.discovery.not_personal import bookkeeping
from habeas.discovery.personal_columns import Guess
from habeas.discovery.reading import Samples
from habeas.discovery.table_words import TableContext
from habeas.discovery.value_shapes import Shape, is_national_phone, shape_of
from habeas.discovery.vocabulary import word_set

LEAST_VALUES = 3  # different ones
LEAST_SHARE = 0.8
_LEAST_CONTACTS = 0.1  # of texts that name somebody: most sentences don't
_BIRTH = "birth-date"

CATEGORIES: Mapping[str, str] = {
    Shape.EMAIL: "user.contact.email",
    Shape.PHONE: "user.contact.phone_number",
    Shape.IP: "user.device.ip_address",
    Shape.IBAN: "user.financial.bank_account",
    Shape.CARD: "user.financial.credit_card",
    Shape.NATIONAL_ID: "user.government_id.national_identification_number",
    Shape.USER_AGENT: "user.device",
    Shape.NAMES_SOMEBODY: "user.content",
    _BIRTH: "user.demographic.date_of_birth",
}
_READ = (TypeFamily.TEXT, TypeFamily.OTHER, TypeFamily.DATE, TypeFamily.DATETIME)
_TIMES = (TypeFamily.DATE, TypeFamily.DATETIME)
_PHONE_WORDS = word_set("phone telephone tel fon fone mobile cell ph dial call whatsapp sms handy gsm msisdn fax")
# Beginnings of words for birth in several languages, where they stand shortened (`gebdat`, `fec_nac`, `dtnasc`).
_BIRTH_NAME = re.compile(
    r"b(?:irt?h?|day|d|dt|date)|geb\w*|nac\w*|nasc\w*|\w*nasc|naiss\w*|nat\w{0,3}|ur|urodz\w*|fod\w*|dob"
)
_YEAR = re.compile(r"(1[89]\d\d|20\d\d)-\d\d-\d\d(?:[ T].*)?")
# Machines have addresses, too.
_MACHINES = word_set("server host node network domain proxy whitelist allowlist blocklist firewall subnet deployment")


class ValueEvidence:
    """What the sampled columns of a store hold, by table and column."""

    def __init__(self, kinds: Mapping[tuple[str, str], str]) -> None:
        self._kinds = kinds

    def guess(self, table: str, column: Column, around: TableContext) -> Guess | None:
        """The category of a column by its values, or None; what is personal by policy follows the settings."""
        kind = self._kinds.get((table, column.name))
        if kind is None:
            return None
        business = around.organisation and not around.settings.business_addresses
        if (kind == Shape.PHONE and business) or (kind == Shape.IP and around.things & _MACHINES):
            return None
        sure = kind not in (Shape.NAMES_SOMEBODY, _BIRTH)
        return Guess(CATEGORIES[kind], f"values-{kind}", sure=sure)


NO_EVIDENCE = ValueEvidence({})


def look_at_values(
    catalog: Catalog, samples: Samples, named: Mapping[str, Collection[str]], people: Collection[str]
) -> ValueEvidence:
    """Sample the columns that `named` (table -> columns) doesn't hold already, and tell what is in them.

    `people` are the tables whose rows seem to be people: dates of birth are looked for there alone.
    """
    kinds: dict[tuple[str, str], str] = {}
    for table in catalog.tables.values():
        if not table.is_base or bookkeeping(table.ref) is not None:
            continue
        wanted = [
            c for c in _readable(table, named.get(table.ref, ())) if c.family not in _TIMES or table.ref in people
        ]
        if not wanted:
            continue
        sampled = samples.texts(table.ref, [column.name for column in wanted])
        for column in wanted:
            kind = kind_of(column, sampled.get(column.name, ()), of_people=table.ref in people)
            if kind is not None:
                kinds[(table.ref, column.name)] = kind
    return ValueEvidence(kinds)


def kind_of(column: Column, values: Iterable[str], *, of_people: bool) -> str | None:
    """What most of a column's values are, or None. Birth dates need a table of people and a name that hints at them."""
    texts = {value.strip() for value in values} - {""}
    if len(texts) < LEAST_VALUES:
        return None
    if of_people and _BIRTH_NAME.fullmatch(raw_words(column.name)[-1]) and _are_birth_dates(texts):
        return _BIRTH
    if column.family in _TIMES:
        return None
    shapes = Counter(shape for text in texts if (shape := shape_of(text)) is not None)
    for shape, count in shapes.most_common():
        if count >= LEAST_SHARE * len(texts):
            return shape
    if shapes[Shape.NAMES_SOMEBODY] >= max(2, _LEAST_CONTACTS * len(texts)):
        return Shape.NAMES_SOMEBODY
    said = set(words(column.name)) | set(raw_words(column.name))
    if said & _PHONE_WORDS and sum(map(is_national_phone, texts)) >= LEAST_SHARE * len(texts):
        return Shape.PHONE
    return None


def _are_birth_dates(texts: Collection[str]) -> bool:
    """Dates of people's lives: years far apart, most of them of grown-ups, none far back."""
    years = sorted(int(found[1]) for text in texts if (found := _YEAR.fullmatch(text)))
    if len(years) < LEAST_SHARE * len(texts):
        return False
    return years[0] >= 1900 and years[len(years) // 2] <= 2010 and years[-1] - years[0] >= 10


def _readable(table: Table, named: Collection[str]) -> list[Column]:
    borne = {name for key in table.foreign_keys for name in key.columns}
    short = 5  # nothing that can be recognised is shorter
    return [
        column
        for column in table.columns
        if column.family in _READ
        and column.name not in named
        and column.name not in borne
        and (column.length is None or column.length >= short)
    ]
