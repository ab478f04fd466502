"""The erasure of a list of people, part by part, each with a run and a certificate of its own; a result for each line.

Memory holds one part, whatever the length of the list. Who is unclear is left out, and the others go on. A part that was
broken off is finished when the same list is given again: its run is resumed, and what is done is not done twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from habeas.diagnostics import Finding, Refused, Severity, warning
from habeas.execution.batch_records import (
    BatchRecord,
    Intentions,
    LineResult,
    LineStatus,
    advance_batch,
    append_results,
    finish_batch,
    open_batch,
)
from habeas.execution.looking_first import matches_of_all
from habeas.execution.run_records import fingerprints_of_run, unfinished_runs_for
from habeas.execution.running import CHUNK, check_identity_types
from habeas.execution.sealed_selections import selection_as_plain
from habeas.flows.erase import EraseOutcome, certificates_folder, erase, finish_unfinished
from habeas.flows.workspace import Progress, Workspace
from habeas.planning.who_is_meant import findings_of
from habeas.program.matches import Match
from habeas.program.selection import Identity, Intent, Selection, Subject
from habeas.sealing.state_folder import locked

PART = CHUNK  # people in one run
_PIECES = 10  # into which a part is cut that somebody in it refuses
_SHOWN = 10
#: Refusals that concern single people: the others of a part can go on.
_OF_PEOPLE = frozenset(
    (
        "ambiguous", "several-customers", "too-many-matches", "personal-key", "mask-breaks-reference",
        "constraint-violation", "not-gone", "rows-changed-meanwhile",
    )
)  # fmt: skip

_RESULTS_LOST = warning(
    "results-lost",
    "the list was begun before, and the file of its results is gone or was cut: it begins anew",
    "Nobody is erased twice: who was erased before is now among those who were not found.",
)

Line = tuple[int, Subject]


class PeopleList(Protocol):
    """A list of people that can be read from a line on. `digest` is None where it can't be read a second time."""

    @property
    def people(self) -> int: ...

    @property
    def types(self) -> Sequence[str]: ...

    @property
    def digest(self) -> str | None: ...

    def after(self, line: int) -> Iterator[Line]: ...


@dataclass
class BatchOutcome:
    """What a batch came to; `as_json` is the contract of `habeas erase --subjects FILE --yes --json`."""

    total: int
    results: Path
    resumed: bool
    counts: Counter[LineStatus]
    certificates: list[Path] = field(default_factory=list)
    findings: dict[Finding, None] = field(default_factory=dict)
    unclear: list[int] = field(default_factory=list)  # the first lines that were ambiguous

    @property
    def left(self) -> int:
        """People whom nobody has looked at yet, since something stood against the whole list."""
        return self.total - sum(self.counts.values())

    @property
    def status(self) -> str:
        """The worst of the lines."""
        if self.counts[LineStatus.INCOMPLETE] or self.left:
            return "incomplete"
        if self.counts[LineStatus.AMBIGUOUS]:
            return "ambiguous"
        return "complete" if self.counts[LineStatus.ERASED] else "nothing_found"

    def all_findings(self) -> tuple[Finding, ...]:
        """What was found on the way, and which lines were unclear."""
        if not self.counts[LineStatus.AMBIGUOUS]:
            return tuple(self.findings)
        shown = ", ".join(map(str, self.unclear)) or "see the results"
        more = ", …" if self.counts[LineStatus.AMBIGUOUS] > len(self.unclear) else ""
        unclear = warning(
            "ambiguous-lines",
            f"{self.counts[LineStatus.AMBIGUOUS]} people of the list match several rows (lines {shown}{more})",
            "They may be two people (a household, a shared mailbox), one person twice, or known to several Customers; "
            "habeas can't know, and has left them as they are.",
            "habeas plan erase --subject TYPE=VALUE   # shows the rows; name each by a key identity, or --all-matches",
        )
        return (*self.findings, unclear)

    def as_json(self) -> dict[str, Any]:
        return {
            "status": self.status,
            "total": self.total,
            **{status.value: self.counts[status] for status in LineStatus},
            "left": self.left,
            "results": str(self.results),
            "resumed": self.resumed,
            "certificates": [str(path) for path in self.certificates],
            "findings": [finding.as_json() for finding in self.all_findings()],
        }


