"""How far a list of people is, in the control database; and what became of each line, in a CSV file without identities.

The file is written first, and the record says how much of it counts: a process may be killed between the two.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Connection, insert, select, update

from habeas.execution.plan_records import new_id
from habeas.execution.tables import batches
from habeas.sealing.state_folder import sync_folder, write_private

HEADER = ("line", "status", "matched")


class LineStatus(StrEnum):
    """What became of one line of a list."""

    ERASED = "erased"
    NOTHING_FOUND = "nothing_found"
    AMBIGUOUS = "ambiguous"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True, slots=True)
class LineResult:
    """A line of the list (from 1, as editors count), what became of it, and how many rows of people matched."""

    line: int
    status: LineStatus
    matched: int


@dataclass(frozen=True, slots=True)
class BatchRecord:
    """A stored batch: `line` is the last one that is done, `counts` the people by status up to there."""

    id: str
    line: int
    results_bytes: int
    counts: Mapping[LineStatus, int]

    @property
    def begun(self) -> bool:
        """Whether anything of it was done before."""
        return self.line > 0


def open_batch(connection: Connection, candidates: Iterable[str], now: datetime) -> BatchRecord:
    """The unfinished batch of a list with one of these fingerprints (the first is the newest key's), or a new one."""
    wanted = tuple(candidates)
    query = select(batches).where(batches.c.fingerprint.in_(wanted), batches.c.finished_at.is_(None))
    row = connection.execute(query.order_by(batches.c.started_at.desc())).first()
    if row is not None:
        counts = {LineStatus(status): people for status, people in row.counts.items()}
        return BatchRecord(row.id, row.line, row.results_bytes, counts)
    record = BatchRecord(new_id(now), 0, 0, {})
    fingerprint = wanted[0] if wanted else None
    connection.execute(
        insert(batches).values(
            id=record.id, fingerprint=fingerprint, started_at=now, line=0, results_bytes=0, counts={}
        )
    )
    return record


def advance_batch(connection: Connection, record: BatchRecord) -> None:
    """Say how far a batch is by now."""
    counts = {status.value: people for status, people in record.counts.items()}
    values = {"line": record.line, "results_bytes": record.results_bytes, "counts": counts}
    connection.execute(update(batches).where(batches.c.id == record.id).values(values))


def finish_batch(connection: Connection, batch_id: str, now: datetime) -> None:
    """The list is at its end: the same list given again is another batch."""
    connection.execute(update(batches).where(batches.c.id == batch_id).values(finished_at=now))


def append_results(path: Path, after: int, results: Iterable[LineResult]) -> int:
    """Write results into the file behind its first `after` bytes, and drop what stood there; its new length.

    Everything is on disk when this returns.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if not after:
        writer.writerow(HEADER)
    writer.writerows((each.line, each.status.value, each.matched) for each in results)
    path.parent.mkdir(exist_ok=True)
    with path.open("r+b" if path.exists() else "w+b") as file:
        file.truncate(after)
        file.seek(after)
        file.write(text.getvalue().encode())
        file.flush()
        os.fsync(file.fileno())
        length = file.tell()
    sync_folder(path.parent)
    return length


class Intentions:
    """Which lines of the part at work are about to be erased, with the rows that matched: who of them is not there any
    more, when the part is begun again after a kill, was erased before it.
    """

    def __init__(self, folder: Path, batch_id: str) -> None:
        self._path = folder / "batches" / f"{batch_id}.csv"

    def write(self, matched: Mapping[int, int]) -> None:
        """Keep these, in the place of those of the part before."""
        self._path.parent.mkdir(mode=0o700, exist_ok=True)
        write_private(self._path, "".join(f"{line},{rows}\n" for line, rows in matched.items()).encode())

    def read(self) -> Mapping[int, int]:
        """Rows that matched, by line."""
        if not self._path.exists():
            return {}
        with self._path.open(newline="") as file:
            return {int(line): int(rows) for line, rows in csv.reader(file)}

    def forget(self) -> None:
        """The batch is over."""
        self._path.unlink(missing_ok=True)
