"""A certificate: what was done, what was kept, what is not covered and how it was verified, signed with
Ed25519.

It holds no personal data in the clear: counts, names of tables and keyed fingerprints. The file is
`certificates/RUN.json`::

    {"format": "habeas-certificate", "version": 1,
     "certificate": {...},
     "signature": {"algorithm": "ed25519", "key": "KEYID", "value": "base64"}}

Signed are format, version and certificate as canonical JSON (keys sorted, no white space, ASCII), so that
laying out the file anew breaks nothing. How a flow uses it::

    certificate = certificate_of_plan(plan, run=run.id, status="complete", ...)
    path = write_certificate(folder, certificate, Signer(keys))
    record_certificate(connection, run.id, path=str(path), digest=file_digest(path), ...)

To read one: `habeas.delivery.verifying_certificates`.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from habeas.execution.remains import Mention, Remaining
from habeas.program.plan import LineAction, NotCovered, Plan, StorePlan
from habeas.sealing.signatures import ALGORITHM, Signature, Signer
from habeas.sealing.state_folder import write_private

FORMAT = "habeas-certificate"
VERSION = 1
CONTEXT = "certificate"
STATUSES = ("complete", "incomplete", "nothing_found")
_RUN = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}", re.ASCII)


@dataclass(frozen=True, slots=True)
class CertifiedGroup:
    """People of one kind in one Customer (None: no Customer); never which rows they are."""

    store: str
    kind: str
    customer: str | None
    rows: int


@dataclass(frozen=True, slots=True)
class CertifiedVerification:
    """How it was verified: `method` in words, `checked_at` when (ISO, UTC), `repeats` when it will be
    again.
    """

    method: str
    checked_at: tuple[str, ...]
    repeats: tuple[str, ...] = ()
    remaining: tuple[Remaining, ...] = ()
    mentions: tuple[Mention, ...] = ()


@dataclass(frozen=True, slots=True)
class Certificate:
    """The signed body. Times are ISO 8601 in UTC; digests SHA-256 in hex; fingerprints `KEYID:HEX`.

    `program` is `Plan.digest`; lines of `stores` count the rows that were done, those with `keep` what
    stays and until when; `people` is how many persons were asked for; `key` names the signing key (the
    writer fills it in).
    """

    run: str
    intent: str
    status: str
    organization: str
    program: str
    map: str
    schemas: tuple[tuple[str, str], ...]
    selection: str
    fingerprints: tuple[str, ...]
    people: int
    groups: tuple[CertifiedGroup, ...]
    as_of: str
    started_at: str
    finished_at: str
    issued_at: str
    stores: tuple[StorePlan, ...]
    not_covered: tuple[NotCovered, ...]
    verification: CertifiedVerification
    key: str = ""

    @property
    def kept(self) -> tuple[tuple[str, str, int, str, str | None], ...]:
        """What stays: (store, table, rows, reason, until)."""
        return tuple(
            (store.store, line.table, line.rows, line.reason, line.until)
            for store in self.stores
            for line in store.lines
            if line.action is LineAction.KEEP
        )

    def as_json(self) -> dict[str, Any]:
        """The body as plain data, in the order in which the file shows it."""
        check = self.verification
        return {
            "run": self.run,
            "intent": self.intent,
            "status": self.status,
            "organization": self.organization,
            "program": self.program,
            "map": self.map,
            "schemas": [list(pair) for pair in self.schemas],
            "selection": self.selection,
            "fingerprints": list(self.fingerprints),
            "people": self.people,
            "groups": [{"store": g.store, "kind": g.kind, "customer": g.customer, "rows": g.rows} for g in self.groups],
            "as_of": self.as_of,
            "started_at": self.started_at,
            "finished_at": self.finished_at,
            "issued_at": self.issued_at,
            "stores": [
                {
                    "store": store.store,
                    "dialect": store.dialect,
                    "location": store.location,
                    "lines": [line.as_json() for line in store.lines],
                }
                for store in self.stores
            ],
            "not_covered": [{"name": n.name, "gone_by": n.gone_by, "owner": n.owner} for n in self.not_covered],
            "verification": {
                "method": check.method,
                "checked_at": list(check.checked_at),
                "repeats": list(check.repeats),
                "remaining": [{"store": r.store, "table": r.table, "rows": r.rows} for r in check.remaining],
                "mentions": [
                    {"store": m.store, "table": m.table, "column": m.column, "rows": m.rows} for m in check.mentions
                ],
            },
            "key": self.key,
        }

    def signed_bytes(self) -> bytes:
        """What the signature is over."""
        return canonical({"format": FORMAT, "version": VERSION, "certificate": self.as_json()})


def certificate_of_plan(
    plan: Plan,
    *,
    run: str,
    status: str,
    organization: str,
    people: int,
    fingerprints: Iterable[str],
    done: Iterable[StorePlan],
    verification: CertifiedVerification,
    started_at: datetime,
    finished_at: datetime,
    issued_at: datetime,
) -> Certificate:
    """The certificate of a plan that was carried out; `done` are its lines with the rows that were really
    done.
    """
    return Certificate(
        run=run,
        intent=plan.intent.value,
        status=status,
        organization=organization,
        program=plan.digest,
        map=plan.map_digest,
        schemas=plan.schema_digests,
        selection=plan.selection_fingerprint,
        fingerprints=tuple(sorted(set(fingerprints))),
        people=people,
        groups=tuple(CertifiedGroup(g.store, g.kind, g.customer, g.rows) for g in plan.groups),
        as_of=plan.as_of,
        started_at=moment(started_at),
        finished_at=moment(finished_at),
        issued_at=moment(issued_at),
        stores=tuple(done),
        not_covered=plan.not_covered,
        verification=verification,
    )


def write_certificate(folder: Path, certificate: Certificate, signer: Signer) -> Path:
    """Sign and write `RUN.json` (`RUN-2.json` where the run has one already); whole on disk when this
    returns.

    Raises ValueError for a run id that is no plain name or a status that a certificate can't have.
    """
    if not _RUN.fullmatch(certificate.run):
        raise ValueError("a run id is letters, digits and hyphens")
    if certificate.status not in STATUSES:
        raise ValueError(f"a certificate is one of {', '.join(STATUSES)}, not {certificate.status}")
    certificate = replace(certificate, key=signer.key)
    signature = signer.sign(certificate.signed_bytes(), CONTEXT)
    text = json.dumps(document(certificate, signature), indent=2, ensure_ascii=False) + "\n"
    folder.mkdir(parents=True, exist_ok=True)
    number = 1
    while True:
        path = folder / (f"{certificate.run}.json" if number == 1 else f"{certificate.run}-{number}.json")
        if write_private(path, text.encode(), replace=False):  # evidence is added to, never written over
            return path
        number += 1


def document(certificate: Certificate, signature: Signature) -> dict[str, Any]:
    """The whole file as plain data."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "certificate": certificate.as_json(),
        "signature": {
            "algorithm": ALGORITHM,
            "key": signature.key,
            "value": base64.b64encode(signature.value).decode(),
        },
    }


def canonical(plain: Mapping[str, Any]) -> bytes:
    """One and the same bytes for the same data: keys sorted, no white space, ASCII. There are no floats in
    it.
    """
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), allow_nan=False).encode("ascii")


def file_digest(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def moment(at: datetime) -> str:
    """ISO 8601 in UTC to the second. Raises ValueError for a datetime without zone."""
    if at.tzinfo is None:
        raise ValueError("a moment needs a time zone: datetime.now(UTC), not datetime.now()")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
