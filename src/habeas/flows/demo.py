"""`demo`: a company to try habeas on, laid out in a folder of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from habeas.demo.laying_out import DemoFolder, lay_out


@dataclass(frozen=True)
class DemoOutcome:
    """Where the company lies, and how large it is."""

    folder: Path
    laid_out: DemoFolder

    def as_json(self) -> dict[str, Any]:
        figures = self.laid_out.figures
        return {
            "folder": str(self.folder),
            "people": figures.people,
            "customers": figures.customers,
            "tables": len(figures.rows),
            "rows": figures.total_rows,
        }


def demo(
    folder: Path, people: int = 300, seed: int = 1, progress: Callable[[int, int], None] | None = None
) -> DemoOutcome:
    """Lay the company out: database, reviewed map, README. A former demo in the folder is laid out anew.

    `progress` is told people done and people in all. Raises Refused for a folder that isn't empty and not a demo's,
    and for too few people.
    """
    return DemoOutcome(folder, lay_out(folder, people, seed, progress))
