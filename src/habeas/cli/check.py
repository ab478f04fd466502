"""`habeas check`."""

from __future__ import annotations

from habeas.cli.answer import DONE, NOT_DONE, Answer
from habeas.cli.options import HERE, PLAINLY, Output, Place
from habeas.cli.screen import Screen


def check(*, place: Place = HERE, output: Output = PLAINLY) -> Answer:
    """Hold the map against the live databases; for CI.

    Reads catalogues and changes nothing. Exit code 1 where a finding is an error: changes that touch its tables
    are refused until it is mended. Warnings and notes refuse nothing.

    Example: `habeas check --dir habeas --json`
    """
    from habeas.cli.session import workspace
    from habeas.cli.show_findings import show_findings, tally
    from habeas.diagnostics import has_errors
    from habeas.flows.check import check as flow

    with workspace(place, output) as opened:
        findings = tuple(flow(opened))

    def view(screen: Screen) -> None:
        show_findings(screen.out, findings)
        screen.out.print(tally(findings), style="bold red" if has_errors(findings) else "bold green")

    document = {"findings": [finding.as_json() for finding in findings]}
    return Answer(document, view, NOT_DONE if has_errors(findings) else DONE)
