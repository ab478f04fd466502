"""The list of people of `--subjects`, read as a stream: once to see that all of it is well-formed, and once to erase."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from habeas.cli.subjects import parse_lines
from habeas.program.selection import Subject

_PIECE = 1 << 20


class PeopleFile:
    """A CSV file of people. Standard input can be read once alone, and is held in memory.

    Opening reads all of it. Raises Refused (wrong use) with the line that is wrong, before anybody is erased.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._held = list(parse_lines(path)) if path == "-" else None
        types: dict[str, None] = {}
        self.people = 0
        for _, subject in self._held if self._held is not None else parse_lines(path):
            self.people += 1
            types.update(dict.fromkeys(identity.type for identity in subject.identities))
        self.types = tuple(types)
        self.digest = None if self._held is not None else _digest(Path(path))

    def after(self, line: int) -> Iterator[tuple[int, Subject]]:
        """The people below that line of the file, with their lines."""
        lines = iter(self._held) if self._held is not None else parse_lines(self._path)
        return (each for each in lines if each[0] > line)


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()
