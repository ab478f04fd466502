"""Lays out a folder in which every command works: the sample company, its reviewed map and a page of what to try.

A folder of ours bears a marker, with digests of the files we wrote. Only such a folder is laid out anew, and in it only
what is ours and as we left it: a map that somebody has edited is never overwritten.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from habeas.demo.company import FEWEST_PEOPLE, Figures, Progress, build
from habeas.demo.guide import readme
from habeas.diagnostics import Refused, error

MARKER = ".habeas-demo.json"
DATABASE = "app.db"
MAP_FOLDER = "habeas"
_MAP_FILES = ("habeas.yaml", "app.yaml")
_IGNORED = (
    "# Made by habeas demo. The map in habeas/ belongs into git; data, keys and packages never do.\n"
    + "\n".join(["app.db*", ".habeas/", "*.zip", "certificates/", "plans/", ""])
)


@dataclass(frozen=True, slots=True)
class DemoFolder:
    """What was laid out. `figures` says how many rows there are, and how long it took."""

    folder: Path
    database: Path
    map_folder: Path
    readme: Path
    figures: Figures


def lay_out(folder: Path, people: int = 300, seed: int = 1, progress: Progress | None = None) -> DemoFolder:
    """Write DIR/app.db, DIR/habeas/*.yaml, DIR/README.md and DIR/.gitignore.

    A folder that was laid out before is laid out anew: the database is replaced; keys, records, packages and
    certificates stay. Raises Refused for a folder that holds anything else, for a file of ours that was changed since,
    and (as wrong use) for too few people; nothing is written then. Also for a disk that is full or read-only.
    """
    if people < FEWEST_PEOPLE:
        detail = "Its characters need neighbours: what is shared, ambiguous or named in texts takes others."
        summary = f"a company of {people} people is too small"
        raise Refused(error("too-few-people", summary, detail, f"habeas demo --people {FEWEST_PEOPLE}"), usage=True)
    texts = _texts(people, seed)
    try:
        known = _known_digests(folder)
        _refuse_changed(folder, texts, known)
        return _write(folder, texts, known, people, seed, progress)
    except (OSError, sqlite3.Error) as failure:
        why = (
            failure.strerror if isinstance(failure, OSError) and failure.strerror else "the database refused to be made"
        )
        detail = f"{why}. What was there before is there still, and the same command tries again."
        raise Refused(
            error("folder-not-written", "the folder can't be written", detail, "habeas demo DIR")
        ) from failure


def _write(
    folder: Path, texts: dict[str, str], known: dict[str, list[str]], people: int, seed: int, progress: Progress | None
) -> DemoFolder:
    folder.mkdir(parents=True, exist_ok=True)
    # The marker comes first: if what follows breaks off, the next try still knows the folder.
    marker = {
        "made_by": "habeas demo",
        "people": people,
        "seed": seed,
        "files": {name: [*known.get(name, [])[-1:], _digest(text.encode())] for name, text in texts.items()},
    }
    (folder / MARKER).write_text(json.dumps(marker, indent=2) + "\n", encoding="utf-8")
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text.encode())
    figures = _build_anew(folder / DATABASE, people, seed, progress)
    return DemoFolder(folder, folder / DATABASE, folder / MAP_FOLDER, folder / "README.md", figures)


def _texts(people: int, seed: int) -> dict[str, str]:
    """Every text file by its path in the folder."""
    shipped = files("habeas.demo").joinpath("map")
    texts = {f"{MAP_FOLDER}/{name}": shipped.joinpath(name).read_text(encoding="utf-8") for name in _MAP_FILES}
    return texts | {"README.md": readme(people, seed), ".gitignore": _IGNORED}


def _known_digests(folder: Path) -> dict[str, list[str]]:
    """Digests of what an earlier run wrote, by path; empty for a new or empty folder. Raises Refused for any other."""
    if folder.exists() and not folder.is_dir():
        detail = "habeas demo lays out a folder."
        raise Refused(error("not-a-folder", "there is a file where the folder should be", detail, "habeas demo DIR"))
    if not folder.exists() or not any(folder.iterdir()):
        return {}
    marker = _read_marker(folder / MARKER)
    written = marker.get("files")
    if (
        marker.get("made_by") != "habeas demo"
        or not isinstance(written, dict)
        or not all(isinstance(digests, list) for digests in written.values())
    ):
        detail = f"It holds files, and no {MARKER}, and so it isn't a demo that habeas laid out."
        fix = "habeas demo DIR   (a new or empty folder)"
        raise Refused(error("folder-not-empty", "the folder isn't empty, and not ours", detail, fix))
    return {str(name): [str(d) for d in digests] for name, digests in written.items()}


def _read_marker(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _refuse_changed(folder: Path, texts: dict[str, str], known: dict[str, list[str]]) -> None:
    for name, text in texts.items():
        path = folder / name
        if not path.exists():
            continue
        digest = _digest(path.read_bytes()) if path.is_file() else ""
        if digest not in known.get(name, []) and digest != _digest(text.encode()):
            detail = "Laying out anew would overwrite what somebody wrote."
            fix = f"Move {name} elsewhere, or lay out another folder: habeas demo DIR"
            raise Refused(error("demo-changed", f"{name} was changed since habeas demo wrote it", detail, fix))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _build_anew(database: Path, people: int, seed: int, progress: Progress | None) -> Figures:
    """Build beside the old database and put the new one in its place at once."""
    fresh = database.with_name(database.name + ".new")
    fresh.unlink(missing_ok=True)  # of an earlier try that was killed
    figures = build(fresh, people, seed, progress)
    # A journal of the old database would be taken for the new one's.
    for suffix in ("-journal", "-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)
    fresh.replace(database)
    return figures
