"""What makes two findings the same one: not the line on which they stand, which moves with every edit above it."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from habeas.datamap.positions import Positions, shown
from habeas.diagnostics import Finding

# Numbers that stand by themselves (counts, lines, sizes); `address_2` and `v1` are names.
_NUMBER = re.compile(r"(?<![\w.])\d[\d,.]*(?![\w])")


@dataclass(frozen=True, slots=True)
class Identified:
    """A finding with its fingerprint: 32 hexadecimal digits, the same as long as it is the same finding.

    It is made of the code, the file's name inside the map's folder, the path of keys at which the finding stands,
    the tables and the summary without its numbers, and counts those that agree in all of these. Line and column
    don't count, nor where the folder is.
    """

    finding: Finding
    fingerprint: str


def identify(findings: Iterable[Finding], folder: Path, positions: Positions) -> tuple[Identified, ...]:
    """The findings of one check with their fingerprints, in their own order."""
    seen: Counter[str] = Counter()
    out: list[Identified] = []
    names = sorted({shown(folder), folder.as_posix(), folder.resolve().as_posix()}, key=len, reverse=True)
    for finding in findings:
        file = _inside(finding, folder)
        path = positions.path_at(finding.position) if finding.position is not None else ()
        summary = finding.summary
        for name in names:
            summary = summary.replace(f"{name}/", "")
        body = [finding.code, file, [str(part) for part in path], finding.tables, _NUMBER.sub("#", summary)]
        key = json.dumps(body)
        seen[key] += 1
        digest = hashlib.sha256(f"{key}\n{seen[key]}".encode("utf-8", "surrogatepass")).hexdigest()
        out.append(Identified(finding, digest[:32]))
    return tuple(out)


def new_findings(now: Iterable[Identified], before: Iterable[Identified]) -> tuple[Identified, ...]:
    """Those of `now` that were not there before; one that has become an error since is new."""
    known = {(found.fingerprint, found.finding.severity) for found in before}
    return tuple(found for found in now if (found.fingerprint, found.finding.severity) not in known)


def _inside(finding: Finding, folder: Path) -> str:
    if finding.position is None:
        return ""
    try:
        return Path(finding.position.file).resolve().relative_to(folder.resolve()).as_posix()
    except (ValueError, OSError):
        return Path(finding.position.file).name
