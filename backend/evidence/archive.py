"""How does an export lie in a plain zip whose every byte is settled? There is one way only to write the same files.

Nothing is compressed, nothing has a clock, and the list at the end follows from what stands before it: so a flipped bit
anywhere in it is found, also where programs that unpack do not look. It is a part of verify.py (packing.py).
"""

import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

FILE_BYTES_MAX = 64 * 2**20
"""No photo is larger; a header that says so is not ours."""

FILES_MAX = 60_000
_LOCAL, _CENTRAL, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_LOCAL_BYTES, _END_BYTES = 30, 22
_DAY = 33
"""1 January 1980 as archives write it: the archive itself has no clock."""

_MODE = 0o100600 << 16


class Broken(Exception):  # noqa: N818 - a verdict, said to people
    """Why something does not hold; the text is for people."""


def local_header(name: bytes, crc: int, size: int) -> bytes:
    """Return the bytes before a stored file in the archive: there is one way only to write them."""
    return struct.pack("<4s5H3I2H", _LOCAL, 20, 0, 0, 0, _DAY, crc, size, size, len(name), 0) + name


def central_header(name: bytes, crc: int, size: int, offset: int) -> bytes:
    """Return the line of a file in the archive's own list."""
    parts = (_CENTRAL, 0x0314, 20, 0, 0, 0, _DAY, crc, size, size, len(name), 0, 0, 0, 0, _MODE, offset)
    return struct.pack("<4s6H3I5H2I", *parts) + name


def end_record(count: int, size: int, offset: int) -> bytes:
    """Return the last bytes of the archive."""
    return struct.pack("<4s4H2IH", _END, 0, 0, count, count, size, offset, 0)


def files_of(handle: BinaryIO) -> Iterator[tuple[str, bytes]]:
    """Yield (name, content) of an archive in order; raises Broken at the first byte that is not as we write it."""
    listed: list[tuple[bytes, int, int, int]] = []
    position = 0
    while True:
        head = handle.read(_LOCAL_BYTES)
        if head[:4] != _LOCAL or len(head) < _LOCAL_BYTES:
            break
        crc, size, _, length, _ = struct.unpack("<3I2H", head[14:])
        name, content = handle.read(length), handle.read(min(size, FILE_BYTES_MAX + 1))
        if head + name != local_header(name, crc, size) or len(content) != size or zlib.crc32(content) != crc:
            raise Broken(f"the archive is damaged at byte {position}")
        if len(listed) >= FILES_MAX:
            raise Broken("the archive holds more files than an export has")
        listed.append((name, crc, size, position))
        position += _LOCAL_BYTES + length + size
        yield name.decode("ascii", "replace"), content
    central = b"".join(central_header(*one) for one in listed)
    expected = central + end_record(len(listed), len(central), position)
    if head + handle.read(len(expected) + 1) != expected:
        raise Broken("the list at the end of the archive is damaged, or something follows it")
