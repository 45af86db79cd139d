"""How do people of one file become the obligors of another, when the two share no reference? By order, written down.

`pair_files` takes the first file's lines in turn and gives each the reference of the line at the same place of the
second file. The result is a file like the first with the second's references, to be imported as any other, and to be
read by whoever asks who was joined with whom.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

from backend.integrations.commands.runs import kind_of
from backend.integrations.problems import UNREADABLE_FILE
from backend.integrations.reading.blocks import FileError
from backend.integrations.reading.open import blocks_of
from backend.kernel.problems import Problem

THEIR_REF = "paired_from"


def pair_files(people: Path, ref_column: str, book: Path, book_column: str, out: Path) -> int:
    """Write the paired file (UTF-8 CSV); returns how many lines it has: as many as the shorter of the two.

    Raises Problem(UNREADABLE_FILE) when a file cannot be read or has no such column.
    """
    own_header, lines = read_rows(people, ref_column)
    book_header, book_lines = read_rows(book, book_column)
    own, other = own_header.index(ref_column), book_header.index(book_column)
    count = 0
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*own_header, THEIR_REF])
        for line, book_line in zip(lines, book_lines, strict=False):
            writer.writerow([*line[:own], book_line[other], *line[own + 1 :], line[own]])
            count += 1
    return count


def read_rows(path: Path, column: str) -> tuple[tuple[str, ...], Iterator[list[str]]]:
    """Return the header of a file and its lines one by one; raises Problem(UNREADABLE_FILE) without that column."""
    try:
        blocks = blocks_of(path, kind_of(path))
        first = next(blocks, None)
    except FileError as error:
        raise Problem(UNREADABLE_FILE, reason=str(error)) from error
    if first is None or column not in first.header:
        raise Problem(UNREADABLE_FILE, reason=f"{path.name} has no column {column!r}")

    def rows() -> Iterator[list[str]]:
        yield from (first.row(n) for n in range(len(first.lines)))
        for block in blocks:
            yield from (block.row(n) for n in range(len(block.lines)))

    return first.header, rows()
