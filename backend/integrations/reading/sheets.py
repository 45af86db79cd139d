"""How are spreadsheets and Parquet files read? As the same text cells as a CSV file, a block at a time."""

import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError, iterparse

from python_calamine import CalamineError, CalamineWorkbook

from backend.integrations.reading.blocks import BLOCK_ROWS, BadLine, Block, Blocks, FileError, header_of, to_cell

XLSX_UNPACKED_MAX = 1_500_000_000
"""Bytes of a workbook after unpacking; more is a bomb or a book that should come as CSV or Parquet."""
# What unpacking and parsing raise at a workbook that is damaged, encrypted, or was never one.
_BROKEN = (CalamineError, ParseError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
_FORMULA_MARK = b"<f"
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d+)")


def parquet_blocks(path: Path, columns_max: int, *, block_rows: int = BLOCK_ROWS) -> Blocks:
    """Read a Parquet file by batches; the line number of the first row is 2, as if a header stood above it."""
    # 50 MB of memory for whoever reads Parquet, none for the server that never does.
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        file = pq.ParquetFile(path, memory_map=True, pre_buffer=False)
    except (pa.ArrowInvalid, OSError) as error:
        raise FileError("the file begins like Parquet but cannot be read to its end; send it again") from error
    with file:
        header = header_of(file.schema_arrow.names, columns_max)
        line = 2
        for batch in file.iter_batches(batch_size=block_rows):
            columns: list[Sequence[str]] = [list(map(to_cell, column.to_pylist())) for column in batch.columns]
            numbers = list(range(line, line + batch.num_rows))
            line += batch.num_rows
            yield _without_nul(header, numbers, columns)


def parquet_rows(path: Path) -> int:
    """Return how many rows the file says it has."""
    import pyarrow.parquet as pq  # noqa: PLC0415 - see above

    with pq.ParquetFile(path, memory_map=True) as file:
        return int(file.metadata.num_rows)


def xlsx_blocks(path: Path, columns_max: int, *, sheet: str | None = None, block_rows: int = BLOCK_ROWS) -> Blocks:
    """Read one sheet (the first, or by name); a formula without a stored result comes as its text."""
    _refuse_bombs(path)
    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            names = book.sheet_names
            if sheet is not None and sheet not in names:
                raise FileError(f"there is no sheet {sheet!r}; the file has {', '.join(names)}")
            place = 0 if sheet is None else names.index(sheet)
            opened = book.get_sheet_by_index(place)
            first_line = (opened.start or (0, 0))[0] + 1
            numbered = enumerate(opened.iter_rows(), start=first_line)
            yield from _sheet_blocks(numbered, _formulas(path, place), columns_max, block_rows)
    except _BROKEN as error:
        raise FileError("the workbook cannot be read; open it and save it again as XLSX") from error


def _sheet_blocks(
    numbered: Iterator[tuple[int, Sequence[object]]],
    formulas: dict[tuple[int, int], str],
    columns_max: int,
    block_rows: int,
) -> Blocks:
    header: tuple[str, ...] | None = None
    while header is None:
        found = next(numbered, None)
        if found is None:
            raise FileError("the sheet is empty")
        if any(cell != "" for cell in found[1]):
            header = header_of([to_cell(cell) for cell in found[1]], columns_max)
    while batch := list(islice(numbered, block_rows)):
        lines: list[int] = []
        rows: list[list[str]] = []
        for line, cells in batch:
            texts = [to_cell(cell) for cell in cells]
            if formulas:
                texts = [text or formulas.get((line, n), "") for n, text in enumerate(texts)]
            if any(texts):
                lines.append(line)
                rows.append(texts)
        columns: list[Sequence[str]] = list(zip(*rows, strict=True)) if rows else [()] * len(header)
        yield _without_nul(header, lines, columns)


def _without_nul(header: tuple[str, ...], lines: list[int], columns: list[Sequence[str]]) -> Block:
    """Take lines with a NUL character apart as bad: the database cannot hold it."""
    block = Block(header=header, lines=lines, columns=columns, bad=[])
    if not any("\0" in cell for column in columns for cell in column):
        return block
    spoilt = {n for column in columns for n, cell in enumerate(column) if "\0" in cell}
    kept = [n for n in range(len(lines)) if n not in spoilt]
    return Block(
        header=header,
        lines=[lines[n] for n in kept],
        columns=[[column[n] for n in kept] for column in columns],
        bad=[BadLine(lines[n], "line.nul", block.row(n)) for n in sorted(spoilt)],
    )


def _refuse_bombs(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
            names = set(archive.namelist())
    except zipfile.BadZipFile as error:
        raise FileError("the workbook is cut off; send it again") from error
    if "xl/workbook.xml" not in names:
        raise FileError("this archive is not an XLSX workbook")
    if unpacked > XLSX_UNPACKED_MAX:
        raise FileError("the workbook is too large when unpacked; send the book as CSV or Parquet")


def _formulas(path: Path, place: int) -> dict[tuple[int, int], str]:
    """Return {(line, column): "=..."} of cells whose formula has no stored result; empty for most books."""
    with zipfile.ZipFile(path) as archive:
        sheets = sorted(
            (name for name in archive.namelist() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name)),
            key=lambda name: int(re.sub(r"\D", "", name)),
        )
        if place >= len(sheets) or not _has_formulas(archive, sheets[place]):
            return {}
        found: dict[tuple[int, int], str] = {}
        with archive.open(sheets[place]) as file:
            for _, element in iterparse(file):  # noqa: S314 - size bounded above, no entities in a sheet
                if element.tag.endswith("}c"):
                    found.update(_formula_of(element))
                    element.clear()
        return found


def _has_formulas(archive: zipfile.ZipFile, name: str) -> bool:
    tail = b""
    with archive.open(name) as file:
        while chunk := file.read(1 << 20):
            if _FORMULA_MARK in tail + chunk:
                return True
            tail = chunk[-len(_FORMULA_MARK) :]
    return False


def _formula_of(cell: Element) -> dict[tuple[int, int], str]:
    formula = next((one.text for one in cell if one.tag.endswith("}f")), None)
    result = next((one.text for one in cell if one.tag.endswith("}v")), None)
    place = _REFERENCE.fullmatch(cell.get("r", ""))
    if not formula or result or place is None:
        return {}
    column = 0
    for letter in place[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return {(int(place[2]), column - 1): f"={formula}"}
