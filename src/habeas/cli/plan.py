"""`habeas plan access|port|erase|rectify|restrict|lift`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from habeas.cli.answer import Answer, code_of, wrong_use
from habeas.cli.options import HERE, NOBODY, NOTHING, PLAINLY, AsOf, Ground, Output, Place, What, Who
from habeas.cli.screen import Screen

if TYPE_CHECKING:
    from habeas.program.selection import Intent, Selection


def plan(
    intent: Annotated[
        Literal["access", "port", "erase", "rectify", "restrict", "lift"], Parameter(help="What the plan is for.")
    ],
    /,
    *,
    who: Who = NOBODY,
    what: What = NOTHING,
    ground: Ground = None,
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
    selection = _selection(intent, who, what, ground)
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


def _selection(intent: str, who: Who, what: What, ground: str | None) -> Selection:
    """Whom and what the plan is about. Raises Refused (wrong use) where the intent doesn't go with the options."""
    from habeas.cli.new_values import one_person

    new_values = what.new_values()
    if (intent == "rectify") != bool(new_values):
        raise wrong_use(
            "nothing-to-write" if intent == "rectify" else "which-intent",
            "nothing is said that would be written" if intent == "rectify" else f"{intent} writes no new values",
            fix="habeas plan rectify --subject … --set contacts.email=new@example.com",
        )
    if intent in ("access", "port", "erase"):
        return who.selection()
    return replace(one_person(who.selection(), f"plan {intent}"), new_values=new_values, ground=ground)


def _next(status: str, intent: Intent, out: Path | None) -> str:
    if status in ("ambiguous", "refused"):
        return f"Nothing has changed, and nothing can: as it stands the plan is {status}."
    if not intent.changes:
        return f"To give it: habeas {intent.value} … --out FILE.zip"
    if out is not None:
        return f"Nothing has changed yet: habeas apply {out}"
    return "Nothing has changed yet: add --out plans/NAME.json to save it for habeas apply."
