"""The map's files as text: read whole, written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from habeas.datamap.positions import shown
from habeas.diagnostics import Refused, error


def read_text(path: Path) -> str | None:
    """The file's text with its own line ends, or None where there is no file.

    Raises Refused where it can't be read or is not UTF-8: a file of somebody's is never taken for a missing one.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return file.read()
    except FileNotFoundError:
        return None
    except OSError as fault:
        raise Refused(error("unreadable-file", f"{shown(path)} can't be read: {fault.strerror}")) from None
    except UnicodeDecodeError:
        detail = "The map's files are UTF-8."
        raise Refused(error("not-utf-8", f"{shown(path)} is not UTF-8 text", detail)) from None


def write_text(path: Path, text: str) -> None:
    """Put the text in the file's place at once; the folder is made where it is missing. Raises Refused."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with draft.open("w", encoding="utf-8", newline="") as file:
                file.write(text)
            if path.exists():
                draft.chmod(path.stat().st_mode & 0o777)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as fault:
        raise Refused(
            error("unwritable-file", f"{shown(path)} can't be written: {fault.strerror}", "Nothing of it has changed.")
        ) from None
