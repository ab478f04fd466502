"""The flows that need no database of one's own: keys, and the sample company."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from habeas.datamap.openness import open_entries
from habeas.datamap.reader import read_company
from habeas.diagnostics import Refused
from habeas.flows.demo import demo
from habeas.flows.keys import keys
from habeas.flows.map_files import read_text, write_text


def test_keys_stand_beside_the_map_and_show_no_secret(tmp_path: Path) -> None:
    folder = tmp_path / "habeas"
    with pytest.raises(Refused) as caught:
        keys(folder, {})
    assert caught.value.findings[0].code == "no-keys"
    made = keys(folder, {}, create=True)
    assert made.created
    secret = (tmp_path / ".habeas" / "master.key").read_text().strip()
    assert secret not in str(made.as_json())
    again = keys(folder, {})
    assert (again.masters, again.signing, again.created) == (made.masters, made.signing, False)
    rotated = keys(folder, {}, rotate=True)
    assert rotated.masters[1:] == made.masters and rotated.signing[1:] == made.signing
    assert rotated.public_pem.count("BEGIN PUBLIC KEY") == 2


def test_the_sample_company_is_laid_out_with_a_map_that_is_reviewed(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    outcome = demo(tmp_path / "lantern", 200, 3, lambda done, total: seen.append((done, total)))
    document = outcome.as_json()
    assert document["people"] == 200 and document["customers"] >= 10
    assert seen[-1] == (200, 200)
    with sqlite3.connect(tmp_path / "lantern" / "app.db") as database:
        tables = database.execute("SELECT count(*) FROM sqlite_master WHERE type = 'table'").fetchone()[0]
    assert tables >= document["tables"] >= 25
    reading = read_company(tmp_path / "lantern" / "habeas")
    assert reading.company is not None and reading.findings == ()
    assert open_entries(reading.company) == ()


def test_a_file_of_the_map_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "habeas" / "app.yaml"
    assert read_text(path) is None
    write_text(path, "a: 1\r\n")
    path.chmod(0o640)
    assert read_text(path) == "a: 1\r\n"
    write_text(path, "a: 2\n")
    assert path.stat().st_mode & 0o777 == 0o640
    assert [file.name for file in path.parent.iterdir()] == ["app.yaml"]
    with pytest.raises(Refused) as caught:
        write_text(path / "below.yaml", "x")
    assert caught.value.findings[0].code == "unwritable-file"
    path.write_bytes(b"\xff")
    with pytest.raises(Refused) as caught:
        read_text(path)
    assert caught.value.findings[0].code == "not-utf-8"
