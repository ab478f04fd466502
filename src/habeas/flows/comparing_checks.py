"""`check --base`: what a change brings, and nothing that was there before.

Both maps are held against databases: the working tree's against its own, the former one against the same, or against
`--base-url` where the former schema still stands somewhere. What is in both checks, whatever its line, is *known*.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from habeas.datamap.model import CompanyMap
from habeas.datamap.reader import POLICY_FILE, read_company
from habeas.diagnostics import Finding, Refused, Severity, error, note
from habeas.flows.check import check, check_files, not_looked_at
from habeas.flows.finding_identity import Identified, identify, new_findings
from habeas.flows.git_revisions import lay_out_revision
from habeas.flows.workspace import Workspace, open_workspace


@dataclass(frozen=True)
class Base:
    """What was compared with: as given, the commit's full name (None for a folder), what was known before by
    severity, and how many findings of then are gone."""

    name: str
    commit: str | None
    known: Mapping[Severity, int]
    gone: int

    def as_json(self) -> dict[str, object]:
        return {
            "name": self.name,
            "commit": self.commit,
            "known": {severity.value: self.known.get(severity, 0) for severity in Severity},
            "gone": self.gone,
        }


@dataclass(frozen=True)
class Checked:
    """The findings of a check with their fingerprints; with `base`, those alone that are new."""

    findings: tuple[Identified, ...]
    base: Base | None = None

    @property
    def plain(self) -> tuple[Finding, ...]:
        return tuple(found.finding for found in self.findings)


def check_identified(workspace: Workspace, *, offline: bool = False) -> Checked:
    """The check of a workspace. `offline`: of its files alone, with a note that says so."""
    return Checked(_identified(workspace, offline) + _said_offline(workspace, offline))


def check_against(
    workspace: Workspace, base: str, urls: Mapping[str, str] | None = None, *, offline: bool = False
) -> Checked:
    """What the working tree's map brings that `base` had not: a folder with a habeas.yaml, or a git revision.

    `urls` names databases for the former map, by store. Raises Refused for a base that is neither, outside a
    repository, and for a URL of a store that the former map has not.
    """
    now = _identified(workspace, offline)
    with TemporaryDirectory(prefix="habeas-base-") as temporary:
        folder, commit, there = Path(base), None, True
        if not (folder / POLICY_FILE).is_file():
            folder = Path(temporary)
            revision = lay_out_revision(workspace.folder, base, folder)
            commit, there = revision.commit, revision.has_folder
        before = _before(folder, workspace, urls or {}, offline) if there else ()
    fresh = new_findings(now, before)
    kept = {found.fingerprint for found in now}
    known = [found.finding.severity for found in now if found not in fresh]
    counts = {severity: known.count(severity) for severity in Severity}
    gone = sum(found.fingerprint not in kept for found in before)
    said = () if there else identify([_nothing_before(base)], workspace.folder, workspace.positions)
    return Checked(fresh + said + _said_offline(workspace, offline), Base(base, commit, counts, gone))


def _identified(workspace: Workspace, offline: bool) -> tuple[Identified, ...]:
    findings = check_files(workspace) if offline else check(workspace)
    return identify(findings, workspace.folder, workspace.positions)


def _said_offline(workspace: Workspace, offline: bool) -> tuple[Identified, ...]:
    return identify([not_looked_at(workspace)], workspace.folder, workspace.positions) if offline else ()


def _before(folder: Path, workspace: Workspace, urls: Mapping[str, str], offline: bool) -> tuple[Identified, ...]:
    """The findings of the former map. One that could not be used as a file has those of its reading."""
    reading = read_company(folder)
    if reading.company is None:
        return identify(reading.findings, folder, reading.positions)
    unknown = [name for name in urls if name not in reading.company.stores]
    if unknown:
        detail = f"The former map has {', '.join(reading.company.stores)}."
        raise Refused(error("unknown-store", f"--base-url names the store {unknown[0][:80]}", detail), usage=True)
    with open_workspace(folder, workspace.environment, now=workspace.now, progress=workspace.progress) as opened:
        opened.home = workspace.folder
        opened.company = _with_urls(opened.company, urls)
        return _identified(opened, offline)


def _with_urls(company: CompanyMap, urls: Mapping[str, str]) -> CompanyMap:
    stores = {
        name: store.model_copy(update={"url": urls[name]}) if name in urls else store
        for name, store in company.stores.items()
    }
    return company.model_copy(update={"stores": stores})


def _nothing_before(base: str) -> Finding:
    detail = "Every finding counts as new."
    return note("no-map-before", f"the map was not there yet in {base[:80]}", detail)
