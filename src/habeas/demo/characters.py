"""The people of the sample company that documents and tests count on: the same in every size and for every seed.

Their contacts have fixed numbers and Customers, and what they did is drawn from their own address alone, so that
`habeas plan` shows the same counts for them whatever the options of `habeas demo` were.
"""

from __future__ import annotations

from dataclasses import dataclass

FIRST_ORDINARY_ID = 101  # contacts and users below are characters
CUSTOMERS = 10  # there are at least so many, numbered from 1


@dataclass(frozen=True, slots=True)
class Character:
    """A contact with a story. `culture` is a language of `names.CULTURES`; `story` says what to see."""

    id: int
    account_id: int
    given: str
    family: str
    full_name: str
    email: str
    culture: str
    story: str
    busy: bool = True  # whether they did everything that a contact can do
    oldest: int = 1_500  # days since they came
    newest_invoice: int = 40  # days since their last invoice


JANE = Character(
    1, 7, "Jane", "Moore", "Jane Moore", "jane@example.com", "en",
    "One contact in one Customer, with rows in most tables; shares a conversation, a meeting and a deal with Tom.",
    oldest=3_200,
)  # fmt: skip
SAM_OF_3 = Character(
    2, 3, "Sam", "Okafor", "Sam Okafor", "sam@example.org", "en",
    "The same address stands in Customers 3 and 7: an erasure needs --customer, or --all-customers --why.",
    busy=False,
)  # fmt: skip
SAM_OF_7 = Character(3, 7, "Sam", "Okafor", "Sam Okafor", "sam@example.org", "en", "The other Sam.", busy=False)
ANNA = Character(
    4, 5, "Anna", "Lindqvist", "Anna Lindqvist", "family@example.net", "sv",
    "A household with one address for two people in one Customer: ambiguous, until app.contact_id=4 says who.",
    busy=False,
)  # fmt: skip
ERIK = Character(5, 5, "Erik", "Lindqvist", "Erik Lindqvist", "family@example.net", "sv", "The other half.", busy=False)
TOM = Character(
    6, 7, "Tom", "Becker", "Tom Becker", "tom@example.com", "de",
    "Shares rows with Jane, and wrote her name and address into his own messages.",
    busy=False,
)  # fmt: skip
TOMASZ = Character(
    7, 4, "Tomasz", "Wójcik", "Tomasz Wójcik", "tomasz@example.com", "pl",
    "Referred Zofia: that row stays for her and can't lose its reference, so that his own row is masked, not erased.",
    busy=False,
)  # fmt: skip
ZOFIA = Character(8, 4, "Zofia", "Nowak", "Zofia Nowak", "zofia@example.com", "pl", "Was referred.", busy=False)
LINH = Character(
    9, 2, "Linh", "Nguyễn Thị", "Nguyễn Thị Linh", "linh@example.org", "vi",
    "Was deleted softly: the row says so and holds everything still.",
    busy=False,
)  # fmt: skip
OMAR = Character(
    10, 6, "عمر", "حداد", "عمر حداد", "omar@example.net", "ar",
    "All invoices are older than seven years: nothing keeps them any more.",
    busy=False, oldest=3_900, newest_invoice=2_800,
)  # fmt: skip
AYSE = Character(
    11, 9, "Ayşe", "Yılmaz", "Ayşe Yılmaz", "Ayse.Yilmaz@Example.com", "tr",
    "The address is stored with capitals: ayse.yilmaz@example.com finds it, by the rule of e-mail.",
    busy=False,
)  # fmt: skip
MEI = Character(
    12, 8, "美", "王", "王美", "mei@example.org", "zh",
    "Quarrels with her Customer: hold her rows with --except app.contact_id=12.",
    busy=False,
)  # fmt: skip
NORA_CONTACT = Character(
    13, 2, "Nora", "Schäfer", "Nora Schäfer", "nora@example.com", "de",
    "A contact of Customer 2 who is also a colleague (user 10) of Customer 7: --as contact or --as user says which.",
    busy=False,
)  # fmt: skip

CHARACTERS: tuple[Character, ...] = (
    JANE, SAM_OF_3, SAM_OF_7, ANNA, ERIK, TOM, TOMASZ, ZOFIA, LINH, OMAR, AYSE, MEI, NORA_CONTACT,
)  # fmt: skip

GHOST_USER_ID = 1  # `Former colleague`: the placeholder of references that may not be empty
NORA_USER_ID = 10
LINDQVIST_HOUSEHOLD_ID = 1
