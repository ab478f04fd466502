"""Envelopes and sealed files open with their key and for their purpose only."""

from __future__ import annotations

import random
import tracemalloc
from pathlib import Path

import pytest

from habeas.sealing.envelopes import DataKey, KeyDestroyed, SealBroken, Vault
from habeas.sealing.keys import Keys, open_keys, rotate_keys
from habeas.sealing.sealed_files import FRAME, SealedReader, SealedWriter


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return open_keys(tmp_path / ".habeas", {}, create=True)


@pytest.fixture
def key(keys: Keys) -> DataKey:
    return Vault(keys).new_key("run:1")


def test_a_sealed_value_opens_again_after_the_key_was_unwrapped(keys: Keys, key: DataKey) -> None:
    sealed = key.seal(b"jane@example.com", "identities")
    again = Vault(keys).unwrap(key.wrapped, "run:1")
    assert again.open(sealed, "identities") == b"jane@example.com"
    assert b"jane" not in sealed


def test_a_sealed_value_differs_each_time(key: DataKey) -> None:
    assert key.seal(b"jane", "identities") != key.seal(b"jane", "identities")


def test_another_purpose_opens_nothing(keys: Keys, key: DataKey) -> None:
    sealed = key.seal(b"jane", "identities")
    with pytest.raises(SealBroken):
        key.open(sealed, "selection")
    with pytest.raises(SealBroken):
        Vault(keys).unwrap(key.wrapped, "run:2")
    with pytest.raises(SealBroken):
        Vault(keys).open(Vault(keys).seal(b"jane", "a"), "b")


def test_another_data_key_opens_nothing(keys: Keys, key: DataKey) -> None:
    with pytest.raises(SealBroken):
        Vault(keys).new_key("run:1").open(key.seal(b"jane", "identities"), "identities")


def test_each_changed_byte_and_each_cut_is_found(keys: Keys) -> None:
    vault = Vault(keys)
    sealed = vault.seal(b"jane", "note")
    for position in range(2 + 1 + 6, len(sealed)):
        changed = bytearray(sealed)
        changed[position] ^= 1
        with pytest.raises(SealBroken):
            vault.open(bytes(changed), "note")
    for length in range(len(sealed)):
        with pytest.raises(SealBroken):
            vault.open(sealed[:length], "note")


def test_a_destroyed_key_neither_seals_nor_opens(key: DataKey) -> None:
    sealed = key.seal(b"jane", "identities")
    key.destroy()
    key.destroy()
    with pytest.raises(KeyDestroyed):
        key.open(sealed, "identities")
    with pytest.raises(KeyDestroyed):
        key.seal(b"jane", "identities")
    assert key.wrapped == b""


def test_rewrapping_retires_a_master_key(tmp_path: Path, keys: Keys, key: DataKey) -> None:
    sealed = key.seal(b"jane", "identities")
    ring = rotate_keys(tmp_path / ".habeas", {})
    rewrapped = Vault(ring).rewrap(key.wrapped, "run:1")
    newest = Keys(ring.masters[:1], ring.signing)
    assert Vault(newest).unwrap(rewrapped, "run:1").open(sealed, "identities") == b"jane"
    assert Vault(newest).rewrap(rewrapped, "run:1") == rewrapped


def write(path: Path, key: DataKey, data: bytes, purpose: str = "spool") -> Path:
    with SealedWriter(path, key, purpose) as writer:
        for start in range(0, len(data), 70_001):
            writer.write(data[start : start + 70_001])
    return path


def read(path: Path, key: DataKey, purpose: str = "spool") -> bytes:
    return b"".join(SealedReader(path, key, purpose))


@pytest.mark.parametrize("size", [0, 1, FRAME - 11, FRAME, 3 * FRAME + 5])
def test_a_sealed_file_comes_back_whole(tmp_path: Path, key: DataKey, size: int) -> None:
    data = random.Random(size).randbytes(size)
    path = write(tmp_path / "x.sealed", key, data)
    assert read(path, key) == data
    assert path.stat().st_mode & 0o077 == 0
    assert not list(tmp_path.glob("*.part"))


def test_what_compresses_well_is_read_in_bounded_pieces(tmp_path: Path, key: DataKey) -> None:
    path = tmp_path / "x.sealed"
    with SealedWriter(path, key, "spool") as writer:
        for _ in range(64):
            writer.write(bytes(1 << 20))
    tracemalloc.start()
    total = sum(len(piece) for piece in SealedReader(path, key, "spool"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert total == 64 << 20
    assert peak < 8 << 20


def test_another_key_or_purpose_reads_nothing(tmp_path: Path, keys: Keys, key: DataKey) -> None:
    path = write(tmp_path / "x.sealed", key, b"rows")
    with pytest.raises(SealBroken):
        read(path, key, "package")
    with pytest.raises(SealBroken):
        read(path, Vault(keys).new_key("run:1"))


def frames(data: bytes) -> tuple[bytes, list[bytes]]:
    head, rest, found = data[:32], data[32:], []
    while rest:
        length = 4 + (int.from_bytes(rest[:4], "big") & ~(1 << 31))
        found.append(rest[:length])
        rest = rest[length:]
    return head, found


def test_frames_can_be_neither_cut_nor_swapped_nor_repeated_nor_added(tmp_path: Path, key: DataKey) -> None:
    path = write(tmp_path / "x.sealed", key, random.Random(1).randbytes(3 * FRAME))
    whole = path.read_bytes()
    head, parts = frames(whole)
    assert len(parts) > 3
    relabelled = (int.from_bytes(parts[-2][:4], "big") | 1 << 31).to_bytes(4, "big") + parts[-2][4:]
    sabotages = {
        "last frame cut": head + b"".join(parts[:-1]),
        "cut inside": whole[:-7],
        "cut in a length": head + b"".join(parts[:-1]) + parts[-1][:2],
        "swapped": head + b"".join([parts[1], parts[0], *parts[2:]]),
        "repeated": head + b"".join([parts[0], *parts]),
        "added": whole + parts[0],
        "an earlier frame called the last": head + b"".join(parts[:-2]) + relabelled,
        "another salt": bytes([head[16] ^ 1]).join([head[:16], head[17:]]) + b"".join(parts),
        "another magic": b"x" + whole[1:],
        "one bit": whole[:500] + bytes([whole[500] ^ 1]) + whole[501:],
        "empty": b"",
    }
    for name, data in sabotages.items():
        path.write_bytes(data)
        with pytest.raises(SealBroken):
            read(path, key)
            pytest.fail(name)


def test_a_writer_that_fails_leaves_nothing(tmp_path: Path, key: DataKey) -> None:
    with pytest.raises(ZeroDivisionError), SealedWriter(tmp_path / "x.sealed", key, "spool") as writer:
        writer.write(b"rows")
        raise ZeroDivisionError
    assert not [path for path in tmp_path.iterdir() if path.is_file()]


def test_an_unfinished_file_has_no_name(tmp_path: Path, key: DataKey) -> None:
    writer = SealedWriter(tmp_path / "x.sealed", key, "spool")
    writer.write(b"rows")
    assert not (tmp_path / "x.sealed").exists()
    writer.close()
    assert read(tmp_path / "x.sealed", key) == b"rows"
