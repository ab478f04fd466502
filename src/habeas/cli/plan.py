"""`habeas plan access|port|erase`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from habeas.cli.answer import Answer, code_of
from habeas.cli.options import HERE, NOBODY, PLAINLY, AsOf, Output, Place, Who
from habeas.cli.screen import Screen

if TYPE_CHECKING:
    from habeas.program.selection import Intent


def plan(
    intent: Annotated[Literal["access", "port", "erase"], Parameter(help="What the plan is for.")],
    /,
    *,
    who: Who = NOBODY,
    as_of: AsOf = None,
    explain: Annotated[
        str | None,
        Parameter(
            metavar="TABLE", help="Show by which paths rows of this table are reached, and what decides over them."
        ),
    ] = None,
    out: Annotated[
        Path | None,
        Parameter(help="Save the plan for `habeas apply`. The file names nobody: identities are sealed apart from it."),
    ] = None,
    place: Place = HERE,
    output: Output = PLAINLY,
) -> Answer:
    """Show what would happen, table by table, with the reasons; nothing changes.

    The same program is carried out later, so that the plan cannot drift from the run.

    Example: `habeas plan erase --subject email=jane@example.com --out plans/jane.json`
    """
    selection = who.selection()
    from habeas.cli.session import map_note, workspace
    from habeas.cli.show_findings import show_findings
    from habeas.cli.show_outcome import show_next
    from habeas.cli.show_plan import closing, show_plan
    from habeas.flows.plan import plan as flow
    from habeas.flows.plan import save
    from habeas.program.selection import Intent

    with workspace(place, output) as opened:
        outcome = flow(opened, Intent(intent), selection, as_of=as_of, explain=explain)
        if out is not None:
            save(opened, outcome, out)
        about = map_note(opened.company)

    document = outcome.plan.as_json() | {"status": outcome.status}
    if explain is not None:
        document["explanation"] = list(outcome.explanation)
    if out is not None:
        document["plan"] = str(out)

    def view(screen: Screen) -> None:
        show_plan(screen.out, outcome.plan, map_note=about, table=explain)
        if outcome.explanation:
            screen.out.print()
        for line in outcome.explanation:
            screen.out.print(f"  {line}", soft_wrap=True)
        if outcome.plan.findings:
            screen.out.print()
            show_findings(screen.out, outcome.plan.findings)
        if outcome.status != "nothing_found":
            screen.out.print()
            show_next(screen.out, f"  {closing(outcome.plan)} {_next(outcome.status, outcome.plan.intent, out)}")

    return Answer(document, view, code_of(outcome.status, outcome.plan.findings))


def _next(status: str, intent: Intent, out: Path | None) -> str:
    if status in ("ambiguous", "refused"):
        return f"Nothing has changed, and nothing can: as it stands the plan is {status}."
    if not intent.changes:
        return f"To give it: habeas {intent.value} … --out FILE.zip"
    if out is not None:
        return f"Nothing has changed yet: habeas apply {out}"
    return "Nothing has changed yet: add --out plans/NAME.json to save it for habeas apply."
