"""`habeas init URL`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from habeas.cli.answer import Answer, code_of
from habeas.cli.options import HERE, PLAINLY, Output, Place, environment
from habeas.cli.screen import Screen


def init(
    url: Annotated[str, Parameter(help="The database, as SQLAlchemy writes it, or a variable: '${APP_DATABASE_URL}'.")],
    /,
    *,
    store: Annotated[
        str | None, Parameter(metavar="NAME", help="The store's name in the map, instead of the database's.")
    ] = None,
    schema: Annotated[
        tuple[str, ...],
        Parameter(metavar="NAME", help="Look at this PostgreSQL schema instead of public; repeatable."),
    ] = (),
    no_sample: Annotated[
        bool,
        Parameter(
            help="Look at no value. Else a few are looked at where a column's name says nothing, and none of them is kept."
        ),
    ] = False,
    place: Place = HERE,
    output: Output = PLAINLY,
) -> Answer:
    """Look at a live database and write its map, with guesses and questions.

    Nothing is changed in the database. Over a map that exists, what is new is added and what a person has written
    stays, comments too. A password is never written into the map.

    Example: `habeas init postgresql+psycopg://reader@localhost/app`
    """
    from habeas.cli.session import log_to_stderr
    from habeas.cli.show_findings import show_findings
    from habeas.cli.show_outcome import show_next
    from habeas.cli.show_plan import count_of
    from habeas.flows.init import init as flow

    log_to_stderr(verbose=output.verbose)
    outcome = flow(url, place.dir, environment(), store=store, schemas=schema, sample=not no_sample)

    def view(screen: Screen) -> None:
        show_findings(screen.out, outcome.findings)
        for file in outcome.files:
            screen.out.print(f"wrote {file}", soft_wrap=True)
        screen.out.print(
            f"{count_of(outcome.tables, 'table')}: {count_of(outcome.proposed, 'guess').replace('guesss', 'guesses')} "
            f"to accept, {count_of(outcome.asked, 'question')} to answer.",
            soft_wrap=True,
        )
        for line in outcome.next_steps:
            show_next(screen.out, f"  {line}")

    return Answer(outcome.as_json(), view, code_of("", outcome.findings))
