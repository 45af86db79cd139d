"""What is this file? Its format by content, its encoding by a full pass, its delimiter by the first line."""

import codecs
import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TextIO

import msgspec

from backend.integrations.reading.blocks import FileError

CHUNK_BYTES = 1 << 20
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH = re.compile(rb"[\x80-\xff]")
_DELIMITERS = ",;\t|"
_STRAY_SHARE = 10
"""A file is damaged UTF-8, and not GB18030, when at most one in ten of its high bytes stands outside a UTF-8 sequence:
in Chinese text in GB18030 most of them do."""


class Format(StrEnum):
    """The formats that can be read."""

    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"
    JSON_LINES = "jsonl"


class FileKind(msgspec.Struct, frozen=True):
    """What a file is: encoding and delimiter are empty for formats that have none; `line_count` counts line feeds."""

    format: Format
    encoding: str
    delimiter: str
    line_count: int


def detect(path: Path) -> FileKind:
    """Look at a file once, in chunks; raises FileError with one line when it is none of the formats."""
    with path.open("rb") as file:
        head = file.read(4096)
    if not head.strip():
        raise FileError("the file is empty")
    if head.startswith(b"PAR1"):
        return FileKind(Format.PARQUET, "", "", 0)
    if head.startswith(b"PK\x03\x04"):
        return FileKind(Format.XLSX, "", "", 0)
    if head.startswith((b"\xd0\xcf\x11\xe0", b"%PDF", b"\x1f\x8b", b"\x89PNG")):
        raise FileError("this is not a CSV, XLSX, Parquet or JSON-lines file; save the book as one of these")
    encoding, line_count = _encoding(path, head)
    first = _first_line(path, encoding)
    if first.lstrip().startswith(("{", "[")):
        return FileKind(Format.JSON_LINES, encoding, "", line_count)
    return FileKind(Format.CSV, encoding, delimiter_of(first), line_count)


def delimiter_of(line: str) -> str:
    """Return the delimiter that occurs most outside quotes; a comma when none occurs."""
    if line.lower().startswith("sep=") and len(line.rstrip("\r\n")) == len("sep=") + 1:
        return line[len("sep=")]
    bare = re.sub(r'"[^"]*"', "", line)
    return max(_DELIMITERS, key=lambda sign: (bare.count(sign), -_DELIMITERS.index(sign)))


def _encoding(path: Path, head: bytes) -> tuple[str, int]:
    """Return (codec name, line feeds): by byte order mark, else UTF-8 if the file is, else GB18030 or damaged UTF-8."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", sum(chunk.count(b"\n") for chunk in _chunks(path))
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8, lines, high, inside = True, 0, 0, 0
    for chunk in _chunks(path):
        lines += chunk.count(b"\n")
        if is_utf8:
            is_utf8 = _decodes(decoder, chunk)
        if not chunk.isascii():
            high += len(_HIGH.findall(chunk))
            inside += sum(map(len, _MULTIBYTE.findall(chunk)))
    if is_utf8 and _decodes(decoder, b"", final=True):
        return ("utf-8-sig" if head.startswith(codecs.BOM_UTF8) else "utf-8"), lines
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig", lines
    return ("utf-8" if (high - inside) * _STRAY_SHARE <= high else "gb18030"), lines


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def _first_line(path: Path, encoding: str) -> str:
    with path.open(encoding=encoding, errors="surrogateescape", newline="") as file:
        return read_line(file, CHUNK_BYTES)


def read_line(file: TextIO, characters_max: int) -> str:
    """Return the next line with its end, empty behind the last; raises FileError where UTF-16 is damaged or cut off.

    Bytes that are not of another encoding come as lone surrogates and cost their own line; in UTF-16 nobody knows where
    the next sign begins.
    """
    try:
        return file.readline(characters_max)
    except UnicodeDecodeError as error:
        raise FileError("the text is damaged or cut off; save it as UTF-8 and send it again") from error
