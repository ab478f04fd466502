"""The sample company's calendar: all happened before one fixed day, so that the same seed gives the same rows."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

TODAY = date(2026, 6, 30)  # the day on which the sample company stands still
OLDEST = 4_000  # days: the vendor began almost eleven years ago
_DAYS = tuple((TODAY - timedelta(days=ago)).isoformat() for ago in range(OLDEST + 1))


def day(ago: int) -> str:
    """The ISO date so many days before TODAY (0 to OLDEST; what lies after TODAY is TODAY)."""
    return _DAYS[ago if ago > 0 else 0]


def moment(rng: Random, ago: int) -> str:
    """A time of that day, as `2026-06-30 14:05:09`."""
    second = 25_200 + int(rng.random() * 43_200)  # from seven in the morning to seven in the evening
    return f"{day(ago)} {second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"


def some_day(rng: Random, oldest: int) -> int:
    """A number of days ago, up to `oldest`."""
    return int(rng.random() * oldest)
