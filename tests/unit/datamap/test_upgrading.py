"""A file brought up to a newer version: with steps made here, since the format has one version so far."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from habeas.cli.door import run
from habeas.datamap.documents import parse_document
from habeas.datamap.editing import Edit, end_of, mappings, pairs, root_of, start_of
from habeas.datamap.upgrading import NEWEST, STEPS, Step, upgrade
from habeas.diagnostics import Refused
from habeas.flows.upgrade_map import upgrade_map

OLD = """\
# The map.
version: 1     # of the format
store: app
url: ${URL}
tables:
  contacts:    # people
    columns:
      email: {kind: user.contact.email, identity: email}   # the work address

      name:
        kind: user.name
"""


def rename_kind(text: str) -> list[Edit]:
    """A step as they will be: the key `kind` of columns becomes `category`."""
    root = root_of(text)
    assert root is not None
    return [
        Edit(start_of(key), end_of(key), "category")
        for path, node in mappings(root)
        if len(path) == 4 and path[2] == "columns"
        for name, key, _ in pairs(node)
        if name == "kind"
    ]


def add_nothing(_text: str) -> list[Edit]:
    return []


STEPS_HERE = [Step(1, "kind is called category", rename_kind), Step(2, "nothing of this file", add_nothing)]


def test_steps_follow_one_another_and_everything_else_stays() -> None:
    done = upgrade(OLD, "app.yaml", STEPS_HERE, newest=3)
    assert done.text == OLD.replace("kind:", "category:").replace("version: 1  ", "version: 3  ")
    assert (done.before, done.after) == (1, 3)
    assert done.changes == ("kind is called category", "nothing of this file")
    assert upgrade(done.text, "app.yaml", STEPS_HERE, newest=3).changes == ()


def test_the_newest_version_has_nothing_to_do() -> None:
    done = upgrade(OLD, "app.yaml")
    assert done.text == OLD and done.changes == ()


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("store: app\nversion: 9\n", "version-unknown", 2),
        ("version: 0\n", "version-unknown", 1),
        ("version: true\n", "version-unknown", 1),
        ("version: '1'\n", "version-unknown", 1),
        ("store: app\n", "version-missing", 1),
        ("version: [1\n", "broken-yaml", 2),
    ],
)
def test_what_is_not_known_is_refused_with_its_place(text: str, code: str, line: int) -> None:
    with pytest.raises(Refused) as caught:
        upgrade(text, "app.yaml")
    found = caught.value.findings[0]
    assert found.code == code and found.position is not None
    assert (found.position.file, found.position.line) == ("app.yaml", line)


def test_a_gap_between_steps_and_a_step_that_breaks_the_file_are_refused() -> None:
    with pytest.raises(Refused, match="version-unknown"):
        upgrade(OLD, "app.yaml", [STEPS_HERE[1]], newest=3)
    breaking = Step(1, "breaks", lambda text: [Edit(0, 0, "tables: [\n")])
    with pytest.raises(Refused):
        upgrade(OLD, "app.yaml", [breaking], newest=2)


def test_the_steps_there_are_lead_to_the_newest_version() -> None:
    assert [step.old for step in STEPS] == list(range(1, NEWEST))


def lay_out(folder: Path, store: str = OLD) -> Path:
    (folder / "habeas").mkdir()
    (folder / "habeas" / "habeas.yaml").write_text("version: 1\nstores: [app.yaml]\n")
    (folder / "habeas" / "app.yaml").write_text(store)
    return folder / "habeas"


def test_all_files_are_brought_up_or_none(tmp_path: Path) -> None:
    folder = lay_out(tmp_path)
    outcome = upgrade_map(folder, STEPS_HERE, newest=3)
    assert outcome.changed
    for name in ("habeas.yaml", "app.yaml"):
        data = parse_document((folder / name).read_bytes(), name).data
        assert data is not None and data["version"] == 3
    text = (folder / "app.yaml").read_text()
    (folder / "app.yaml").write_text(text.replace("version: 3", "version: 4"))
    (folder / "habeas.yaml").write_text("version: 1\nstores: [app.yaml]\n")
    with pytest.raises(Refused, match="version-unknown"):
        upgrade_map(folder, STEPS_HERE, newest=3)
    assert (folder / "habeas.yaml").read_text() == "version: 1\nstores: [app.yaml]\n"


def test_the_command_says_that_nothing_is_to_be_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = lay_out(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert run(["map", "upgrade"]) == 0
    assert "Nothing to do: 2 files of version 1" in capsys.readouterr().out
    assert run(["map", "upgrade", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["changed"] is False
    assert document["files"][1] == {"file": "habeas/app.yaml", "from": 1, "to": 1, "changes": []}
    (folder / "app.yaml").write_text("version: 2\n")
    assert run(["map", "upgrade", "--json"]) == 1
    refused = json.loads(capsys.readouterr().out)
    assert [f["code"] for f in refused["findings"]] == ["version-unknown"]
    (folder / "app.yaml").unlink()
    assert run(["map", "upgrade", "--json"]) == 1
    assert "file-missing" in capsys.readouterr().out
