"""Can a file of refused lines be opened in a spreadsheet without danger, and sent again without loss?"""

import csv
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.integrations.rules.export import DANGEROUS, REASON_COLUMNS, harmless, original, refused_head, refused_line
from backend.integrations.schemas import Refusal


@pytest.mark.parametrize("cell", ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", '=cmd|" /C calc"!A0'])
def test_a_cell_that_a_spreadsheet_would_run_shows_as_text(cell: str) -> None:
    """IN-1: formulas leave harmless (OWASP: CSV injection)."""
    assert harmless(cell) == f"\t{cell}"


@pytest.mark.parametrize("cell", ["", "张三", "-12.50", "-3", "12", "a=b", "'=1"])
def test_other_cells_and_plain_numbers_leave_as_they_are(cell: str) -> None:
    assert harmless(cell) == cell


@given(st.text())
def test_the_importer_takes_back_what_the_export_did(cell: str) -> None:
    assert original(harmless(cell)) == cell
    assert not harmless(cell).startswith(tuple(DANGEROUS.replace("\t", ""))) or harmless(cell).lstrip("-")[:1].isdigit()


def test_a_refused_line_is_its_cells_and_the_reasons_behind_them() -> None:
    header = ["ref", "rounds_line", "name"]
    group = [
        Refusal(7, "name", "field.missing", "", ["A1", "3", "=2"]),
        Refusal(7, "due", "date.not_a_date", "soon", ["A1", "3", "=2"]),
    ]
    text = refused_head(header) + refused_line(header, group, "zh-CN")
    assert text.startswith("\ufeff")
    rows = list(csv.reader(StringIO(text.removeprefix("\ufeff"))))
    assert rows[0] == ["ref", "name", *REASON_COLUMNS]
    assert rows[1][:3] == ["A1", "\t=2", "7"]
    assert rows[1][4:] == ["field.missing | date.not_a_date", "此处必须有值。 | 不是预期格式的日期。", " | soon"]


def test_a_line_with_too_many_cells_keeps_them_behind_the_reasons() -> None:
    rows = list(csv.reader(StringIO(refused_line(["a"], [Refusal(2, "", "line.other_width", "", ["1", "2"])], "en"))))
    assert rows[0][0] == "1"
    assert rows[0][-1] == "2"
    assert len(rows[0]) == 1 + len(REASON_COLUMNS) + 1
