"""The key ring: first run, sources, permissions, rotation."""

from __future__ import annotations

import base64
import secrets
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from habeas.diagnostics import Refused
from habeas.sealing.envelopes import Vault
from habeas.sealing.fingerprints import Fingerprints
from habeas.sealing.keys import open_keys, rotate_keys
from habeas.sealing.signatures import Signer, is_signed, public_keys


def a_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [finding.code for finding in refused.value.findings]


def test_the_first_run_makes_private_keys_and_says_so(tmp_path: Path) -> None:
    folder = tmp_path / ".habeas"
    keys = open_keys(folder, {}, create=True)
    assert keys.created
    assert [finding.code for finding in keys.notices] == ["keys-made"]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for name in ("master.key", "signing.pem"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
    assert "*" in (folder / ".gitignore").read_text().splitlines()


def test_the_second_run_finds_the_same_keys_and_says_nothing(tmp_path: Path) -> None:
    first = open_keys(tmp_path, {}, create=True)
    second = open_keys(tmp_path, {}, create=False)
    assert (second.master, second.signer.id) == (first.master, first.signer.id)
    assert not second.created
    assert second.notices == ()


def test_without_create_nothing_is_made(tmp_path: Path) -> None:
    folder = tmp_path / ".habeas"
    with pytest.raises(Refused) as refused:
        open_keys(folder, {}, create=False)
    assert codes(refused) == ["no-keys"]
    assert not folder.exists()


FIRST_RUN = """
import sys
from pathlib import Path
from habeas.sealing.keys import open_keys
sys.stdin.readline()
keys = open_keys(Path(sys.argv[1]), {}, create=True)
print(keys.master.id, keys.signer.id, keys.created)
"""


def test_processes_that_start_at_once_get_the_same_keys(tmp_path: Path) -> None:
    folder = tmp_path / ".habeas"
    command = [sys.executable, "-c", FIRST_RUN, str(folder)]
    started = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    answers = [process.communicate(timeout=60)[0].split() for process in started]
    assert len({(master, signer) for master, signer, _ in answers}) == 1
    assert [created for *_, created in answers].count("True") == 1
    assert not [path.name for path in folder.iterdir() if path.name.startswith((".master", ".signing"))]


@pytest.mark.parametrize("name", ["master.key", "signing.pem"])
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_key_file_that_others_can_touch_is_refused(tmp_path: Path, name: str, mode: int) -> None:
    open_keys(tmp_path, {}, create=True)
    (tmp_path / name).chmod(mode)
    with pytest.raises(Refused) as refused:
        open_keys(tmp_path, {}, create=True)
    assert codes(refused) == ["open-key-file"]
    assert f"chmod 600 {tmp_path / name}" in refused.value.findings[0].fix


def test_a_folder_that_is_open_is_shut(tmp_path: Path) -> None:
    folder = tmp_path / ".habeas"
    folder.mkdir(mode=0o755)
    open_keys(folder, {}, create=True)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_key_of_the_environment_needs_no_folder(tmp_path: Path) -> None:
    folder = tmp_path / ".habeas"
    environment = {"HABEAS_KEY": a_key()}
    here, there = (open_keys(folder, environment, create=True) for _ in range(2))
    assert not here.created
    assert not folder.exists()
    signature = Signer(here).sign(b"x", "certificate")
    assert is_signed(public_keys(there), signature, b"x", "certificate")


def test_a_key_file_of_the_environment_is_read(tmp_path: Path) -> None:
    path, text = tmp_path / "key", a_key()
    path.write_text(text + "\n")
    path.chmod(0o600)
    by_file = open_keys(tmp_path / "a", {"HABEAS_KEY_FILE": str(path)}, create=False)
    by_value = open_keys(tmp_path / "b", {"HABEAS_KEY": text}, create=False)
    assert by_file.master == by_value.master


@pytest.mark.parametrize(
    "environment",
    [
        {"HABEAS_KEY": "not base64 at all!"},
        {"HABEAS_KEY": base64.b64encode(b"short").decode()},
        {"HABEAS_KEY": base64.b64encode(bytes(32)).decode()},
        {"HABEAS_KEY_FILE": "/nonexistent/habeas.key"},
    ],
)
def test_a_bad_key_is_refused_and_never_shown(tmp_path: Path, environment: dict[str, str]) -> None:
    with pytest.raises(Refused) as refused:
        open_keys(tmp_path, environment, create=True)
    assert codes(refused) == ["bad-key"]
    shown = str(refused.value.findings)
    assert environment.get("HABEAS_KEY", "absent") not in shown


@pytest.mark.parametrize("name", ["master.key", "signing.pem"])
@pytest.mark.parametrize("content", [b"", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_a_damaged_key_file_is_refused_and_not_replaced(tmp_path: Path, name: str, content: bytes) -> None:
    open_keys(tmp_path, {}, create=True)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Refused) as refused:
        open_keys(tmp_path, {}, create=True)
    assert codes(refused) == ["bad-key"]
    assert (tmp_path / name).read_bytes() == content


def test_records_without_their_key_get_no_new_key(tmp_path: Path) -> None:
    (tmp_path / "control.db").touch()
    with pytest.raises(Refused) as refused:
        open_keys(tmp_path, {}, create=True)
    assert codes(refused) == ["keys-lost"]
    assert not (tmp_path / "master.key").exists()


def test_after_a_rotation_the_old_keys_go_on_answering(tmp_path: Path) -> None:
    old = open_keys(tmp_path, {}, create=True)
    sealed = Vault(old).seal(b"jane", "note")
    fingerprint = Fingerprints(old).of("email", "jane@example.com")
    signature = Signer(old).sign(b"x", "certificate")

    rotate_keys(tmp_path, {})
    new = open_keys(tmp_path, {}, create=False)

    assert new.master.id != old.master.id
    assert Vault(new).open(sealed, "note") == b"jane"
    assert Fingerprints(new).matches(fingerprint, "email", "jane@example.com")
    assert Fingerprints(new).of("email", "jane@example.com") != fingerprint
    assert is_signed(public_keys(new), signature, b"x", "certificate")
    assert Signer(new).key != Signer(old).key


def test_the_newest_key_of_the_environment_seals_and_the_older_opens(tmp_path: Path) -> None:
    older, newer = a_key(), a_key()
    sealed = Vault(open_keys(tmp_path, {"HABEAS_KEY": older}, create=False)).seal(b"jane", "note")
    ring = open_keys(tmp_path, {"HABEAS_KEY": f"{newer} {older}"}, create=False)
    assert Vault(ring).open(sealed, "note") == b"jane"
    alone = open_keys(tmp_path, {"HABEAS_KEY": newer}, create=False)
    with pytest.raises(Refused) as refused:
        Vault(alone).open(sealed, "note")
    assert codes(refused) == ["unknown-key"]


def test_moving_from_files_to_the_environment_keeps_what_was_sealed(tmp_path: Path) -> None:
    files = open_keys(tmp_path, {}, create=True)
    sealed = Vault(files).seal(b"jane", "note")
    moved = open_keys(tmp_path, {"HABEAS_KEY": a_key()}, create=True)
    assert moved.master.id != files.master.id
    assert Vault(moved).open(sealed, "note") == b"jane"
    assert moved.signer.id == files.signer.id


def test_the_environments_key_is_not_rotated_here(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        rotate_keys(tmp_path, {"HABEAS_KEY": a_key()})
    assert codes(refused) == ["keys-from-environment"]


def test_secrets_are_in_no_repr(tmp_path: Path) -> None:
    keys = open_keys(tmp_path, {}, create=True)
    key = Vault(keys).new_key("run:1")
    shown = repr(keys) + repr(key)
    assert repr(keys.master.secret) not in shown
    assert repr(bytes(key._secret)) not in shown
