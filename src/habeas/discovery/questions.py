"""Which open questions are put to a person: few enough to be answered, the weightiest first, none twice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

QUESTIONS_PER_100_TABLES = 25
_AT_LEAST = 3

Place = tuple[str, ...]  # a path in the map's document


class Weight(IntEnum):
    """What is asked first where not everything can be."""

    ACCOUNTING = 0
    PERSON = 1
    PAIR_TYPE = 2
    EDGE = 3
    VALUE = 4
    PAIR = 5
    UNREACHED = 6


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question that could be asked at `place`; those with one `group` have one answer and are asked once."""

    place: Place
    weight: Weight
    question: str
    choices: tuple[str, ...]
    group: tuple[str, ...] = ()


@dataclass(frozen=True)
class Asked:
    """The questions that are asked, by place; the places that follow another's answer; and those left out."""

    questions: dict[Place, Candidate]
    follow: dict[Place, Place]
    left_out: tuple[Candidate, ...]


def allowance(tables: int) -> int:
    """How many questions a store of that many tables may ask: 25 for 100, and three at least."""
    return max(_AT_LEAST, tables * QUESTIONS_PER_100_TABLES // 100)


def choose(candidates: Iterable[Candidate], tables: int) -> Asked:
    """Join questions with one answer, then take the weightiest (those that settle more places first)."""
    groups: dict[tuple[str, ...], list[Candidate]] = {}
    for candidate in candidates:
        groups.setdefault(candidate.group or candidate.place, []).append(candidate)
    ranked = sorted(groups.values(), key=lambda g: (g[0].weight, -len(g), g[0].place))
    taken, rest = ranked[: allowance(tables)], ranked[allowance(tables) :]
    questions: dict[Place, Candidate] = {}
    follow: dict[Place, Place] = {}
    for group in taken:
        first, *others = group
        questions[first.place] = first
        follow.update((other.place, first.place) for other in others)
    return Asked(questions, follow, tuple(candidate for group in rest for candidate in group))
