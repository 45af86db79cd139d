"""What does a call sound like that nobody made? A WAV file of quiet tones, playable, without a word in it."""

import io
import wave

import numpy as np

RATE_HZ = 8_000
SECONDS_MAX = 120
TONES_HZ = (220.0, 262.0, 330.0, 294.0)


def recording(seconds: float) -> bytes:
    """Return a recording of this length (at most two minutes): two soft voices that take turns, by tones."""
    count = max(1, int(min(seconds, SECONDS_MAX) * RATE_HZ))
    moments = np.arange(count) / RATE_HZ
    turns = (moments // 1.5).astype(np.int64) % len(TONES_HZ)
    pitches = np.asarray(TONES_HZ)[turns]
    swell = np.sin(np.pi * (moments % 1.5) / 1.5) ** 2
    samples = (0.15 * 32_767 * swell * np.sin(2 * np.pi * pitches * moments)).astype("<i2")
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(samples.tobytes())
    return held.getvalue()
