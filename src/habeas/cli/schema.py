"""`habeas schema`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from habeas.cli.answer import Answer
from habeas.cli.options import PLAINLY, Output
from habeas.cli.screen import Screen


def schema(
    *,
    out: Annotated[
        Path | None, Parameter(metavar="FILE", help="Write it to this file instead of standard output.")
    ] = None,
    output: Output = PLAINLY,
) -> Answer:
    """Print the JSON Schema of the map's files, for editors.

    One schema serves a store's file and `habeas.yaml`. With the YAML language server, begin a file with
    `# yaml-language-server: $schema=map.schema.json`, and the editor completes keys and says what they mean.

    Example: `habeas schema --out habeas/map.schema.json`
    """
    from habeas.datamap.jsonschema import json_schema

    document = json_schema()
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    if out is None:
        return Answer(document, lambda screen: _write(screen, text))
    from habeas.flows.map_files import write_text

    write_text(out, text)
    return Answer({"schema": str(out)}, lambda screen: screen.out.print(f"wrote {out}", soft_wrap=True))


def _write(screen: Screen, text: str) -> None:
    screen.stdout.write(text)
