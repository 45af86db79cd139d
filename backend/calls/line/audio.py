"""Are these bytes the sound of a call, of which kind, and how long? By the bytes, never by the name.

Exchanges write WAV (PCM, A-law, mu-law), some MP3 or Ogg; what browsers record is known to `evidence.sounds`.
"""

from struct import error as struct_error
from struct import unpack_from

from backend.evidence.sounds import Sound, sound_of

CHUNKS_MAX = 64
FRAMES_MAX = 2_000_000
_WAV_CODECS = frozenset({1, 6, 7, 0xFFFE})
_MPEG1, _MPEG2, _MPEG25 = 3, 2, 0
_KBITS = {
    _MPEG1: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    _MPEG2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_HZ = {_MPEG1: (44_100, 48_000, 32_000), _MPEG2: (22_050, 24_000, 16_000), _MPEG25: (11_025, 12_000, 8_000)}
_LAYER_3 = 1


def call_sound_of(content: bytes) -> Sound | None:
    """Return what a recording of a call is; None for anything else."""
    try:
        if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
            return _wav(content)
        if content[:3] == b"ID3" or _frame(content, 0) is not None:
            return _mp3(content)
    except (struct_error, IndexError):
        return None
    return sound_of(content)


def _wav(content: bytes) -> Sound | None:
    position, bytes_a_second = 12, 0
    for _ in range(CHUNKS_MAX):
        name, size = unpack_from("<4sI", content, position)
        start = position + 8
        if name == b"fmt ":
            codec, _, _, bytes_a_second = unpack_from("<HHII", content, start)
            if codec not in _WAV_CODECS:
                return None
        elif name == b"data":
            length = min(size, len(content) - start)
            return Sound("audio/wav", length * 1000 // bytes_a_second) if bytes_a_second else None
        position = start + size + size % 2
    return None


def _mp3(content: bytes) -> Sound | None:
    position = _behind_tag(content) if content[:3] == b"ID3" else 0
    milliseconds, frames = 0.0, 0
    while frames < FRAMES_MAX and position + 4 <= len(content):
        frame = _frame(content, position)
        if frame is None:
            break
        position, milliseconds, frames = position + frame[0], milliseconds + frame[1], frames + 1
    # One frame may be chance; two in a row are a stream.
    return Sound("audio/mpeg", int(milliseconds)) if frames > 1 else None


def _behind_tag(content: bytes) -> int:
    a, b, c, d = content[6:10]
    return 10 + (a << 21 | b << 14 | c << 7 | d)


def _frame(content: bytes, position: int) -> tuple[int, float] | None:
    """Return (bytes, milliseconds) of the frame of layer III at this place."""
    if len(content) < position + 4 or content[position] != 0xFF or content[position + 1] & 0xE0 != 0xE0:  # noqa: PLR2004 - eleven bits of sync
        return None
    version, layer = content[position + 1] >> 3 & 3, content[position + 1] >> 1 & 3
    rate, pitch = content[position + 2] >> 4, content[position + 2] >> 2 & 3
    if version not in _HZ or layer != _LAYER_3 or rate in {0, 15} or pitch == 3:  # noqa: PLR2004 - not in use
        return None
    kbits = _KBITS[_MPEG1 if version == _MPEG1 else _MPEG2][rate]
    hz, samples = _HZ[version][pitch], 1152 if version == _MPEG1 else 576
    size = samples // 8 * kbits * 1000 // hz + (content[position + 2] >> 1 & 1)
    return (size, samples * 1000 / hz) if size > 4 else None  # noqa: PLR2004 - a frame holds its own head
