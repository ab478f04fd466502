"""Opening the workspace for a command: its folder, the environment, logs and progress."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from habeas.cli.options import Output, Place, environment

if TYPE_CHECKING:
    from habeas.datamap.model import CompanyMap
    from habeas.flows.erase import EraseOutcome
    from habeas.flows.workspace import Workspace


@contextmanager
def workspace(place: Place, output: Output) -> Iterator[Workspace]:
    """The workspace of `--dir`, closed at the end. Raises Refused where the map can't be read at all.

    With `--verbose` the steps of a run are logged as they come.
    """
    import structlog

    from habeas.cli.progress import ticking
    from habeas.cli.screen import Screen
    from habeas.cli.show_findings import show_findings
    from habeas.flows.workspace import open_workspace

    log_to_stderr(verbose=output.verbose)
    log = structlog.get_logger()
    began = time.monotonic()

    def observe(point: str) -> None:
        # A run has hundreds of statements; its steps are few, and say where time goes.
        if "statement" not in point:
            log.debug("step", step=point, seconds=round(time.monotonic() - began, 3))

    with (
        ticking() as ticker,
        open_workspace(place.dir, environment(), progress=ticker.show, observe=observe) as opened,
    ):
        log.debug("map", stores=len(opened.company.stores), digest=opened.company.digest[:12])
        yield opened
        if "keys" in vars(opened) and opened.keys.created:
            # Said once, by the run that made them: whoever loses them loses what they sealed.
            ticker.clear()
            show_findings(Screen(json=output.json).err, opened.keys.notices)
    log.debug("done", seconds=round(time.monotonic() - began, 3))


def log_run(outcome: EraseOutcome) -> None:
    """Which run it was, and how it ended: what ties a log to a certificate and to the store's ledger."""
    import structlog

    structlog.get_logger().debug("run", run=outcome.run, status=outcome.status, resumed=len(outcome.resumed))


def map_note(company: CompanyMap) -> str:
    """`map 3 files, no open question`."""
    from habeas.datamap.openness import open_entries

    questions = len(open_entries(company))
    asked = "no open question" if not questions else f"{questions} open question{'' if questions == 1 else 's'}"
    return f"map {1 + len(company.stores)} files, {asked}"


def log_to_stderr(*, verbose: bool) -> None:
    """Logs go to standard error: warnings, and with `--verbose` every step. Events bear run ids and counts alone."""
    import structlog

    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            # Not the renderer's traceback: it would print what an exception carries.
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG if verbose else logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
