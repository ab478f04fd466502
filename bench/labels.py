"""`python -m bench labels FILE`: discovery of personal columns against columns that people labelled.

FILE is a CSV with the columns `source, dataset, table, column, type, label, identity`: one line for each column of a
dataset, its fideslang category as a person wrote it, `system…` or empty where it holds nothing of anybody. A column
is *personal* if its label begins with `user`. Names and types alone: there are no values to sample, and no edges.

For each source: precision (of the columns that the rules call personal, how many the label does), recall, F1, false
alarms in 100 columns that aren't personal, and how often the category is right where both say personal: the same, or
one below the other. A second table says what the settings of `habeas.yaml` do to it.
"""

from __future__ import annotations

import csv
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from habeas.catalog.tables import Column, TypeFamily
from habeas.datamap.model import PersonalByPolicy
from habeas.discovery.personal_columns import category_of
from habeas.discovery.table_words import DEFAULTS, context_of

FAMILIES: Mapping[str, TypeFamily] = {
    "integer": TypeFamily.INTEGER,
    "float": TypeFamily.NUMBER,
    "boolean": TypeFamily.BOOLEAN,
    "object": TypeFamily.JSON,
    "object_id": TypeFamily.OTHER,
    "string": TypeFamily.TEXT,
}


# What a company may decide otherwise, and what it does to the figures: no one setting suits every labeller.
SETTINGS: Mapping[str, PersonalByPolicy] = {
    "activity: false": PersonalByPolicy(activity=False),
    "staff_fields: false": PersonalByPolicy(staff_fields=False),
    "business_addresses: true": PersonalByPolicy(business_addresses=True),
    "ids: true": PersonalByPolicy(ids=True),
}


@dataclass(frozen=True, slots=True)
class Labelled:
    """A column as a person labelled it; `label` is empty where nothing was said."""

    source: str
    table: tuple[str, str]  # dataset and table
    column: Column
    label: str

    @property
    def is_personal(self) -> bool:
        return self.label == "user" or self.label.startswith("user.")


@dataclass(frozen=True, slots=True)
class Figures:
    """How the rules did on a source."""

    columns: int
    personal: int  # by label
    hits: int
    false_alarms: int
    same: int  # hits whose category is the label's, above it or below it

    @property
    def precision(self) -> float:
        return self.hits / max(1, self.hits + self.false_alarms)

    @property
    def recall(self) -> float:
        return self.hits / max(1, self.personal)

    @property
    def f1(self) -> float:
        return 2 * self.precision * self.recall / max(1e-9, self.precision + self.recall)

    @property
    def alarms_in_100(self) -> float:
        return 100 * self.false_alarms / max(1, self.columns - self.personal)


def read_labels(file: Path) -> list[Labelled]:
    """The lines of the file. Raises ValueError where a column of it is missing."""
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    if rows and not {"source", "dataset", "table", "column", "type", "label"} <= set(rows[0]):
        raise ValueError(f"{file.name} has the columns {', '.join(rows[0])}, which are not those of labels")
    found: list[Labelled] = []
    for row in rows:
        family = TypeFamily.ARRAY if row["type"].endswith("[]") else FAMILIES.get(row["type"], TypeFamily.TEXT)
        column = Column(row["column"], row["type"] or "text", family)
        label = next((part for part in row["label"].split("|") if part.startswith("user")), row["label"])
        found.append(Labelled(row["source"], (row["dataset"], row["table"]), column, label))
    return found


def guessed(labels: Sequence[Labelled], settings: PersonalByPolicy = DEFAULTS) -> list[str | None]:
    """The category that the rules give each column, in order, with the other columns of its table as context."""
    beside: dict[tuple[str, str], list[str]] = {}
    for one in labels:
        beside.setdefault(one.table, []).append(one.column.name)
    around = {table: context_of(table[1], names, settings=settings) for table, names in beside.items()}
    guesses = [category_of(one.table[1], one.column, around[one.table]) for one in labels]
    return [guess.category if guess is not None else None for guess in guesses]


def figures(labels: Iterable[Labelled], guesses: Iterable[str | None]) -> Figures:
    """Counts over labelled columns and the categories that were guessed for them."""
    columns = personal = hits = alarms = same = 0
    for one, guess in zip(labels, guesses, strict=True):
        columns += 1
        said = guess is not None and guess.startswith("user")
        personal += one.is_personal
        hits += one.is_personal and said
        alarms += said and not one.is_personal
        same += one.is_personal and said and _akin(one.label, guess or "")
    return Figures(columns, personal, hits, alarms, same)


def _akin(one: str, other: str) -> bool:
    return one == other or one.startswith(f"{other}.") or other.startswith(f"{one}.")


def by_source(labels: Sequence[Labelled], settings: PersonalByPolicy = DEFAULTS) -> dict[str, Figures]:
    """Figures for each source of the labels, and for `all`."""
    guesses = guessed(labels, settings)
    sources = sorted({one.source for one in labels})
    out: dict[str, Figures] = {}
    for source in sources:
        chosen = [number for number, one in enumerate(labels) if one.source == source]
        out[source] = figures([labels[n] for n in chosen], [guesses[n] for n in chosen])
    return out | {"all": figures(labels, guesses)}


def columns_a_second(labels: Sequence[Labelled], rounds: int = 5) -> float:
    """How many columns the rules read in a second, in one process: the best of some rounds after a first."""
    guessed(labels)
    best = float("inf")
    for _ in range(rounds):
        begun = time.perf_counter()
        guessed(labels)
        best = min(best, time.perf_counter() - begun)
    return len(labels) / best


def report(file: Path) -> list[str]:
    """The lines of the measurement, as a table of Markdown."""
    labels = read_labels(file)
    lines = [
        "| source | columns | personal | precision | recall | F1 | false alarms in 100 others | category right |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for source, one in by_source(labels).items():
        right = one.same / max(1, one.hits)
        lines.append(
            f"| {source} | {one.columns:,} | {one.personal:,} | {one.precision:.2f} | {one.recall:.2f} | {one.f1:.2f} "
            f"| {one.alarms_in_100:.1f} | {right:.0%} |"
        )
    lines += ["", "| all, with | precision | recall | F1 |", "|---|---|---|---|"]
    for name, settings in SETTINGS.items():
        one = by_source(labels, settings)["all"]
        lines.append(f"| {name} | {one.precision:.2f} | {one.recall:.2f} | {one.f1:.2f} |")
    return [*lines, "", f"{columns_a_second(labels):,.0f} columns a second, by names and types alone"]
