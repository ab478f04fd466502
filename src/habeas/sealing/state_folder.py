"""The state folder (`.habeas/`) and its private files: for their owner alone, whole or not at all."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path

from habeas.diagnostics import Refused, error

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700
OTHERS = stat.S_IRWXG | stat.S_IRWXO


def make_state_folder(folder: Path) -> Path:
    """Make the folder (mode 0700) where it is missing, and shut it to others where it is open and ours.

    A `.gitignore` in it keeps keys and records out of version control. Raises Refused (`state-folder`)
    where the folder can't be made or written.
    """
    try:
        folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        found = folder.stat()
        if found.st_mode & OTHERS and found.st_uid == os.geteuid():
            folder.chmod(PRIVATE_FOLDER)
        ignore = folder / ".gitignore"
        if not ignore.exists():
            write_private(ignore, b"# Keys and records of habeas: never commit them.\n*\n")
    except OSError as failure:
        raise Refused(
            error(
                "state-folder",
                f"The state folder {folder} can't be used: {failure.strerror or type(failure).__name__}.",
                "It holds the keys and the record of every run, so that nothing is changed without it.",
                f"mkdir -m 700 {folder}   (as the user that runs habeas)",
            )
        ) from None
    return folder


def write_private(path: Path, data: bytes, *, replace: bool = True) -> bool:
    """Write a whole file of mode 0600, or none: a reader sees the old one or the new one, also after a
    power cut.

    With `replace=False` a file that exists already wins; returns whether `data` is what now stands there.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            draft.replace(path)
        else:
            try:
                path.hardlink_to(draft)
            except FileExistsError:
                return False
        sync_folder(path.parent)
        return True
    finally:
        draft.unlink(missing_ok=True)


def read_private(path: Path) -> bytes:
    """The bytes of a file that only its owner can read. Raises FileNotFoundError, or Refused
    (`open-key-file`).
    """
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_mode & OTHERS:
            raise Refused(
                error(
                    "open-key-file",
                    f"The key file {path} can be read or written by other users.",
                    "Whoever reads it opens every sealed identity, or signs certificates in your name. If"
                    " others use this machine, treat the key as known: make a new one after closing the"
                    " file. A mounted secret gets its mode from its definition (Kubernetes: `defaultMode:"
                    " 0400`).",
                    f"chmod 600 {path}",
                )
            )
        return file.read()


def sync_folder(folder: Path) -> None:
    """Make names made or removed in the folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock on the file (made if missing) among processes; the system frees it if this one
    dies.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
