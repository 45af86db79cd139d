"""Is a recording known by its bytes, and by nothing else?"""

from struct import pack

import pytest

from backend.calls.line.audio import call_sound_of
from backend.calls.line.simulator.sound import recording
from tests.backend.evidence.recordings import ogg, webm

FRAME = b"\xff\xfb\x90\x00" + b"\0" * 413
"""MPEG 1, layer III, 128 kbit/s, 44.1 kHz: 417 bytes, 26 ms."""


def wav(codec: int = 7, seconds: int = 2) -> bytes:
    """Make mu-law at 8 kHz, as exchanges like to write it, with a chunk of an odd length before the sound."""
    form = b"fmt " + pack("<IHHIIHH", 16, codec, 1, 8_000, 8_000, 1, 8)
    body = b"WAVE" + b"LIST" + pack("<I", 3) + b"abc\0" + form + b"data" + pack("<I", seconds * 8_000)
    return b"RIFF" + pack("<I", len(body)) + body + b"\xff" * (seconds * 8_000)


@pytest.mark.parametrize(
    ("content", "media_type", "duration_ms"),
    [
        (recording(2.5), "audio/wav", 2_500), (wav(), "audio/wav", 2_000), (wav()[:-8_000], "audio/wav", 1_000),
        (FRAME * 100, "audio/mpeg", 2_612), (b"ID3\x04\0\0\0\0\0\x05" + b"\0" * 5 + FRAME * 10, "audio/mpeg", 261),
        (ogg(2.0), "audio/ogg", 2_000), (webm(), "audio/webm", None),
    ],
)  # fmt: skip
def test_a_recording_is_known(content: bytes, media_type: str, duration_ms: int | None) -> None:
    found = call_sound_of(content)
    assert found is not None
    assert found.media_type == media_type
    if duration_ms is not None:
        assert found.duration_ms == duration_ms


@pytest.mark.parametrize(
    "content",
    [
        b"", b"RIFF", b"RIFF\0\0\0\0WAVE", b"RIFF\0\0\0\0AVI LIST", wav(codec=2), FRAME, b"ID3\x04\0\0\0\0\0\x05",
        b"\xff\xfb", b"<html>", wav()[:30], b"RIFF\0\0\0\0WAVE" + b"fmt \xff\xff\xff\xff",
    ],
)  # fmt: skip
def test_anything_else_is_not(content: bytes) -> None:
    assert call_sound_of(content) is None