def erase_batch(
    workspace: Workspace, people: PeopleList, narrowed: Selection, *, as_of: date | None = None, redact: bool = False
) -> BatchOutcome:
    """Erase everybody on a list; `narrowed` is the selection's other half (Customer, kind, exclusions).

    What stands against the whole list (a store that is down, an error of the map) stops it where it is; the same list
    goes on from there. Raises Refused (wrong use) for a type that the map doesn't know.
    """
    context = workspace.context
    dummies = tuple(Identity(type, "x") for type in people.types)
    check_identity_types(context, replace(narrowed, subjects=(Subject(dummies),)))
    candidates = _fingerprints(workspace, people, narrowed, as_of)
    # One list after another: two processes with the same list would write to one file.
    with locked(context.folder / "batches.lock"), _alone_on_the_bar(workspace, redact) as progress:
        return _carry_out(workspace, people, narrowed, as_of, redact, candidates, progress)


def _carry_out(
    workspace: Workspace,
    people: PeopleList,
    narrowed: Selection,
    as_of: date | None,
    redact: bool,
    candidates: Sequence[str],
    progress: Progress,
) -> BatchOutcome:
    context = workspace.context
    with context.control.begin() as control:
        record = open_batch(control, candidates, workspace.now())
        path = _results_of(workspace, record)
        if lost := record.begun and not (path.exists() and path.stat().st_size >= record.results_bytes):
            finish_batch(control, record.id, workspace.now())
            record = open_batch(control, candidates, workspace.now())
            path = _results_of(workspace, record)
    outcome = BatchOutcome(people.people, path, record.begun, Counter(record.counts))
    if lost:
        outcome.findings[_RESULTS_LOST] = None
    batch = _Batch(workspace, narrowed, as_of, redact, outcome, Intentions(context.folder, record.id))
    lines = people.after(record.line)
    while part := list(islice(lines, PART)):
        progress("erasing", people.people - outcome.left, people.people)
        try:
            results = batch.carry_out(part)
        except _Stopped as stopped:
            outcome.findings.update(dict.fromkeys(stopped.findings))
            return outcome
        outcome.counts.update(each.status for each in results)
        length = append_results(path, record.results_bytes, results)
        record = BatchRecord(record.id, part[-1][0], length, outcome.counts)
        with context.control.begin() as control:
            advance_batch(control, record)
        context.observe("part done")
    with context.control.begin() as control:
        finish_batch(control, record.id, workspace.now())
    batch.intentions.forget()
    return outcome


def _results_of(workspace: Workspace, record: BatchRecord) -> Path:
    return certificates_folder(workspace).with_name("results") / f"{record.id}.csv"


