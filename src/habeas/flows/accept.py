"""`accept`: a person says that what discovery proposed is true."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from habeas.datamap.accepting import accept as accept_in
from habeas.datamap.model import CompanyMap
from habeas.datamap.openness import open_entries
from habeas.datamap.positions import shown
from habeas.datamap.reader import Reading, read_company
from habeas.diagnostics import Finding, Refused, Severity
from habeas.flows.map_files import read_text, write_text


@dataclass(frozen=True)
class AcceptOutcome:
    """How many guesses were accepted, how many entries still wait for a person, and which files were written."""

    accepted: int
    left: int
    files: tuple[str, ...]
    findings: tuple[Finding, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "accepted": self.accepted,
            "left": self.left,
            "files": list(self.files),
            "findings": [finding.as_json() for finding in self.findings],
        }


def accept(folder: Path, target: str | None, all: bool = False) -> AcceptOutcome:
    """Accept the guesses of a target, or of the whole map.

    `target` is TABLE or TABLE.COLUMN in the store that has it, or STORE.TABLE[.COLUMN]. Raises Refused, with nothing
    accepted, where the map can't be read, no store has the target, or an entry of it still asks a question.
    """
    company = _readable(read_company(folder))
    before = len(open_entries(company))
    texts = {name: read_text(folder / name) or "" for name in company.policy.stores}
    changed = {name: text for name, text in _accepted(company, texts, target, all).items() if text != texts[name]}
    for name, text in changed.items():
        write_text(folder / name, text)
    left = len(open_entries(_readable(read_company(folder))))
    return AcceptOutcome(before - left, left, tuple(shown(folder / name) for name in changed))


def _accepted(company: CompanyMap, texts: dict[str, str], target: str | None, all: bool) -> dict[str, str]:
    """The new text of each file that knows the target."""
    if all or target is None:
        out: dict[str, str] = {}
        refusals: list[Finding] = []
        for name, text in texts.items():
            try:
                out[name] = accept_in(text, all=True, file=shown(Path(company.folder) / name))
            except Refused as refused:
                refusals += refused.findings
        if refusals:
            raise Refused(*refusals)
        return out
    unknown: list[Finding] = []
    for (name, text), store in zip(texts.items(), company.stores, strict=True):
        file = shown(Path(company.folder) / name)
        for written in dict.fromkeys((target, target.removeprefix(f"{store}."))):
            try:
                return {name: accept_in(text, [written], file=file)}
            except Refused as refused:
                if any(finding.code != "unknown-target" for finding in refused.findings):
                    raise
                unknown += refused.findings
    # The suggestion of the store whose names come nearest is the most useful one.
    raise Refused(max(unknown, key=lambda finding: finding.detail.startswith("Near:")), usage=False)


def _readable(reading: Reading) -> CompanyMap:
    if reading.company is None:
        raise Refused(*(finding for finding in reading.findings if finding.severity is Severity.ERROR))
    return reading.company
