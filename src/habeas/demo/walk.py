"""The walk through the sample company, as data: what to run, why, and what to look at.

Whoever runs it does so in the demo's folder, step by step, and fills `{certificate}` in with the path that the
erasure printed (`certificate` of its JSON document). The README of the folder is made from the same steps.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass

CERTIFICATE = "{certificate}"


@dataclass(frozen=True, slots=True)
class Step:
    """One command of the walk.

    `argv` goes behind `habeas`; `look` says what is worth seeing in the answer; `exit_code` is the one that the
    contract promises (1 where the point is that habeas refuses).
    """

    title: str
    why: str
    argv: tuple[str, ...]
    look: str
    exit_code: int = 0

    def filled(self, values: Mapping[str, str]) -> tuple[str, ...]:
        """The arguments with `{NAME}` filled in. Raises KeyError for a value that isn't there."""
        return tuple(values[a[1:-1]] if a.startswith("{") and a.endswith("}") else a for a in self.argv)

    @property
    def command(self) -> str:
        """The line to type, with quotes where a shell needs them."""
        return " ".join(["habeas", *(a if a == CERTIFICATE else shlex.quote(a) for a in self.argv)])


_JANE = ("--subject", "email=jane@example.com", "--customer", "7")

STEPS: tuple[Step, ...] = (
    Step(
        "Is the map still true?",
        "The map in habeas/ says whose rows each table holds. It is reviewed like code, and a schema changes: `check` "
        "holds the one against the other, in CI too.",
        ("check",),
        "No error. Drop a line of habeas/app.yaml and run it again to see one.",
    ),
    Step(
        "What would an erasure do?",
        "A plan changes nothing. It says for each table what would happen, and why.",
        ("plan", "erase", *_JANE),
        "Invoices of the last seven years are kept, older ones go; the subscriptions that kept invoices refer to are "
        "masked; the meeting and the conversation that Jane shares with Tom stay for Tom, without her.",
    ),
    Step(
        "Why these messages?",
        "Whoever reviews a plan wants to see the path to a row.",
        ("plan", "erase", *_JANE, "--explain", "messages"),
        "Messages of her own conversations go; those that she wrote in Tom's lose words and writer.",
    ),
    Step(
        "Give Jane her copy",
        "The right of access, from the same map: one zip that opens without a server, and reads as data too.",
        ("access", *_JANE, "--out", "jane.zip", "--overwrite"),
        "Open index.html in jane.zip. Other people are masked in free text; what others may not see is empty.",
    ),
    Step(
        "One address, two Customers",
        "sam@example.org is a contact of Customers 3 and 7: two controllers, and neither decides for the other.",
        ("erase", "--subject", "email=sam@example.org", "--yes"),
        "Refused as ambiguous, and nothing has changed: --customer 3, or --all-customers --why says what is meant.",
        exit_code=1,
    ),
    Step(
        "One address, two people",
        "A household shares family@example.net in one Customer. Guessing would erase the wrong person.",
        ("erase", "--subject", "email=family@example.net", "--customer", "5", "--yes"),
        "Refused as ambiguous: the plan lists both.",
        exit_code=1,
    ),
    Step(
        "… settled by a key",
        "A key identity names one row.",
        ("plan", "erase", "--subject", "app.contact_id=4"),
        "The household and what was sent to the common address stay for the other.",
    ),
    Step(
        "A row that can't go",
        "Tomasz referred Zofia. That row stays for her, and may not lose its reference.",
        ("plan", "erase", "--subject", "email=tomasz@example.com"),
        "His own row in contacts is masked instead of deleted, and the plan names the blocker.",
    ),
    Step(
        "A hold",
        "Tom quarrels with his Customer: whatever leads to him must stay as it is until that is over.",
        ("plan", "erase", *_JANE, "--except", "email=tom@example.com"),
        "What Jane shares with Tom is kept, and so her row is masked, since held rows refer to it.",
    ),
    Step(
        "Erase Jane",
        "Plan, apply in one transaction, read again, and a signed certificate.",
        ("erase", *_JANE, "--yes"),
        "Nothing remains. Mentions are texts of others that name her: they are listed, and --redact masks them.",
    ),
    Step(
        "Prove it again",
        "Late writers survive every transaction, and a certificate is only as good as its check.",
        ("verify", CERTIFICATE),
        "The signature holds, and nothing is found.",
    ),
    Step(
        "Who is Jane?",
        "What was erased can't be found: the same question has another answer now.",
        ("plan", "access", *_JANE),
        "Nobody is found, and that is no error.",
    ),
)


@dataclass(frozen=True, slots=True)
class Next:
    """What to try on one's own database."""

    command: str
    what: str


NEXT: tuple[Next, ...] = (
    Next("habeas init postgresql+psycopg://USER@HOST/DATABASE", "looks at your database and writes a map to review"),
    Next("habeas check", "says what the map still lacks; run it in CI"),
    Next("habeas plan erase --subject email=SOMEBODY", "shows what would happen; nothing changes"),
)
