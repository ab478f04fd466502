"""Periods as people write them (`7 years`, `24 months`), calendar-true: never a number of seconds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

_FORM = re.compile(r"^\s*(\d{1,4})\s*(day|week|month|year)s?\s*$", re.ASCII)


@dataclass(frozen=True, slots=True)
class Period:
    """A calendar period: `count` of `unit` (day, week, month, year)."""

    count: int
    unit: str

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read `7 years`. Raises ValueError with the accepted forms."""
        match = _FORM.match(text)
        if match is None:
            raise ValueError(
                f"{text!r} is no period: write a number and a unit, as `7 years`, `24 months` or `30 days`"
            )
        return cls(int(match[1]), match[2])

    def __str__(self) -> str:
        return f"{self.count} {self.unit}{'' if self.count == 1 else 's'}"

    def after(self, start: date) -> date:
        """The last day of the period that starts on `start` (31 January + 1 month is 28 or 29 February)."""
        return start + relativedelta(**{f"{self.unit}s": self.count})  # type: ignore[arg-type]

    def latest_ended_start(self, as_of: date) -> date:
        """The latest day on which a period may have started and still be over (`after(day) <= as_of`).

        Subtracting alone isn't exact at month ends: 29 February + 1 year is 28 February, so both 28 and 29
        February end on the same day.
        """
        day = as_of - relativedelta(**{f"{self.unit}s": self.count})  # type: ignore[arg-type]
        while self.after(day + timedelta(days=1)) <= as_of:
            day += timedelta(days=1)
        while self.after(day) > as_of:
            day -= timedelta(days=1)
        return day
