"""How are ids made and read? UUIDv7 everywhere, so that an id sorts by the moment at which it was made."""

from datetime import UTC, datetime
from uuid import UUID

from uuid_utils.compat import uuid7

_VERSION = 7
_MILLISECOND_SHIFT = 80


def new_id() -> UUID:
    """Return a new UUIDv7; PostgreSQL 15 has no such function, so ids are made here or on the phone."""
    return uuid7()


def is_time_ordered(value: UUID) -> bool:
    """Tell whether the id is a UUIDv7 (the only version that clients may send)."""
    return value.version == _VERSION


def made_at(value: UUID) -> datetime:
    """Return the instant (UTC, millisecond) that a UUIDv7 carries in its first 48 bits (RFC 9562, 5.7)."""
    return datetime.fromtimestamp((value.int >> _MILLISECOND_SHIFT) / 1000, tz=UTC)
