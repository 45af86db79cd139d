"""How is a world written down? Parquet, CSV and JSON lines per noun, the lender's loan book, the map, the truth apart.

The folder holds one file a noun and format (obligors, related_parties, contact_points, addresses, accounts,
collateral, instalments, payments, balances, history, staff, territories), `loanbook.zh.csv` and `loanbook.en.csv` (the
same rows under Chinese and English headers) and `loanbook.zh.gb18030.csv`, `town.geojson`, `world.json` (what it is
and how many of each), and in `truth/` what no lender sees. The bytes follow from size, seed, day and language alone.
"""

import csv
import json
from collections.abc import Iterable
from contextlib import ExitStack
from datetime import date, datetime
from pathlib import Path
from typing import IO, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq

from ml.synthetic.block import Block
from ml.synthetic.columns import Column, Table, Value
from ml.synthetic.layers import town_layers
from ml.synthetic.loanbook import loan_book_table
from ml.synthetic.world import World

FORMATS = ("parquet", "csv", "jsonl")
FORMATS_OF = {"small": FORMATS, "city": ("parquet", "csv"), "big": ("parquet",)}
"""What is worth its disk: a big world would be 8 GB as CSV."""
TRUTH = "truth"
_GB18030 = "loanbook.zh.gb18030.csv"


class Writer(Protocol):
    """Writes the tables of one noun, block after block."""

    def write(self, table: Table) -> None:
        """Append the rows."""

    def close(self) -> None:
        """Finish the file."""


class ParquetWriter:
    """One row group a block."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: pq.ParquetWriter | None = None

    def write(self, table: Table) -> None:
        """Append the rows as one group; the first block decides the schema."""
        arrow = arrow_table(table)
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._path, arrow.schema, compression="zstd")
        self._writer.write_table(arrow)

    def close(self) -> None:
        """Write the footer."""
        if self._writer is not None:
            self._writer.close()


class CsvWriter:
    """UTF-8, LF, header once, quotes where needed, unknown is empty; lists are numbers with spaces."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: arrow_csv.CSVWriter | None = None

    def write(self, table: Table) -> None:
        """Append the rows."""
        arrow = arrow_table(_flat(table))
        if self._writer is None:
            options = arrow_csv.WriteOptions(quoting_style="needed")
            self._writer = arrow_csv.CSVWriter(self._path, arrow.schema, write_options=options)
        self._writer.write_table(arrow)

    def close(self) -> None:
        """Flush the file."""
        if self._writer is not None:
            self._writer.close()


class JsonLinesWriter:
    """One object a line; dates and instants (UTC) as ISO text, unknown as null."""

    def __init__(self, path: Path) -> None:
        self._file: IO[str] = path.open("w", encoding="utf-8", newline="\n")

    def write(self, table: Table) -> None:
        """Append the rows."""
        for row in table.rows():
            line = {name: _json_value(value) for name, value in row.items()}
            self._file.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")

    def close(self) -> None:
        """Flush the file."""
        self._file.close()


_WRITERS: dict[str, type[ParquetWriter | CsvWriter | JsonLinesWriter]] = {
    "parquet": ParquetWriter,
    "csv": CsvWriter,
    "jsonl": JsonLinesWriter,
}


def write_world(world: World, folder: Path, formats: Iterable[str]) -> dict[str, int]:
    """Write everything into the folder, a block at a time; return how many rows each noun has."""
    (folder / TRUTH).mkdir(parents=True, exist_ok=True)
    chosen = [form for form in FORMATS if form in set(formats)]
    counts: dict[str, int] = {}
    with ExitStack() as stack:
        open_writers: dict[tuple[str, str], Writer] = {}

        def put(table: Table, within: Path, forms: Iterable[str]) -> None:
            counts[table.noun] = counts.get(table.noun, 0) + len(table)
            for form in forms:
                key = (table.noun, form)
                if key not in open_writers:
                    open_writers[key] = _WRITERS[form](within / f"{table.noun}.{form}")
                    stack.callback(open_writers[key].close)
                open_writers[key].write(table)

        put(world.staff_table(), folder, chosen)
        put(world.territory_table(), folder, chosen)
        for block in world.blocks():
            for table in block.book.values():
                put(table, folder, chosen)
            for table in block.hidden.values():
                put(table, folder / TRUTH, chosen)
            for language in ("zh", "en"):
                put(_loan_book(world, block, language), folder, ["csv"])
    _reencode(folder / "loanbook.zh.csv", folder / _GB18030)
    _write_json(folder / "town.geojson", town_layers(world.town, world.frame.language))
    _write_json(folder / "world.json", _about(world, counts))
    return counts


