"""Which recordings do tests take? Small containers made on the spot: the bytes of sound in them are nothing."""

import hashlib
import struct
from datetime import timedelta
from uuid import UUID

from backend.evidence.schemas import AgreedBy, AudioTaken, SignatureTaken
from backend.kernel.ids import new_id
from tests.backend.evidence import shots
from tests.world import MORNING

SIGNED = "A" * 86 + "=="


def element(name: int, body: bytes) -> bytes:
    """Return an element of Matroska."""
    return name.to_bytes((name.bit_length() + 7) // 8) + (len(body) | 1 << 28).to_bytes(4) + body


def webm(
    seconds: float = 2.0, *, tracks: tuple[int, ...] = (2,), doctype: bytes = b"webm", noise: bytes = b""
) -> bytes:
    """Return a recording as Chromium writes it: clusters of a second, a packet each 60 ms; `noise` makes it another."""
    head = element(0x1A45DFA3, element(0x4282, doctype))
    told = element(0x1549A966, element(0x2AD7B1, (1_000_000).to_bytes(3)))
    listed = element(0x1654AE6B, b"".join(element(0xAE, element(0x83, bytes([kind]))) for kind in tracks))
    clusters = b""
    for start in range(0, round(seconds * 1000), 1000):
        blocks = b"".join(
            element(0xA3, b"\x81" + struct.pack(">h", at) + b"\x80" + noise[:20])
            for at in range(0, min(1000, round(seconds * 1000) - start) + 1, 60)
        )
        clusters += element(0x1F43B675, element(0xE7, start.to_bytes(4)) + blocks)
    # The segment of a live recording does not know how long it is.
    return head + b"\x18\x53\x80\x67\x01" + b"\xff" * 7 + told + listed + clusters


def ogg(seconds: float = 2.0, *, head: bytes = b"OpusHead\x01\x01") -> bytes:
    """Return a recording as Firefox writes it."""

    def page(flags: int, granule: int, body: bytes) -> bytes:
        return b"OggS\0" + bytes([flags]) + struct.pack("<qIIIB", granule, 7, 0, 0, 1) + bytes([len(body)]) + body

    return page(2, 0, head + struct.pack("<H", 312) + b"\0" * 7) + page(4, 312 + round(seconds * 48_000), b"\xfc" * 3)


def box(name: bytes, body: bytes) -> bytes:
    """Return a box of MP4."""
    return struct.pack(">I4s", 8 + len(body), name) + body


def mp4(seconds: float = 2.0, *, handlers: tuple[bytes, ...] = (b"soun",)) -> bytes:
    """Return a recording as Safari writes it."""
    length = box(b"mvhd", struct.pack(">IIIII", 0, 0, 0, 1000, round(seconds * 1000)) + b"\0" * 80)
    tracks = b"".join(
        box(b"trak", box(b"mdia", box(b"hdlr", b"\0" * 8 + handler + b"\0" * 12))) for handler in handlers
    )
    return box(b"ftyp", b"iso5\0\0\0\0iso5mp41") + box(b"moov", length + tracks) + box(b"mdat", b"\0" * 20)


def note(content: bytes, media_type: str = "audio/webm", duration_ms: int = 2000) -> AudioTaken:
    """Return a note of these bytes as a visit names it."""
    return AudioTaken(
        id=new_id(), sha256=hashlib.sha256(content).hexdigest(), size_bytes=len(content), taken_at=MORNING,
        manifest="{}", signature=SIGNED, media_type=media_type, duration_ms=duration_ms, consent_by=AgreedBy.CLIENT,
    )  # fmt: skip


def signature(promise_id: UUID, level: int = 6) -> tuple[SignatureTaken, bytes]:
    """Return a signature under a promise of 2,000.00, and its bytes; each level packs the same lines another way."""
    content = shots.encoded(shots.scene(600, 240), "PNG", compress_level=level)
    statement = (
        '{"amount_minor":200000,"case_number":"C-1","currency":"CNY","due_on":"2026-11-27","language":"zh",'
        f'"promise_id":"{promise_id}","text":"本人承诺于 2026-11-27 前支付 2000 元。","v":1}}'
    )
    taken = SignatureTaken(
        id=new_id(), sha256=hashlib.sha256(content).hexdigest(), size_bytes=len(content),
        taken_at=MORNING + timedelta(minutes=4), manifest="{}", signature=SIGNED, media_type="image/png",
        statement=statement,
    )  # fmt: skip
    return taken, content
