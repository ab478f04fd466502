"""`habeas apply PLAN`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from habeas.cli.answer import Answer
from habeas.cli.options import HERE, PLAINLY, Output, Place, Redact


def apply(
    plan: Annotated[Path, Parameter(help="The file that `habeas plan erase --out` wrote.")],
    /,
    *,
    redact: Redact = False,
    place: Place = HERE,
    output: Output = PLAINLY,
) -> Answer:
    """Carry out a plan that was saved and approved.

    Everything is reached afresh. Fewer rows than planned pass; a line that was not planned, more rows than planned, a
    map or a schema that has changed since: refused, and a new plan is needed.

    Example: `habeas apply plans/jane.json`
    """
    from habeas.cli.erase import answer_of
    from habeas.cli.session import log_run, workspace
    from habeas.flows.apply import apply_saved

    with workspace(place, output) as opened:
        outcome = apply_saved(opened, plan, redact=redact)
        log_run(outcome)
    return answer_of(outcome)
