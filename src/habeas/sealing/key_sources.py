"""Where keys are read from: the environment and key files, in their written forms.

A master key is 32 bytes in base64; several are separated by white space, newest first. Signing keys are
Ed25519 in PKCS #8 PEM blocks, newest first.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from habeas.diagnostics import Finding, Refused, error
from habeas.sealing.state_folder import read_private

KEY_BYTES = 32
_PEM_END = b"-----END PRIVATE KEY-----"


def key_id(kind: str, public: bytes) -> str:
    """The short name of a key: 12 hexadecimal digits of a hash, which tell nothing of 32 random bytes."""
    return hashlib.sha256(b"habeas " + kind.encode() + b" key\0" + public).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class MasterKey:
    """32 secret bytes that wrap data keys. `repr` shows the id alone."""

    id: str
    secret: bytes = field(repr=False)

    @classmethod
    def of(cls, secret: bytes) -> MasterKey:
        return cls(key_id("master", secret), secret)

    def derive(self, use: str) -> bytes:
        """32 bytes for one use (`signing`) that don't give the master key away (HKDF, RFC 5869)."""
        return HKDF(SHA256(), KEY_BYTES, salt=None, info=f"habeas {use} 1".encode()).derive(self.secret)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An Ed25519 key; its id is a hash of the public key, so that a verifier can compute it."""

    id: str
    private: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def of(cls, private: Ed25519PrivateKey) -> SigningKey:
        raw = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return cls(key_id("signing", raw), private)

    @property
    def pem(self) -> bytes:
        return self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def masters_of_environment(environment: Mapping[str, str]) -> tuple[MasterKey, ...]:
    """The keys of HABEAS_KEY or of the file that HABEAS_KEY_FILE names. Raises Refused (`bad-key`)."""
    text, source = environment.get("HABEAS_KEY", "").strip(), "HABEAS_KEY"
    path = environment.get("HABEAS_KEY_FILE", "").strip()
    if not text and path:
        source = f"the file of HABEAS_KEY_FILE ({path})"
        try:
            text = read_private(Path(path)).decode("ascii", "replace")
        except OSError as failure:
            raise Refused(
                error(
                    "bad-key",
                    f"HABEAS_KEY_FILE names {path}, which can't be read: {failure.strerror}.",
                    "Without the key nothing that was sealed opens, and making another would only hide that.",
                    "Mount the file, or set HABEAS_KEY to its content.",
                )
            ) from None
    return once(_decode(line, source) for line in text.split())


def masters_in(path: Path) -> tuple[MasterKey, ...]:
    """The keys of a file, none where there is no file. Raises Refused (`bad-key`, `open-key-file`)."""
    try:
        text = read_private(path).decode("ascii", "replace")
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except OSError as failure:
        raise Refused(_bad(str(path), f"it can't be read ({failure.strerror})")) from None
    found = once(_decode(line, str(path)) for line in text.split())
    if not found:
        raise Refused(_bad(str(path), "it is empty"))
    return found


def signing_in(path: Path) -> list[SigningKey]:
    """The signing keys of a PEM file, none where there is no file. Raises Refused as `masters_in` does."""
    try:
        data = read_private(path)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as failure:
        raise Refused(_bad(str(path), f"it can't be read ({failure.strerror})")) from None
    found = []
    for block in data.split(_PEM_END)[:-1]:
        try:
            private = load_pem_private_key(block.lstrip() + _PEM_END + b"\n", None)
        except (ValueError, TypeError):
            private = None
        if not isinstance(private, Ed25519PrivateKey):
            raise Refused(_bad(str(path), "a block is no Ed25519 key in PKCS #8 PEM form"))
        found.append(SigningKey.of(private))
    if not found:
        raise Refused(_bad(str(path), "it holds no key"))
    return found


def _decode(text: str, source: str) -> MasterKey:
    try:
        secret = base64.b64decode(text + "=" * (-len(text) % 4), altchars=None, validate=True)
    except (binascii.Error, ValueError):
        raise Refused(_bad(source, "it is not base64")) from None
    if len(secret) != KEY_BYTES:
        raise Refused(_bad(source, f"it holds {len(secret)} bytes"))
    if len(set(secret)) == 1:
        raise Refused(_bad(source, "all its bytes are the same"))
    return MasterKey.of(secret)


def once(keys: Iterable[MasterKey]) -> tuple[MasterKey, ...]:
    return tuple({key.id: key for key in keys}.values())


def _bad(source: str, why: str) -> Finding:
    return error(
        "bad-key",
        f"{source} is no key: {why}.",
        "A master key is 32 random bytes, written in base64 (44 characters).",
        "HABEAS_KEY=$(openssl rand -base64 32)",
    )
