"""The key ring: master keys that wrap data keys, and Ed25519 keys that sign certificates.

Where keys come from, first to last:

* `HABEAS_KEY`: 32 bytes in base64, or several separated by white space, newest first;
* `HABEAS_KEY_FILE`: the path of a file that holds the same;
* `.habeas/master.key` (the same form) and `.habeas/signing.pem` (PKCS #8), made by the first run without
  the above.

All of them open what they sealed; the newest of the first source seals. With a key from the environment and
no `signing.pem`, signing keys are derived from the master keys, so that several machines need share one
secret only.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from habeas.diagnostics import Finding, Refused, error, note
from habeas.sealing.key_sources import (
    KEY_BYTES,
    MasterKey,
    SigningKey,
    key_id,
    masters_in,
    masters_of_environment,
    once,
    signing_in,
)
from habeas.sealing.state_folder import locked, make_state_folder, read_private, write_private

__all__ = ["KEY_BYTES", "Keys", "MasterKey", "SigningKey", "key_id", "open_keys", "rotate_keys"]

MASTER_FILE = "master.key"
SIGNING_FILE = "signing.pem"
KEY_LOCK = "keys.lock"
CONTROL_FILE = "control.db"  # its presence says that keys must have been there


@dataclass(frozen=True, slots=True)
class Keys:
    """The ring, newest first in each kind; never empty. `created`: this call made keys, and `notices` says
    so.
    """

    masters: tuple[MasterKey, ...]
    signing: tuple[SigningKey, ...]
    created: bool = False
    notices: tuple[Finding, ...] = ()

    @property
    def master(self) -> MasterKey:
        """The key that seals."""
        return self.masters[0]

    @property
    def signer(self) -> SigningKey:
        """The key that signs."""
        return self.signing[0]

    def master_of(self, wanted: str) -> MasterKey:
        """The master key with that id. Raises Refused (`unknown-key`)."""
        for key in self.masters:
            if key.id == wanted:
                return key
        known = ", ".join(key.id for key in self.masters)
        raise Refused(
            error(
                "unknown-key",
                f"Something was sealed with the master key {wanted}, which is not in the key ring.",
                f"The ring holds {known}. A sealed value opens with the very key that sealed it; nobody can"
                " make it again.",
                f"Add the former key behind the present one in HABEAS_KEY, or restore .habeas/{MASTER_FILE}"
                " from your backup.",
            )
        )


def open_keys(folder: Path, environment: Mapping[str, str], *, create: bool) -> Keys:
    """The keys of the environment and of the state folder; with `create`, a first run makes what is missing.

    Safe when two processes start at once: both get the same keys. Raises Refused: `bad-key` (HABEAS_KEY is
    not 32 bytes of base64), `open-key-file` (others can read it), `no-keys` (none there, and `create` is
    false), `keys-lost` (records are there and their keys are not).
    """
    given = masters_of_environment(environment)
    keys = _ring(folder, given)
    if keys is not None:
        return keys
    if not create:
        raise Refused(
            error(
                "no-keys",
                f"There is no key in {folder}, and HABEAS_KEY is not set.",
                "Identities are sealed and certificates signed with keys that the first run makes.",
                "habeas keys --create",
            )
        )
    make_state_folder(folder)
    with locked(folder / KEY_LOCK):
        keys = _ring(folder, given)  # another process may have made them while this one waited
        if keys is not None:
            return keys
        if not given:
            _refuse_over_records(folder)
            if not (folder / MASTER_FILE).exists():
                secret = base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n"
                write_private(folder / MASTER_FILE, secret, replace=False)
        if not (folder / SIGNING_FILE).exists():
            write_private(folder / SIGNING_FILE, SigningKey.of(Ed25519PrivateKey.generate()).pem, replace=False)
        made = _ring(folder, given)
    if made is None:  # written a moment ago, under the lock
        raise OSError(f"the key files in {folder} vanished while they were read")
    return Keys(made.masters, made.signing, True, (_made(folder, made),))


def rotate_keys(folder: Path, environment: Mapping[str, str]) -> Keys:
    """Put a new master and signing key before those in the folder; the old ones go on opening and verifying.

    Raises Refused (`keys-from-environment`) where HABEAS_KEY names the master key: then its owner rotates it.
    """
    if masters_of_environment(environment):
        raise Refused(
            error(
                "keys-from-environment",
                "The master key comes from HABEAS_KEY, so it is not habeas that rotates it.",
                "The newest key seals; the ones behind it go on opening what they sealed.",
                'HABEAS_KEY="$(openssl rand -base64 32) $HABEAS_KEY"',
            )
        )
    open_keys(folder, environment, create=True)
    with locked(folder / KEY_LOCK):
        secret = base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n"
        write_private(folder / MASTER_FILE, secret + read_private(folder / MASTER_FILE))
        pem = SigningKey.of(Ed25519PrivateKey.generate()).pem
        write_private(folder / SIGNING_FILE, pem + read_private(folder / SIGNING_FILE))
        ring = _ring(folder, ())
    if ring is None:
        raise OSError(f"the key files in {folder} vanished while they were rotated")
    return Keys(ring.masters, ring.signing, True, (_made(folder, ring),))


def _ring(folder: Path, given: tuple[MasterKey, ...]) -> Keys | None:
    """The ring as it stands, or None where a master or signing key is missing."""
    masters = [*given, *masters_in(folder / MASTER_FILE)]
    if not masters:
        return None
    signing = signing_in(folder / SIGNING_FILE)
    if given:
        signing += [SigningKey.of(Ed25519PrivateKey.from_private_bytes(m.derive("signing"))) for m in masters]
    if not signing:
        return None
    return Keys(once(masters), tuple({key.id: key for key in signing}.values()))


def _refuse_over_records(folder: Path) -> None:
    if (folder / CONTROL_FILE).exists() and not (folder / MASTER_FILE).exists():
        raise Refused(
            error(
                "keys-lost",
                f"{folder} holds records of runs, but not the master key that sealed them.",
                "A new key would not open them: unfinished runs could not be resumed, and fingerprints of"
                " people who were erased would no longer be recognised.",
                f"Set HABEAS_KEY as it was, or restore {folder / MASTER_FILE} from your backup; to begin"
                f" anew without the records, move {folder / CONTROL_FILE} away.",
            )
        )


def _made(folder: Path, keys: Keys) -> Finding:
    return note(
        "keys-made",
        f"Made a master key ({keys.master.id}) and a signing key ({keys.signer.id}) in {folder}.",
        "The first seals identities, the second signs certificates. Back both up apart from the database:"
        " without them what is sealed stays shut and new certificates bear another signature.",
        "habeas keys   (shows the public key, for whoever checks certificates)",
    )
