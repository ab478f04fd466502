"""Read a certificate and check that it is what its issuer signed: offline, with a public key alone.

How a flow uses it::

    certificate = verify_certificate(path, public_keys(keys))    # or read_public_keys(pem) of another issuer
    signed = read_certificate(path)                              # steps 1 to 5 alone: nothing is proven yet

This says that nobody changed the certificate. Whether it still holds in the stores is for `habeas verify`
to look at.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from habeas.delivery.certificate import CONTEXT, FORMAT, STATUSES, VERSION, Certificate, canonical
from habeas.diagnostics import Finding, Refused, error
from habeas.sealing.signatures import ALGORITHM, PublicKeys, Signature, is_signed

LARGEST = 64 * 1024 * 1024
_NOT_PROVEN = "So nothing is proven by it: what it says may not be what was signed."


class BadCertificate(Refused):
    """The certificate is not accepted; the finding's code names the step that failed."""


@dataclass(frozen=True, slots=True)
class SignedCertificate:
    """A certificate as it was read, with a signature that is not checked yet."""

    path: Path
    certificate: Certificate
    signature: Signature


def verify_certificate(path: Path, keys: PublicKeys) -> Certificate:
    """Read and check a certificate; what is returned is what the owner of one of the keys signed.

    The steps, each of which raises BadCertificate with a code of its own:

    1. The file can be read and is not larger than 64 MiB (`certificate-unreadable`).
    2. It is whole (`certificate-truncated`), and one JSON document in UTF-8 without a key given twice
       (`certificate-not-json`): readers that differ in which one counts would read different certificates.
    3. It is a certificate of habeas (`not-a-certificate`), of a version that is known here
       (`certificate-other-version`).
    4. Its body is exactly what this version writes, no field more or less (`certificate-shape`), so that
       nothing unsigned stands beside what is signed.
    5. The signature is well formed, and made with the key that the body names (`signature-malformed`).
    6. That key is one of those trusted (`unknown-signer`).
    7. The signature is over the body (`signature-wrong`).
    8. What is said fits together (`certificate-contradicts-itself`): nobody signs this but by mistake.
    """
    return check_signature(read_certificate(path), keys)


def read_certificate(path: Path) -> SignedCertificate:
    """Steps 1 to 5 of `verify_certificate`. Raises BadCertificate."""
    data = _readable(path)  # 1
    plain = _one_document(path, data)  # 2
    body = _known_version(path, plain)  # 3
    certificate = _exact_shape(path, body)  # 4
    return SignedCertificate(path, certificate, _well_formed(path, plain["signature"], certificate))  # 5


def check_signature(signed: SignedCertificate, keys: PublicKeys) -> Certificate:
    """Steps 6 to 8 of `verify_certificate`. Raises BadCertificate."""
    _trusted(signed, keys)  # 6
    _signed(signed, keys)  # 7
    _fits_together(signed)  # 8
    return signed.certificate


