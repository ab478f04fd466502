"""`habeas map draw`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from habeas.cli.answer import Answer, code_of, wrong_use
from habeas.cli.options import HERE, PLAINLY, Output, Place
from habeas.cli.screen import Screen


def draw(
    out: Annotated[Path, Parameter(metavar="OUT.svg", help="The file to write; a former picture is replaced.")],
    /,
    *,
    store: Annotated[str | None, Parameter(metavar="NAME", help="Draw this store alone.")] = None,
    offline: Annotated[
        bool, Parameter(help="Look at no database: edges that only a declared key explains are left out, and named.")
    ] = False,
    place: Place = HERE,
    output: Output = PLAINLY,
) -> Answer:
    """Draw the map: whose every table is, and what happens to it.

    Tables stand right of the table from which a person reaches them; ownership is told by marks and dashes. The SVG
    needs nothing else: no script, no font, light and dark by the reader's setting.

    Example: `habeas map draw docs/map.svg`
    """
    from habeas.cli.session import workspace
    from habeas.cli.show_findings import show_findings
    from habeas.cli.show_plan import count_of
    from habeas.flows.draw_map import draw_map

    if out.suffix.lower() != ".svg":
        detail = "The picture is SVG; browsers, wikis and repositories show it."
        raise wrong_use("no-svg", "the picture's name doesn't end in .svg", detail, "habeas map draw map.svg")
    with workspace(place, output) as opened:
        outcome = draw_map(opened, out, store, offline=offline)

    def view(screen: Screen) -> None:
        show_findings(screen.out, outcome.findings)
        tables = sum(picture.tables for picture in outcome.pictures)
        screen.out.print(f"wrote {outcome.file}: {count_of(tables, 'table')}", soft_wrap=True)

    return Answer(outcome.as_json(), view, code_of("", outcome.findings))
