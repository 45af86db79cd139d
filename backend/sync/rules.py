"""May an item be taken at all, and which moment does it speak of? Pure functions of the envelope and the arrival."""

from datetime import MINYEAR, UTC, datetime, timedelta
from hashlib import blake2b

from backend.kernel.ids import is_time_ordered
from backend.kernel.problems import Kind
from backend.sync.problems import IN_THE_FUTURE, NOT_TIME_ORDERED, TOO_OLD
from backend.sync.schemas import Mutation

FUTURE_MAX = timedelta(minutes=10)
"""A phone whose clock was never compared may run ahead by this much."""
AGE_MAX = timedelta(days=90)
OFFSET_MAX_MS = 10 * 365 * 86_400_000
HASH_BYTES = 16
FIRST_MOMENT, LAST_MOMENT = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def body_hash(mutation: Mutation) -> bytes:
    """Return the fingerprint that tells a replay from another item under the same id (BLAKE2b, 16 bytes).

    It covers kind, schema, device time and the body's exact bytes, but not the clock offset, which a phone may have
    learnt between two tries.
    """
    digest = blake2b(digest_size=HASH_BYTES)
    digest.update(f"{mutation.kind}\0{mutation.schema}\0{mutation.occurred_at.isoformat()}\0".encode())
    digest.update(bytes(mutation.body))
    return digest.digest()


def true_instant(device_time: datetime, clock_offset_ms: int | None) -> datetime:
    """Return a device time as the server's clock would have shown it; the time itself when the offset is unknown.

    A moment beyond the calendar (the year 1 or 9999 in a zone far from UTC) is the calendar's edge.
    """
    offset_ms = 0 if clock_offset_ms is None or abs(clock_offset_ms) > OFFSET_MAX_MS else clock_offset_ms
    try:
        return device_time.astimezone(UTC) + timedelta(milliseconds=offset_ms)
    except OverflowError:
        return FIRST_MOMENT if device_time.year == MINYEAR else LAST_MOMENT


def envelope_refusal(mutation: Mutation, received_at: datetime) -> Kind | None:
    """Tell why an item cannot be taken whatever it says, or None.

    More than 10 minutes ahead of the server's clock (after the offset), or more than 90 days behind it.
    """
    if not is_time_ordered(mutation.id):
        return NOT_TIME_ORDERED
    at = true_instant(mutation.occurred_at, mutation.clock_offset_ms)
    if at > received_at + FUTURE_MAX:
        return IN_THE_FUTURE
    return TOO_OLD if at < received_at - AGE_MAX else None
