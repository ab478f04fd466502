"""`habeas map import`."""

from __future__ import annotations

from typing import Annotated, Literal

from cyclopts import Parameter

from habeas.cli.answer import Answer, code_of, wrong_use
from habeas.cli.options import HERE, PLAINLY, Output, Place
from habeas.cli.screen import Screen


def import_(
    kind: Annotated[
        Literal["fides", "dbt", "sqlalchemy", "django"], Parameter(help="The tool that knows of the tables.")
    ],
    /,
    *sources: Annotated[
        str,
        Parameter(
            help="Files of fides or dbt; MODULE:BASE of SQLAlchemy; Django's settings module, then labels of apps."
        ),
    ],
    store: Annotated[
        str | None, Parameter(metavar="NAME", help="The store of the map that holds the tables, if it has several.")
    ] = None,
    place: Place = HERE,
    output: Output = PLAINLY,
) -> Answer:
    """Take over what another tool knows of your tables, as proposals.

    Categories, references and identities become entries with `proposed: KIND`, or questions. What stands in the map
    stays, comments too. Models of SQLAlchemy and Django are imported, which runs their code.

    Example: `habeas map import fides .fides/app_dataset.yml`
    """
    from habeas.cli.session import log_to_stderr
    from habeas.cli.show_findings import show_findings
    from habeas.cli.show_outcome import show_next
    from habeas.cli.show_plan import count_of
    from habeas.flows.import_map import import_map

    log_to_stderr(verbose=output.verbose)
    if not sources:
        fix = "habeas map import --help"
        raise wrong_use("missing-argument", f"habeas map import {kind} needs what to read", fix=fix)
    outcome = import_map(place.dir, kind, sources, store)

    def view(screen: Screen) -> None:
        show_findings(screen.out, outcome.findings)
        for file in outcome.files:
            screen.out.print(f"wrote {file}", soft_wrap=True)
        entries = f"{outcome.added:,} new {'entry' if outcome.added == 1 else 'entries'}"
        waiting = f"{outcome.proposed:,} to accept and {count_of(outcome.asked, 'question')} to answer"
        screen.out.print(
            f"{count_of(outcome.tables, 'table')} read: {entries} in {outcome.store}, which now has {waiting}.",
            soft_wrap=True,
        )
        for line in ("habeas accept TABLE          for what is true; or --all", "habeas check"):
            show_next(screen.out, f"  {line}")

    return Answer(outcome.as_json(), view, code_of("", outcome.findings))
