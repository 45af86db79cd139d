"""What time is it? The one place that reads the wall clock; rules get `now` as an argument."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """Return the present instant, aware, in UTC."""
    return datetime.now(tz=UTC)


def local_day(instant: datetime, zone: str) -> date:
    """Return the calendar day of an instant in an IANA zone; raises ZoneInfoNotFoundError for an unknown zone."""
    return instant.astimezone(ZoneInfo(zone)).date()
