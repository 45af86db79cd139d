"""How are CSV and JSON lines read? Line by line, so that one broken quote or byte costs one line and no more."""

import csv
import io
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TextIO

import msgspec

from backend.integrations.reading.blocks import BLOCK_ROWS, BadLine, Block, Blocks, FileError, header_of, to_cell
from backend.integrations.reading.detect import FileKind, read_line
from backend.kernel.reading import UNREADABLE

RECORD_LINES_MAX = 200
"""A quoted cell that runs over more lines than this was never closed: its first line is refused, the rest read anew."""
LINE_CHARS_MAX = 4_000_000
HEADER_SCAN_ROWS = 1000
Record = tuple[int, str]
"""(line number, text with its line breaks)"""


def csv_blocks(path: Path, kind: FileKind, columns_max: int, *, block_rows: int = BLOCK_ROWS) -> Blocks:
    """Read a delimited file; bytes that are not of the encoding come as lone surrogates, to be refused by line."""
    with path.open(encoding=kind.encoding, errors="surrogateescape", newline="") as file:
        records = _records(file)
        header: tuple[str, ...] | None = None
        while header is None:
            first = next(records, None)
            if first is None:
                raise FileError("the file has no line with the names of its columns")
            if first[1].strip() and not first[1].lower().startswith("sep="):
                rows = _cells([first[1]], kind.delimiter)
                if len(rows) != 1:
                    raise FileError("the line with the names of the columns cannot be read; is the file a CSV?")
                header = header_of(rows[0], columns_max)
        while batch := list(islice(records, block_rows)):
            yield _block(header, batch, kind.delimiter)


def _records(file: TextIO) -> Iterator[Record]:
    """Yield records: one line, or the lines that one quoted cell holds together."""
    waiting: deque[Record] = deque()
    lines = _numbered(file)
    while True:
        record = waiting.popleft() if waiting else next(lines, None)
        if record is None:
            return
        number, text = record
        if text.count('"') % 2 == 0:
            yield record
            continue
        taken: list[Record] = []
        is_open = True
        while is_open and len(taken) < RECORD_LINES_MAX:
            following = waiting.popleft() if waiting else next(lines, None)
            if following is None:
                break
            taken.append(following)
            is_open = following[1].count('"') % 2 == 0
        if is_open:
            waiting.extendleft(reversed(taken))
            yield record
        else:
            yield number, text + "".join(line for _, line in taken)


def _numbered(file: TextIO) -> Iterator[Record]:
    number = 0
    while line := read_line(file, LINE_CHARS_MAX):
        number += 1
        yield number, line


def _block(header: tuple[str, ...], batch: Sequence[Record], delimiter: str) -> Block:
    lines: list[int] = []
    rows: list[list[str]] = []
    bad: list[BadLine] = []
    for number, cells in _parsed(batch, delimiter):
        if not cells:
            continue
        code = _why_bad(cells, len(header))
        if code is None:
            lines.append(number)
            rows.append(cells)
        else:
            bad.append(BadLine(number, code, cells))
    columns: list[Sequence[str]] = list(zip(*rows, strict=True)) if rows else [()] * len(header)
    return Block(header=header, lines=lines, columns=columns, bad=bad)


def _parsed(batch: Sequence[Record], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield (line number, cells); a record of several lines that is no record is taken apart into its lines."""
    together = _cells([text for _, text in batch], delimiter)
    if len(together) == len(batch):
        yield from zip((number for number, _ in batch), together, strict=True)
        return
    for number, text in batch:
        rows = _cells([text], delimiter)
        if len(rows) == 1:
            yield number, rows[0]
            continue
        for place, line in enumerate(_lines_of(text)):
            apart = _cells([line], delimiter)
            yield number + place, (apart[0] if len(apart) == 1 else [line.rstrip("\r\n")])


def _lines_of(text: str) -> list[str]:
    """Return the lines of a text as the file has them: a form feed or a line separator of Unicode ends none."""
    return io.StringIO(text, newline="").readlines()


def _cells(texts: Sequence[str], delimiter: str) -> list[list[str]]:
    """Return the rows of the texts; fewer or more than texts when one of them is not a record by itself."""
    try:
        return list(csv.reader(texts, delimiter=delimiter))
    except csv.Error:
        return []


def _why_bad(cells: Sequence[str], width: int) -> str | None:
    if len(cells) != width:
        return "line.other_width"
    joined = "".join(cells)
    if "\0" in joined:
        return "line.nul"
    if joined.isascii():
        return None
    try:
        joined.encode()
    except UnicodeEncodeError:
        return "line.not_of_encoding"
    return None


def json_blocks(path: Path, kind: FileKind, columns_max: int, *, block_rows: int = BLOCK_ROWS) -> Blocks:
    """Read one JSON object a line (or one array of objects); nested keys become a.b, numbers keep their digits."""
    with path.open(encoding=kind.encoding, errors="surrogateescape", newline="\n") as file:
        objects = _objects(file)
        head = list(islice(objects, HEADER_SCAN_ROWS))
        names: dict[str, None] = {}
        for _, found in head:
            if isinstance(found, dict):
                names.update(dict.fromkeys(found))
        header = header_of(list(names), columns_max) if names else ()
        if not header:
            raise FileError("no line of the file is a JSON object")
        yield from _object_blocks(header, _chain(head, objects), block_rows)


def _chain(head: Iterable[tuple[int, object]], rest: Iterator[tuple[int, object]]) -> Iterator[tuple[int, object]]:
    yield from head
    yield from rest


def _objects(file: TextIO) -> Iterator[tuple[int, object]]:
    decoder = msgspec.json.Decoder(float_hook=str)
    number = 0
    while line := read_line(file, LINE_CHARS_MAX):
        number += 1
        text = line.strip().removeprefix("[").removesuffix("]").rstrip(",")
        if not text:
            continue
        try:
            found = decoder.decode(text.encode())
            cells = _flat(found, "") if isinstance(found, dict) else None
        except (*UNREADABLE, UnicodeEncodeError):
            cells = None
        yield number, (line.rstrip("\r\n") if cells is None else cells)


def _flat(value: dict[str, object], prefix: str) -> dict[str, str]:
    flat: dict[str, str] = {}
    for name, inner in value.items():
        if isinstance(inner, dict):
            flat.update(_flat(inner, f"{prefix}{name}."))
        else:
            flat[prefix + name] = to_cell(inner)
    return flat


def _object_blocks(header: tuple[str, ...], objects: Iterator[tuple[int, object]], block_rows: int) -> Blocks:
    while batch := list(islice(objects, block_rows)):
        lines: list[int] = []
        rows: list[dict[str, str]] = []
        bad: list[BadLine] = []
        for number, found in batch:
            if not isinstance(found, dict):
                bad.append(BadLine(number, "line.not_json", [str(found)]))
            elif any("\0" in cell for cell in found.values()):
                bad.append(BadLine(number, "line.nul", [found.get(name, "") for name in header]))
            else:
                lines.append(number)
                rows.append(found)
        columns: list[Sequence[str]] = [[row.get(name, "") for row in rows] for name in header]
        yield Block(header=header, lines=lines, columns=columns, bad=bad)
