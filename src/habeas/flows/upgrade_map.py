"""`map upgrade`: every file of the map in the newest version of the format, or none of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from habeas.datamap.documents import parse_document
from habeas.datamap.positions import shown
from habeas.datamap.reader import POLICY_FILE
from habeas.datamap.upgrading import NEWEST, STEPS, Step, Upgraded, upgrade
from habeas.diagnostics import Finding, Refused, error
from habeas.flows.map_files import read_text, write_text


@dataclass(frozen=True)
class UpgradeOutcome:
    """Each file with what became of it, in the order of habeas.yaml."""

    files: tuple[tuple[str, Upgraded], ...]

    @property
    def changed(self) -> bool:
        return any(done.changes for _, done in self.files)

    def as_json(self) -> dict[str, Any]:
        files = [
            {"file": name, "from": done.before, "to": done.after, "changes": list(done.changes)}
            for name, done in self.files
        ]
        return {"changed": self.changed, "files": files, "findings": []}


def upgrade_map(folder: Path, steps: Sequence[Step] = STEPS, newest: int = NEWEST) -> UpgradeOutcome:
    """Bring habeas.yaml and the files that it names up. Raises Refused with every reason, and nothing is written then.

    Nothing of their meaning is checked: a map of an old version can't be read by the rules of the new one.
    """
    policy = folder / POLICY_FILE
    text = read_text(policy)
    if text is None:
        detail = f"habeas looks for {POLICY_FILE} in it, which names the other files."
        raise Refused(error("map-missing", f"there is no map in {shown(folder)}", detail, "habeas init DATABASE_URL"))
    stores = (parse_document(text.encode("utf-8"), shown(policy)).data or {}).get("stores") or []
    names = [name for name in stores if isinstance(name, str)] if isinstance(stores, list) else []
    refusals: list[Finding] = []
    done: list[tuple[Path, str, Upgraded]] = []
    for path in [policy, *(folder / name for name in dict.fromkeys(names))]:
        held = read_text(path)
        if held is None:
            refusals.append(error("file-missing", f"{shown(path)} isn't there", "habeas.yaml names it under stores."))
            continue
        try:
            done.append((path, held, upgrade(held, shown(path), steps, newest)))
        except Refused as refused:
            refusals += refused.findings
    if refusals:
        raise Refused(*refusals)
    for path, held, upgraded in done:
        if upgraded.text != held:
            write_text(path, upgraded.text)
    return UpgradeOutcome(tuple((shown(path), upgraded) for path, _, upgraded in done))
