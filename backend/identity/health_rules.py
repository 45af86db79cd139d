"""What about a phone is worth a word with whoever carries it? Pure functions of values and `now`."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from backend.identity.health_schemas import PhoneHealth, PhoneOnFile, Worry

UNSENT_MAX = timedelta(hours=4)
CLOCK_OFF_MAX_MS = 5 * 60_000
STORAGE_MAX = 0.8

_NUMBERS = re.compile(r"\d+")


def worries_of(phone: PhoneOnFile, newest_version: str, now: datetime) -> list[Worry]:
    """Return what is worth a word, the worst first; of a phone out of service nothing is."""
    if phone.is_revoked:
        return []
    health = phone.health
    found = {
        Worry.NOT_SEEN: _is_missing(phone, now),
        Worry.UNSENT_OLD: health is not None and _holds_back(health, now),
        Worry.STORAGE_FULL: health is not None and _is_full(health),
        Worry.CLOCK_OFF: health is not None and abs(health.clock_offset_ms) > CLOCK_OFF_MAX_MS,
        Worry.VERSION_OLD: health is not None and version_of(health.app_version) < version_of(newest_version),
    }
    return [worry for worry in Worry if found[worry]]


def newest_of(versions: Iterable[str]) -> str:
    """Return the newest of the versions of the app, "" for none."""
    return max(versions, key=version_of, default="")


def version_of(text: str) -> tuple[int, ...]:
    """Return the first three numbers of a version, by which it is compared; whatever has none is the oldest."""
    return tuple(int(number[:9]) for number in _NUMBERS.findall(text)[:3])


def _holds_back(health: PhoneHealth, now: datetime) -> bool:
    return health.oldest_unsent_at is not None and now - health.oldest_unsent_at > UNSENT_MAX


def _is_full(health: PhoneHealth) -> bool:
    return bool(health.quota_bytes) and (health.used_bytes or 0) > STORAGE_MAX * (health.quota_bytes or 0)


def _is_missing(phone: PhoneOnFile, now: datetime) -> bool:
    """Tell whether somebody is on duty whose phone was not heard of since their midnight."""
    if not phone.is_on_duty or not phone.is_newest:
        return False
    zone = ZoneInfo(phone.zone)
    return phone.last_seen_at is None or phone.last_seen_at.astimezone(zone).date() < now.astimezone(zone).date()
