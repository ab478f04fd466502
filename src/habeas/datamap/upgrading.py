"""Brings a map's file up to the newest version of the format, step by step, without touching what a step isn't about.

A step turns the text of one version into that of the next. It edits at exact places (`editing.Edit`), so that comments,
order and spacing stay as a person wrote them. Version 1 is the only one so far, and no step is needed yet.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ruamel.yaml.nodes import ScalarNode

from habeas.datamap.documents import Document, parse_document
from habeas.datamap.editing import Edit, apply_edits, child, end_of, root_of, start_of
from habeas.datamap.positions import nearest
from habeas.diagnostics import Finding, Refused, error

NEWEST = 1


@dataclass(frozen=True, slots=True)
class Step:
    """From version `old` to the next: `summary` says what changes, for people; `edits` gives the changes of a text.

    `edits` leaves the version itself alone (the mechanism writes it) and raises Refused where a person has to decide.
    """

    old: int
    summary: str
    edits: Callable[[str], Sequence[Edit]]


STEPS: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Upgraded:
    """A file's new text, its version before and after, and what the steps in between changed."""

    text: str
    before: int
    after: int
    changes: tuple[str, ...]


def upgrade(text: str, file: str, steps: Sequence[Step] = STEPS, newest: int = NEWEST) -> Upgraded:
    """The text in the newest version. A text that is in it already comes back unchanged.

    Raises Refused, with findings placed in `file`, where the text is no usable YAML, says no version
    (`version-missing`), says one that nobody knows (`version-unknown`), or no step leads on from its version.
    """
    document = parse_document(text.encode("utf-8"), file)
    if document.findings:
        raise Refused(*document.findings)
    version = before = _version(document, newest)
    changes: list[str] = []
    while version < newest:
        step = next((known for known in steps if known.old == version), None)
        if step is None:
            detail = "The steps that this habeas knows begin later. An earlier habeas may bring the file up to them."
            raise Refused(_at(document, error("version-unknown", f"no step leads on from version {version}", detail)))
        text = apply_edits(text, list(step.edits(text)))
        text = apply_edits(text, [_version_edit(text, version + 1)])
        broken = parse_document(text.encode("utf-8"), file).findings
        if broken:  # a fault of the step: the file stays as it was
            summary = f"the step from version {version} does not fit the file"
            raise Refused(_at(document, error("cannot-upgrade", summary, broken[0].summary)))
        changes.append(step.summary)
        version += 1
    return Upgraded(text, before, version, tuple(changes))


def _version(document: Document, newest: int) -> int:
    data = document.data or {}
    if "version" not in data:
        detail = "Without it nobody can tell what the keys mean."
        summary = f"{document.file} says no version"
        raise Refused(_at(document, error("version-missing", summary, detail, f"version: {newest}")))
    said = data["version"]
    if isinstance(said, bool) or not isinstance(said, int) or not 1 <= said <= newest:
        detail = f"This habeas knows {'version 1' if newest == 1 else f'the versions 1 to {newest}'}. "
        detail += "A file of a later version needs a later habeas; nothing of it has changed."
        finding = error("version-unknown", f"{document.file} is of a version that isn't known here", detail)
        raise Refused(_at(document, finding))
    return said


def _at(document: Document, finding: Finding) -> Finding:
    return finding.at(nearest(document.places, ("version",)))


def _version_edit(text: str, version: int) -> Edit:
    root = root_of(text)
    node = child(root, "version") if root is not None else None
    if not isinstance(node, ScalarNode):
        raise Refused(error("cannot-upgrade", "a step has lost the file's version"))
    return Edit(start_of(node), end_of(node), str(version))
