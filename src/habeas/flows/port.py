"""What a person takes along (GDPR 20): the program of a copy, cut down to what they have given themselves."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from pathlib import Path

from habeas.flows.access import AccessOutcome, access
from habeas.flows.workspace import Workspace
from habeas.program.selection import Intent, Selection


def port(
    workspace: Workspace,
    selection: Selection,
    out: Path,
    *,
    as_of: date | None = None,
    formats: Collection[str] = ("csv", "json"),
    overwrite: bool = False,
    mask_others: bool = True,
) -> AccessOutcome:
    """Write to `out` what the map calls `provided`, of the rows that the person owns. Nothing provided: no package."""
    return access(
        workspace,
        selection,
        out,
        as_of=as_of,
        formats=formats,
        overwrite=overwrite,
        mask_others=mask_others,
        intent=Intent.PORT,
    )
