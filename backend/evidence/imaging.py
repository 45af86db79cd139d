"""How does a photo become what people look at? Decoded whole, upright, made smaller, stamped, free of metadata.

`python -m backend.evidence.imaging` is a process that lives for one photo: it takes a question on its input and gives
what was made, or a Fault. Its memory and time have a ceiling, so a file made to hurt hurts nobody but itself. Nothing
of it is ever imported by the process of the API.
"""

import io
import math
import resource
import struct
import sys
import warnings
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TypeVar

import msgspec
from PIL import ExifTags, Image, ImageDraw, ImageFont, ImageOps
from PIL.Image import Resampling
from pillow_heif import register_heif_opener
from pypinyin import lazy_pinyin

from backend.evidence.pictures import (
    PIXELS_MAX,
    REDACTED_PX,
    THUMBNAIL_PX,
    VIEW_PX,
    Area,
    Blackened,
    Blackening,
    Fault,
    Picture,
    Question,
    media_type_of,
)
from backend.kernel.children import die_with_parent

type_answer = TypeVar("type_answer")

MEMORY_BYTES_MAX = 512 * 2**20
CPU_S_MAX = 10
QUALITY = 80
REDUCING_GAP = 3.0
"""Pictures are halved by averaging while they are 3 times as large as wanted: not to be told from the slow way."""

FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "HEIF")
STAMP_SHARE = 45
"""A letter of the stamp is 1/45 of the picture's longer side: readable on a phone, 4 % of the picture a line."""

STAMP_PX_MIN = 11
FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
    "/usr/share/fonts/truetype/arphic/uming.ttc",
    "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc",
    "/usr/share/fonts/opentype/noto/NotoSerifCJK-Bold.ttc",
)
"""Where Debian puts fonts with Chinese letters. Without one, names stand in pinyin: 20 MB in our package buy less."""

# What decoders raise at files that are broken or made to break them; anything else ends the process, which says enough.
_BROKEN = (
    OSError, SyntaxError, ValueError, ArithmeticError, LookupError, EOFError, TypeError, RuntimeError, struct.error,
)  # fmt: skip


def examine(question: Question) -> Picture | Fault:
    """Decode a photo and make its copies, or say why that cannot be."""
    return _guarded(question.content, lambda: _picture(question))


def blacken(question: Blackening) -> Blackened | Fault:
    """Decode a photo and make a copy in which areas are black, or say why that cannot be."""
    return _guarded(question.content, lambda: _blackened(question))


def _guarded(content: bytes, work: Callable[[], type_answer]) -> type_answer | Fault:
    if media_type_of(content) is None:
        return Fault("not_a_photo")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return work()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError):
        return Fault("too_large")
    except _BROKEN:
        return Fault("unreadable")


def _picture(question: Question) -> Picture | Fault:
    with Image.open(io.BytesIO(question.content), formats=FORMATS) as image:
        width, height = image.size
        if width * height > PIXELS_MAX:
            return Fault("too_large")
        exif = image.getexif()
        taken, place = _exif_taken(exif), _exif_place(exif)
        # A JPEG is decoded at half or a quarter of its size when that is enough: three times as fast.
        image.draft("RGB", _fitted(image.size, VIEW_PX))
        upright = _upright(image)
    view = upright.resize(_fitted(upright.size, VIEW_PX), Resampling.LANCZOS)
    thumbnail = view.resize(_fitted(view.size, THUMBNAIL_PX), Resampling.LANCZOS, reducing_gap=REDUCING_GAP)
    looks = looks_of(view)
    is_turned = (upright.width > upright.height) != (width > height)
    return Picture(
        media_type=media_type_of(question.content) or "", width_px=height if is_turned else width,
        height_px=width if is_turned else height, view=_jpeg(stamped(view, question.stamp, chinese_font())),
        thumbnail=_jpeg(stamped(thumbnail, question.stamp[:1], chinese_font())), looks=looks, exif_taken=taken,
        exif_lat_e7=None if place is None else place[0], exif_lon_e7=None if place is None else place[1],
    )  # fmt: skip


def _blackened(question: Blackening) -> Blackened | Fault:
    with Image.open(io.BytesIO(question.content), formats=FORMATS) as image:
        if image.size[0] * image.size[1] > PIXELS_MAX:
            return Fault("too_large")
        size = _fitted(image.size, REDACTED_PX)
        image.draft("RGB", size)
        upright = _upright(image)
    copy = upright.resize(_fitted(upright.size, REDACTED_PX), Resampling.LANCZOS)
    draw = ImageDraw.Draw(copy)
    for area in question.areas:
        draw.rectangle(_pixels(area, copy.size), fill=(0, 0, 0))
    return Blackened(content=_jpeg(stamped(copy, question.stamp, chinese_font())))


def _upright(image: Image.Image) -> Image.Image:
    """Turn the picture as its camera says and make it RGB, without a copy: that costs as much as a stamp."""
    ImageOps.exif_transpose(image, in_place=True)
    if image.mode != "RGB":
        return image.convert("RGB")
    image.load()
    return image


