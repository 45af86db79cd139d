"""Which reader fits a file, and how many lines will it give?"""

from itertools import islice
from pathlib import Path
from typing import assert_never

from backend.integrations.reading.blocks import BLOCK_ROWS, Block, Blocks
from backend.integrations.reading.detect import FileKind, Format
from backend.integrations.reading.sheets import parquet_blocks, parquet_rows, xlsx_blocks
from backend.integrations.reading.text import csv_blocks, json_blocks
from backend.integrations.schemas import COLUMNS_MAX


def blocks_of(path: Path, kind: FileKind, *, block_rows: int = BLOCK_ROWS) -> Blocks:
    """Return the file as blocks of text cells; raises FileError when the file as a whole cannot be read."""
    match kind.format:
        case Format.CSV:
            return csv_blocks(path, kind, COLUMNS_MAX, block_rows=block_rows)
        case Format.JSON_LINES:
            return json_blocks(path, kind, COLUMNS_MAX, block_rows=block_rows)
        case Format.PARQUET:
            return parquet_blocks(path, COLUMNS_MAX, block_rows=block_rows)
        case Format.XLSX:
            return xlsx_blocks(path, COLUMNS_MAX, block_rows=block_rows)
        case unknown:
            assert_never(unknown)


def rows_total(path: Path, kind: FileKind) -> int | None:
    """Return how many lines to expect, for progress: exact for Parquet, an upper bound for text, None for XLSX."""
    match kind.format:
        case Format.PARQUET:
            return parquet_rows(path)
        case Format.CSV | Format.JSON_LINES:
            return kind.line_count
        case Format.XLSX:
            return None
        case unknown:
            assert_never(unknown)


def first_block(path: Path, kind: FileKind, rows: int) -> Block | None:
    """Return the first lines of a file, to look at; None when it has only a header."""
    return next(islice(blocks_of(path, kind, block_rows=rows), 1), None)
