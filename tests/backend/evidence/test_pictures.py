"""Do the first bytes say what a file is, whatever it is called?"""

import pytest

from backend.evidence.pictures import media_type_of


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"\xff\xd8\xff\xe0 more", "image/jpeg"),
        (b"\xff\xd8", None),
        (b"\x89PNG\r\n\x1a\n more", "image/png"),
        (b"\x89PNG\n\n\x1a\n more", None),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"RIFF\0\0\0\0WAVEfmt ", None),
        (b"\0\0\0\x18ftypheic\0\0\0\0heicmif1", "image/heic"),
        (b"\0\0\0\x1cftypmif1\0\0\0\0avifmif1miaf", "image/avif"),
        (b"\0\0\0\x18ftypisom\0\0\0\0isommp42", None),
        (b"\0\0\0\x18ftypmif1\0\0\0\0heicmif1", "image/heic"),
        (b"GIF89a", None),
        (b"<svg xmlns=", None),
        (b"", None),
    ],
)
def test_type_by_bytes(content: bytes, media_type: str | None) -> None:
    assert media_type_of(content) == media_type
