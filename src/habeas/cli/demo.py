"""`habeas demo [DIR]`."""

from __future__ import annotations

from contextlib import chdir
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from habeas.cli.answer import DONE, NOT_DONE, Answer
from habeas.cli.options import PLAINLY, Output
from habeas.cli.screen import Screen

if TYPE_CHECKING:
    from habeas.demo.walk import Step


def demo(
    folder: Annotated[Path, Parameter(metavar="DIR", help="Where to lay it out.", show_default=True)] = Path("demo"),
    /,
    *,
    people: Annotated[int, Parameter(metavar="N", help="How many contacts there are.", show_default=True)] = 300,
    seed: Annotated[int, Parameter(metavar="N", help="Another company; the same number makes the same one.")] = 1,
    no_walk: Annotated[bool, Parameter(help="Lay it out only.")] = False,
    output: Output = PLAINLY,
) -> Answer:
    """Lay out a company to try habeas on, and walk the whole way.

    It is a customer-success application in SQLite, with its reviewed map: two contacts of one e-mail in different
    Customers, a household, shared rows, a blocked delete, and more. Every command works in its folder.

    Example: `habeas demo /tmp/lantern --people 1000`
    """
    from habeas.cli.progress import ticking
    from habeas.demo.walk import STEPS
    from habeas.flows.demo import demo as flow

    screen = Screen(json=output.json)
    with ticking(screen.stderr) as ticker:
        outcome = flow(folder, people, seed, lambda done, total: ticker.show("people", done, total))
    document = outcome.as_json()
    _heading(screen, document)
    document["steps"] = [] if no_walk else _walk(screen, folder, STEPS)
    strayed = any(step["code"] != step["expected"] for step in document["steps"])

    def view(screen: Screen) -> None:
        _farewell(screen, folder, document)

    return Answer(document, view, NOT_DONE if strayed else DONE)


def _heading(screen: Screen, document: dict[str, Any]) -> None:
    screen.out.print(
        f"Lantern, an invented vendor: {document['people']:,} contacts of {document['customers']:,} Customers, "
        f"{document['rows']:,} rows in {document['tables']} tables, in {document['folder']}/app.db. Its map is in "
        f"{document['folder']}/habeas/.",
        style="bold",
    )


def _walk(screen: Screen, folder: Path, steps: tuple[Step, ...]) -> list[dict[str, Any]]:
    """Run each step as its command line would, in the demo's folder; in the same process, since that is quicker."""
    from rich.rule import Rule

    from habeas.cli.door import answer_to

    done: list[dict[str, Any]] = []
    values = {"certificate": ""}
    with chdir(folder):
        for number, step in enumerate(steps, 1):
            arguments = step.filled(values)
            line = step.command.replace("{certificate}", values["certificate"])
            screen.out.print()
            screen.out.print(Rule(f"{number} of {len(steps)}  {step.title}", align="left"))
            screen.out.print(step.why)
            screen.out.print(f"\n$ {line}", style="bold", soft_wrap=True)
            answer = answer_to(arguments, screen)
            answer.view(screen)
            screen.out.print(f"\nSee: {step.look}", style="italic")
            values["certificate"] = str(answer.document.get("certificate") or values["certificate"])
            done.append({"command": list(arguments), "code": answer.code, "expected": step.exit_code})
    return done


def _farewell(screen: Screen, folder: Path, document: dict[str, Any]) -> None:
    from rich.rule import Rule

    from habeas.cli.show_findings import show_findings
    from habeas.demo.walk import NEXT
    from habeas.diagnostics import error

    strayed = [step for step in document["steps"] if step["code"] != step["expected"]]
    show_findings(
        screen.out,
        [
            error(
                "strayed",
                f"`habeas {' '.join(step['command'])}` answered {step['code']} and should answer {step['expected']}",
                "The walk and the program disagree: this is a fault of habeas.",
            )
            for step in strayed
        ],
    )
    screen.out.print()
    screen.out.print(Rule("Your turn", align="left"))
    screen.out.print(f"cd {folder}      every command works there; README.md says who is in it", soft_wrap=True)
    width = max(len(each.command) for each in NEXT)
    for each in NEXT:
        screen.out.print(f"{each.command:<{width}}   {each.what}", soft_wrap=True)
