"""Findings as GitHub annotations and as SARIF: what other programs read of a check."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest
from sarif_pydantic import Sarif

from habeas.cli.finding_rules import known_rules, rule_of
from habeas.cli.show_annotations import annotation, annotation_lines
from habeas.cli.show_sarif import FINGERPRINT, sarif_log
from habeas.datamap.positions import Positions
from habeas.diagnostics import Finding, Position, Severity, error, note, warning
from habeas.flows.finding_identity import identify

SOURCES = Path(__file__).parents[3] / "src" / "habeas"
# Calls that make a finding; the code is the first text with a hyphen among their arguments.
MAKERS = {"error", "warning", "note", "refuse", "warn", "remark", "wrong", "say", "Finding"}


def unescape(text: str) -> str:
    """As the runner of GitHub reads a command's message."""
    return text.replace("%0A", "\n").replace("%0D", "\r").replace("%3A", ":").replace("%2C", ",").replace("%25", "%")


def test_an_annotation_names_place_and_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = error("unknown-column", "there is no such column", "Why.", "name: user.name").at(
        Position("habeas/app.yaml", 24, 7)
    )
    assert annotation(found, str(tmp_path)) == (
        "::error file=habeas/app.yaml,line=24,col=7,title=unknown-column::"
        "there is no such column%0AWhy.%0Aname: user.name"
    )
    assert annotation(warning("soft-delete", "rows stay"), ".") == "::warning title=soft-delete::rows stay"
    assert annotation(note("keep-without-date", "may be empty"), ".").startswith("::notice ")


@pytest.mark.parametrize("text", ["100% of it", "a\nb\r\nc", "%0A as written", "::error::injected", "a:b,c"])
def test_nothing_in_a_finding_can_end_its_command(text: str, tmp_path: Path) -> None:
    found = error("odd", text, text, text).at(Position(f"habeas/{text}.yaml", 1))
    line = annotation(found, str(tmp_path))
    assert "\n" not in line and "\r" not in line
    head, message = line.removeprefix("::error ").split("::", 1)
    assert unescape(message) == "\n".join([text] * 3)
    properties = dict(part.split("=", 1) for part in head.split(","))
    assert unescape(properties["file"]).endswith(f"habeas/{text}.yaml")
    assert set(properties) == {"file", "line", "col", "title"}


def test_files_are_named_from_the_top_of_the_working_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "service").mkdir()
    monkeypatch.chdir(tmp_path / "service")
    found = error("odd", "x").at(Position("habeas/app.yaml", 3))
    assert "file=service/habeas/app.yaml," in annotation(found, str(tmp_path))


def test_errors_come_first_for_github_shows_ten() -> None:
    lines = annotation_lines([note("c", "c"), warning("b", "b"), error("a", "a")], ".")
    assert [line.split(" ")[0] for line in lines] == ["::error", "::warning", "::notice"]


FOUND = [
    error("unknown-column", "app.a has no column b", "Why.", "b: c").at(Position("habeas/app é.yaml", 4, 9)),
    error("unknown-column", "app.a has no column c").at(Position("habeas/app é.yaml", 5, 9)),
    warning("soft-delete", "app.a has a soft delete").at(Position("habeas/app é.yaml", 2)),
    note("made-up-code", "a code of tomorrow", "It has no help yet."),
]


def log_of(findings: list[Finding], root: Path) -> dict:
    identified = identify(findings, root / "habeas", Positions())
    return sarif_log(identified, version="0.1.0", default_file=str(root / "habeas" / "habeas.yaml"), root=str(root))


def test_a_sarif_log_is_of_the_standard_and_has_what_code_scanning_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    document = json.loads(json.dumps(log_of(FOUND, tmp_path)))
    Sarif.model_validate(document)  # a model of the standard that others wrote
    assert (document["version"], len(document["runs"])) == ("2.1.0", 1)
    run = document["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["made-up-code", "soft-delete", "unknown-column"]
    for rule in rules:
        assert rule["shortDescription"]["text"] and rule["fullDescription"]["text"] and rule["help"]["text"]
        assert rule["defaultConfiguration"]["level"] in ("error", "warning", "note")
        assert rule["name"].isidentifier()
    assert len(run["results"]) == len(FOUND)
    for result, finding in zip(run["results"], FOUND, strict=True):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == finding.code
        assert result["level"] == finding.severity.value
        assert finding.summary in result["message"]["text"]
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uriBaseId"] in run["originalUriBaseIds"]
        assert place["region"]["startLine"] >= 1 and place["region"]["startColumn"] >= 1
        assert len(result["partialFingerprints"][FINGERPRINT]) == 32
    uris = [r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for r in run["results"]]
    assert uris[0] == "habeas/app%20%C3%A9.yaml", "relative and percent-encoded"
    assert uris[3] == "habeas/habeas.yaml", "what has no place stands at the head of the policy"
    assert len({r["partialFingerprints"][FINGERPRINT] for r in run["results"]}) == len(FOUND)


def test_a_log_without_findings_is_valid_too(tmp_path: Path) -> None:
    document = log_of([], tmp_path)
    Sarif.model_validate(document)
    assert document["runs"][0]["results"] == []


def test_the_codes_of_the_map_have_help_texts() -> None:
    """A code without one is explained by its finding's own words; a few may be, till somebody writes the line."""
    without = {}
    for path in sorted((SOURCES / "datamap").rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call):
                continue
            name = getattr(call.func, "attr", None) or getattr(call.func, "id", "")
            texts = [a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            code = next((t for t in texts if "-" in t and " " not in t and t == t.lower()), None)
            if name in MAKERS and code is not None and code not in known_rules():
                without[code] = path.name
    assert len(without) <= 10, f"add lines to cli/finding_help.txt: {sorted(without)}"


def test_help_texts_are_sentences_and_an_unknown_code_speaks_for_itself() -> None:
    for rule in known_rules().values():
        assert rule.title and not rule.title.endswith(".")
        assert rule.help.endswith((".", "?")), rule.code
    assert rule_of(Finding(Severity.NOTE, "of-tomorrow", "short", "The longer story.")).help == "The longer story."
