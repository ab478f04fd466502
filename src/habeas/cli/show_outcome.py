"""What a run left behind, as people read it: what remains, what is mentioned, and where the paper is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from habeas.cli.show_plan import count_of

if TYPE_CHECKING:
    from rich.console import Console

_STYLE = {"complete": "bold green", "nothing_found": "bold", "incomplete": "bold red"}
_WORDS = {"nothing_found": "nothing found", "refused": "refused", "ambiguous": "ambiguous"}


def show_status(console: Console, status: str, text: str) -> None:
    """One line: the word of the JSON contract, then what it means here."""
    from rich.text import Text

    line = Text(_WORDS.get(status, status), style=_STYLE.get(status, "bold red"))
    line.append(f"  {text}", style="")
    console.print(line, soft_wrap=True)


def show_remaining(console: Console, remaining: Sequence[Mapping[str, Any]]) -> None:
    """A line for each table in which something is left."""
    for entry in remaining:
        _line(console, f"{count_of(entry['rows'], 'row')} left in {entry['store']}.{entry['table']}", "red")


def show_mentions(console: Console, mentions: Sequence[Mapping[str, Any]]) -> None:
    """A line for each free-text column that still names the person; such rows are other people's."""
    for entry in mentions:
        verb = "names" if entry["rows"] == 1 else "name"
        _line(
            console,
            f"{count_of(entry['rows'], 'row')} of free text still {verb} the person: "
            f"{entry['store']}.{entry['table']}.{entry['column']}",
            "yellow",
        )


def show_next(console: Console, text: str) -> None:
    """What to run next."""
    from rich.text import Text

    console.print(Text(text, style="dim"), soft_wrap=True)


def _line(console: Console, text: str, style: str) -> None:
    from rich.text import Text

    console.print(Text(f"  {text}", style=style), soft_wrap=True)
