"""What a command answers: a document for `--json`, a view for people, an exit code."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from habeas.cli.screen import Screen
from habeas.diagnostics import Finding, Refused, has_errors

DONE = 0  # done; nothing found too
NOT_DONE = 1  # error-level findings, ambiguous, refused, incomplete
WRONG_USE = 2  # the command line itself is wrong
INTERRUPTED = 130  # Ctrl-C, as shells count it

_FAILURES = frozenset({"ambiguous", "refused", "incomplete"})


@dataclass(frozen=True)
class Answer:
    """A command's result. `document` is the one JSON document of `--json`; `view` prints it for people."""

    document: Mapping[str, Any]
    view: Callable[[Screen], None]
    code: int = DONE


def code_of(status: str, findings: Iterable[Finding] = ()) -> int:
    """The exit code of a status of the JSON contract, with the findings beside it."""
    return NOT_DONE if status in _FAILURES or has_errors(findings) else DONE


def refusal(refused: Refused) -> Answer:
    """A refusal as an answer: `{"status": …, "findings": […]}`, exit code 1, or 2 for wrong use."""
    from habeas.cli.show_findings import show_findings

    document = {"status": refused.status, "findings": [finding.as_json() for finding in refused.findings]}
    return Answer(
        document,
        lambda screen: show_findings(screen.err, refused.findings),
        WRONG_USE if refused.usage else NOT_DONE,
    )


def wrong_use(code: str, summary: str, detail: str = "", fix: str = "") -> Refused:
    """The refusal of a command line that can't be meant so."""
    from habeas.diagnostics import error

    return Refused(error(code, summary, detail, fix), usage=True)
