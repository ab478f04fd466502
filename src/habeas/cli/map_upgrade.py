"""`habeas map upgrade`."""

from __future__ import annotations

from habeas.cli.answer import Answer
from habeas.cli.options import HERE, PLAINLY, Output, Place
from habeas.cli.screen import Screen


def upgrade(*, place: Place = HERE, output: Output = PLAINLY) -> Answer:
    """Bring the map's files up to the newest version of the format.

    Comments, order and spacing stay. A file of a version that isn't known here is refused, and then no file changes.
    Version 1 is the only one so far.

    Example: `habeas map upgrade`
    """
    from habeas.cli.session import log_to_stderr
    from habeas.cli.show_plan import count_of
    from habeas.flows.upgrade_map import upgrade_map

    log_to_stderr(verbose=output.verbose)
    outcome = upgrade_map(place.dir)

    def view(screen: Screen) -> None:
        for name, done in outcome.files:
            if done.changes:
                screen.out.print(f"{name}: version {done.before} -> {done.after}", soft_wrap=True)
            for change in done.changes:
                screen.out.print(f"  {change}", soft_wrap=True)
        if outcome.changed:
            screen.out.print("Read the difference, then run habeas check.", soft_wrap=True)
        else:
            version = outcome.files[0][1].after
            screen.out.print(
                f"Nothing to do: {count_of(len(outcome.files), 'file')} of version {version}, the newest.",
                soft_wrap=True,
            )

    return Answer(outcome.as_json(), view)
