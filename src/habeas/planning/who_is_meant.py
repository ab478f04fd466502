"""Decides whom a selection means among the matched rows (section 3). Pure: it gets matches and answers with findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from habeas.diagnostics import Finding, Severity, error
from habeas.program.matches import Match
from habeas.program.plan import Group
from habeas.program.selection import Selection

SHOWN_KEYS = 10


def groups_of(matches: Sequence[Match]) -> tuple[Group, ...]:
    """Matches grouped by store, kind and Customer, with the first keys, so that an operator can tell them apart."""
    keys: dict[tuple[str, str, str | None], list[str]] = {}
    for match in matches:
        keys.setdefault((match.store, match.kind, match.customer), []).append("/".join(match.key))
    return tuple(
        Group(kind, customer, len(set(found)), store, tuple(dict.fromkeys(found))[:SHOWN_KEYS])
        for (store, kind, customer), found in sorted(
            keys.items(), key=lambda item: (item[0][0], item[0][1], item[0][2] or "")
        )
    )


def findings_of(
    matches: Sequence[Match], selection: Selection, max_matches: int, *, changes: bool
) -> tuple[Finding, ...]:
    """What stands against the selection: errors for an intent that changes data, notes for one that reads.

    Codes: `ambiguous` (two rows in one group), `several-customers`, `too-many-matches` (always an error).
    """
    if selection.is_customer_alone:
        return ()
    found: list[Finding] = []
    people = Counter(match.person for match in matches)
    if any(count > max_matches for count in people.values()):
        found.append(
            error(
                "too-many-matches",
                f"more than {max_matches} rows of people match one person of the selection",
                "So many are no single person's. An identity like a switchboard's number or a shared mailbox was given.",
                "--subject STORE.KIND_id=ID   # name the row, or raise limits.max_matches in habeas.yaml",
            )
        )
    severity = Severity.ERROR if changes else Severity.NOTE
    if not selection.all_matches:
        found += _ambiguous(matches, severity)
    if selection.customer is None and selection.all_customers is None:
        found += _several_customers(matches, severity)
    return tuple(found)


def is_ambiguous(findings: Sequence[Finding]) -> bool:
    """Whether the findings say that it isn't clear who is meant."""
    return any(f.severity is Severity.ERROR and f.code in ("ambiguous", "several-customers") for f in findings)


def _ambiguous(matches: Sequence[Match], severity: Severity) -> list[Finding]:
    rows: dict[tuple[int, str, str, str | None], set[tuple[str, ...]]] = {}
    for match in matches:
        rows.setdefault((match.person, match.store, match.kind, match.customer), set()).add(match.key)
    several = [(key, found) for key, found in rows.items() if len(found) > 1]
    if not several:
        return []
    (_, store, kind, customer), keys = several[0]
    shown = ", ".join("/".join(key) for key in sorted(keys)[:SHOWN_KEYS])
    place = f" of Customer {customer}" if customer is not None else ""
    more = f" ({len(several)} people of the selection are in this situation)" if len(several) > 1 else ""
    return [
        Finding(
            severity,
            "ambiguous",
            f"{len(keys)} rows of {kind}{place} in {store} match: {shown}{more}",
            "They may be two people (a household, a shared mailbox) or one person twice; habeas can't know.",
            f"--subject {store}.{kind}_id={'/'.join(min(keys))}   # the one who is meant, or --all-matches for all of them",
        )
    ]


def _several_customers(matches: Sequence[Match], severity: Severity) -> list[Finding]:
    customers: dict[int, set[str | None]] = {}
    for match in matches:
        customers.setdefault(match.person, set()).add(match.customer)
    several = [found for found in customers.values() if len(found) > 1]
    if not several:
        return []
    names = ", ".join(sorted(c if c is not None else "none" for c in several[0]))
    known = next((c for c in sorted(several[0], key=str) if c is not None), "ID")
    return [
        Finding(
            severity,
            "several-customers",
            f"the person is known to several Customers: {names}",
            "Each Customer is the controller of its own people, and decides for its own rows alone.",
            f"--customer {known}   # or --as KIND, or --all-customers --why REASON",
        )
    ]
