"""What do all readers give? Blocks of lines: text cells by column, and the lines that could not be read."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, time
from decimal import Decimal

import msgspec

BLOCK_ROWS = 1000
"""Lines a block: one transaction of the import, far below a second on two cores."""
_WHOLE_FLOAT_MAX = 2.0**53
_UNWRITABLE = re.compile("[\0\ud800-\udfff]")
"""Bytes that are not of the encoding come as lone surrogates; neither JSON nor the database holds them."""


class FileError(ValueError):
    """The file as a whole cannot be read; the text is one line that says what to do."""


class BadLine(msgspec.Struct, frozen=True):
    """A line that has no readable cells: its number, a code of integrations.rules.reasons, the text as it came."""

    line: int
    code: str
    cells: list[str]


class Block(msgspec.Struct, frozen=True):
    """Some lines of a file: `columns` holds one list of texts a column (empty text = no value).

    `lines` are line numbers in the file (the header is line 1). Bad lines are not among the columns.
    """

    header: tuple[str, ...]
    lines: list[int]
    columns: list[Sequence[str]]
    bad: list[BadLine]

    def row(self, n: int) -> list[str]:
        """Return the cells of the n-th line of the block."""
        return [column[n] for column in self.columns]

    def size(self) -> int:
        """Return how many lines of the file the block stands for, the bad ones too."""
        return len(self.lines) + len(self.bad)


Blocks = Iterator[Block]


def header_of(cells: Sequence[str], columns_max: int) -> tuple[str, ...]:
    """Return usable column names: trimmed, an empty one named by its place, a repeated one by its number."""
    if not any(cell.strip() for cell in cells):
        raise FileError("the first line is empty: the file needs a line with the names of its columns")
    if len(cells) > columns_max:
        raise FileError(f"the file has {len(cells)} columns; we take {columns_max}")
    names: list[str] = []
    for place, cell in enumerate(cells, start=1):
        name = " ".join(_UNWRITABLE.sub("\ufffd", cell).split()) or f"column {place}"
        names.append(name if name not in names else f"{name} ({place})")
    return tuple(names)


def to_cell(value: object) -> str:
    """Return a typed value of a file as text: exact, without the noise of its type (5.0 is "5")."""
    if isinstance(value, str):
        return value
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            return _float_to_cell(value)
        case datetime() if value.time() == time(0):
            return value.date().isoformat()
        case list() | dict():
            return msgspec.json.encode(value).decode()
        case Decimal():
            return format(value, "f")
    return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else str(value)


def _float_to_cell(value: float) -> str:
    """Return the shortest decimal that reads back as the same double, so 0.1 stays 0.1; empty for NaN."""
    if value != value:  # noqa: PLR0124 - NaN is the one value that differs from itself
        return ""
    if value.is_integer() and abs(value) < _WHOLE_FLOAT_MAX:
        return str(int(value))
    return repr(value)
