"""Keeps some leaves of a JSON document and nothing else: what a person gave, out of what is known of them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from habeas.datamap.json_paths import parse_path
from habeas.datamap.model import TableEntry
from habeas.delivery.contents import Row


def only_provided(rows: Iterable[Row], columns: Sequence[str], entry: TableEntry) -> Iterator[Row]:
    """Rows in which a JSON column that isn't given whole keeps its provided leaves alone."""
    cut = [
        (place, [path for path, leaf in said.paths.items() if leaf.provided])
        for place, name in enumerate(columns)
        if (said := entry.columns.get(name)) is not None and not said.provided
    ]
    cut = [(place, paths) for place, paths in cut if paths]
    if not cut:
        yield from rows
        return
    for row in rows:
        cells = list(row)
        for place, paths in cut:
            text = cells[place]
            cells[place] = None if text is None else kept_leaves(text, paths)
        yield cells


def kept_leaves(text: str, paths: Collection[str]) -> str | None:
    """The document with the leaves at these paths (`$.work.mail`) alone, at their places; None where none is there.

    A path goes through objects by their keys; through a list to every element. Text that is no JSON keeps nothing:
    nobody could tell which part of it is meant.
    """
    try:
        document = json.loads(text)
    except ValueError:
        return None
    kept = _kept(document, [_keys(path) for path in paths])
    return None if kept is None else json.dumps(kept, ensure_ascii=False)


def _keys(path: str) -> list[str]:
    """The keys of a path; lists are gone through whether it says so or not."""
    return [step for step in parse_path(path) or () if step is not None]


def _kept(value: Any, steps: list[list[str]]) -> Any:
    if any(not way or way == [""] for way in steps):
        return value
    if isinstance(value, list):
        parts = [_kept(each, steps) for each in value]
        return [part for part in parts if part is not None] or None
    if not isinstance(value, dict):
        return None
    found = {}
    for name, inner in value.items():
        below = [way[1:] for way in steps if way[0] == name]
        part = _kept(inner, below) if below else None
        if part is not None:
            found[name] = part
    return found or None
