"""When may a callback be agreed on? A moment to come, not too far off, on the day that was said."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

AHEAD_MAX = timedelta(days=60)


def flaw(at: datetime, now: datetime, *, day: date | None, zone: str) -> str | None:
    """Return what is wrong with the moment of a callback; `day` is the client's local day that was said with it."""
    if at <= now:
        return "that moment is over"
    if at > now + AHEAD_MAX:
        return "no more than 60 days ahead"
    if day is not None and at.astimezone(ZoneInfo(zone)).date() != day:
        return "not on the day that was said, by the client's clock"
    return None
