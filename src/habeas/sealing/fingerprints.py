"""Fingerprints: recognise an identity again without keeping it.

A fingerprint is `KEYID:HEX`, HMAC-SHA256 under a key derived from a master key. It can't be made again
under a new key without the value, so older keys go on answering: compare with `candidates` or `matches`,
never with `of` alone. Whoever has the key can try values, so fingerprints are pseudonymous, and so personal
data: they stand in records and certificates, never in logs, metrics or errors.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Collection, Mapping, Sequence
from typing import TypeAlias

from habeas.sealing.keys import Keys, key_id

Plain: TypeAlias = "str | int | bool | Sequence[Plain] | Mapping[str, Plain] | None"


class Fingerprints:
    """Makes fingerprints with the keys of a ring. Values are given normalised by their type's matching
    rule.
    """

    def __init__(self, keys: Keys) -> None:
        derived = [master.derive("fingerprints") for master in keys.masters]
        self._keys = [(key_id("fingerprint", secret), hmac.new(secret, digestmod=hashlib.sha256)) for secret in derived]

    def of(self, type: str, value: str) -> str:
        """The fingerprint of an identity under the newest key, as `KEYID:HEX`."""
        return _make(self._keys[0], _identity(type, value))

    def candidates(self, type: str, value: str, keys: Collection[str] | None = None) -> tuple[str, ...]:
        """The fingerprints under every key of the ring, newest first: what a record may hold. `keys` (ids) narrows."""
        message = _identity(type, value)
        return tuple(_make(key, message) for key in self._keys if keys is None or key[0] in keys)

    def matches(self, fingerprint: str, type: str, value: str) -> bool:
        """Whether a fingerprint, of whatever key of the ring, is that of the identity."""
        return any(hmac.compare_digest(fingerprint, known) for known in self.candidates(type, value))

    def knows(self, fingerprint: str) -> bool:
        """Whether the key that made a fingerprint is in the ring: else nothing can be said about it."""
        return any(fingerprint.startswith(identifier + ":") for identifier, _ in self._keys)

    def of_selection(self, selection: Plain) -> str:
        """The fingerprint of a whole selection, given as plain data (its order counts, a mapping's does
        not).
        """
        return _make(self._keys[0], _selection(selection))

    def selection_candidates(self, selection: Plain) -> tuple[str, ...]:
        """The fingerprints of a selection under every key of the ring, newest first."""
        message = _selection(selection)
        return tuple(_make(key, message) for key in self._keys)


def _make(key: tuple[str, hmac.HMAC], message: bytes) -> str:
    identifier, keyed = key
    answer = keyed.copy()  # the key's schedule is computed once: batches make many
    answer.update(message)
    return f"{identifier}:{answer.hexdigest()}"


def _identity(type: str, value: str) -> bytes:
    # The length keeps (`a`, `b=c`) and (`a=b`, `c`) apart; a command line may hand over lone surrogates.
    name = type.encode("utf-8", "surrogatepass")
    return b"identity\0" + len(name).to_bytes(4, "big") + name + value.encode("utf-8", "surrogatepass")


def _selection(selection: Plain) -> bytes:
    return b"selection\0" + json.dumps(selection, sort_keys=True, separators=(",", ":")).encode()
