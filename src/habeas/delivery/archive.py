"""A zip file that is written as a stream: members one after another, and members that grow beside each other.

A zip holds one growing member at a time. Rows are read once and written in two forms, so that the second form is
compressed into a nameless temporary file and copied behind the first when it is complete.
"""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import IO, BinaryIO

from habeas.delivery.contents import PackageFile
from habeas.diagnostics import Finding, Refused, error

LEVEL = 1  # measured: level 6 takes four times as long and saves a fifth of the size
_IN_MEMORY = 1 << 20  # bytes of a waiting member that don't need a temporary file
_MODE = 0o600
_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO}


class Member:
    """A file inside the archive that is being written."""

    def __init__(self, path: str, sink: IO[bytes]) -> None:
        self.path = path
        self._sink = sink
        self._size = 0
        self._hash = hashlib.sha256()

    def write(self, data: bytes) -> None:
        """Append bytes."""
        self._size += len(data)
        self._hash.update(data)
        self._sink.write(data)

    @property
    def file(self) -> PackageFile:
        """Path, size and SHA-256 of what was written so far."""
        return PackageFile(path=self.path, bytes=self._size, sha256=self._hash.hexdigest())


class _Deflating:
    """Compresses into a temporary file and keeps what a zip's directory has to know of it."""

    def __init__(self, folder: Path | None) -> None:
        place = None if folder is None else str(folder)
        self.spool: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY, dir=place)  # noqa: SIM115
        self.crc = 0
        self.size = 0
        self._deflate = zlib.compressobj(LEVEL, zlib.DEFLATED, -15)

    def write(self, data: bytes) -> int:
        self.crc = zlib.crc32(data, self.crc)
        self.size += len(data)
        self.spool.write(self._deflate.compress(data))
        return len(data)

    def finish(self) -> int:
        """Flush; returns the compressed size in bytes."""
        self.spool.write(self._deflate.flush())
        end = self.spool.tell()
        self.spool.seek(0)
        return end


class PackageArchive:
    """A zip over an open stream. Every member bears the same time (UTC), so that equal input gives equal bytes.

    `folder` is where members that wait are kept (None: the system's temporary folder).
    """

    def __init__(self, stream: BinaryIO, at: datetime, folder: Path | None = None) -> None:
        self._zip = zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, allowZip64=True, compresslevel=LEVEL)
        self._time = (max(at.year, 1980), at.month, at.day, at.hour, at.minute, at.second)
        self._folder = folder

    def close(self) -> int:
        """Write the directory: without it the file is no zip. Returns the size of the zip in bytes."""
        stream = self._zip.fp
        self._zip.close()
        return 0 if stream is None else stream.tell()

    def abandon(self) -> None:
        """Stop without a directory; what was written is of no use."""
        with suppress(Exception):
            self._zip.fp = None  # zipfile would otherwise write its directory when it is collected

    def _entry(self, path: str) -> zipfile.ZipInfo:
        entry = zipfile.ZipInfo(path, self._time)
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.external_attr = (0o100000 | _MODE) << 16
        return entry

    @contextmanager
    def growing(self, path: str) -> Iterator[Member]:
        """A member that is written straight into the zip: one at a time."""
        with self._zip.open(self._entry(path), "w", force_zip64=True) as sink:
            yield Member(path, sink)

    @contextmanager
    def waiting(self, path: str) -> Iterator[Member]:
        """A member that is written beside a growing one and joins the zip at the end of the block.

        Leave the block only when no member is growing. Where the block fails, nothing joins.
        """
        sink = _Deflating(self._folder)
        with sink.spool:
            yield Member(path, sink)  # type: ignore[arg-type]  # it needs `write` alone
            self._append(path, sink)

    def _append(self, path: str, sink: _Deflating) -> None:
        # ZipFile has no public way to take a member that is compressed already; these attributes and FileHeader
        # have been the same since Python 3.4, and the tests read the result with other readers.
        stream = self._zip.fp
        if stream is None:
            raise ValueError("the archive is closed")
        entry = self._entry(path)
        entry.compress_size = sink.finish()
        entry.file_size, entry.CRC = sink.size, sink.crc
        entry.header_offset = stream.tell()
        stream.write(entry.FileHeader())
        shutil.copyfileobj(sink.spool, stream, 1 << 20)
        self._zip.filelist.append(entry)
        self._zip.NameToInfo[path] = entry
        self._zip.start_dir = stream.tell()


@contextmanager
def complete_or_absent(target: Path, overwrite: bool) -> Iterator[BinaryIO]:
    """A file that appears under its name when it is complete, and not at all if writing fails.

    It is readable by its owner alone (mode 0600). Raises Refused where a file is in the way and `overwrite` is False,
    where the folder can't be written to, and where the disk is full.
    """
    if not overwrite and os.path.lexists(target):
        raise Refused(_exists())
    temporary = target.with_name(f".package-{secrets.token_hex(8)}.part")
    try:
        handle = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL, _MODE)
    except OSError as problem:
        raise Refused(_unwritable(problem)) from None
    try:
        with os.fdopen(handle, "w+b", buffering=1 << 20) as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        _give_name(temporary, target, overwrite)
    except OSError as problem:
        if problem.errno in _DISK:
            raise Refused(_unwritable(problem)) from None
        raise
    finally:
        temporary.unlink(missing_ok=True)


def _give_name(temporary: Path, target: Path, overwrite: bool) -> None:
    if overwrite:
        temporary.replace(target)
    else:
        try:
            os.link(temporary, target)  # unlike a rename, fails where another has taken the name meanwhile
        except FileExistsError:
            raise Refused(_exists()) from None
        except OSError:  # a file system without hard links
            if os.path.lexists(target):
                raise Refused(_exists()) from None
            temporary.replace(target)
    with suppress(OSError):  # some systems can't open a folder; the name is given all the same
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _exists() -> Finding:
    return error(
        "package-exists",
        "There is a file already where the package should go.",
        "It may be another person's package, so it is left as it is and nothing was written.",
        "Choose another name with --out FILE, or say --overwrite.",
    )


def _unwritable(problem: OSError) -> Finding:
    return error(
        "package-not-written",
        f"The package can't be written: {os.strerror(problem.errno or 0).lower()}.",
        "No part of it was left behind.",
        "Choose a folder that exists, is yours to write to and has room, with --out FILE.",
    )
