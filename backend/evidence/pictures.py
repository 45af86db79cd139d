"""What is asked of the process that decodes pictures, and what does it answer? Plain values, sent as MessagePack."""

from typing import Annotated

import msgspec

VIEW_PX = 1600
THUMBNAIL_PX = 320
REDACTED_PX = 4096
"""A redacted copy keeps what can be read in a photo of 12 megapixels."""

PIXELS_MAX = 50_000_000
"""The largest photo of a good phone; what announces more is refused before a byte of it is decoded."""

STAMP_LINES_MAX = 4

MEDIA_TYPES = ("image/jpeg", "image/png", "image/webp", "image/avif", "image/heic")

_JPEG = b"\xff\xd8\xff"
_PNG = b"\x89PNG\r\n\x1a\n"
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1", b"heif"})
_BRANDS_MAX = 16


class Question(msgspec.Struct, frozen=True, tag="look"):
    """The bytes of a photo, and the lines to write on its copies, the most important one first."""

    content: bytes
    stamp: list[str]


_Share = Annotated[float, msgspec.Meta(ge=0, le=1)]


class Area(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A rectangle of a picture that stands upright, in shares of its width and height, from its upper left corner."""

    left: _Share
    top: _Share
    width: Annotated[float, msgspec.Meta(gt=0, le=1)]
    height: Annotated[float, msgspec.Meta(gt=0, le=1)]


class Blackening(msgspec.Struct, frozen=True, tag="blacken"):
    """The bytes of a photo, what is to be black in a copy of it, and the lines to write on that."""

    content: bytes
    areas: list[Area]
    stamp: list[str]


class Blackened(msgspec.Struct, frozen=True, tag="blackened"):
    """A copy of a photo as JPEG, upright and without metadata, in which nothing is left of the areas."""

    content: bytes


class Picture(msgspec.Struct, frozen=True, tag="picture"):
    """A photo that was decoded whole: its size upright, two stamped JPEG copies, and what its camera wrote into it.

    `looks` is a perceptual hash of 64 bits (unsigned). `exif_taken` is local camera time as YYYY-MM-DDTHH:MM:SS, with
    its offset from UTC when the camera knew it; the place is in 1e-7 degrees of WGS 84.
    """

    media_type: str
    width_px: int
    height_px: int
    view: bytes
    thumbnail: bytes
    looks: int
    exif_taken: str | None
    exif_lat_e7: int | None
    exif_lon_e7: int | None


class Fault(msgspec.Struct, frozen=True, tag="fault"):
    """Why there is no picture: not_a_photo, too_large (pixels or memory), unreadable (broken off or damaged)."""

    code: str


def media_type_of(content: bytes) -> str | None:
    """Return the type that the first bytes say, None when they are no photo that we take."""
    if content.startswith(_JPEG):
        return "image/jpeg"
    if content.startswith(_PNG):
        return "image/png"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if content[4:8] == b"ftyp":
        return _by_brand(content)
    return None


def _by_brand(content: bytes) -> str | None:
    """Tell AVIF and HEIC apart by the brands of the file's first box: the major one, then those it is compatible to."""
    end = min(int.from_bytes(content[:4], "big"), len(content), 16 + 4 * _BRANDS_MAX)
    brands = [content[8:12], *(content[at : at + 4] for at in range(16, end, 4))]
    if any(brand in _AVIF_BRANDS for brand in brands):
        return "image/avif"
    return "image/heic" if any(brand in _HEIC_BRANDS for brand in brands) else None
