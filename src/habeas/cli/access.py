"""`habeas access`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from habeas.cli.answer import Answer, code_of
from habeas.cli.options import HERE, NOBODY, PLAINLY, Output, Place, Who
from habeas.cli.screen import Screen


def access(
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
    """Give a person a copy of their data, as a zip.

    It holds `index.html` to read, and a Data Package (CSV with table schemas, JSON) to use. Columns that the map
    hides are empty; other people's names, e-mails and phones in free text are masked.

    Example: `habeas access --subject email=jane@example.com --out jane.zip`
    """
    selection = who.selection()
    from habeas.cli.session import workspace
    from habeas.cli.show_findings import show_findings
    from habeas.cli.show_outcome import show_status
    from habeas.cli.show_plan import count_of
    from habeas.flows.access import access as flow

    with workspace(place, output) as opened:
        outcome = flow(opened, selection, out, overwrite=overwrite, mask_others=not unmasked)
    document = outcome.as_json()
    findings = tuple(getattr(outcome, "findings", ()))

    def view(screen: Screen) -> None:
        show_findings(screen.out, findings)
        rows = sum(table.get("rows", 0) for store in document["stores"] for table in store.get("tables", ()))
        tables = sum(1 for store in document["stores"] for table in store.get("tables", ()) if table.get("rows"))
        if document.get("package"):
            text = (
                f"{count_of(rows, 'row')} of {count_of(tables, 'table')} in {document['package']}: open its index.html."
            )
        else:
            text = "no package was written."
        show_status(screen.out, document["status"], text)

    return Answer(document, view, code_of(document["status"], findings))
