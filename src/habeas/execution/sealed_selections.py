"""Selections and identities as plain data: what is sealed in the control database, and what is
fingerprinted.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from habeas.program.selection import Identity, NewValue, Selection, Subject

_VERSION = 1


@dataclass(frozen=True, slots=True)
class StoreIdentities:
    """The identities of the people of a run as one store knows them.

    `alone` are those that named nobody else when the chunk was decided, in the form in which their type compares: by
    them, too, the people of the chunk are looked for again.
    """

    store: str
    subjects: tuple[Subject, ...]
    alone: tuple[Identity, ...] = ()
    chunk: int = 0


@dataclass(frozen=True, slots=True)
class RunSecrets:
    """What a resume or a later verification needs to know, sealed: who was asked for, and who was found
    where.

    `as_of` is the run's day (ISO), by which its periods end; `ceilings` are what approval allows, as
    (store, table, action, columns, rows), None where nothing was approved line by line.
    """

    selection: Selection
    identities: tuple[StoreIdentities, ...] = ()
    as_of: str | None = None
    ceilings: tuple[tuple[str, str, str, tuple[str, ...], int], ...] | None = None


def selection_as_plain(selection: Selection) -> dict[str, Any]:
    """The selection as JSON-able data; its fingerprint is made of this, with normalised values."""
    plain: dict[str, Any] = {
        "subjects": _subjects_as_plain(selection.subjects),
        "customer": selection.customer,
        "kind": selection.kind,
        "all_customers": selection.all_customers,
        "all_matches": selection.all_matches,
        "exclusions": _subjects_as_plain(selection.exclusions),
    }
    if selection.new_values:
        plain["new_values"] = [[v.table, v.column, v.value, list(v.key), v.amends] for v in selection.new_values]
    if selection.ground is not None:
        plain["ground"] = selection.ground
    return plain


def secrets_to_bytes(secrets: RunSecrets) -> bytes:
    """The bytes to seal."""
    body = {
        "version": _VERSION,
        "selection": selection_as_plain(secrets.selection),
        "identities": [
            [each.store, _subjects_as_plain(each.subjects), *_subjects_as_plain([Subject(each.alone)]), each.chunk]
            for each in secrets.identities
        ],
        "as_of": secrets.as_of,
        "ceilings": secrets.ceilings,
    }
    return json.dumps(body, separators=(",", ":")).encode()


def secrets_from_bytes(data: bytes) -> RunSecrets:
    """What was sealed. Raises ValueError for another version."""
    body = json.loads(data)
    if body.get("version") != _VERSION:
        raise ValueError(f"sealed identities of version {body.get('version')}, not {_VERSION}")
    plain = body["selection"]
    selection = Selection(
        subjects=_subjects(plain["subjects"]),
        customer=plain["customer"],
        kind=plain["kind"],
        all_customers=plain["all_customers"],
        all_matches=plain["all_matches"],
        exclusions=_subjects(plain["exclusions"]),
        new_values=tuple(
            NewValue(table, column, value, tuple(key), amends)
            for table, column, value, key, amends in plain.get("new_values", ())
        ),
        ground=plain.get("ground"),
    )
    identities = tuple(
        StoreIdentities(store, _subjects(found), _subjects([alone])[0].identities, chunk)
        for store, found, alone, chunk in body["identities"]
    )
    ceilings = body.get("ceilings")
    if ceilings is not None:
        ceilings = tuple((s, t, action, tuple(columns), rows) for s, t, action, columns, rows in ceilings)
    return RunSecrets(selection, identities, body.get("as_of"), ceilings)


def _subjects_as_plain(subjects: Iterable[Subject]) -> list[list[list[str]]]:
    return [[[identity.type, identity.value] for identity in subject.identities] for subject in subjects]


def _subjects(plain: Iterable[Iterable[Iterable[str]]]) -> tuple[Subject, ...]:
    return tuple(Subject(tuple(Identity(*pair) for pair in subject)) for subject in plain)
