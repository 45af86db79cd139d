"""Which pictures do tests take? Small ones made on the spot, and hostile files that look like them."""

import io
import struct
import zipfile
import zlib
from functools import cache

from PIL import Image, ImageDraw
from PIL.TiffImagePlugin import IFDRational

HTML = b"<!doctype html><script>alert(document.cookie)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def scene(width: int = 400, height: int = 300, seed: int = 1) -> Image.Image:
    """Return a picture of which each seed gives another one."""
    image = Image.new("RGB", (width, height), (seed * 40 % 256, 120, 90))
    draw = ImageDraw.Draw(image)
    for n in range(12):
        x, y = (seed * 97 + n * 61) % width, (seed * 53 + n * 89) % height
        draw.rectangle(
            (x, y, x + width // (3 + n % 4), y + height // (2 + n % 5)), fill=(n * 20, seed * 70 % 256, y % 256)
        )
    return image


def encoded(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    """Return a picture as a file."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def with_exif(
    image: Image.Image, taken: str, lat: tuple[float | IFDRational, ...], lon: tuple[float | IFDRational, ...]
) -> bytes:
    """Return a JPEG in which a camera wrote a time and a place, whatever they are."""
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = taken
    exif.get_ifd(0x8825).update({1: "N", 2: lat, 3: "E", 4: lon})
    return encoded(image, exif=exif)


def png_bomb(width: int = 30_000, height: int = 30_000) -> bytes:
    """Return a PNG of 900 million white pixels in less than a megabyte."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    packer, rows = zlib.compressobj(9), b"\0" + b"\xff" * (width // 8)
    packed = b"".join(packer.compress(rows) for _ in range(height)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def text_bomb() -> bytes:
    """Return a small PNG with 200 MB of text in it."""
    good = encoded(scene(), "PNG")
    body = b"note\0\0" + zlib.compress(b"a" * 200_000_000, 9)
    chunk = struct.pack(">I", len(body)) + b"zTXt" + body + struct.pack(">I", zlib.crc32(b"zTXt" + body))
    return good[:33] + chunk + good[33:]


def archive() -> bytes:
    """Return a zip archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("run.sh", "rm -rf /")
    return out.getvalue()


def with_size(content: bytes, marker: bytes, at: int, width_px: int, height_px: int, *, digits: int) -> bytes:
    """Return a picture that says it is larger: two numbers of so many bytes are overwritten `at` behind a marker."""
    place = content.index(marker) + at
    told = (height_px, width_px) if digits == 2 else (width_px, height_px)
    return content[:place] + b"".join(one.to_bytes(digits) for one in told) + content[place + 2 * digits :]


def with_chunk(content: bytes, name: bytes, body: bytes) -> bytes:
    """Return a PNG with one more chunk behind its head."""
    chunk = struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    return content[:33] + chunk + content[33:]


def exif_in_circles() -> bytes:
    """Return a JPEG whose EXIF directory names itself as the next, and its GPS directory as its own parent."""
    entries = struct.pack("<HHHII", 2, 0x8825, 4, 1, 8) + struct.pack("<HHII", 0x8769, 4, 1, 8) + struct.pack("<I", 8)
    body = b"Exif\0\0II*\0" + struct.pack("<I", 8) + entries
    good = encoded(scene())
    return good[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + good[2:]


def moving(kind: str, frames: int = 40) -> bytes:
    """Return a picture that moves."""
    first, *rest = [scene(200, 150, seed) for seed in range(frames)]
    return encoded(first, kind, save_all=True, append_images=rest)


def polyglots() -> dict[str, bytes]:
    """Return pictures that are, or carry, something else as well, by what they are."""
    jpeg, png, webp = encoded(scene()), encoded(scene(), "PNG"), encoded(scene(), "WEBP")
    comment = b"\xff\xfe" + struct.pack(">H", len(HTML) + 2) + HTML
    return {
        "page in the comment of a JPEG": jpeg[:2] + comment + jpeg[2:],
        "page in the text of a PNG": with_chunk(png, b"tEXt", b"Comment\0" + HTML),
        "drawing behind a PNG's first bytes": png[:8] + SVG,
        "script behind a WebP": webp + b"<script>alert(1)</script>",
        "document behind a JPEG": jpeg + b"%PDF-1.7 /JS (app.alert(1))",
        "picture behind a page": HTML + jpeg,
        "drawing with a declaration": b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x "y">]>' + SVG,
        "moving GIF": moving("GIF"),
        "moving WebP": moving("WEBP"),
        "moving PNG": moving("PNG"),
        "film in the box of a photo": b"\0\0\0\x18ftypisom\0\0\0\0isommp42" + b"\0\0\0\x08mdat",
        "four inks": encoded(scene().convert("CMYK")),
        "sixteen bits": encoded(scene().convert("I;16"), "PNG"),
        "one line of sixty thousand points": encoded(Image.new("RGB", (60_000, 1)), "PNG"),
    }


def bombs() -> dict[str, bytes]:
    """Return pictures that are larger than they look, by what they are."""
    jpeg, png, avif = encoded(scene()), encoded(scene(), "PNG"), encoded(scene(), "AVIF")
    return {
        "pixels without end": png_bomb(),
        "text without end": text_bomb(),
        "JPEG of four thousand million points": with_size(jpeg, b"\xff\xc0", 5, 65_535, 65_535, digits=2),
        "AVIF of four thousand million points": with_size(avif, b"ispe", 8, 65_535, 65_535, digits=4),
        "profile without end": with_chunk(png, b"iCCP", b"p\0\0" + zlib.compress(b"a" * 100_000_000, 9)),
        "EXIF in circles": exif_in_circles(),
    }


@cache
def hostile() -> dict[str, bytes]:
    """Return files made to hurt or to deceive, by what they are."""
    good = encoded(scene())
    heic = b"\0\0\0\x18ftypheic\0\0\0\0heicmif1"
    return {
        "cut in half": good[: len(good) // 2],
        "cut in its head": good[:20],
        "magic only": b"\xff\xd8\xff\xe0",
        "picture and archive in one": good + archive(),
        "picture and page in one": good + HTML,
        "page behind a picture's first bytes": b"\xff\xd8\xff\xe0" + HTML,
        "page": HTML,
        "drawing that runs": SVG,
        "archive": archive(),
        "script": b"#!/bin/sh\nrm -rf /\n",
        "program": b"\x7fELF" + b"\0" * 100,
        "huge size, no content": b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I4sIIBBBBB", 13, b"IHDR", 2**31 - 1, 2**31 - 1, 8, 6, 0, 0, 0),
        "box of HEIC and nothing in it": heic,
        "box that says it is endless": b"\xff\xff\xff\xffftypavif" + b"avif" * 1000,
        "place outside the globe": with_exif(scene(), "2026:11:24 09:05:00", (200.0, 99.0, 0.0), (999.0, 0.0, 0.0)),
        "no such day": with_exif(scene(), "2026:99:99 99:99:99", (30.0, 15.0, 0.0), (120.0, 9.0, 0.0)),
        "degrees divided by nothing": with_exif(scene(), "2026:11:24 09:05:00", (IFDRational(30, 0),) * 3, (0.0,)),
        "webp and nothing in it": b"RIFF\x10\0\0\0WEBPVP8 ",
        **polyglots(),
        **bombs(),
    }
