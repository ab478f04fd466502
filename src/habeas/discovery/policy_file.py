"""Proposes `habeas.yaml`: what only the company can say is left empty, and said so in comments when rendered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def propose_policy(store: str, key_identities: Iterable[str]) -> dict[str, Any]:
    """The written form of `habeas.yaml` for one store: empty names to fill in, key identities, the store's file.

    `key_identities` are the identity types that discovery put on primary keys (`app.contact_id`); they match exactly.
    """
    return {
        "version": 1,
        "organization": "",
        "contact": "",
        "identity_types": dict.fromkeys(key_identities, "exact"),
        "stores": [f"{store}.yaml"],
    }
