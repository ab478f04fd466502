"""Envelopes: bytes that open only with the right key and for the purpose they were sealed for.

A *data key* is made for each run or plan and stands in the control database wrapped by a master key. To
erase for good whatever was sealed with it, here and in every backup that lacks the wrapped key, delete the
wrapped key.

AES-256-GCM throughout. An envelope is: version (1 byte), key id (6), nonce (12), ciphertext and tag (16).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from habeas.sealing.keys import KEY_BYTES, Keys, key_id

_VERSION = b"\x01"
_ID_BYTES = 6
_NONCE_BYTES = 12
_HEAD = len(_VERSION) + _ID_BYTES + _NONCE_BYTES
_TAG_BYTES = 16


class SealBroken(Exception):
    """What was sealed does not open: it was changed or cut, or belongs to another key or another purpose."""


class KeyDestroyed(Exception):
    """The data key was destroyed, so that nobody can open what it sealed."""


@dataclass(slots=True)
class DataKey:
    """The key of one run or plan. Store `wrapped`; the secret lives in memory alone and `repr` hides it.

    `seal` and `open` raise KeyDestroyed after `destroy`.
    """

    id: str
    wrapped: bytes
    _secret: bytearray = field(repr=False)

    def seal(self, data: bytes, purpose: str) -> bytes:
        """Seal bytes for a purpose (`identities`, `selection`), which must be named again to open them."""
        return _seal(bytes(self._alive()), self.id, data, _bind("data", purpose))

    def open(self, sealed: bytes, purpose: str) -> bytes:
        """The bytes again. Raises SealBroken where key, purpose or a single bit differs."""
        if envelope_key_id(sealed) != self.id:
            raise SealBroken("this was sealed with another data key")
        return _open(bytes(self._alive()), sealed, _bind("data", purpose))

    def derive(self, salt: bytes, purpose: str) -> bytes:
        """A key of 32 bytes for one file: `salt` is random and stands in the file."""
        return HKDF(SHA256(), KEY_BYTES, salt=salt, info=_bind("file", purpose)).derive(bytes(self._alive()))

    def destroy(self) -> None:
        """Forget the secret in this process and overwrite it; the stored `wrapped` is the caller's to
        delete.
        """
        for position in range(len(self._secret)):
            self._secret[position] = 0
        self._secret = bytearray()
        self.wrapped = b""

    def _alive(self) -> bytearray:
        if not self._secret:
            raise KeyDestroyed("this data key was destroyed")
        return self._secret


class Vault:
    """Makes, wraps and unwraps data keys with the master keys of a ring."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def new_key(self, purpose: str) -> DataKey:
        """A fresh data key, wrapped by the newest master key and bound to its purpose (`run:RUN`,
        `plan:PLAN`).
        """
        secret = secrets.token_bytes(KEY_BYTES)
        return DataKey(key_id("data", secret), self._wrap(secret, purpose), bytearray(secret))

    def unwrap(self, wrapped: bytes, purpose: str) -> DataKey:
        """The data key again. Raises SealBroken (changed, or another purpose) or Refused (`unknown-key`)."""
        master = self._keys.master_of(envelope_key_id(wrapped))
        secret = _open(master.secret, wrapped, _bind("wrap", purpose))
        return DataKey(key_id("data", secret), wrapped, bytearray(secret))

    def rewrap(self, wrapped: bytes, purpose: str) -> bytes:
        """The same data key under the newest master key, so that an older one can be retired; what it
        sealed stays.
        """
        if envelope_key_id(wrapped) == self._keys.master.id:
            return wrapped
        master = self._keys.master_of(envelope_key_id(wrapped))
        return self._wrap(_open(master.secret, wrapped, _bind("wrap", purpose)), purpose)

    def seal(self, data: bytes, purpose: str) -> bytes:
        """An envelope that bears its own data key: for a single value with a life of its own."""
        key = self.new_key(purpose)
        return len(key.wrapped).to_bytes(2, "big") + key.wrapped + key.seal(data, purpose)

    def open(self, sealed: bytes, purpose: str) -> bytes:
        """The bytes of `seal` again. Raises SealBroken or Refused (`unknown-key`)."""
        length = int.from_bytes(sealed[:2], "big")
        return self.unwrap(sealed[2 : 2 + length], purpose).open(sealed[2 + length :], purpose)

    def _wrap(self, secret: bytes, purpose: str) -> bytes:
        master = self._keys.master
        return _seal(master.secret, master.id, secret, _bind("wrap", purpose))


def envelope_key_id(sealed: bytes) -> str:
    """The id of the key that sealed an envelope. Raises SealBroken where it is none."""
    if len(sealed) < _HEAD + _TAG_BYTES or sealed[:1] != _VERSION:
        raise SealBroken("these bytes are no envelope of this version of habeas")
    return sealed[1 : 1 + _ID_BYTES].hex()


def _bind(use: str, purpose: str) -> bytes:
    return f"habeas {use} 1\0{purpose}".encode()


def _seal(secret: bytes, identifier: str, data: bytes, bound: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    head = _VERSION + bytes.fromhex(identifier) + nonce
    return head + AESGCM(secret).encrypt(nonce, data, bound + b"\0" + head)


def _open(secret: bytes, sealed: bytes, bound: bytes) -> bytes:
    head, nonce = sealed[:_HEAD], sealed[1 + _ID_BYTES : _HEAD]
    try:
        return AESGCM(secret).decrypt(nonce, sealed[_HEAD:], bound + b"\0" + head)
    except InvalidTag:
        raise SealBroken("this was changed after it was sealed, or sealed for another purpose") from None