class _Stopped(Exception):
    """Something stands against the whole list."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        super().__init__("the batch stopped")
        self.findings = tuple(findings)


@dataclass
class _Batch:
    """A batch at work."""

    workspace: Workspace
    narrowed: Selection
    as_of: date | None
    redact: bool
    outcome: BatchOutcome
    intentions: Intentions

    def carry_out(self, part: Sequence[Line]) -> list[LineResult]:
        """Look whom each line means, erase those who are clear in one run, and say what became of each line."""
        context = self.workspace.context
        intended = self.intentions.read()
        everybody = replace(self.narrowed, subjects=tuple(subject for _, subject in part))
        try:
            self._add(finish_unfinished(self.workspace, everybody, redact=self.redact))
            found = matches_of_all(context, [everybody], Intent.ERASE, context.day(self.as_of))
        except Refused as refused:
            raise _Stopped(refused.findings) from None
        matches: dict[int, list[Match]] = {}
        for match in found:
            matches.setdefault(part[match.person - 1][0], []).append(match)
        statuses = {line: self._status_of(matches.get(line, []), line in intended) for line, _ in part}
        self.outcome.unclear += [line for line, status in statuses.items() if status is LineStatus.AMBIGUOUS]
        del self.outcome.unclear[_SHOWN:]
        clear = [(line, subject) for line, subject in part if statuses[line] is LineStatus.ERASED and line in matches]
        done = {line: intended[line] for line, status in statuses.items() if line in intended and line not in matches}
        self.intentions.write(done | {line: len(matches[line]) for line, _ in clear})
        context.observe("part intended")
        statuses |= self._erase(clear) if clear else {}
        statuses |= dict.fromkeys(self._unfinished(part), LineStatus.INCOMPLETE)
        return [
            LineResult(line, statuses[line], len(matches[line]) if line in matches else intended.get(line, 0))
            for line, _ in part
        ]

    def _status_of(self, matches: Sequence[Match], intended: bool) -> LineStatus:
        """Before the erasure: whether a person is there, and clear. Who was to be erased and is gone was erased."""
        if not matches:
            return LineStatus.ERASED if intended else LineStatus.NOTHING_FOUND
        most = self.workspace.context.policy.limits.max_matches
        if len(matches) > 1 and any(
            finding.severity is Severity.ERROR for finding in findings_of(matches, self.narrowed, most, changes=True)
        ):
            return LineStatus.AMBIGUOUS
        return LineStatus.ERASED

    def _erase(self, people: Sequence[Line]) -> dict[int, LineStatus]:
        """Erase these; where one of them refuses the run, the others go on without them."""
        selection = replace(self.narrowed, subjects=tuple(subject for _, subject in people))
        try:
            outcome = erase(self.workspace, selection, as_of=self.as_of, redact=self.redact)
        except Refused as refused:
            status, findings = refused.status, refused.findings
        else:
            self._add([outcome])
            if outcome.status in ("complete", "nothing_found"):
                return dict.fromkeys((line for line, _ in people), LineStatus.ERASED)
            planned = outcome.plan.findings if outcome.plan else ()
            status = outcome.status
            findings = tuple(f for f in (*planned, *outcome.findings) if f.severity is Severity.ERROR)
            if outcome.run is not None:  # it began: what became of it is read from its record
                self.outcome.findings.update(dict.fromkeys(findings))
                return dict.fromkeys((line for line, _ in people), LineStatus.ERASED)
        if not all(finding.code in _OF_PEOPLE for finding in findings):
            raise _Stopped(findings)
        if len(people) > 1:
            size = -(-len(people) // _PIECES)
            pieces = [people[start : start + size] for start in range(0, len(people), size)]
            return {line: status for piece in pieces for line, status in self._erase(piece).items()}
        if status == "ambiguous":
            return {people[0][0]: LineStatus.AMBIGUOUS}
        self.outcome.findings.update(dict.fromkeys(findings))
        return {people[0][0]: LineStatus.INCOMPLETE}

    def _unfinished(self, part: Sequence[Line]) -> list[int]:
        """Lines of people about whom a run is unfinished: something of them remains, or was not proved gone."""
        context = self.workspace.context
        everybody = replace(self.narrowed, subjects=tuple(subject for _, subject in part))
        with context.control.read() as control:
            runs = unfinished_runs_for(control, context.candidates_of(everybody))
            about = {fingerprint for run in runs for fingerprint in fingerprints_of_run(control, run.id)}
        if not about:
            return []
        return [
            line
            for line, subject in part
            if not about.isdisjoint(context.candidates_of(Selection(subjects=(subject,))))
        ]

    def _add(self, outcomes: Iterable[EraseOutcome]) -> None:
        self.outcome.certificates += [each.certificate for each in outcomes if each.certificate is not None]


def _fingerprints(workspace: Workspace, people: PeopleList, narrowed: Selection, as_of: date | None) -> tuple[str, ...]:
    """The fingerprints of the list and of what it is narrowed to: the same command is the same batch."""
    if people.digest is None:
        return ()
    day = as_of.isoformat() if as_of else None
    return workspace.context.fingerprints.selection_candidates(
        {"list": people.digest, "as_of": day, **selection_as_plain(narrowed)}
    )


@contextmanager
def _alone_on_the_bar(workspace: Workspace, redact: bool) -> Iterator[Progress]:
    """Progress is told of the list alone, and free text is looked through only where it is to be redacted: a part at a
    time, it would be read a hundred times for a million people.
    """
    context = workspace.context
    progress, scan = context.progress, context.scan_texts
    context.progress = lambda _what, _done, _total: None
    context.scan_texts = redact
    try:
        yield progress
    finally:
        context.progress, context.scan_texts = progress, scan
