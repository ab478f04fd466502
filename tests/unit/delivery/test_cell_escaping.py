from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.delivery.cell_escaping import ESCAPED_PATTERN, escape_column, escape_formula, unescape_formula

CELLS = st.text(st.sampled_from("'=+-@\t\ra1.e \n")) | st.text()


@pytest.mark.parametrize("cell", ["=1+1", "+A1", "-A1", "@SUM(A1)", "\t=1", "\r=1", "-", "--1", "-12.5 EUR", "'=1"])
def test_what_a_spreadsheet_would_calculate_gets_an_apostrophe(cell: str) -> None:
    assert escape_formula(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["", "a=1", "-12.5", "+4930901820", "-1e-9", "'quoted'", " =1", "1-2"])
def test_plain_numbers_and_ordinary_text_stay(cell: str) -> None:
    assert escape_formula(cell) == cell


@given(CELLS)
def test_escaping_is_undone_exactly(cell: str) -> None:
    assert unescape_formula(escape_formula(cell)) == cell


@given(CELLS)
def test_a_program_can_undo_it_by_the_declared_pattern(cell: str) -> None:
    written = escape_formula(cell)
    assert (written[1:] if re.search(ESCAPED_PATTERN, written) else written) == cell


@given(CELLS)
def test_no_written_cell_begins_with_a_formula_character_unless_it_is_a_number(cell: str) -> None:
    written = escape_formula(cell)
    if written[:1] in set("=+-@\t\r"):
        float(written)


@given(st.lists(CELLS | st.none()))
def test_a_column_is_escaped_cell_by_cell(cells: list[str | None]) -> None:
    assert list(escape_column(cells)) == [c if c is None else escape_formula(c) for c in cells]
