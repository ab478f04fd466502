"""The lines of CSV are those of Python's own writer, which would take twice as long."""

from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from habeas.delivery.row_forms import csv_text

cells = st.none() | st.text(st.sampled_from("a1 ,\"'\r\n\t;é\0"), max_size=6) | st.text(max_size=6)


@given(st.integers(1, 4).flatmap(lambda width: st.lists(st.tuples(*[cells] * width), min_size=1, max_size=5)))
def test_as_pythons_own_writer(rows: list[tuple[str | None, ...]]) -> None:
    expected = io.StringIO(newline="")
    csv.writer(expected, lineterminator="\r\n").writerows(rows)
    assert csv_text(list(zip(*rows, strict=True))) == expected.getvalue()


def test_no_rows() -> None:
    assert csv_text([(), ()]) == ""
    assert csv_text([()]) == ""
