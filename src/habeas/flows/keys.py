"""The key ring, as its owner looks after it: which keys there are, and new ones before the old."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from habeas.diagnostics import Finding
from habeas.sealing.keys import open_keys, rotate_keys
from habeas.sealing.signatures import public_keys, public_keys_pem

STATE_FOLDER = ".habeas"


@dataclass(frozen=True)
class KeysOutcome:
    """The ids of the ring, newest first in each kind, and the public half of the signing keys as PEM."""

    masters: tuple[str, ...]
    signing: tuple[str, ...]
    public_pem: str
    created: bool
    findings: tuple[Finding, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "masters": list(self.masters),
            "signing": list(self.signing),
            "public_keys": self.public_pem,
            "created": self.created,
            "findings": [finding.as_json() for finding in self.findings],
        }


def keys(folder: Path, environment: Mapping[str, str], *, create: bool = False, rotate: bool = False) -> KeysOutcome:
    """The keys of the workspace whose map stands in `folder`.

    Raises Refused: `no-keys` where there are none and `create` is false, and what `sealing.keys` refuses.
    """
    state = state_folder(folder)
    ring = rotate_keys(state, environment) if rotate else open_keys(state, environment, create=create)
    return KeysOutcome(
        tuple(key.id for key in ring.masters),
        tuple(key.id for key in ring.signing),
        public_keys_pem(public_keys(ring)),
        ring.created,
        ring.notices,
    )


def state_folder(folder: Path) -> Path:
    """Where the workspace of a map keeps its keys and records: beside the map's folder, never in it."""
    return folder.resolve().parent / STATE_FOLDER
