"""A plan as people read it: store by store, a line for each action, with the reason."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from habeas.program.plan import LineAction, Plan, PlanLine, StorePlan
from habeas.program.selection import Intent

if TYPE_CHECKING:
    from rich.console import Console

_SYMBOL = {
    LineAction.ERASE: ("-", "red"),
    LineAction.MASK: ("~", "yellow"),
    LineAction.UNLINK: ("~", "yellow"),
    LineAction.UPDATE: ("~", "yellow"),
    LineAction.RESTRICT: ("~", "yellow"),
    LineAction.KEEP: ("=", "cyan"),
    LineAction.READ: (">", "green"),
}
_DIALECT = {"postgresql": "PostgreSQL", "sqlite": "SQLite", "mysql": "MySQL", "mariadb": "MariaDB"}
_SHOWN_KEYS = 3
_SHOWN_GROUPS = 20
_NARROWEST = 24  # columns, in which a reason can still be read


def show_plan(console: Console, plan: Plan, *, map_note: str = "", table: str | None = None) -> None:
    """Print the plan but its findings: all of it, or the lines of one table.

    `map_note` stands at the right of the first line.
    """
    from rich.text import Text

    show_people(console, plan, map_note)
    shown = [replace(s, lines=tuple(x for x in s.lines if table in (None, x.table))) for s in plan.stores]
    widths = _widths((line for store in shown for line in store.lines), hides=plan.intent is Intent.ACCESS)
    for store in shown:
        if store.lines:
            console.print()
            _show_store(console, store, widths, hides=plan.intent is Intent.ACCESS)
    if plan.not_covered and table is None and any(store.lines for store in shown):
        places = [
            f"{place.name} ({f'gone by {place.gone_by}' if place.gone_by else 'nobody says until when'})"
            for place in plan.not_covered
        ]
        console.print()
        console.print(Text(f"  Not covered: {', '.join(places)}."), soft_wrap=True)


def show_people(console: Console, plan: Plan, map_note: str = "") -> None:
    """Print who was found."""
    from rich.text import Text

    head = people(plan)
    first = Text(head[0], style="bold")
    if map_note:
        first.append(" " * max(2, min(console.width, 99) - first.cell_len - len(map_note)))
        first.append(map_note, style="dim")
    console.print(first, soft_wrap=True)
    for line in head[1:]:
        console.print(Text(f"  {line}"), soft_wrap=True)


def people(plan: Plan) -> list[str]:
    """Who was found: one line where it fits, else a heading and a line for each group."""
    groups = plan.groups
    count = sum(group.rows for group in groups)
    if not count:
        if any(store.lines for store in plan.stores):
            return ["A Customer's rows."]
        return [f"Nobody was found in {', '.join(store.store for store in plan.stores) or 'any store'}."]
    heading = f"{count:,} {'person' if count == 1 else 'people'}"
    described = []
    for group in groups[:_SHOWN_GROUPS]:
        keys = list(group.keys[:_SHOWN_KEYS]) + (["…"] if group.rows > _SHOWN_KEYS else [])
        who = f"{group.kind} {', '.join(keys)}" if group.keys else f"{group.rows:,} {group.kind}"
        described.append(f"{who} of Customer {group.customer}" if group.customer is not None else who)
    if len(groups) == 1:
        return [f"{heading}: {described[0]}"]
    if len(groups) > _SHOWN_GROUPS:
        described.append(f"and {len(groups) - _SHOWN_GROUPS:,} groups more")
    return [f"{heading}:", *described]


def closing(plan: Plan) -> str:
    """`48 rows in 5 tables change.`, or for a copy `48 rows in 5 tables are read.`"""
    if not plan.intent.changes:
        lines = [(store.store, line) for store in plan.stores for line in store.lines]
        rows = sum(line.rows for _, line in lines)
        tables = len({(store, line.table) for store, line in lines})
        verb = "is read" if rows == 1 else "are read"
        return f"{count_of(rows, 'row')} in {count_of(tables, 'table')} {verb}."
    return f"{changed_rows(plan)} {'changes' if plan.rows_changed == 1 else 'change'}."


def changed_rows(plan: Plan) -> str:
    """`48 rows in 5 tables`: what an erasure writes to."""
    tables = {
        (store.store, line.table)
        for store in plan.stores
        for line in store.lines
        if line.action.changes or (line.action is LineAction.KEEP and line.columns)
    }
    return f"{count_of(plan.rows_changed, 'row')} in {count_of(len(tables), 'table')}"


def count_of(count: int, word: str) -> str:
    """`1 row`, `1,204 rows`."""
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def _show_store(console: Console, store: StorePlan, widths: tuple[int, int, int], *, hides: bool) -> None:
    from rich.text import Text

    name, action, columns = widths
    about = ", ".join(part for part in (_DIALECT.get(store.dialect, store.dialect), store.location) if part)
    title = f"  {store.store}  {about}"
    rows_at = 5 + name + 2 + action + 2 + columns + 2 + 6
    head = Text(title, style="bold")
    head.append(f"{'rows':>{max(6, rows_at - len(title))}}  why", style="dim")
    console.print(head, soft_wrap=True)
    for line in store.lines:
        symbol, style = _SYMBOL[line.action]
        text = Text("  ")
        text.append(f"{symbol}  ", style=style)
        text.append(f"{line.table:<{name}}  ")
        text.append(f"{line.action.value:<{action}}  ", style=style)
        text.append(f"{_columns(line, hides=hides):<{columns}}  {line.rows:>6,}  ")
        first, *more = _wrapped(_why(line), console.width - rows_at - 2 if console.is_terminal else None)
        text.append(first)
        console.print(text, soft_wrap=True)
        for part in more:
            console.print(Text(" " * (rows_at + 2) + part), soft_wrap=True)


def _wrapped(text: str, width: int | None) -> list[str]:
    """Lines of that width, on a terminal wide enough for a column of reasons; else one line, so that grep finds it."""
    if width is None or width < _NARROWEST:
        return [text]
    return textwrap.wrap(text, width) or [""]


def _why(line: PlanLine) -> str:
    return f"{line.reason} ({line.basis})" if line.basis and line.basis not in line.reason else line.reason


def _columns(line: PlanLine, *, hides: bool) -> str:
    if not line.columns:
        return ""
    shown = ", ".join(line.columns[:2])
    if len(line.columns) > 2:
        shown += f" +{len(line.columns) - 2}"
    if line.action is LineAction.KEEP:
        return f"{shown} masked"
    return f"without {shown}" if hides else shown


def _widths(lines: Iterable[PlanLine], *, hides: bool) -> tuple[int, int, int]:
    """Of table, action and columns, equal over all stores, so that the eye runs down one edge."""
    shown = list(lines)
    return (
        max([20, *(len(line.table) for line in shown)]),
        max([5, *(len(line.action.value) for line in shown)]),
        max([26, *(len(_columns(line, hides=hides)) for line in shown)]),
    )
