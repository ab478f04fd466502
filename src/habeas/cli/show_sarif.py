"""Findings as a SARIF 2.1.0 log (OASIS, 2020), for code scanning and editors.

A result without a place stands at the head of habeas.yaml, since code scanning refuses results without a location.
Paths are relative to the top of the working tree (`%SRCROOT%`), percent-encoded. `partialFingerprints` bears the
finding's own fingerprint, which doesn't move with lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from habeas.cli.finding_rules import rule_of
from habeas.diagnostics import Position, Severity

if TYPE_CHECKING:
    from habeas.flows.comparing_checks import Base
    from habeas.flows.finding_identity import Identified

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT = "habeasFinding/v1"
_LEVEL = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}


def sarif_log(
    found: Sequence[Identified], *, version: str, default_file: str, root: str, base: Base | None = None
) -> dict[str, Any]:
    """The log: one run with its rules and results.

    `default_file` is where a finding without a place is shown; `root` is the top of the working tree, and file names
    below it are made relative to it. With `base`, results bear `baselineState: new`.
    """
    rules = {item.finding.code: rule_of(item.finding) for item in found}
    order = {code: number for number, code in enumerate(sorted(rules))}
    level = {code: _weightiest(code, found) for code in order}
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "habeas",
                        "version": version,
                        "semanticVersion": version,
                        "rules": [
                            {
                                "id": code,
                                "name": "".join(part.capitalize() for part in code.split("-")),
                                "shortDescription": {"text": _title(rules[code].title)},
                                "fullDescription": {"text": rules[code].help},
                                "help": {"text": f"{_title(rules[code].title)} {rules[code].help}"},
                                "defaultConfiguration": {"level": level[code]},
                                "properties": {"tags": ["privacy"]},
                            }
                            for code in order
                        ],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The top of the working tree."}}},
                "results": [_result(item, order, default_file, root, base is not None) for item in found],
            }
        ],
    }


def _result(item: Identified, order: dict[str, int], default_file: str, root: str, compared: bool) -> dict[str, Any]:
    finding = item.finding
    place = finding.position or Position(default_file, 1)
    text = "\n".join(part for part in (_sentence(finding.summary), finding.detail, finding.fix) if part)
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": order[finding.code],
        "level": _LEVEL[finding.severity],
        "message": {"text": text},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": quote(in_tree(place.file, root)), "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": place.line, "startColumn": place.column},
                }
            }
        ],
        "partialFingerprints": {FINGERPRINT: item.fingerprint},
    }
    if compared:
        result["baselineState"] = "new"
    return result


def in_tree(file: str, root: str) -> str:
    """A file as named from the top of the working tree; as it is where it lies elsewhere."""
    from pathlib import Path

    try:
        return Path(file).resolve().relative_to(Path(root).resolve()).as_posix()
    except (ValueError, OSError):
        return Path(file).as_posix()


def _weightiest(code: str, found: Sequence[Identified]) -> str:
    severities = {item.finding.severity for item in found if item.finding.code == code}
    return next(_LEVEL[severity] for severity in Severity if severity in severities)


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!", "…")) else f"{text}."


def _title(text: str) -> str:
    return _sentence(text[:1].upper() + text[1:])
