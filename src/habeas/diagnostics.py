"""A finding: what is wrong, where, why, and what to write instead.

Every part of habeas reports through this one shape, so that the terminal, `--json` and a CI annotation show the
same words. A finding never holds a value from a company's data: only names of tables, columns, files and counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding weighs: an error refuses changes, a warning is shown, a note explains."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a file, line and column counted from 1 (as editors and compilers do)."""

    file: str
    line: int
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know or to mend.

    `code` is stable and kebab-case (`unknown-column`); `summary` is one sentence that says what is wrong; `detail`
    says why it matters; `fix` is the corrected text, ready to paste (YAML, SQL or a command); `tables` names the
    tables concerned (as in the map), since an error refuses only changes of plans that touch them (empty: all).
    """

    severity: Severity
    code: str
    summary: str
    detail: str = ""
    fix: str = ""
    position: Position | None = None
    tables: tuple[str, ...] = ()

    def at(self, position: Position | None) -> Finding:
        """The same finding with a place, where it has none yet."""
        return self if self.position is not None or position is None else replace(self, position=position)

    def as_json(self) -> dict[str, object]:
        """The stable shape of `--json`: severity, code, summary, detail, file, line (and column, fix)."""
        detail = self.detail if not self.fix else f"{self.detail}\n{self.fix}".strip()
        return {
            "severity": self.severity.value,
            "code": self.code,
            "summary": self.summary,
            "detail": detail,
            "fix": self.fix,
            "file": self.position.file if self.position else None,
            "line": self.position.line if self.position else None,
            "column": self.position.column if self.position else None,
        }


def error(code: str, summary: str, detail: str = "", fix: str = "", tables: Iterable[str] = ()) -> Finding:
    """A finding that refuses changes."""
    return Finding(Severity.ERROR, code, summary, detail, fix, None, tuple(tables))


def warning(code: str, summary: str, detail: str = "", fix: str = "", tables: Iterable[str] = ()) -> Finding:
    """A finding that is shown and refuses nothing."""
    return Finding(Severity.WARNING, code, summary, detail, fix, None, tuple(tables))


def note(code: str, summary: str, detail: str = "", fix: str = "", tables: Iterable[str] = ()) -> Finding:
    """A finding that only explains."""
    return Finding(Severity.NOTE, code, summary, detail, fix, None, tuple(tables))


def has_errors(findings: Iterable[Finding]) -> bool:
    """Whether any finding is an error."""
    return any(finding.severity is Severity.ERROR for finding in findings)


class Refused(Exception):
    """What was asked for is not done, and nothing has changed; `findings` say why and what to do.

    `status` is the word of the JSON contract: `refused`, `ambiguous` or `incomplete`. `usage` marks wrong use of
    the command line (exit code 2 instead of 1).
    """

    def __init__(self, *findings: Finding, status: str = "refused", usage: bool = False) -> None:
        super().__init__("; ".join(f"{f.code}: {f.summary}" for f in findings))
        self.findings = findings
        self.status = status
        self.usage = usage
