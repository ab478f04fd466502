"""A certificate says what was done, and one named bad artifact fails at each step of its verification."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from habeas.delivery import verifying_certificates
from habeas.delivery.certificate import (
    CONTEXT,
    Certificate,
    CertifiedVerification,
    canonical,
    certificate_of_plan,
    document,
    file_digest,
    write_certificate,
)
from habeas.delivery.verifying_certificates import (
    BadCertificate,
    check_signature,
    read_certificate,
    verify_certificate,
)
from habeas.execution.remains import Mention, Remaining
from habeas.program.plan import Group, LineAction, NotCovered, Plan, PlanLine, StorePlan
from habeas.program.selection import Intent
from habeas.sealing.keys import Keys, open_keys
from habeas.sealing.signatures import Signature, Signer, public_keys, public_keys_pem, read_public_keys

NOON = datetime(2026, 6, 8, 12, tzinfo=UTC)
RUN = "20260608-7f3a9c21d0"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return open_keys(tmp_path_factory.mktemp("issuer"), {}, create=True)


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return open_keys(tmp_path_factory.mktemp("somebody"), {}, create=True)


@pytest.fixture
def plan() -> Plan:
    lines = (
        PlanLine("contacts", LineAction.ERASE, 1, "the person", "contacts"),
        PlanLine(
            "invoices",
            LineAction.KEEP,
            2,
            "accounting, until 2031-03-01",
            "contacts > invoices",
            ("billing_email",),
            "2031-03-01",
            "habeas.yaml:18",
        ),
    )
    return Plan(
        intent=Intent.ERASE,
        as_of="2026-06-08T12:00:00Z",
        map_digest="aa" * 32,
        schema_digests=(("app", "bb" * 32),),
        selection_fingerprint="0123456789ab:" + "cc" * 32,
        groups=(Group("contact", "7", 1, "app", keys=("jane-key-4711",)),),
        stores=(StorePlan("app", lines, "PostgreSQL", "United States"),),
        not_covered=(NotCovered("backups", "2026-12-23", "Ops – Zürich"),),
    )


@pytest.fixture
def certificate(plan: Plan) -> Certificate:
    return certificate_of_plan(
        plan,
        run=RUN,
        status="complete",
        organization="Müller & Co",
        people=1,
        fingerprints=["0123456789ab:" + "dd" * 32],
        done=plan.stores,
        verification=CertifiedVerification(
            "reached again from the identities and from the keys",
            ("2026-06-08T12:00:02Z",),
            ("2026-06-08T13:00:00Z", "2026-06-09T12:00:00Z", "2026-06-15T12:00:00Z"),
            (),
            (Mention("app", "messages", "body", 3),),
        ),
        started_at=NOON,
        finished_at=NOON + timedelta(seconds=2),
        issued_at=NOON + timedelta(seconds=3),
    )


@pytest.fixture
def written(tmp_path: Path, certificate: Certificate, keys: Keys) -> Path:
    return write_certificate(tmp_path / "certificates", certificate, Signer(keys))


def failure(path: Path, keys: Keys) -> str:
    with pytest.raises(BadCertificate) as refused:
        verify_certificate(path, public_keys(keys))
    assert refused.value.status == "refused"
    return refused.value.findings[0].code


def test_what_was_written_is_what_is_read(written: Path, certificate: Certificate, keys: Keys) -> None:
    assert written.name == f"{RUN}.json"
    assert verify_certificate(written, public_keys(keys)) == replace(certificate, key=keys.signer.id)


def test_a_public_key_file_alone_verifies(written: Path, keys: Keys) -> None:
    pem = public_keys_pem(public_keys(keys)).encode()
    assert verify_certificate(written, read_public_keys(pem)).run == RUN


def test_it_says_what_was_kept_and_until_when(certificate: Certificate) -> None:
    assert certificate.kept == (("app", "invoices", 2, "accounting, until 2031-03-01", "2031-03-01"),)


def test_it_holds_no_row_keys(written: Path) -> None:
    assert "jane-key" not in written.read_text()


def test_laying_the_file_out_anew_breaks_nothing(written: Path, keys: Keys) -> None:
    plain = json.loads(written.read_text())
    turned = {key: plain[key] for key in reversed(plain)}
    written.write_text(json.dumps(turned))
    assert verify_certificate(written, public_keys(keys)).status == "complete"


def test_another_certificate_of_a_run_writes_over_nothing(written: Path, certificate: Certificate, keys: Keys) -> None:
    before = file_digest(written)
    second = write_certificate(written.parent, certificate, Signer(keys))
    third = write_certificate(written.parent, certificate, Signer(keys))
    assert [second.name, third.name] == [f"{RUN}-2.json", f"{RUN}-3.json"]
    assert file_digest(written) == before


@pytest.mark.parametrize("run", ["", "../x", "a/b", "jane@example.com", "a" * 65])
def test_a_file_name_is_a_plain_run_id(tmp_path: Path, certificate: Certificate, keys: Keys, run: str) -> None:
    with pytest.raises(ValueError, match="run id"):
        write_certificate(tmp_path, replace(certificate, run=run), Signer(keys))
    assert list(tmp_path.iterdir()) == []


def test_a_status_that_is_none_is_not_signed(tmp_path: Path, certificate: Certificate, keys: Keys) -> None:
    with pytest.raises(ValueError, match="complete, incomplete"):
        write_certificate(tmp_path, replace(certificate, status="certainly"), Signer(keys))


Edit = Callable[[dict[str, Any]], None]


def edited(edit: Edit) -> Callable[[str], str]:
    def change(text: str) -> str:
        plain = json.loads(text)
        edit(plain)
        return json.dumps(plain)

    return change


def put(*path: Any) -> Edit:
    *steps, last, value = path

    def edit(plain: dict[str, Any]) -> None:
        place: Any = plain
        for step in steps:
            place = place[step]
        place[last] = value

    return edit


def drop(*path: Any) -> Edit:
    *steps, last = path

    def edit(plain: dict[str, Any]) -> None:
        place: Any = plain
        for step in steps:
            place = place[step]
        del place[last]

    return edit


LINE = ("certificate", "stores", 0, "lines", 0)
BAD: dict[str, tuple[str, Callable[[str], str]]] = {
    # step 2
    "half a file": ("certificate-truncated", lambda text: text[: len(text) // 2]),
    "last bracket lost": ("certificate-truncated", lambda text: text.rstrip()[:-1]),
    "no JSON": ("certificate-not-json", lambda text: "this is to certify"),
    "empty": ("certificate-not-json", lambda text: ""),
    "two documents": ("certificate-not-json", lambda text: text + text),
    "a key given twice": (
        "certificate-not-json",
        lambda text: text.replace('"status": "complete"', '"status": "incomplete",\n"status": "complete"'),
    ),
    "not a number": ("certificate-not-json", lambda text: text.replace('"rows": 1,', '"rows": NaN,')),
    "nested without end": ("certificate-not-json", lambda text: '{"a":' * 100_000 + "}"),
    # step 3
    "another document": ("not-a-certificate", edited(put("format", "datapackage"))),
    "a list": ("not-a-certificate", lambda text: f"[{text}]"),
    "other version": ("certificate-other-version", edited(put("version", 2))),
    "version true": ("certificate-other-version", edited(put("version", True))),
    # step 4
    "field added": ("certificate-shape", edited(put("certificate", "note", "valid for ever"))),
    "field added to a line": ("certificate-shape", edited(put(*LINE, "note", "checked"))),
    "field lost": ("certificate-shape", edited(drop("certificate", "not_covered"))),
    "field of a line lost": ("certificate-shape", edited(drop(*LINE, "until"))),
    "text for a count": ("certificate-shape", edited(put(*LINE, "rows", "1"))),
    "true for a count": ("certificate-shape", edited(put(*LINE, "rows", True))),
    "a fraction of a row": ("certificate-shape", edited(put(*LINE, "rows", 1.0))),
    "unknown action": ("certificate-shape", edited(put(*LINE, "action", "shred"))),
    "body is a list": ("certificate-shape", edited(put("certificate", []))),
    "part added": ("certificate-shape", edited(put("comment", "unsigned"))),
    "signature lost": ("certificate-shape", edited(drop("signature"))),
    # step 5
    "no algorithm": ("signature-malformed", edited(put("signature", "algorithm", "none"))),
    "signature is no base64": ("signature-malformed", edited(put("signature", "value", "***"))),
    "signature too short": ("signature-malformed", edited(put("signature", "value", "AAAA"))),
    "signature is a number": ("signature-malformed", edited(put("signature", "value", 7))),
    "signature names another key": ("signature-malformed", edited(put("signature", "key", "0" * 12))),
    "signature is text": ("signature-malformed", edited(put("signature", "signed"))),
    # step 7
    "changed count": ("signature-wrong", edited(put(*LINE, "rows", 2))),
    "changed reason": ("signature-wrong", edited(put(*LINE, "reason", "at random"))),
    "changed status": ("signature-wrong", edited(put("certificate", "status", "nothing_found"))),
    "changed run": ("signature-wrong", edited(put("certificate", "run", "20260608-0000000000"))),
    "changed date": (
        "signature-wrong",
        edited(put("certificate", "not_covered", 0, "gone_by", "2026-06-09")),
    ),
    "line lost": ("signature-wrong", edited(drop(*LINE))),
    "place that is not covered lost": ("signature-wrong", edited(put("certificate", "not_covered", []))),
    "fingerprint of another": (
        "signature-wrong",
        edited(put("certificate", "fingerprints", ["0123456789ab:" + "ee" * 32])),
    ),
    "a bit of the signature": (
        "signature-wrong",
        edited(put("signature", "value", base64.b64encode(bytes(64)).decode())),
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_certificate_fails_at_its_step(written: Path, keys: Keys, name: str) -> None:
    code, change = BAD[name]
    before = written.read_text()
    written.write_text(change(before))
    assert written.read_text() != before
    assert failure(written, keys) == code


def test_step_1_a_file_that_is_not_there_or_too_large(
    tmp_path: Path, written: Path, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert failure(tmp_path / "none.json", keys) == "certificate-unreadable"
    assert failure(tmp_path, keys) == "certificate-unreadable"
    monkeypatch.setattr(verifying_certificates, "LARGEST", 10)
    assert failure(written, keys) == "certificate-unreadable"


def test_step_2_bytes_that_are_no_text(written: Path, keys: Keys) -> None:
    written.write_bytes(b'{"format": "\xff\xfe"}')
    assert failure(written, keys) == "certificate-not-json"


def test_step_6_a_signer_who_is_not_trusted(tmp_path: Path, certificate: Certificate, keys: Keys, others: Keys) -> None:
    path = write_certificate(tmp_path, certificate, Signer(others))
    assert failure(path, keys) == "unknown-signer"
    assert verify_certificate(path, public_keys(others)).run == RUN


def rewritten(path: Path, certificate: Certificate, signature: Signature) -> Path:
    path.write_text(json.dumps(document(certificate, signature)))
    return path


def test_step_7_somebody_elses_signature_under_our_key_id(
    tmp_path: Path, certificate: Certificate, keys: Keys, others: Keys
) -> None:
    ours = replace(certificate, key=keys.signer.id)
    forged = Signer(others).sign(ours.signed_bytes(), CONTEXT).value
    path = rewritten(tmp_path / "forged.json", ours, Signature(keys.signer.id, forged))
    assert failure(path, keys) == "signature-wrong"


def test_step_7_a_signature_of_another_kind_of_document(tmp_path: Path, certificate: Certificate, keys: Keys) -> None:
    ours = replace(certificate, key=keys.signer.id)
    path = rewritten(tmp_path / "x.json", ours, Signer(keys).sign(ours.signed_bytes(), "checkpoint"))
    assert failure(path, keys) == "signature-wrong"


def test_step_7_a_signature_of_another_certificate(tmp_path: Path, certificate: Certificate, keys: Keys) -> None:
    ours = replace(certificate, key=keys.signer.id)
    another = replace(ours, people=2)
    path = rewritten(tmp_path / "x.json", ours, Signer(keys).sign(another.signed_bytes(), CONTEXT))
    assert failure(path, keys) == "signature-wrong"


def test_step_8_what_contradicts_itself_although_it_is_signed(
    tmp_path: Path, certificate: Certificate, keys: Keys
) -> None:
    line = replace(certificate.stores[0].lines[0], rows=-1)
    remaining = replace(certificate.verification, remaining=(Remaining("app", "contacts", 1),))
    bad = {
        "complete with rows left": replace(certificate, verification=remaining),
        "complete unseen": replace(certificate, verification=replace(certificate.verification, checked_at=())),
        "fewer than no rows": replace(certificate, stores=(StorePlan("app", (line,)),)),
        "ends before it starts": replace(certificate, finished_at="2026-06-07T12:00:00Z"),
        "no time": replace(certificate, issued_at="yesterday"),
        "no zone": replace(certificate, issued_at="2026-06-08T12:00:03"),
    }
    for name, wrong in bad.items():
        path = write_certificate(tmp_path, wrong, Signer(keys))
        assert failure(path, keys) == "certificate-contradicts-itself", name
        read_certificate(path)
    status = replace(certificate, status="certainly", key=keys.signer.id)
    path = rewritten(tmp_path / "x.json", status, Signer(keys).sign(status.signed_bytes(), CONTEXT))
    assert failure(path, keys) == "certificate-contradicts-itself"


def test_an_incomplete_certificate_with_rows_left_is_good(tmp_path: Path, certificate: Certificate, keys: Keys) -> None:
    remaining = replace(certificate.verification, remaining=(Remaining("app", "contacts", 1),))
    honest = replace(certificate, status="incomplete", verification=remaining)
    path = write_certificate(tmp_path, honest, Signer(keys))
    assert verify_certificate(path, public_keys(keys)).verification.remaining == remaining.remaining


def test_reading_alone_proves_nothing_and_checking_does(written: Path, keys: Keys, others: Keys) -> None:
    signed = read_certificate(written)
    assert check_signature(signed, public_keys(keys)) == signed.certificate
    with pytest.raises(BadCertificate, match="unknown-signer"):
        check_signature(signed, public_keys(others))


def test_canonical_bytes_do_not_depend_on_order_or_script() -> None:
    assert canonical({"b": "ü", "a": [1, None]}) == b'{"a":[1,null],"b":"\\u00fc"}'
    assert canonical({"a": [1, None], "b": "ü"}) == canonical({"b": "ü", "a": [1, None]})


def test_every_single_changed_character_of_the_body_is_noticed(written: Path, keys: Keys) -> None:
    text = written.read_text()
    body = text[text.index('"certificate"') : text.index('"signature"')]
    start = text.index(body)
    for position in range(start, start + len(body), 7):
        if text[position].isalnum() and text[position] != "z":
            written.write_text(text[:position] + "z" + text[position + 1 :])
            with pytest.raises(BadCertificate):
                verify_certificate(written, public_keys(keys))
