"""AD-9: what about a phone is worth a word?"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from backend.identity.health_rules import newest_of, version_of, worries_of
from backend.identity.health_schemas import PhoneHealth, PhoneOnFile, Worry

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
"""Ten in the morning in Shanghai."""

FINE = PhoneHealth(
    told_at=NOW, app_version="1.2.0", clock_offset_ms=300, unsent_items=0, unsent_photos=0, oldest_unsent_at=None,
    used_bytes=10, quota_bytes=1000, is_persistent=True, lock_method="pin", push="granted",
)  # fmt: skip
PHONE = PhoneOnFile(
    last_seen_at=NOW, is_revoked=False, is_newest=True, is_on_duty=True, zone="Asia/Shanghai", health=FINE
)


def worries(health: Mapping[str, object], phone: Mapping[str, object]) -> list[Worry]:
    told = msgspec.structs.replace(FINE, **health)
    return worries_of(msgspec.structs.replace(PHONE, health=told, **phone), "1.2.0", NOW)


def test_of_a_phone_that_is_fine_nothing_is_said() -> None:
    assert worries({}, {}) == []


@pytest.mark.parametrize(
    ("health", "expected"),
    [
        ({"oldest_unsent_at": NOW - timedelta(hours=4)}, []),
        ({"oldest_unsent_at": NOW - timedelta(hours=4, seconds=1)}, [Worry.UNSENT_OLD]),
        ({"clock_offset_ms": 300_000}, []),
        ({"clock_offset_ms": 300_001}, [Worry.CLOCK_OFF]),
        ({"clock_offset_ms": -300_001}, [Worry.CLOCK_OFF]),
        ({"used_bytes": 800}, []),
        ({"used_bytes": 801}, [Worry.STORAGE_FULL]),
        ({"used_bytes": 801, "quota_bytes": None}, []),
        ({"used_bytes": 0, "quota_bytes": 0}, []),
        ({"app_version": "1.1.9"}, [Worry.VERSION_OLD]),
        ({"app_version": "1.10.0"}, []),
        ({"app_version": ""}, [Worry.VERSION_OLD]),
    ],
)
def test_what_it_says_is_held_against_the_bounds(health: dict[str, object], expected: list[Worry]) -> None:
    assert worries(health, {}) == expected


@pytest.mark.parametrize(
    ("phone", "expected"),
    [
        # Midnight in Shanghai was at 16:00 UTC.
        ({"last_seen_at": datetime(2026, 11, 24, 16, 0, tzinfo=UTC)}, []),
        ({"last_seen_at": datetime(2026, 11, 24, 15, 59, tzinfo=UTC)}, [Worry.NOT_SEEN]),
        ({"last_seen_at": None}, [Worry.NOT_SEEN]),
        ({"last_seen_at": None, "is_on_duty": False}, []),
        ({"last_seen_at": None, "is_newest": False}, []),
        ({"last_seen_at": None, "is_revoked": True}, []),
    ],
)
def test_a_phone_is_missed_only_while_its_person_is_on_duty(phone: dict[str, object], expected: list[Worry]) -> None:
    assert worries({}, phone) == expected


def test_the_worst_is_said_first_and_a_phone_that_never_told_may_still_be_missed() -> None:
    assert worries({"used_bytes": 999, "oldest_unsent_at": NOW - timedelta(days=1)}, {}) == [
        Worry.UNSENT_OLD,
        Worry.STORAGE_FULL,
    ]
    silent = msgspec.structs.replace(PHONE, health=None, last_seen_at=None)
    assert worries_of(silent, "1.2.0", NOW) == [Worry.NOT_SEEN]


def test_versions_are_compared_number_by_number() -> None:
    assert newest_of(["1.9.0", "1.10.0", "0.99"]) == "1.10.0"
    assert newest_of([]) == ""
    assert version_of("v2.0.1-rc9") == (2, 0, 1)
    assert version_of("9" * 40) == (999_999_999,)