def _readable(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST:
            raise _bad("certificate-unreadable", f"{path} is larger than a certificate can be.", _NOT_PROVEN)
        return path.read_bytes()
    except OSError as failure:
        summary = f"{path} can't be read: {failure.strerror or type(failure).__name__}."
        raise _bad("certificate-unreadable", summary, "", "habeas verify certificates/RUN.json") from None


def _one_document(path: Path, data: bytes) -> Any:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise ValueError("a key is given twice")
        return found

    def no_constant(name: str) -> Any:
        raise ValueError(f"{name} is no JSON")

    cut = data.lstrip()[:1] == b"{" and data.rstrip()[-1:] != b"}"
    try:
        return json.loads(data.decode("utf-8"), object_pairs_hook=once, parse_constant=no_constant)
    except json.JSONDecodeError as failure:
        cut = cut or (failure.pos > 0 and failure.pos >= len(failure.doc.rstrip()))
    except (ValueError, RecursionError):  # UnicodeDecodeError is a ValueError
        pass
    if cut:
        summary = f"{path} ends before the certificate does."
        raise _bad("certificate-truncated", summary, _NOT_PROVEN, "Copy the whole file again.")
    summary = f"{path} is not one JSON document."
    raise _bad("certificate-not-json", summary, _NOT_PROVEN, "Copy the file again, as it was written.")


def _known_version(path: Path, plain: Any) -> Any:
    if not isinstance(plain, dict) or plain.get("format") != FORMAT:
        raise _bad("not-a-certificate", f"{path} is JSON, but no certificate of habeas.", _NOT_PROVEN)
    version = plain.get("version")
    if type(version) is not int or version != VERSION:
        raise _bad(
            "certificate-other-version",
            f"{path} is a certificate of another version than {VERSION}.",
            "A later habeas may sign what this one can't read, so it accepts nothing of it.",
            "pip install --upgrade habeas",
        )
    if set(plain) != {"format", "version", "certificate", "signature"}:
        raise _bad("certificate-shape", f"{path} has more or fewer parts than a certificate.", _NOT_PROVEN)
    return plain["certificate"]


def _exact_shape(path: Path, body: Any) -> Certificate:
    shape = _bad("certificate-shape", f"The body of {path} is not what version {VERSION} writes.", _NOT_PROVEN)
    try:
        certificate = _reader().validate_python(body)
        # Written again it must be the same: so no field was left out, added, or read as another type.
        same = canonical(certificate.as_json()) == canonical(body)
    except (ValidationError, ValueError, TypeError, RecursionError):
        raise shape from None
    if not same:
        raise shape
    return certificate


def _well_formed(path: Path, plain: Any, certificate: Certificate) -> Signature:
    malformed = _bad("signature-malformed", f"The signature of {path} is not well formed.", _NOT_PROVEN)
    if not isinstance(plain, dict) or set(plain) != {"algorithm", "key", "value"}:
        raise malformed
    if plain["algorithm"] != ALGORITHM or plain["key"] != certificate.key:
        raise malformed
    try:
        value = base64.b64decode(plain["value"], validate=True)
    except (binascii.Error, ValueError, TypeError):
        raise malformed from None
    if len(value) != 64:
        raise malformed
    return Signature(certificate.key, value)


def _trusted(signed: SignedCertificate, keys: PublicKeys) -> None:
    if signed.signature.key not in keys:
        raise _bad(
            "unknown-signer",
            f"{signed.path} is signed with a key that is not trusted here.",
            f"The key is {signed.signature.key}; trusted are {', '.join(keys) or 'none'}. Anybody can sign"
            " with a key of their own.",
            "habeas verify --public-key ISSUER.pem certificates/RUN.json",
        )


def _signed(signed: SignedCertificate, keys: PublicKeys) -> None:
    if not is_signed(keys, signed.signature, signed.certificate.signed_bytes(), CONTEXT):
        raise _bad(
            "signature-wrong",
            f"{signed.path} was changed after it was signed.",
            _NOT_PROVEN,
            "Ask the issuer for the original file.",
        )


def _fits_together(signed: SignedCertificate) -> None:
    certificate = signed.certificate
    rows = [line.rows for store in certificate.stores for line in store.lines]
    rows += [left.rows for left in certificate.verification.remaining]
    reasons = []
    if certificate.status not in STATUSES:
        reasons.append("its status is none that a certificate has")
    if any(count < 0 for count in rows):
        reasons.append("it counts fewer than no rows")
    if certificate.status == "complete" and any(left.rows for left in certificate.verification.remaining):
        reasons.append("it says complete, and that rows remain")
    if certificate.status == "complete" and not certificate.verification.checked_at:
        reasons.append("it says complete, and that nobody looked")
    times = [certificate.started_at, certificate.finished_at, certificate.issued_at]
    try:
        moments = [datetime.fromisoformat(text) for text in times]
        ordered = all(at.tzinfo is not None for at in moments) and moments == sorted(moments)
    except ValueError:
        ordered = False
    if not ordered:
        reasons.append("its times are not in order")
    if reasons:
        raise _bad(
            "certificate-contradicts-itself",
            f"{signed.path} contradicts itself: {'; '.join(reasons)}.",
            "The signature is right, so its issuer wrote it by mistake.",
            "Ask the issuer for another certificate.",
        )


@cache
def _reader() -> TypeAdapter[Certificate]:
    return TypeAdapter(Certificate)


def _bad(code: str, summary: str, detail: str = "", fix: str = "") -> BadCertificate:
    finding: Finding = error(code, summary, detail, fix)
    return BadCertificate(finding)
