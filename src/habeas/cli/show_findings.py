"""Findings as people read them: what is wrong and where on one line, why and what to write below it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import TYPE_CHECKING

from habeas.diagnostics import Finding, Severity

if TYPE_CHECKING:
    from rich.console import Console

_STYLE = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}
_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}
_CODE = 18


def show_findings(console: Console, findings: Iterable[Finding]) -> None:
    """Print findings, errors first, otherwise in their own order."""
    ordered = sorted(findings, key=lambda finding: _ORDER[finding.severity])
    indent = max((len(finding.severity.value) for finding in ordered), default=0) + 2
    for finding in ordered:
        _show(console, finding, indent)


def _show(console: Console, finding: Finding, indent: int) -> None:
    """`severity  code  summary  file:line`, then the detail, then the fix as it is to be written."""
    from rich.text import Text

    head = Text(f"{finding.severity.value:<{indent}}", style=_STYLE[finding.severity])
    head.append(f"{finding.code:<{_CODE - 2}}  ", style="bold")
    head.append(finding.summary, style="")
    if finding.position is not None:
        place = f"{finding.position.file}:{finding.position.line}"
        head.append(" " * max(2, console.width - head.cell_len - len(place)))
        head.append(place, style="dim")
    console.print(head, soft_wrap=True)
    for paragraph, style in ((finding.detail, ""), (finding.fix, "green")):
        for line in paragraph.splitlines():
            _indented(console, line, indent, style)


def _indented(console: Console, line: str, indent: int, style: str) -> None:
    from rich.text import Text

    # Corrected text is copied and pasted, so it is never broken; prose is.
    lines = [line] if style else textwrap.wrap(line, max(40, console.width - indent)) or [""]
    for part in lines:
        console.print(Text(" " * indent + part, style=style), soft_wrap=True)


def tally(findings: Iterable[Finding]) -> str:
    """`2 errors, 1 warning`, or `no finding`."""
    found = list(findings)
    counts = [(severity, sum(f.severity is severity for f in found)) for severity in Severity]
    words = [f"{count} {severity.value}{'' if count == 1 else 's'}" for severity, count in counts if count]
    return ", ".join(words) or "no finding"
