"""Which files does the server look into by itself, and do both ways say the same?"""

from pathlib import Path

import pytest

from backend.integrations.looking import LIGHT_BYTES_MAX, guess_apart, inspect_apart, is_light
from backend.kernel.problems import Problem

LINE = b"ref,name\r\n"


@pytest.mark.parametrize(
    ("content", "light"),
    [
        (b"", True),
        (LINE, True),
        (LINE + b"x" * (LIGHT_BYTES_MAX - len(LINE)), True),
        (LINE + b"x" * (LIGHT_BYTES_MAX - len(LINE) + 1), False),
        (b"PAR1 and a gigabyte inside", False),
        (b"PK\x03\x04 and a gigabyte inside", False),
    ],
)
def test_only_small_text_is_looked_at_here(tmp_path: Path, content: bytes, *, light: bool) -> None:
    path = tmp_path / "book"
    path.write_bytes(content)
    assert is_light(path) is light


async def test_a_small_and_a_large_book_are_seen_alike(tmp_path: Path) -> None:
    """The large one is looked at by a child."""
    books = []
    for name, count in (("small", 3), ("large", 200_000)):
        path = tmp_path / name
        path.write_bytes(LINE + b"".join(b"R%06d,Wang\r\n" % n for n in range(count)))
        books.append(path)
    assert [is_light(path) for path in books] == [True, False]
    small, large = [await guess_apart(path, []) for path in books]
    assert (small.columns, small.fits) == (large.columns, large.fits)
    small_seen, large_seen = [await inspect_apart(path) for path in books]
    assert small_seen.kind.format is large_seen.kind.format


@pytest.mark.parametrize("content", [b"", b"PAR1 cut"])
async def test_what_is_no_book_is_said_in_both_ways(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "book"
    path.write_bytes(content)
    with pytest.raises(Problem, match=r"import\.unreadable_file"):
        await inspect_apart(path)
