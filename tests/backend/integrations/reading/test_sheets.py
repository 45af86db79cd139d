"""Do spreadsheets and Parquet files give the same cells as the CSV they were made from?"""

import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from backend.integrations.reading import sheets
from backend.integrations.reading.blocks import FileError, to_cell
from backend.integrations.reading.detect import Format, detect
from backend.integrations.reading.open import blocks_of, rows_total
from backend.integrations.reading.sheets import parquet_blocks, xlsx_blocks


def workbook(path: Path, *rows: tuple[str | float | datetime | date | None, ...]) -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    book.create_sheet("second").append(["other"])
    book.save(path)
    return path


def test_a_workbook_is_read_by_type_and_blank_rows_count(tmp_path: Path) -> None:
    """IN-1: XLSX. Numbers lose no digits and whole ones no ".0"; a date is a date."""
    path = workbook(
        tmp_path / "b", ("编号", "金额", "日期", "电话"), ("C1", 12.5, date(2026, 1, 2), 13800138000), (),
        ("C2", 0.1, datetime(2026, 1, 2, 3, 4, 5), "'=1"),  # noqa: DTZ001 - a workbook knows no zones
    )  # fmt: skip
    kind = detect(path)
    assert (kind.format, rows_total(path, kind)) == (Format.XLSX, None)
    block = next(blocks_of(path, kind))
    assert block.header == ("编号", "金额", "日期", "电话")
    assert block.lines == [2, 4]
    assert block.row(0) == ["C1", "12.5", "2026-01-02", "13800138000"]
    assert block.row(1) == ["C2", "0.1", "2026-01-02 03:04:05", "'=1"]


def test_a_formula_without_a_result_comes_as_its_text(tmp_path: Path) -> None:
    """IN-1: a formula is a text for us, never a value that somebody else computed later."""
    block = next(
        blocks_of(path := workbook(tmp_path / "b", ("a", "b"), ("=1+1", "x"), ("@SUM(A1)", "=A2")), detect(path))
    )
    assert [block.row(0), block.row(1)] == [["=1+1", "x"], ["@SUM(A1)", "=A2"]]


def test_a_sheet_by_name_and_a_sheet_that_is_not_there(tmp_path: Path) -> None:
    path = workbook(tmp_path / "b", ("a",), ("1",))
    assert list(xlsx_blocks(path, 10, sheet="second")) == []
    with pytest.raises(FileError, match="there is no sheet 'third'; the file has Sheet, second"):
        next(xlsx_blocks(path, 10, sheet="third"))


def test_an_archive_that_is_no_workbook_a_cut_one_and_a_bomb_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("hello.txt", "hello")
    with pytest.raises(FileError, match="not an XLSX workbook"):
        next(xlsx_blocks(archive, 10))
    whole = workbook(tmp_path / "whole", ("a",), ("1",))
    cut = tmp_path / "cut"
    cut.write_bytes(whole.read_bytes()[:-200])
    with pytest.raises(FileError, match="cut off"):
        next(xlsx_blocks(cut, 10))
    monkeypatch.setattr(sheets, "XLSX_UNPACKED_MAX", 100)
    with pytest.raises(FileError, match="too large when unpacked"):
        next(xlsx_blocks(whole, 10))


def test_parquet_is_read_in_batches_with_line_numbers(tmp_path: Path) -> None:
    """IN-1: Parquet. A double goes by its shortest decimal, NaN and null are empty."""
    path = tmp_path / "book.parquet"
    table = pa.table(
        {
            "ref": ["A", "B", "C"],
            "rate": [0.11220000000000001, float("nan"), 7.0],
            "n": pa.array([1, None, 3], pa.int64()),
            "on": [date(2026, 1, 2), None, date(2026, 1, 4)],
            "exact": [Decimal("1.10"), Decimal("2.00"), None],
            "bad": ["x", "y\0", "z"],
        }
    )
    pq.write_table(table, path)
    assert rows_total(path, detect(path)) == 3
    first, second = parquet_blocks(path, 10, block_rows=2)
    assert first.row(0) == ["A", "0.11220000000000001", "1", "2026-01-02", "1.10", "x"]
    assert (first.lines, [(bad.line, bad.code) for bad in first.bad]) == ([2], [(3, "line.nul")])
    assert (second.lines, second.row(0)) == ([4], ["C", "7", "3", "2026-01-04", "", "z"])


def test_a_cut_parquet_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cut"
    path.write_bytes(b"PAR1" + b"\0" * 100)
    with pytest.raises(FileError, match="cannot be read to its end"):
        next(parquet_blocks(path, 10))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "true"),
        (2.0**53, repr(2.0**53)),
        (-0.5, "-0.5"),
        (b"\xe7\x8e\x8b", "王"),
        ({"a": 1}, '{"a":1}'),
    ],
)
def test_typed_values_become_text(value: object, text: str) -> None:
    assert to_cell(value) == text
