"""Sealed files: written and read as a stream, compressed, in flat memory.

A file is a header (magic, salt of 16 bytes) and frames. A frame is its length (4 bytes, the highest bit
marks the last frame) and AES-256-GCM over up to 256 KiB of the zlib stream. The nonce holds the frame's
number and whether it is the last one, so frames can't be swapped, repeated or left out, and a cut file is
known as such (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizar, 2015). The key is derived
from the data key, the salt and the purpose.
"""

from __future__ import annotations

import os
import secrets
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from habeas.sealing.envelopes import DataKey, SealBroken
from habeas.sealing.state_folder import PRIVATE_FILE, sync_folder

MAGIC = b"habeas sealed 1\n"
FRAME = 256 * 1024
_SALT_BYTES = 16
_TAG_BYTES = 16
_LAST = 1 << 31
_LEVEL = 1  # measured on keys: level 6 takes four times as long for a tenth less


class SealedWriter:
    """Write a sealed file; it gets its name only when it is whole. Use as a context manager.

    An exception inside `with` leaves nothing behind.
    """

    def __init__(self, path: Path, key: DataKey, purpose: str) -> None:
        salt = secrets.token_bytes(_SALT_BYTES)
        self.path = path
        self._draft = path.with_name(path.name + ".part")
        self._cipher = AESGCM(key.derive(salt, purpose))
        self._packer = zlib.compressobj(_LEVEL)
        self._waiting = bytearray()
        self._frames = 0
        descriptor = os.open(self._draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE)
        self._file = os.fdopen(descriptor, "wb")
        self._file.write(MAGIC + salt)

    def write(self, data: bytes) -> None:
        """Add bytes."""
        self._waiting += self._packer.compress(data)
        while len(self._waiting) > FRAME:  # one frame at least is held back: the last one must be marked
            self._frame(bytes(self._waiting[:FRAME]), last=False)
            del self._waiting[:FRAME]

    def close(self) -> None:
        """Finish: everything is on disk, under its name, when this returns. Closing twice does nothing."""
        if self._file.closed:
            return
        self._waiting += self._packer.flush()
        while len(self._waiting) > FRAME:
            self._frame(bytes(self._waiting[:FRAME]), last=False)
            del self._waiting[:FRAME]
        self._frame(bytes(self._waiting), last=True)
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._draft.replace(self.path)
        sync_folder(self.path.parent)

    def abandon(self) -> None:
        """Remove what was written so far."""
        self._file.close()
        self._draft.unlink(missing_ok=True)

    def _frame(self, data: bytes, *, last: bool) -> None:
        sealed = self._cipher.encrypt(_nonce(self._frames, last), data, None)
        self._file.write((len(sealed) | (_LAST if last else 0)).to_bytes(4, "big"))
        self._file.write(sealed)
        self._frames += 1

    def __enter__(self) -> SealedWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.abandon()


class SealedReader:
    """Read a sealed file: iterate for its bytes in pieces of at most 1 MiB. Raises SealBroken for a file
    that was changed, cut or lengthened, that another key sealed, or that was sealed for another purpose;
    pieces that were given before are authentic and in order, but only the end of the iteration says that
    they are all.
    """

    def __init__(self, path: Path, key: DataKey, purpose: str) -> None:
        self.path = path
        self._key = key
        self._purpose = purpose

    def __iter__(self) -> Iterator[bytes]:
        unpacker = zlib.decompressobj()
        with self.path.open("rb") as file:
            magic = file.read(len(MAGIC))
            salt = file.read(_SALT_BYTES)
            if magic != MAGIC or len(salt) != _SALT_BYTES:
                raise SealBroken("this is no sealed file of this version of habeas")
            cipher = AESGCM(self._key.derive(salt, self._purpose))
            number, last = 0, False
            while not last:
                head = file.read(4)
                word = int.from_bytes(head, "big")
                length, last = word & ~_LAST, bool(word & _LAST)
                sealed = file.read(length) if length <= FRAME + _TAG_BYTES else b""
                if len(head) < 4 or len(sealed) < length:
                    raise SealBroken(f"the sealed file ends inside frame {number + 1}")
                try:
                    packed = cipher.decrypt(_nonce(number, last), sealed, None)
                except InvalidTag:
                    raise SealBroken(f"frame {number + 1} was changed or belongs elsewhere") from None
                number += 1
                while packed:
                    yield unpacker.decompress(packed, 1 << 20)
                    packed = unpacker.unconsumed_tail
            if file.read(1):
                raise SealBroken("the sealed file goes on after its last frame")
        rest = unpacker.flush()
        if rest:
            yield rest
        if not unpacker.eof:
            raise SealBroken("the sealed file holds no whole stream")


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\x01" if last else b"\x00")
