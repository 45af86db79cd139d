"""What is the wall clock of a person, and when does their day begin? In whole microseconds, without a float.

A zone is a table of its clock changes, so that phone and server reckon by the same one: the phone is sent the table
(`offsets`), because browsers and Python may hold different editions of the tz database.
"""

from bisect import bisect_right
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

SECOND = 1_000_000
MINUTE = 60 * SECOND
DAY = 86_400 * SECOND
FOREVER = 2**52
"""An instant after all others (the year 2112); a JavaScript number still holds it exactly."""

MICROSECOND = timedelta(microseconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_DAY = date(1970, 1, 1).toordinal()
NO_PLACES = {"localtime", "Factory"}
FIRST_YEAR, LAST_YEAR = 1990, 2100
_STEP = timedelta(days=4)
"""Two changes of one clock never lie closer together (the closest are those around a Ramadan, a month apart)."""


def instant_of(at: datetime) -> int:
    """Return an aware instant as microseconds since 1970 (UTC)."""
    return (at - EPOCH) // MICROSECOND


def minute_up(instant: int) -> int:
    """Return the first whole minute at or after an instant."""
    return -(-instant // MINUTE) * MINUTE


class Zone:
    """The clock of one place: `starts[i]` is the instant from which `offsets[i]` (microseconds east of UTC) holds."""

    def __init__(self, name: str, starts: list[int], offsets: list[int]) -> None:
        self.name = name
        self.starts = starts
        self.offsets = offsets

    def offset_at(self, instant: int) -> int:
        """Return how far the wall clock is ahead of UTC."""
        return self.offsets[max(bisect_right(self.starts, instant) - 1, 0)]

    def local(self, instant: int) -> tuple[int, int]:
        """Return the local day (days since 1970-01-01) and the microseconds that its wall clock shows."""
        return divmod(instant + self.offset_at(instant), DAY)

    def next_change(self, instant: int) -> int:
        """Return the first clock change after an instant, FOREVER when there is none."""
        index = bisect_right(self.starts, instant)
        return self.starts[index] if index < len(self.starts) else FOREVER

    def start_of(self, day: int) -> int:
        """Return the first instant of a local day: midnight, or the first minute past it where that is left out."""
        wall = day * DAY
        first = bisect_right(self.starts, wall - DAY)
        for index in range(max(first - 1, 0), len(self.starts)):
            instant = max(wall - self.offsets[index], self.starts[index] if index else wall - self.offsets[index])
            if index + 1 == len(self.starts) or instant < self.starts[index + 1]:
                return instant
        raise AssertionError("the last offset holds for ever")


@lru_cache(maxsize=1_000)
def zone_named(name: str) -> Zone:
    """Return the clock of an IANA zone; raises ZoneInfoNotFoundError for a name the tz database lacks."""
    if name not in known_names():
        raise ZoneInfoNotFoundError(f"no time zone is named {name!r}")
    info = ZoneInfo(name)
    here, last = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC), datetime(LAST_YEAR, 1, 1, tzinfo=UTC)
    starts, offsets = [instant_of(here)], [_offset(info, here)]
    while here < last:
        there = here + _STEP
        if _offset(info, there) != offsets[-1]:
            change = _change_between(info, here, there)
            starts.append(instant_of(change))
            offsets.append(_offset(info, change))
        here = there
    return Zone(name, starts, offsets)


@cache
def known_names() -> frozenset[str]:
    """Return the names of all places; not those that mean this machine's clock, or none."""
    return frozenset(available_timezones()) - NO_PLACES


def _offset(info: ZoneInfo, at: datetime) -> int:
    gone = at.astimezone(info).utcoffset()
    if gone is None:
        raise AssertionError("a zone always has an offset")
    return (gone.days * 86_400 + gone.seconds) * SECOND


def _change_between(info: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """Halve the stretch until the second of the change is found."""
    old = _offset(info, before)
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        before, after = (middle, after) if _offset(info, middle) == old else (before, middle)
    return after


def day_number(day: date) -> int:
    """Return a calendar day as days since 1970-01-01."""
    return day.toordinal() - EPOCH_DAY


def weekday_of(day: int) -> int:
    """Return the ISO weekday (Monday 1) of days since 1970-01-01, a Thursday."""
    return (day + 3) % 7 + 1


def wall_time(instant: int, zone: Zone) -> str:
    """Write an instant as ISO 8601 with the offset of a zone, to the second."""
    offset = zone.offset_at(instant)
    shown = EPOCH + timedelta(microseconds=instant + offset)
    minutes = abs(offset) // MINUTE
    sign = "-" if offset < 0 else "+"
    return f"{shown:%Y-%m-%dT%H:%M:%S}{sign}{minutes // 60:02d}:{minutes % 60:02d}"
