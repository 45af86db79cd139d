"""Is there one way only to write the archive, and does a reader stop at the first byte that is another?"""

import io
from zlib import crc32

import pytest

from backend.evidence import archive
from backend.evidence.archive import Broken, files_of


def written(*files: tuple[str, bytes]) -> bytes:
    out, listed = io.BytesIO(), []
    for name, content in files:
        listed.append((name.encode(), crc32(content), len(content), out.tell()))
        out.write(archive.local_header(name.encode(), crc32(content), len(content)) + content)
    central, offset = b"".join(archive.central_header(*one) for one in listed), out.tell()
    return out.getvalue() + central + archive.end_record(len(listed), len(central), offset)


def test_what_was_written_is_read_in_its_order() -> None:
    files = [("b.txt", b"two"), ("a.txt", b""), ("c.bin", bytes(range(256)))]
    assert list(files_of(io.BytesIO(written(*files)))) == files
    assert list(files_of(io.BytesIO(written()))) == []


def test_every_byte_that_differs_is_found() -> None:
    whole = written(("a.txt", b"one"), ("b.txt", b"two"))
    for at in range(len(whole)):
        with pytest.raises(Broken):
            list(files_of(io.BytesIO(whole[:at] + bytes([whole[at] ^ 2]) + whole[at + 1 :])))


def test_a_size_beyond_any_photo_is_not_read() -> None:
    header = archive.local_header(b"a", 0, 2**32 - 1)
    with pytest.raises(Broken, match="damaged at byte 0"):
        list(files_of(io.BytesIO(header + b"x" * 100)))
