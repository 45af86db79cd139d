"""Does one broken line cost one line and no more?"""

from pathlib import Path

import pytest

from backend.integrations.reading.blocks import FileError
from backend.integrations.reading.detect import FileKind, Format, detect
from backend.integrations.reading.open import blocks_of, rows_total
from backend.integrations.reading.text import RECORD_LINES_MAX, csv_blocks


def read(
    path: Path, content: bytes, *, block_rows: int = 3
) -> tuple[list[tuple[int, list[str]]], list[tuple[int, str]]]:
    """Return (line, cells) of good lines and (line, code) of bad ones."""
    path.write_bytes(content)
    blocks = list(blocks_of(path, detect(path), block_rows=block_rows))
    good = [(line, block.row(n)) for block in blocks for n, line in enumerate(block.lines)]
    return good, [(bad.line, bad.code) for block in blocks for bad in block.bad]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "book"


def test_lines_are_numbered_as_an_editor_shows_them(path: Path) -> None:
    """The header is line 1; blank lines count; a cell of two lines makes the next number jump."""
    good, bad = read(path, b'a,b\n1,2\n\n"x\ny",3\n4,5\n')
    assert good == [(2, ["1", "2"]), (4, ["x\ny", "3"]), (6, ["4", "5"])]
    assert bad == []


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_line_endings_do_not_matter(path: Path, ending: str) -> None:
    good, _ = read(path, ending.join(["a,b", "1,2", "3,4"]).encode())
    assert good == [(2, ["1", "2"]), (3, ["3", "4"])]


def test_a_quote_that_never_closes_costs_its_own_line(path: Path) -> None:
    rows = [f"{n},{n}" for n in range(2 * RECORD_LINES_MAX)]
    rows[5] = '"open,5'
    good, bad = read(path, "\n".join(["a,b", *rows]).encode(), block_rows=50)
    assert bad == [(7, "line.other_width")]
    assert len(good) == len(rows) - 1


def test_a_quote_inside_a_cell_is_a_sign_like_others(path: Path) -> None:
    good, bad = read(path, b'a,b\n5" pipe,1\nx,2\ny,3\n7" pipe,4\nz,5\n')
    assert [cells for _, cells in good] == [['5" pipe', "1"], ["x", "2"], ["y", "3"], ['7" pipe', "4"], ["z", "5"]]
    assert bad == []


def test_other_widths_foreign_bytes_and_nul_are_named(path: Path) -> None:
    text = "甲,乙\n" + "王小雨,四海路\n" * 4
    good, bad = read(path, text.encode() + b"1\n1,2,3\n\xff\xfe,2\nx\0,2\nlast,2\n")
    assert bad == [(6, "line.other_width"), (7, "line.other_width"), (8, "line.not_of_encoding"), (9, "line.nul")]
    assert good[-1] == (10, ["last", "2"])


def test_repeated_and_empty_names_of_columns_are_told_apart(path: Path) -> None:
    path.write_bytes(b"a,,a\n1,2,3\n")
    assert next(blocks_of(path, detect(path))).header == ("a", "column 2", "a (3)")


def test_a_file_of_too_many_columns_is_refused(path: Path) -> None:
    path.write_text(",".join("abc") + "\n1,2,3\n")
    kind = FileKind(Format.CSV, "utf-8", ",", 2)
    with pytest.raises(FileError, match="3 columns; we take 2"):
        next(csv_blocks(path, kind, 2))


def test_json_lines_keep_the_digits_of_numbers(path: Path) -> None:
    good, bad = read(
        path,
        b'{"ref": "A", "x": 0.10, "who": {"name": "Li"}, "tags": ["a"]}\n'
        b'nonsense\n\n{"ref": "B", "x": 12345678901234567890.123, "more": 1, "ok": true}\n{"ref": "\\u0000"}\n',
    )
    assert good == [
        (1, ["A", "0.10", "Li", '["a"]', "", ""]),
        (4, ["B", "12345678901234567890.123", "", "", "1", "true"]),
    ]
    assert bad == [(2, "line.not_json"), (5, "line.nul")]


def test_an_array_of_objects_is_read_as_lines(path: Path) -> None:
    good, bad = read(path, b'[{"a": 1},\n{"a": 2}]\n')
    assert ([cells for _, cells in good], bad) == ([["1"], ["2"]], [])


def test_a_file_without_an_object_is_refused(path: Path) -> None:
    with pytest.raises(FileError, match="no line of the file is a JSON object"):
        read(path, b"{nonsense\n")


def test_how_many_lines_to_expect(path: Path) -> None:
    path.write_bytes(b"a\n1\n2\n")
    assert rows_total(path, detect(path)) == 3


def test_utf_16_that_is_cut_off_is_refused_in_words(path: Path) -> None:
    with pytest.raises(FileError, match="damaged or cut off; save it as UTF-8"):
        read(path, "a,b\n1,2".encode("utf-16") + b"\0")


def test_a_line_of_names_that_is_none_is_refused_in_words(path: Path) -> None:
    with pytest.raises(FileError, match="names of the columns cannot be read"):
        read(path, b'a"x\rb"y\n1,2\n')


def test_a_form_feed_ends_no_line(path: Path) -> None:
    """What a quote kept open is taken apart into the lines of the file: their numbers still count up."""
    good, bad = read(path, b'a,b\n1,"x\x0c\x0b\x1c\ny\rz"w,2\n3,4\n5,6\n')
    lines = sorted([*(line for line, _ in good), *(line for line, _ in bad)])
    assert lines == sorted(set(lines))
    assert lines[-1] == 6


def test_json_that_is_nested_without_end_costs_its_line(path: Path) -> None:
    deep = b'{"a":' * 1500 + b"1" + b"}" * 1500
    assert read(path, b'{"a": 1}\n' + deep + b'\n{"a": 2}\n') == ([(1, ["1"]), (3, ["2"])], [(2, "line.not_json")])


def test_what_is_no_text_in_the_name_of_a_column_is_shown_as_that(path: Path) -> None:
    path.write_bytes("编号,姓名,".encode() + b"a\xffb,c\0d\n" + "1,王,3,4\n".encode() * 9)
    assert next(blocks_of(path, detect(path))).header == ("编号", "姓名", "a\ufffdb", "c\ufffdd")
