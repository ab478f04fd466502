"""`habeas port`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from habeas.cli.answer import Answer, code_of
from habeas.cli.options import HERE, NOBODY, PLAINLY, Output, Place, Who
from habeas.cli.screen import Screen


def port(
    *,
    out: Annotated[Path, Parameter(help="The zip to write.")],
    who: Who = NOBODY,
    overwrite: Annotated[bool, Parameter(help="Replace a file that is there already.")] = False,
    unmasked: Annotated[
        bool, Parameter(help="Leave other people's names and addresses in free text; for internal use alone.")
    ] = False,
    place: Place = HERE,
    output: Output = PLAINLY,
) -> Answer:
    """Give a person what they provided, to take along, as a zip.

    The columns that the map calls `provided`, of the rows that the person owns, as a Data Package (CSV with table
    schemas) and JSON. What was computed or observed, and what others gave, is in the copy of `habeas access` alone.

    Example: `habeas port --subject email=jane@example.com --out jane.zip`
    """
    selection = who.selection()
    from habeas.cli.session import workspace
    from habeas.cli.show_findings import show_findings
    from habeas.cli.show_outcome import show_status
    from habeas.cli.show_plan import count_of
    from habeas.flows.port import port as flow

    with workspace(place, output) as opened:
        outcome = flow(opened, selection, out, overwrite=overwrite, mask_others=not unmasked)
    document = outcome.as_json()

    def view(screen: Screen) -> None:
        show_findings(screen.out, outcome.findings)
        lines = [line for store in outcome.stores for line in store.lines]
        if outcome.package is not None:
            rows, tables = count_of(sum(line.rows for line in lines), "row"), count_of(len(lines), "table")
            text = f"{rows} of {tables} in {outcome.package}: json/ for programs, data/ for spreadsheets."
        elif outcome.groups:
            text = "the map calls nothing `provided` that this person gave; no package was written."
        else:
            text = "no package was written."
        show_status(screen.out, document["status"], text)

    return Answer(document, view, code_of(document["status"], outcome.findings))
