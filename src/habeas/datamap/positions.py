"""Where each key of the map's files stands, so that every finding can name file, line and column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from habeas.diagnostics import Position

KeyPath = tuple[str | int, ...]  # ("tables", "contacts", "columns", "email"); numbers count list items from 0


class Positions:
    """Places by file and path. A file answers to its store's name, its own name and the path it was read from."""

    def __init__(self) -> None:
        self._places: dict[str, Mapping[KeyPath, Position]] = {}
        self._paths: dict[str, dict[Position, KeyPath]] = {}  # made for a file when first asked for

    def add(self, names: Iterable[str], places: Mapping[KeyPath, Position]) -> None:
        """Make a file's places known under these names; the first file of a name stays."""
        for name in names:
            self._places.setdefault(name, places)

    def of(self, store_or_file: str, path: KeyPath = ()) -> Position | None:
        """The place of that key, else of the nearest key above it; None where the file is unknown.

        Paths are those of the models with the file's own words (`as`, `for`, `with`); what a short form leaves
        out, and what the reader filled in, is found at the key that was written.
        """
        places = self._places.get(store_or_file)
        if places is None:
            return None
        return nearest(places, path)

    def path_at(self, place: Position) -> KeyPath:
        """The path of the key that stands at a place, () for the file itself or where nothing is known of it."""
        if place.file not in self._paths:
            places = self._places.get(place.file, {})
            # Where a mapping begins with its first key, both stand at one place: the longest path wins.
            self._paths[place.file] = {at: path for path, at in sorted(places.items(), key=lambda item: len(item[0]))}
        return self._paths[place.file].get(place, ())


def nearest(places: Mapping[KeyPath, Position], path: KeyPath) -> Position | None:
    """The place of `path` or of its nearest ancestor that was written."""
    spelled = tuple("to" if part == "targets" else part for part in path)
    for end in range(len(path), -1, -1):
        found = places.get(path[:end]) or places.get(spelled[:end])
        if found is not None:
            return found
    return None


def shown(path: Path) -> str:
    """A path as a person would type it: relative to the current folder where it lies below that."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except (ValueError, OSError):
        return path.as_posix()
