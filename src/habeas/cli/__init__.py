"""The command line: one file a command. Commands return data; a view shows it, to people or as JSON.

Nothing heavy is imported here: `habeas --help` answers without SQLAlchemy, pydantic or a map.
"""

from __future__ import annotations

import sys


def main() -> None:
    """The entry point of the `habeas` program: run the command line and leave with its exit code."""
    from habeas.cli.door import run

    sys.exit(run(sys.argv[1:]))
