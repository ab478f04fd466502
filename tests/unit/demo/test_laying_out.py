"""A demo folder is made, made anew, and never at the cost of somebody's files."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from habeas.demo import laying_out
from habeas.demo.laying_out import MARKER, lay_out
from habeas.diagnostics import Refused


def code_of(refused: pytest.ExceptionInfo[Refused]) -> str:
    return refused.value.findings[0].code


def people_in(database: Path) -> int:
    connection = sqlite3.connect(database)
    try:
        return int(connection.execute("SELECT count(*) FROM contacts").fetchone()[0])
    finally:
        connection.close()


def test_everything_is_there(tmp_path: Path) -> None:
    made = lay_out(tmp_path / "new" / "demo", people=200)
    assert sorted(p.relative_to(made.folder).as_posix() for p in made.folder.rglob("*") if p.is_file()) == [
        ".gitignore", MARKER, "README.md", "app.db", "habeas/app.yaml", "habeas/habeas.yaml",
    ]  # fmt: skip
    assert people_in(made.database) == 200
    assert made.map_folder == made.folder / "habeas"
    assert made.readme.read_text(encoding="utf-8").startswith("# A company to try habeas on")
    assert json.loads((made.folder / MARKER).read_text())["people"] == 200
    assert ".habeas/" in (made.folder / ".gitignore").read_text()


def test_a_folder_of_ours_is_laid_out_anew_and_what_is_not_ours_stays(tmp_path: Path) -> None:
    lay_out(tmp_path, people=200)
    (tmp_path / "jane.zip").write_bytes(b"hers")
    (tmp_path / ".habeas").mkdir()
    (tmp_path / ".habeas" / "signing.pem").write_bytes(b"key")
    (tmp_path / "app.db-journal").write_bytes(b"of the old database")
    again = lay_out(tmp_path, people=220, seed=2)
    assert people_in(again.database) == 220
    assert "220 contacts" in again.readme.read_text(encoding="utf-8")
    assert (tmp_path / "jane.zip").read_bytes() == b"hers"
    assert (tmp_path / ".habeas" / "signing.pem").read_bytes() == b"key"
    assert not (tmp_path / "app.db-journal").exists()


def test_a_folder_with_anything_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("mine")
    with pytest.raises(Refused) as refused:
        lay_out(tmp_path, people=200)
    assert code_of(refused) == "folder-not-empty"
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.tex"]


@pytest.mark.parametrize(
    "marker",
    [
        "",
        "[]",
        "{}",
        '{"made_by": "habeas demo"}',
        '{"files": {}}',
        "\0",
        '{"made_by": "habeas demo", "files": {"README.md": 1}}',
    ],
)
def test_a_broken_marker_makes_no_folder_ours(tmp_path: Path, marker: str) -> None:
    (tmp_path / MARKER).write_text(marker)
    with pytest.raises(Refused) as refused:
        lay_out(tmp_path, people=200)
    assert code_of(refused) == "folder-not-empty"


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("mine")
    with pytest.raises(Refused) as refused:
        lay_out(tmp_path / "demo", people=200)
    assert code_of(refused) == "not-a-folder"


def test_a_map_that_somebody_edited_is_never_overwritten(tmp_path: Path) -> None:
    made = lay_out(tmp_path, people=200)
    path = made.map_folder / "app.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    before = made.database.read_bytes()
    with pytest.raises(Refused) as refused:
        lay_out(tmp_path, people=220)
    assert code_of(refused) == "demo-changed"
    assert "habeas/app.yaml" in refused.value.findings[0].summary
    assert path.read_text(encoding="utf-8").endswith("# mine\n")
    assert made.database.read_bytes() == before


def test_a_folder_that_can_not_be_made_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Refused) as refused:
        lay_out(tmp_path / "file" / "demo", people=200)
    assert code_of(refused) == "folder-not-written"
    assert "Not a directory" in refused.value.findings[0].detail


def test_too_few_people_is_wrong_use_and_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        lay_out(tmp_path / "demo", people=199)
    assert refused.value.usage
    assert code_of(refused) == "too-few-people"
    assert not (tmp_path / "demo").exists()


def test_a_try_that_broke_off_is_taken_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    lay_out(tmp_path, people=200)
    with monkeypatch.context() as broken:
        broken.setattr(laying_out, "build", full)
        with pytest.raises(Refused) as refused:
            lay_out(tmp_path, people=240)
    assert code_of(refused) == "folder-not-written"
    assert "No space left" in refused.value.findings[0].detail
    assert people_in(tmp_path / "app.db") == 200, "the old database stands until the new one is complete"
    assert people_in(lay_out(tmp_path, people=230).database) == 230
