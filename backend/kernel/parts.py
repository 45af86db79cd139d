"""Which part of a file does a browser ask for (RFC 9110, 14.2)?"""

import re

_RANGE = re.compile(r"bytes=(\d{1,15})?-(\d{1,15})?")


def part_of(header: str, size_bytes: int) -> tuple[int, int] | None:
    """Return (first, end) of a range; None when nothing of it exists. What is not one range of bytes is ignored."""
    match = _RANGE.fullmatch(header.strip())
    if match is None or (match[1] is None and match[2] is None):
        return 0, size_bytes
    if match[1] is None:
        first, end = max(size_bytes - int(match[2]), 0), size_bytes
    else:
        first, end = int(match[1]), size_bytes if match[2] is None else min(int(match[2]) + 1, size_bytes)
    return (first, end) if first < end else None