def write_truth(world: World, folder: Path) -> None:
    """Write the hidden truth alone, for `oracle.read_oracle`; what lies there is replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        open_writers: dict[str, ParquetWriter] = {}
        for block in world.blocks():
            for table in block.hidden.values():
                if table.noun not in open_writers:
                    open_writers[table.noun] = ParquetWriter(folder / f"{table.noun}.parquet")
                    stack.callback(open_writers[table.noun].close)
                open_writers[table.noun].write(table)


def arrow_table(table: Table) -> pa.Table:
    """Return the table as Arrow columns: unknown is null, dates are date32, instants UTC."""
    return pa.table({name: _arrow_column(column) for name, column in table.columns.items()})


def _arrow_column(column: Column) -> pa.Array:
    if column.ndim > 1:
        flat = pa.array(np.ascontiguousarray(column, dtype=np.int16).ravel())
        return pa.FixedSizeListArray.from_arrays(flat, column.shape[1])
    if column.dtype.kind == "U":
        # Given as objects: Arrow's own reading of fixed-width text keeps the padding of the widest row in memory.
        words = column.astype(object)
        words[column == ""] = None
        return pa.array(words, type=pa.string())
    if column.dtype.kind == "M" and column.dtype != np.dtype("datetime64[D]"):
        return pa.array(column.astype("datetime64[s]")).cast(pa.timestamp("s", tz="UTC"))
    return pa.array(column, from_pandas=column.dtype.kind == "f")


def _flat(table: Table) -> Table:
    lists = {
        name: np.array([" ".join(map(str, row)) for row in column.tolist()])
        for name, column in table.columns.items()
        if column.ndim > 1
    }
    return Table(table.noun, table.columns | lists) if lists else table


def _loan_book(world: World, block: Block, language: str) -> Table:
    rows = len(block.loan_book["account_ref"])
    as_of = np.full(rows, np.datetime64(world.frame.today, "D"))
    book = loan_book_table(block.loan_book, as_of, language)
    return Table(f"loanbook.{language}", book.columns)


def _reencode(source: Path, target: Path) -> None:
    """Write the Chinese loan book once more as older Chinese systems do: GB18030 with CRLF."""
    with (
        source.open(encoding="utf-8", newline="") as rows,
        target.open("w", encoding="gb18030", newline="") as lines,
    ):
        csv.writer(lines, lineterminator="\r\n").writerows(csv.reader(rows))


def _about(world: World, counts: dict[str, int]) -> dict[str, object]:
    frame = world.frame
    return {
        "size": world.size.name,
        "seed": frame.seed,
        "today": frame.today.isoformat(),
        "language": frame.language.code,
        "currency": frame.language.currency,
        "zone": frame.language.zone,
        "tenant": frame.staff.tenant,
        "centre": [frame.town.plane.lat, frame.town.plane.lon],
        "note": "Made up. No real person, company, phone or debt.",
        "attribution": (frame.town.drawing or {}).get("attribution"),
        "rows": counts,
    }


def _write_json(path: Path, document: dict[str, object]) -> None:
    path.write_text(json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def _json_value(value: Value) -> Value:
    if isinstance(value, datetime):
        return value.isoformat() + "Z"
    return value.isoformat() if isinstance(value, date) else value
