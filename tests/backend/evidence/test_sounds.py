"""Are recordings known by their bytes, and is nothing else taken for one?"""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.evidence import rules
from backend.evidence.sounds import Sound, sound_of
from tests.backend.evidence import shots
from tests.backend.evidence.recordings import mp4, ogg, webm

SHARED = Path(os.environ.get("ROUNDS_SHARED", Path(__file__).resolve().parents[4] / "shared"))
AUDIO = SHARED / "data" / "audio"
TAKEN = {"example.opus": Sound("audio/ogg", 11_354), "has-tags.m4a": Sound("audio/mp4", 3706)}


@pytest.mark.parametrize(
    ("content", "sound"),
    [
        (webm(2.0), Sound("audio/webm", 1960)),
        (webm(61.0, doctype=b"matroska"), Sound("audio/webm", 60_960)),
        (ogg(2.0), Sound("audio/ogg", 2000)),
        (mp4(2.5), Sound("audio/mp4", 2500)),
        (mp4(0), Sound("audio/mp4", None)),
    ],
)
def test_what_browsers_record_is_known_with_its_length(content: bytes, sound: Sound) -> None:
    """EV-6: typed by the bytes alone."""
    assert sound_of(content) == sound


@pytest.mark.parametrize(
    "content",
    [
        webm(tracks=(1, 2)), webm(tracks=(1,)), webm(tracks=()), webm(doctype=b"webmx"), webm()[:30],
        ogg(head=b"\x80theora\0\0\0"), ogg() + b"junk", mp4(handlers=(b"vide", b"soun")), mp4(handlers=()),
        b"ID3\x04" + b"\0" * 40, b"RIFF\0\0\0\0WAVEfmt ", b"", b"\x1a\x45\xdf\xa3", b"OggS",
        *shots.hostile().values(),
    ],
)  # fmt: skip
def test_what_holds_more_than_sound_or_something_else_is_none(content: bytes) -> None:
    """A film is no note, and a page under a sound's first bytes is none either."""
    assert sound_of(content) is None


@pytest.mark.parametrize(("seconds", "media_type"), [(184.9, "audio/ogg"), (185.1, None)])
def test_a_note_has_a_longest_length(seconds: float, media_type: str | None) -> None:
    assert rules.type_of(ogg(seconds)) == media_type


@given(st.data())
def test_any_bytes_have_an_answer(data: st.DataObject) -> None:
    """Broken off, damaged, or made up: never an error."""
    good = data.draw(st.sampled_from([webm(1.0), ogg(), mp4()]))
    at = data.draw(st.integers(0, len(good)))
    found = sound_of(good[:at] + data.draw(st.binary(max_size=40)) + good[at + data.draw(st.integers(0, 40)) :])
    assert found is None or found.media_type.startswith("audio/")


@pytest.mark.skipif(not AUDIO.is_dir(), reason="the shared folder with recordings is not here")
def test_of_the_shared_recordings_those_of_browsers_are_taken() -> None:
    """Issue point 5: music, speech and silence of other programs get a clean no."""
    for path in sorted(AUDIO.iterdir()):
        assert sound_of(path.read_bytes()) == TAKEN.get(path.name), path.name
