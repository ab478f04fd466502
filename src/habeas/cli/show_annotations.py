"""Findings as GitHub workflow commands: annotations on the lines of a pull request."""

from __future__ import annotations

from collections.abc import Iterable

from habeas.cli.show_sarif import in_tree
from habeas.diagnostics import Finding, Severity

_COMMAND = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def annotation(finding: Finding, root: str) -> str:
    """One line: `::error file=…,line=…,col=…,title=CODE::summary`, detail and fix behind escaped line ends.

    Files are named from `root`, the top of the working tree, as GitHub looks for them.
    """
    properties = {}
    if finding.position is not None:
        properties["file"] = in_tree(finding.position.file, root)
        properties["line"] = str(finding.position.line)
        properties["col"] = str(finding.position.column)
    properties["title"] = finding.code
    named = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    text = "\n".join(part for part in (finding.summary, finding.detail, finding.fix) if part)
    return f"::{_COMMAND[finding.severity]} {named}::{_data(text)}"


def annotation_lines(findings: Iterable[Finding], root: str) -> list[str]:
    """The lines of several findings, errors first: GitHub shows ten of a kind for each step."""
    order = list(Severity)
    return [annotation(found, root) for found in sorted(findings, key=lambda f: order.index(f.severity))]


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
