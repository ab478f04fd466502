"""What a correction writes: as it was asked for, and as a store's program resolves it. Values are never shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from habeas.program.program import Reference


class Ground(StrEnum):
    """Why processing is restricted: the cases of GDPR 18(1)."""

    CONTESTED = "contested"
    UNLAWFUL = "unlawful"
    CLAIMS = "claims"
    OBJECTION = "objection"

    @property
    def words(self) -> str:
        """For people."""
        return {
            Ground.CONTESTED: "accuracy is contested",
            Ground.UNLAWFUL: "the processing is unlawful, and erasure isn't wanted",
            Ground.CLAIMS: "needed for legal claims",
            Ground.OBJECTION: "an objection is being examined",
        }[self]


@dataclass(frozen=True, slots=True)
class Assignment:
    """A column that is written in some rows of a table: the person's own, or the one that `key` names.

    `value` is the text to write (None: NULL); `appends` puts it on a line of its own behind what stands there. `of` is
    the column that a statement is about; `copies` are the declared copies.
    """

    number: int
    table: str
    column: str
    value: str | None = field(repr=False)
    key: tuple[str, ...] = ()
    appends: bool = False
    of: str | None = None
    identity: str | None = None
    rule: str = "exact"
    copies: tuple[Reference, ...] = ()
