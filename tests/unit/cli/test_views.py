"""How plans, findings and outcomes look to people, without a terminal."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest

from habeas.cli.screen import Screen
from habeas.cli.show_findings import show_findings, tally
from habeas.cli.show_outcome import show_mentions, show_remaining, show_status
from habeas.cli.show_plan import closing, show_plan
from habeas.diagnostics import Finding, Position, error, note, warning
from habeas.program.plan import Group, LineAction, NotCovered, Plan, PlanLine, StorePlan
from habeas.program.selection import Intent


def shown(show: Callable[[Screen], None]) -> str:
    """What a view prints to a file."""
    stream = io.StringIO()
    show(Screen(stdout=stream, stderr=io.StringIO()))
    return stream.getvalue()


def plan(intent: Intent = Intent.ERASE, groups: tuple[Group, ...] = (), **other) -> Plan:
    lines = (
        PlanLine("contacts", LineAction.ERASE, 1, "the person"),
        PlanLine("conversations", LineAction.ERASE, 3, "owned by contacts"),
        PlanLine("messages", LineAction.MASK, 2, "shared with 1 other person", columns=("sender_id",)),
        PlanLine(
            "invoices", LineAction.KEEP, 2, "accounting, until 2031-03-01",
            columns=("billing_email", "billing_name", "billing_street"), until="2031-03-01", basis="habeas.yaml:18",
        ),
        PlanLine("ledger", LineAction.KEEP, 9, "accounting, until 2031-03-01"),
    )  # fmt: skip
    return Plan(
        intent=intent,
        as_of="2026-11-23T00:00:00Z",
        map_digest="m",
        schema_digests=(("app", "s"),),
        selection_fingerprint="f",
        groups=groups or (Group("contact", "7", 1, "app", ("4711",)),),
        stores=(StorePlan("app", lines, "postgresql", "United States"),),
        not_covered=(NotCovered("backups", "2026-12-23"), NotCovered("mailboxes", None)),
        **other,
    )


def test_a_plan_has_a_line_for_each_action_with_its_reason() -> None:
    text = shown(lambda screen: show_plan(screen.out, plan(), map_note="map 3 files, no open question"))
    assert text.splitlines() == [
        "1 person: contact 4711 of Customer 7                                  map 3 files, no open question",
        "",
        "  app  PostgreSQL, United States                                           rows  why",
        "  -  contacts              erase                                              1  the person",
        "  -  conversations         erase                                              3  owned by contacts",
        "  ~  messages              mask   sender_id                                   2  shared with 1 other person",
        "  =  invoices              keep   billing_email, billing_name +1 masked       2  accounting, until 2031-03-01 "
        "(habeas.yaml:18)",
        "  =  ledger                keep                                               9  accounting, until 2031-03-01",
        "",
        "  Not covered: backups (gone by 2026-12-23), mailboxes (nobody says until when).",
    ]


def test_the_last_line_counts_what_changes_and_not_what_is_kept_untouched() -> None:
    assert closing(plan()) == "8 rows in 4 tables change."
    assert closing(plan(Intent.ACCESS)) == "17 rows in 5 tables are read."


def test_several_groups_are_listed_by_what_tells_them_apart() -> None:
    groups = (
        Group("contact", "7", 1, "app", ("4711",)),
        Group("contact", None, 5, "app", ("1", "2", "3", "4", "5")),
    )
    lines = shown(lambda screen: show_plan(screen.out, plan(groups=groups))).splitlines()
    assert lines[:3] == ["6 people:", "  contact 4711 of Customer 7", "  contact 1, 2, 3, …"]


def test_many_groups_are_cut() -> None:
    groups = tuple(Group("contact", str(number), 1, "app", (str(number),)) for number in range(25))
    text = shown(lambda screen: show_plan(screen.out, plan(groups=groups)))
    assert "  and 5 groups more" in text.splitlines()


FINDINGS = (
    note("seen", "a note"),
    error(
        "unmapped-column", "app.contacts.birth_date has no category", "Nobody's copy would show it.", "birth_date: x"
    ).at(Position("habeas/app.yaml", 24, 7)),
    warning("slow", "no index", "y " * 100),
)


def test_findings_come_errors_first_with_place_reason_and_corrected_text() -> None:
    lines = shown(lambda screen: show_findings(screen.out, FINDINGS)).splitlines()
    assert lines[0].startswith("error    unmapped-column   app.contacts.birth_date has no category  ")
    assert lines[0].endswith("  habeas/app.yaml:24")
    assert lines[1:3] == ["         Nobody's copy would show it.", "         birth_date: x"]
    assert lines[3] == "warning  slow              no index"
    assert lines[-1] == "note     seen              a note"
    assert all(len(line) <= 120 for line in lines)


def test_a_finding_is_shown_as_it_is_written_markup_or_not() -> None:
    finding: Finding = error("e", "[bold]x[/bold] :smile:", "[red]", "columns: [a, b]")
    text = shown(lambda screen: show_findings(screen.out, (finding,)))
    assert "[bold]x[/bold] :smile:" in text and "[red]" in text and "columns: [a, b]" in text


@pytest.mark.parametrize(
    ("findings", "text"),
    [((), "no finding"), (FINDINGS, "1 error, 1 warning, 1 note"), (FINDINGS[1:2] * 2, "2 errors")],
)
def test_the_tally(findings: tuple[Finding, ...], text: str) -> None:
    assert tally(findings) == text


def test_an_outcome_says_what_is_left_and_who_is_mentioned() -> None:
    def show(screen: Screen) -> None:
        show_status(screen.out, "nothing_found", "nobody matches.")
        show_remaining(screen.out, [{"store": "app", "table": "messages", "rows": 1}])
        show_mentions(screen.out, [{"store": "app", "table": "messages", "column": "body", "rows": 2}])

    assert shown(show).splitlines() == [
        "nothing found  nobody matches.",
        "  1 row left in app.messages",
        "  2 rows of free text still name the person: app.messages.body",
    ]
