"""`habeas map draw` in the sample company's folder, and the picture in the README."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from habeas.cli.door import run

ROOT = Path(__file__).parents[3]
PICTURE = "docs/images/map.svg"


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("picture") / "company"
    assert run(["demo", str(folder), "--people", "200", "--no-walk", "--json"]) == 0
    return folder


def draw(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict]:
    capsys.readouterr()
    code = run(["map", "draw", *arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_the_picture_of_the_readme_is_what_the_command_draws(
    company: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """After a change of the sample company or of the drawing: in a demo's folder, `habeas map draw` to docs/images."""
    monkeypatch.chdir(company)
    code, document = draw(capsys, "map.svg")
    assert (code, document["findings"], document["picture"]) == (0, [], "map.svg")
    same = (company / "map.svg").read_bytes() == (ROOT / PICTURE).read_bytes()
    assert same, "draw it again: `habeas demo DIR --no-walk`, and in DIR `habeas map draw …/docs/images/map.svg`"
    assert PICTURE in (ROOT / "README.md").read_text(encoding="utf-8")
    panels = {panel["title"]: panel["tables"] for panel in document["stores"][0]["panels"]}
    assert "invoices" in panels["contact"] and "sessions" in panels["user"]


def test_without_a_database_unknown_edges_are_named(
    company: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(company)
    code, document = draw(capsys, "offline.svg", "--offline", "--store", "app")
    assert code == 0 and {finding["code"] for finding in document["findings"]} == {"edge-not-drawn"}
    assert all(finding["line"] for finding in document["findings"])
    assert (company / "offline.svg").stat().st_size > 10_000


@pytest.mark.parametrize(
    ("arguments", "word", "status"),
    [
        (["map.png"], "no-svg", 2),
        (["map.svg", "--store", "crm"], "unknown-store", 2),
        ([], "missing-argument", 2),
        (["nowhere/else.svg", "--dir", "no-map"], "map-missing", 1),
    ],
)
def test_wrong_use_draws_nothing(
    arguments: list[str],
    word: str,
    status: int,
    company: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(company)
    code, document = draw(capsys, *arguments)
    assert (code, document["findings"][0]["code"]) == (status, word)
    assert not (company / "nowhere").exists() and not (company / "map.png").exists()
