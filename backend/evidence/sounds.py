"""Are these bytes a spoken note, of which kind, and how long? Read from the container alone: nothing is ever decoded.

What browsers record: WebM and MP4 (Matroska and ISO boxes) and Ogg, with sound in it and nothing else. Every walk
through a file ends after so many elements, whatever it says of itself.
"""

from collections.abc import Iterator
from struct import error as struct_error
from struct import unpack_from

import msgspec

ELEMENTS_MAX = 50_000
"""Three minutes are 9,000 packets of 20 ms; a file made of empty boxes is given up."""

_EBML, _DOCTYPE = 0x1A45DFA3, 0x4282
_SCALE, _TRACK_TYPE, _CLUSTER_TIME, _SIMPLE_BLOCK, _BLOCK = 0x2AD7B1, 0x83, 0xE7, 0xA3, 0xA1
_INSIDE = frozenset({0x18538067, 0x1549A966, 0x1654AE6B, 0xAE, 0x1F43B675, 0xA0, _EBML})
"""Segment, Info, Tracks, TrackEntry, Cluster, BlockGroup: what is looked into; all else is stepped over."""

_SOUND_TRACK = 2
_SCALE_NS = 1_000_000
_OPUS_HZ = 48_000
_BOXES = frozenset({b"moov", b"trak", b"mdia"})
_OGG_HEAD = 27


class Sound(msgspec.Struct, frozen=True):
    """What the container says; a phone that writes while it records may not say how long it is."""

    media_type: str
    duration_ms: int | None


def sound_of(content: bytes) -> Sound | None:
    """Return what a recording is by its bytes; None for anything else, and for what holds more than sound."""
    try:
        if content[:4] == _EBML.to_bytes(4):
            return _webm(content)
        if content[:4] == b"OggS":
            return _ogg(content)
        return _mp4(content) if content[4:8] == b"ftyp" else None
    except (struct_error, IndexError):
        return None  # broken off in the middle of a number


def _elements(content: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield (id, start, end) of the elements of a Matroska file; the insides of those that are looked into too."""
    position = 0
    for _ in range(ELEMENTS_MAX):
        if position >= len(content):
            return
        width = 9 - content[position].bit_length()
        name = int.from_bytes(content[position : position + width])
        position += width
        length = 9 - content[position].bit_length()
        size = int.from_bytes(content[position : position + length]) - (1 << (7 * length))
        position += length
        if width > 4 or length > 8:  # noqa: PLR2004 - the widest that the format knows
            return
        yield name, position, min(position + size, len(content))
        if name not in _INSIDE:
            position += size


def _webm(content: bytes) -> Sound | None:
    is_webm, tracks, scale_ns, cluster, last = False, set[int](), _SCALE_NS, 0, 0
    for name, start, end in _elements(content):
        number = int.from_bytes(content[start : min(end, start + 8)])
        if name == _DOCTYPE:
            is_webm = content[start:end].rstrip(b"\0") in {b"webm", b"matroska"}
        elif name == _TRACK_TYPE:
            tracks.add(number)
        elif name == _SCALE:
            scale_ns = number
        elif name == _CLUSTER_TIME:
            cluster = number
        elif name in {_SIMPLE_BLOCK, _BLOCK}:
            skipped = 9 - content[start].bit_length()
            last = max(last, cluster + unpack_from(">h", content, start + skipped)[0])
    if not is_webm or tracks != {_SOUND_TRACK}:
        return None
    return Sound("audio/webm", last * scale_ns // _SCALE_NS)


def _ogg(content: bytes) -> Sound | None:
    position, last, skipped = 0, 0, 0
    for _ in range(ELEMENTS_MAX):
        if position >= len(content):
            break
        if content[position : position + 4] != b"OggS":
            return None
        granule, segments = unpack_from("<q", content, position + 6)[0], content[position + 26]
        body = position + _OGG_HEAD + segments
        if content[position + 5] & 2:  # a stream begins here, and must be sound
            if content[body : body + 8] != b"OpusHead":
                return None
            skipped = unpack_from("<H", content, body + 10)[0]
        last = max(last, granule)
        position = body + sum(content[position + _OGG_HEAD : body])
    return Sound("audio/ogg", max(0, last - skipped) * 1000 // _OPUS_HZ)


def _mp4(content: bytes) -> Sound | None:
    handlers, duration_ms, position = set[bytes](), 0, 0
    for _ in range(ELEMENTS_MAX):
        if position + 8 > len(content):
            break
        size, name = unpack_from(">I4s", content, position)
        if name == b"hdlr":
            handlers.add(content[position + 16 : position + 20])
        elif name == b"mvhd":
            duration_ms = _mvhd_ms(content, position + 8)
        if size == 1:
            size = unpack_from(">Q", content, position + 8)[0]
        position += 8 if name in _BOXES else size or len(content)
        if size < 8:  # noqa: PLR2004 - a box holds its own head at least
            break
    return Sound("audio/mp4", duration_ms or None) if handlers & {b"soun", b"vide"} == {b"soun"} else None


def _mvhd_ms(content: bytes, start: int) -> int:
    if content[start] == 1:
        scale, duration = unpack_from(">IQ", content, start + 20)
    else:
        scale, duration = unpack_from(">II", content, start + 12)
    return int(duration * 1000 // scale) if scale else 0
