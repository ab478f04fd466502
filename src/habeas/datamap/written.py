"""What the expanding of one file shares: its place for findings, and the checks that every mapping gets."""

from __future__ import annotations

from typing import Any

from habeas.datamap.documents import Document
from habeas.datamap.forms import SECTIONS, USUAL_SLIPS, nearest_names
from habeas.datamap.positions import KeyPath, nearest
from habeas.diagnostics import Finding, error

Data = dict[str, Any]
# Parts of a table that no other entry's meaning hangs on.
_APART = (("key",), ("on_erase",), ("retain",), ("triggers",), ("derived",))


class Written:
    """One file under the reader's hands. `usable` is False once anything was wrong with the file's form."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.findings: list[Finding] = []
        self.wrong_paths: list[KeyPath] = []
        self.usable = True

    def wrong(self, path: KeyPath, code: str, summary: str, detail: str, fix: str = "") -> None:
        """Report something because of which the file can't be used."""
        self.usable = False
        self.wrong_paths.append(path)
        self.findings.append(error(code, summary, detail, fix).at(nearest(self.document.places, path)))

    def rules_of_meaning_apply(self) -> bool:
        """Whether what is wrong leaves the rest of the file meaning what it says.

        An unreadable list of people, say, would make every identity look out of place: such follow-ups teach nothing.
        """
        return all(path[:1] == ("tables",) and (len(path) > 3 or path[2:3] in _APART) for path in self.wrong_paths)

    def mapping(self, value: Any, path: KeyPath, section: str, example: str) -> Data:
        """A copy of a mapping with the known keys of that section; anything else is reported and left out."""
        if not isinstance(value, dict):
            name = path[-1] if path else self.document.file
            said = "has no value" if value is None else "must be a mapping (keys and values)"
            self.wrong(path, "wrong-type", f"{name} {said}", f"It takes: {', '.join(SECTIONS[section])}.", example)
            return {}
        known = SECTIONS[section]
        for key in value:
            if key not in known:
                self._unknown(key, (*path, key), section)
        return {key: value[key] for key in value if key in known}

    def entries(self, value: Any, path: KeyPath, example: str) -> Data:
        """A mapping of names that people choose; left empty it is an empty one."""
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.wrong(
                path, "wrong-type", f"{path[-1]} must be a mapping", "It has a name, a colon and an entry.", example
            )
            return {}
        return dict(value)

    def _unknown(self, key: str, path: KeyPath, section: str) -> None:
        known = SECTIONS[section]
        slip = USUAL_SLIPS.get(key, "")
        near = nearest_names(key, known) or ([slip] if slip in known else [])
        where = _where(path[:-1])
        detail = f"{where} takes: {', '.join(known)}."
        if key == "<<":
            detail = f"Merged entries can't be reviewed line by line. {detail}"
        fix = f"{near[0]}:" if near else f"Delete {key}: or move it to where it belongs."
        ending = f"; is {near[0]} meant?" if near else ""
        self.wrong(path, "unknown-key", f"{key} is no key of {where}{ending}", detail, fix)


def listed(value: Any) -> Any:
    """A single text where a list is meant becomes a list of one; anything else stays for the model to judge."""
    return [value] if isinstance(value, str) else value


def _where(path: KeyPath) -> str:
    return ".".join(str(part) for part in path) if path else "the file"
