"""The spool of a run: the keys of all rows that were reached, sealed, until the verification window closes.

It lies in `.habeas/spool/RUN.sealed` (a resume adds `RUN-2.sealed`, and so on), under the run's data key:
destroying that key erases it, wherever a copy is. Batches of rows are stored column by column as JSON,
which is quick to write and to compress; a value that JSON has no word for bears a tag.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from habeas.sealing.envelopes import DataKey, SealBroken
from habeas.sealing.sealed_files import SealedReader, SealedWriter
from habeas.sealing.state_folder import make_state_folder

BATCH_ROWS = 5_000
CHUNK_COLUMN = "habeas chunk"  # a column of every spooled row: the chunk of the run in which it departed
_SIZE_BYTES = 4
_PLAIN = frozenset({int, str, float, bool, type(None)})


class SpoolBatch(NamedTuple):
    """Rows of one table, at most `BATCH_ROWS`; `rows` hold values in the order of `columns`."""

    store: str
    table: str
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


def spool_path(folder: Path, run_id: str, part: int = 1) -> Path:
    """Where a part of a run's spool lies in the state folder."""
    return folder / "spool" / (f"{run_id}.sealed" if part == 1 else f"{run_id}-{part}.sealed")


class SpoolWriter:
    """Writes one part of a run's spool; it counts only when closed (then `record_spool(connection, run,
    part)`).

    Use as a context manager: an exception inside leaves no file.
    """

    def __init__(self, folder: Path, run_id: str, key: DataKey, part: int = 1) -> None:
        path = spool_path(folder, run_id, part)
        make_state_folder(folder)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        self.rows = 0
        self._file = SealedWriter(path, key, _purpose(run_id, part))

    def write(self, store: str, table: str, columns: tuple[str, ...], rows: Iterable[Sequence[Any]]) -> int:
        """Add rows of a table, read from any iterable in batches; returns how many.

        Raises TypeError for a value of a type that no key has, ValueError for a row of another width.
        """
        pending, count = iter(rows), 0
        while batch := list(islice(pending, BATCH_ROWS)):
            values = list(zip(*batch, strict=True))
            if len(values) != len(columns):
                raise ValueError(f"rows of {store}.{table} have {len(values)} values for {len(columns)} columns")
            packed = [_pack(column, f"{store}.{table}.{name}") for name, column in zip(columns, values, strict=True)]
            body = json.dumps([store, table, columns, len(batch), packed], separators=(",", ":")).encode()
            self._file.write(len(body).to_bytes(_SIZE_BYTES, "big"))
            self._file.write(body)
            count += len(batch)
        self.rows += count
        return count

    def close(self) -> None:
        """Finish the part: it is whole and on disk when this returns."""
        self._file.close()

    def __enter__(self) -> SpoolWriter:
        return self

    def __exit__(self, *failure: Any) -> None:
        self._file.__exit__(*failure)


class SpoolReader:
    """Reads a run's spool again: iterate for `SpoolBatch`es, in the order written, as often as needed.

    `parts` is `RunRecord.spool_parts`. Raises SealBroken where a part is missing, changed or cut.
    """

    def __init__(self, folder: Path, run_id: str, key: DataKey, parts: int = 1) -> None:
        self._folder, self._run_id, self._key, self._parts = folder, run_id, key, parts

    def __iter__(self) -> Iterator[SpoolBatch]:
        for part in range(1, self._parts + 1):
            path = spool_path(self._folder, self._run_id, part)
            if not path.exists():
                raise SealBroken(f"part {part} of the spool of run {self._run_id} is missing")
            for body in _records(SealedReader(path, self._key, _purpose(self._run_id, part))):
                store, table, columns, count, packed = json.loads(body)
                values = [_unpack(tag, column) for tag, column in packed]
                rows = list(zip(*values, strict=True)) if values else [()] * count
                yield SpoolBatch(store, table, tuple(columns), rows)

    def of(self, store: str, table: str | None = None) -> Iterator[SpoolBatch]:
        """The batches of one store, or of one of its tables."""
        return (b for b in self if b.store == store and (table is None or b.table == table))


