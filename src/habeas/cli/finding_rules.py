"""What each code of a finding means, for tools that show a rule beside its results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from habeas.diagnostics import Finding


@dataclass(frozen=True, slots=True)
class Rule:
    """A code in words: `title` is a clause without a stop, `help` one or two sentences."""

    code: str
    title: str
    help: str


def rule_of(finding: Finding) -> Rule:
    """The rule behind a finding. A code that isn't listed is explained by the finding's own words."""
    known = known_rules().get(finding.code)
    if known is not None:
        return known
    return Rule(finding.code, finding.code.replace("-", " "), finding.detail or finding.summary)


@lru_cache(maxsize=1)
def known_rules() -> Mapping[str, Rule]:
    """All rules of `finding_help.txt`, by code."""
    text = (files("habeas.cli") / "finding_help.txt").read_text(encoding="utf-8")
    rows = [line.split(" | ", 2) for line in text.splitlines() if line and not line.startswith("#")]
    return {code: Rule(code, title, help) for code, title, help in rows}