def _pixels(area: Area, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Return the pixels of an area, one more on each side: nothing of an edge stays in what was resized."""
    width, height = size
    right, bottom = min(1.0, area.left + area.width), min(1.0, area.top + area.height)
    return (
        max(0, math.floor(area.left * width) - 1),
        max(0, math.floor(area.top * height) - 1),
        min(width, math.ceil(right * width) + 1),
        min(height, math.ceil(bottom * height) + 1),
    )


def _fitted(size: tuple[int, int], side: int) -> tuple[int, int]:
    """Return the size whose longer side is at most `side`; never larger than it was."""
    scale = min(1.0, side / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    bare = image.copy()
    bare.info = {}  # else the comment and the like of the original would be written into the copy
    bare.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()


def stamped(image: Image.Image, lines: Sequence[str], font_path: str | None) -> Image.Image:
    """Return the picture with lines of text on a dark band along its lower edge; without a font in pinyin."""
    if not lines:
        return image
    size = max(STAMP_PX_MIN, max(image.size) // STAMP_SHARE)
    canvas = image.copy()
    draw = ImageDraw.Draw(canvas, "RGBA")
    texts = [" ".join(lazy_pinyin(line)) if font_path is None else line for line in lines]
    fonts = [_fitting(text, size, image.width - size, font_path) for text in texts]
    height = round(size * 1.4)
    top = image.height - height * len(texts) - size // 2
    draw.rectangle((0, top, image.width, image.height), fill=(0, 0, 0, 150))
    for row, (text, font) in enumerate(zip(texts, fonts, strict=True)):
        draw.text((size // 2, top + size // 4 + row * height), text, font=font, fill=(255, 255, 255, 255))
    return canvas


def _fitting(text: str, size: int, width: int, font_path: str | None) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return the font at a size at which the text is not wider than that, unless it would be too small to be read."""
    font = _font(size, font_path)
    wide = font.getbbox(text)[2]
    return font if wide <= width else _font(max(6, math.floor(size * width / wide)), font_path)


@cache
def chinese_font() -> str | None:
    """Return the font of this machine that has Chinese letters, None without one."""
    return next((path for path in FONTS if Path(path).is_file()), None)


@cache
def _font(size: int, path: str | None) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size) if path is None else ImageFont.truetype(path, size)


_GRID = 32
_LOW = 8
_WAVES = [[math.cos(math.pi * (2 * x + 1) * u / (2 * _GRID)) for x in range(_GRID)] for u in range(_LOW)]


def looks_of(image: Image.Image) -> int:
    """Return the perceptual hash (pHash, Zauner 2010): 64 bits, few of which change when a picture is made smaller.

    The 8 x 8 slowest waves of a grey 32 x 32 picture, each a bit: is it above the median? Written here because the kept
    library for it brings scipy along.
    """
    grey = list(image.convert("L").resize((_GRID, _GRID), Resampling.LANCZOS).tobytes())
    rows = [grey[at : at + _GRID] for at in range(0, _GRID * _GRID, _GRID)]
    across = [[sum(map(float.__mul__, wave, map(float, row))) for wave in _WAVES] for row in rows]
    waves = [sum(wave[y] * across[y][u] for y in range(_GRID)) for wave in _WAVES for u in range(_LOW)]
    middle = sorted(waves[1:])[len(waves) // 2]
    return sum((value > middle) << place for place, value in enumerate(waves))


def _exif_taken(exif: Image.Exif) -> str | None:
    """Return when the camera says the picture was taken, None when it says nothing that is a time."""
    inner = exif.get_ifd(ExifTags.IFD.Exif)
    told, offset = inner.get(ExifTags.Base.DateTimeOriginal), inner.get(ExifTags.Base.OffsetTimeOriginal, "")
    if not isinstance(told, str) or len(told) < len("2026:11:24 09:00:00"):
        return None
    day, clock = told[:10].replace(":", "-"), told[11:19]
    text = f"{day}T{clock}{offset if isinstance(offset, str) else ''}".strip("\0 ")
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return None
    return text


def _exif_place(exif: Image.Exif) -> tuple[int, int] | None:
    """Return where the camera says it was, in 1e-7 degrees; None for no place and for one outside the globe."""
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    lat = _degrees(gps.get(ExifTags.GPS.GPSLatitude), is_negative=gps.get(ExifTags.GPS.GPSLatitudeRef) == "S")
    lon = _degrees(gps.get(ExifTags.GPS.GPSLongitude), is_negative=gps.get(ExifTags.GPS.GPSLongitudeRef) == "W")
    if lat is None or lon is None or abs(lat) > 90 or abs(lon) > 180:  # noqa: PLR2004 - the globe
        return None
    return round(lat * 10**7), round(lon * 10**7)


def _degrees(parts: object, *, is_negative: bool) -> float | None:
    if not isinstance(parts, tuple) or len(parts) != 3:  # noqa: PLR2004 - degrees, minutes, seconds
        return None
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    if not math.isfinite(value):
        return None
    return -value if is_negative else value


def main() -> None:
    """Answer the one question on the input."""
    die_with_parent()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S_MAX, CPU_S_MAX))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    Image.MAX_IMAGE_PIXELS = PIXELS_MAX
    register_heif_opener()
    question = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Question | Blackening)
    answer = examine(question) if isinstance(question, Question) else blacken(question)
    sys.stdout.buffer.write(msgspec.msgpack.encode(answer))


if __name__ == "__main__":
    main()
