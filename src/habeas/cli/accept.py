"""`habeas accept TABLE[.COLUMN] | --all`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from habeas.cli.answer import Answer, code_of, wrong_use
from habeas.cli.options import HERE, PLAINLY, Output, Place
from habeas.cli.screen import Screen


def accept(
    target: Annotated[
        str | None, Parameter(metavar="TABLE[.COLUMN]", help="A table, a column or an edge of the map.")
    ] = None,
    /,
    *,
    all_: Annotated[bool, Parameter(name="--all", help="Accept every guess of the map.")] = False,
    place: Place = HERE,
    output: Output = PLAINLY,
) -> Answer:
    """Accept what init proposed: a table, a column, or everything.

    Only the `proposed:` keys go; all else in the file stays as it is, comments too. While what is named still asks a
    question, nothing of it is accepted: answer it in the file, and delete `ask:`.

    Example: `habeas accept contacts.email`
    """
    if all_ == (target is not None):
        raise wrong_use(
            "what-to-accept",
            "a table, a column or --all is wanted" if not all_ else "a table and --all are given together",
            fix="habeas accept contacts, habeas accept contacts.email, or habeas accept --all",
        )
    from habeas.cli.show_findings import show_findings
    from habeas.cli.show_plan import count_of
    from habeas.flows.accept import accept as flow

    outcome = flow(place.dir, target, all_)

    def view(screen: Screen) -> None:
        show_findings(screen.out, outcome.findings)
        for file in outcome.files:
            screen.out.print(f"wrote {file}", soft_wrap=True)
        entries = "1 guess" if outcome.accepted == 1 else f"{outcome.accepted:,} guesses"
        left = count_of(outcome.left, "entry").replace("entrys", "entries")
        screen.out.print(f"{entries} accepted; {left} still to review.", soft_wrap=True)

    return Answer(outcome.as_json(), view, code_of("", outcome.findings))
