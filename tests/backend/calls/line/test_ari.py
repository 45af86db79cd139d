"""Is what an Asterisk says read as it writes it?"""

from uuid import UUID

import msgspec
import pytest

from backend.calls.line.ari import Event, channel_of, exchange_of, heard_of, leg_of
from backend.calls.line.schemas import Leg, Word

CALL = UUID(int=7)
CHANNEL = {"id": f"rounds.{CALL}.client", "name": "PJSIP/trunk-00000001", "state": "Up", "caller": {"number": ""}}
AT = "2026-11-24T09:00:00.125+0800"


def read(**said: object) -> object:
    event = msgspec.json.decode(msgspec.json.encode({"timestamp": AT, "application": "rounds", **said}), type=Event)
    found = heard_of(event)
    return None if found is None else (found.leg, found.word, found.value, found.cause)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"type": "StasisStart", "channel": CHANNEL, "args": []}, (Leg.CLIENT, Word.ANSWERED, "", None)),
        (
            {"type": "ChannelStateChange", "channel": CHANNEL | {"state": "Ringing"}},
            (Leg.CLIENT, Word.RINGING, "", None),
        ),
        ({"type": "ChannelStateChange", "channel": CHANNEL}, None),
        (
            {"type": "ChannelDtmfReceived", "channel": CHANNEL, "digit": "5", "duration_ms": 90},
            (Leg.CLIENT, Word.DIGIT, "5", None),
        ),
        (
            {"type": "ChannelDestroyed", "channel": CHANNEL, "cause": 17, "cause_txt": "User busy"},
            (Leg.CLIENT, Word.ENDED, "", 17),
        ),
        (
            {"type": "PlaybackFinished", "playback": {"id": f"{CHANNEL['id']}.12", "media_uri": "sound:a"}},
            (Leg.CLIENT, Word.PLAYED, "12", None),
        ),
        (
            {"type": "RecordingFinished", "recording": {"name": CHANNEL["id"], "format": "wav"}},
            (Leg.CLIENT, Word.RECORDED, "", None),
        ),
        (
            {"type": "RecordingFailed", "recording": {"name": CHANNEL["id"], "format": "wav"}},
            (Leg.CLIENT, Word.NOT_RECORDED, "", None),
        ),
        (
            {
                "type": "ChannelUserevent",
                "eventname": "intent",
                "channel": CHANNEL,
                "userevent": {"intent": "promise"},
            },
            (Leg.CLIENT, Word.INTENT, "promise", None),
        ),
        ({"type": "ChannelDestroyed", "channel": CHANNEL | {"id": "1700000000.1"}, "cause": 16}, None),
        ({"type": "DeviceStateChanged"}, None),
    ],
)
def test_an_event_is_read(said: dict[str, object], expected: object) -> None:
    assert read(**said) == expected


def test_the_same_event_has_the_same_id_and_another_moment_another() -> None:
    one = Event(type="StasisStart", timestamp=AT, channel=None)
    event = msgspec.convert({"type": "ChannelDtmfReceived", "timestamp": AT, "channel": CHANNEL, "digit": "1"}, Event)
    later = msgspec.structs.replace(event, timestamp=AT.replace("125", "126"))
    ids = [found.id for found in (heard_of(event), heard_of(event), heard_of(later)) if found is not None]
    assert heard_of(one) is None
    assert (len(ids), len(set(ids))) == (3, 2)


def test_a_channel_is_named_after_its_call() -> None:
    assert leg_of(channel_of(CALL, Leg.DESK)) == (CALL, Leg.DESK)
    for other in ("", "rounds.x.client", f"rounds.{CALL}.robot", f"else.{CALL}.client"):
        assert leg_of(other) is None


def test_an_address_with_a_password_is_taken_apart() -> None:
    found = exchange_of("http://us%40er:p%3Aw@pbx.example.org", "PJSIP/{number}@trunk", "")
    assert (found.url, found.user, found.password) == ("http://pbx.example.org:8088", "us@er", "p:w")