def remove_spool(folder: Path, run_id: str) -> int:
    """Remove all parts of a run's spool, unfinished ones too; returns how many there were."""
    found = [
        path
        for pattern in (f"{run_id}.sealed", f"{run_id}-*.sealed")
        for suffix in ("", ".part")
        for path in (folder / "spool").glob(pattern + suffix)
    ]
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)


def _records(pieces: Iterable[bytes]) -> Iterator[bytes]:
    waiting = bytearray()
    for piece in pieces:
        waiting += piece
        start = 0
        while len(waiting) - start >= _SIZE_BYTES:
            end = start + _SIZE_BYTES + int.from_bytes(waiting[start : start + _SIZE_BYTES], "big")
            if len(waiting) < end:
                break
            yield bytes(waiting[start + _SIZE_BYTES : end])
            start = end
        del waiting[:start]
    if waiting:
        raise SealBroken("the spool ends inside a batch")


# Type, tag, to JSON and back. Exact types: a datetime is a date to isinstance, and must not become one.
_CODECS: tuple[tuple[type, str, Callable[[Any], Any], Callable[[Any], Any]], ...] = (
    (datetime, "datetime", datetime.isoformat, datetime.fromisoformat),
    (date, "date", date.isoformat, date.fromisoformat),
    (time, "time", time.isoformat, time.fromisoformat),
    (timedelta, "interval", lambda v: [v.days, v.seconds, v.microseconds], lambda v: timedelta(*v)),
    (Decimal, "decimal", str, Decimal),
    (UUID, "uuid", lambda v: v.hex, UUID),
    (bytes, "bytes", bytes.hex, bytes.fromhex),
    *(
        (kind, kind.__name__.lower(), str, kind)
        for kind in (IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network)
    ),
)
_WRITE = {kind: (tag, write) for kind, tag, write, _ in _CODECS}
_READ = {tag: read for _, tag, _, read in _CODECS}


def _pack(column: tuple[Any, ...], name: str) -> list[Any]:
    """A column as [tag, values]: no tag where JSON has the words, one for all, or `any` with a tag for each
    value.
    """
    kinds = set(map(type, column))
    if kinds <= _PLAIN:
        return [None, column]
    others = kinds - {type(None)}
    if len(others) == 1:
        known = _WRITE.get(next(iter(others)))
        if known is not None:
            tag, write = known
            return [tag, [None if value is None else write(value) for value in column]]
    return ["any", [_tagged(value, name) for value in column]]


def _unpack(tag: str | None, column: list[Any]) -> list[Any]:
    if tag is None:
        return column
    if tag == "any":
        return [_untagged(value) for value in column]
    read = _READ[tag]
    return [None if value is None else read(value) for value in column]


def _tagged(value: Any, name: str) -> Any:
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind in _WRITE:
        tag, write = _WRITE[kind]
        return [tag, write(value)]
    if isinstance(value, bytearray | memoryview):
        return ["bytes", bytes(value).hex()]
    if isinstance(value, list | tuple):
        return ["list" if isinstance(value, list) else "tuple", [_tagged(entry, name) for entry in value]]
    if isinstance(value, dict):
        return ["dict", [[_tagged(k, name), _tagged(v, name)] for k, v in value.items()]]
    for base in (bool, int, float, str):  # enumerations and the like
        if isinstance(value, base):
            return base(value)
    raise TypeError(f"a value of {name} is of type {kind.__name__}, which the spool can't hold")


def _untagged(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    tag, inner = value
    if tag in _READ:
        return _READ[tag](inner)
    if tag == "dict":
        return {_untagged(k): _untagged(v) for k, v in inner}
    entries = [_untagged(entry) for entry in inner]
    return entries if tag == "list" else tuple(entries)


def _purpose(run_id: str, part: int) -> str:
    return f"spool:{run_id}:{part}"
