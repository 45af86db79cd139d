"""Is a file known by its content, whatever its name?"""

import codecs
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.integrations.reading.blocks import FileError
from backend.integrations.reading.detect import Format, delimiter_of, detect
from backend.integrations.reading.open import blocks_of

HAN = "王小雨欧阳娜娜四海路号栋" * 3


def kind(tmp_path: Path, content: bytes) -> tuple[str, str, str]:
    path = tmp_path / "file"
    path.write_bytes(content)
    found = detect(path)
    return found.format.value, found.encoding, found.delimiter


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a,b\n1,2\n", ("csv", "utf-8", ",")),
        (b"a;b\r\n1;2\r\n", ("csv", "utf-8", ";")),
        (b"sep=;\na;b,c\n", ("csv", "utf-8", ";")),
        (b"a\tb,c\td\n", ("csv", "utf-8", "\t")),
        (f"姓名,地址\n{HAN},x\n".encode(), ("csv", "utf-8", ",")),
        (codecs.BOM_UTF8 + "姓名,地址\n".encode(), ("csv", "utf-8-sig", ",")),
        (f"姓名,地址\n{HAN},x\n".encode("gb18030"), ("csv", "gb18030", ",")),
        (codecs.BOM_UTF16_LE + "姓名\t地址\n".encode("utf-16-le"), ("csv", "utf-16", "\t")),
        (f"姓名,地址\n{HAN},x\n".encode() + b"\xff,y\n", ("csv", "utf-8", ",")),
        (b'{"a": 1}\n', ("jsonl", "utf-8", "")),
        (b'[{"a": 1},\n{"a": 2}]\n', ("jsonl", "utf-8", "")),
        (b"PAR1....", ("parquet", "", "")),
    ],
)
def test_formats_encodings_delimiters(tmp_path: Path, content: bytes, expected: tuple[str, str, str]) -> None:
    """IN-1: UTF-8, with byte order mark, GB18030; CSV, JSON lines, Parquet."""
    assert kind(tmp_path, content) == expected


@pytest.mark.parametrize("content", [b"", b"  \n ", b"%PDF-1.7", b"\xd0\xcf\x11\xe0 old excel", b"\x1f\x8b gzip"])
def test_what_is_no_book_is_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(FileError, match=r"^[^\n]+$"):
        kind(tmp_path, content)


def test_a_delimiter_inside_quotes_does_not_count() -> None:
    assert delimiter_of('"a,b,c,d";"e"') == ";"
    assert delimiter_of("alone") == ","


@settings(max_examples=60)
@given(
    st.lists(
        st.text(st.characters(codec="gb18030", exclude_characters='\0\r\n"', exclude_categories=["Cs"]), min_size=1),
        min_size=1,
    )
)
def test_a_text_comes_back_from_each_encoding(tmp_path_factory: pytest.TempPathFactory, cells: list[str]) -> None:
    """The same lines, written in UTF-8, with a mark and in GB18030, are read as the same cells."""
    folder = tmp_path_factory.mktemp("encodings")
    text = "编号,姓名\n" + "".join(f'{n},"{cell}"\n' for n, cell in enumerate(cells)) + f"x,{HAN}\n"
    for encoding in ("utf-8", "utf-8-sig", "gb18030"):
        path = folder / encoding
        path.write_text(text, encoding=encoding, newline="")
        found = detect(path)
        assert (found.format, found.encoding) == (Format.CSV, encoding)
        read = [name for block in blocks_of(path, found) for name in block.columns[1]]
        assert read == [*cells, HAN]
