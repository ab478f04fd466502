"""Fingerprints recognise without keeping; signatures hold for their bytes, key and context only."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from habeas.diagnostics import Refused
from habeas.sealing.fingerprints import Fingerprints
from habeas.sealing.keys import Keys, open_keys
from habeas.sealing.signatures import (
    Signature,
    Signer,
    is_signed,
    public_keys,
    public_keys_pem,
    read_public_keys,
)


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return open_keys(tmp_path / "a", {}, create=True)


@pytest.fixture
def others(tmp_path: Path) -> Keys:
    return open_keys(tmp_path / "b", {}, create=True)


def test_a_fingerprint_bears_its_key_and_no_value(keys: Keys) -> None:
    fingerprint = Fingerprints(keys).of("email", "jane@example.com")
    assert re.fullmatch(r"[0-9a-f]{12}:[0-9a-f]{64}", fingerprint)
    assert fingerprint == Fingerprints(keys).of("email", "jane@example.com")
    assert Fingerprints(keys).knows(fingerprint)


def test_fingerprints_depend_on_key_type_and_value(keys: Keys, others: Keys) -> None:
    ours = Fingerprints(keys)
    found = {
        ours.of("email", "jane@example.com"),
        ours.of("phone", "jane@example.com"),
        ours.of("email", "jane@example.org"),
        ours.of("a", "b=c"),
        ours.of("a=b", "c"),
        ours.of("ab", "c"),
        ours.of("a", "bc"),
        Fingerprints(others).of("email", "jane@example.com"),
    }
    assert len(found) == 8


def test_a_fingerprint_of_unknown_keys_is_known_as_such(keys: Keys, others: Keys) -> None:
    foreign = Fingerprints(others).of("email", "jane@example.com")
    assert not Fingerprints(keys).knows(foreign)
    assert not Fingerprints(keys).matches(foreign, "email", "jane@example.com")


def test_values_with_any_characters_have_fingerprints(keys: Keys) -> None:
    values = ["", "\0", "\udcff", "ж" * 100_000, "💜"]
    assert len({Fingerprints(keys).of("email", value) for value in values}) == len(values)


def test_a_selection_has_a_fingerprint_of_its_own(keys: Keys) -> None:
    ours = Fingerprints(keys)
    selection = {"subjects": [[["email", "jane@example.com"]]], "customer": None}
    turned = {"customer": None, "subjects": [[["email", "jane@example.com"]]]}
    assert ours.of_selection(selection) == ours.of_selection(turned)
    assert ours.of_selection(selection) in ours.selection_candidates(turned)
    assert ours.of_selection(selection) != ours.of_selection({**selection, "customer": "7"})


def test_a_signature_holds_for_its_bytes_key_and_context(keys: Keys, others: Keys) -> None:
    signature = Signer(keys).sign(b"bytes", "certificate")
    ring = public_keys(keys)
    assert is_signed(ring, signature, b"bytes", "certificate")
    assert not is_signed(ring, signature, b"byteS", "certificate")
    assert not is_signed(ring, signature, b"bytes", "checkpoint")
    assert not is_signed(public_keys(others), signature, b"bytes", "certificate")
    mislabelled = Signature(Signer(others).key, signature.value)
    assert not is_signed(public_keys(others), mislabelled, b"bytes", "certificate")
    assert not is_signed(ring, Signature(signature.key, signature.value[:-1]), b"bytes", "certificate")


def test_public_keys_travel_as_pem(keys: Keys, others: Keys) -> None:
    pem = public_keys_pem({**public_keys(keys), **public_keys(others)}).encode()
    assert b"PRIVATE" not in pem
    read = read_public_keys(pem)
    assert list(read) == [keys.signer.id, others.signer.id]
    assert is_signed(read, Signer(keys).sign(b"x", "certificate"), b"x", "certificate")


@pytest.mark.parametrize("pem", [b"", b"hello", b"-----BEGIN PUBLIC KEY-----\nAA\n-----END PUBLIC KEY-----\n"])
def test_a_file_without_public_keys_is_refused(pem: bytes) -> None:
    with pytest.raises(Refused, match="bad-public-key"):
        read_public_keys(pem)


def test_a_private_key_is_no_public_key(keys: Keys) -> None:
    with pytest.raises(Refused, match="bad-public-key"):
        read_public_keys(keys.signer.pem)
