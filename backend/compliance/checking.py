"""Does a situation contradict itself, beyond what the types of its fields can say? Told to who wrote the line."""

from collections.abc import Sequence
from datetime import UTC, datetime

KNOWN_SINCE, KNOWN_UNTIL = datetime(1990, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
"""Between them the clocks of all places are known (`zones.py` makes its tables for these years)."""


def check_hours(start: str | None, end: str | None, *, are_needed: bool) -> None:
    """Raise ValueError unless hours begin before they end, inside one day; needed ones must be there."""
    if are_needed and (start is None or end is None):
        raise ValueError("hours and preference need `start` and `end`")
    if start is not None and end is not None and start >= end:
        raise ValueError(f"hours begin before they end, inside one day: {start} to {end}")


def check_now(now: datetime) -> None:
    """Raise ValueError for an instant before or after all that the clocks here know."""
    if not KNOWN_SINCE <= now < KNOWN_UNTIL:
        raise ValueError(f"`now` lies in the years {KNOWN_SINCE.year} to {KNOWN_UNTIL.year - 1}")


def check_debts(known: Sequence[str], wanted: Sequence[str] | None) -> None:
    """Raise ValueError for two debts of one id, and for an action about a debt that is not there."""
    if len(set(known)) < len(known):
        raise ValueError("two of `debts` have one id")
    missing = sorted(set(wanted or ()) - set(known))
    if missing:
        raise ValueError(f"`action.debts` names no debt of this situation: {', '.join(missing)}")
