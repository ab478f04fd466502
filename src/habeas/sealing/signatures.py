"""Ed25519 signatures with the id of the key that made them, and public keys to check them offline.

What is signed bears a *context* (`certificate`), so that a signature over one kind of document is none over
another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from habeas.diagnostics import Finding, Refused, error
from habeas.sealing.keys import Keys, key_id

ALGORITHM = "ed25519"
_PEM_END = b"-----END PUBLIC KEY-----"

PublicKeys = Mapping[str, Ed25519PublicKey]


@dataclass(frozen=True, slots=True)
class Signature:
    """64 bytes, and the id of the key that made them."""

    key: str
    value: bytes


class Signer:
    """Signs with the newest signing key of a ring."""

    def __init__(self, keys: Keys) -> None:
        self._key = keys.signer

    @property
    def key(self) -> str:
        """The id that signatures bear."""
        return self._key.id

    def sign(self, data: bytes, context: str) -> Signature:
        """The signature over the bytes in that context."""
        return Signature(self._key.id, self._key.private.sign(_message(data, context)))


def public_keys(keys: Keys) -> dict[str, Ed25519PublicKey]:
    """The public half of every signing key of a ring, by id, newest first."""
    return {key.id: key.private.public_key() for key in keys.signing}


def public_keys_pem(keys: PublicKeys) -> str:
    """Public keys as PEM, to hand to whoever checks certificates (openssl reads it too)."""
    return "".join(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode() for key in keys.values())


def read_public_keys(pem: bytes) -> dict[str, Ed25519PublicKey]:
    """Public keys of a PEM file, by id. Raises Refused (`bad-public-key`) where a block is no Ed25519
    public key.
    """
    found: dict[str, Ed25519PublicKey] = {}
    for block in pem.split(_PEM_END)[:-1]:
        try:
            key = load_pem_public_key(block.lstrip() + _PEM_END + b"\n")
        except (ValueError, TypeError):
            key = None
        if not isinstance(key, Ed25519PublicKey):
            raise Refused(_bad())
        found[key_id("signing", key.public_bytes(Encoding.Raw, PublicFormat.Raw))] = key
    if not found:
        raise Refused(_bad())
    return found


def is_signed(keys: PublicKeys, signature: Signature, data: bytes, context: str) -> bool:
    """Whether one of the keys made the signature over the bytes in that context."""
    key = keys.get(signature.key)
    if key is None:
        return False
    try:
        key.verify(signature.value, _message(data, context))
    except InvalidSignature:
        return False
    return True


def _message(data: bytes, context: str) -> bytes:
    return f"habeas {context} 1\n".encode() + data


def _bad() -> Finding:
    return error(
        "bad-public-key",
        "The file holds no Ed25519 public key in PEM form.",
        "A certificate is checked against the public key of whoever issued it.",
        "habeas keys --public > habeas.pem   (run by the issuer)",
    )
