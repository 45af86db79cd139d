"""What does a promise look like on the wire?"""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from backend.kernel.limits import AmountMinor, CurrencyCode


class PromiseState(StrEnum):
    """Where a promise stands (vocabulary: Promise)."""

    OPEN = "open"
    DUE_TODAY = "due_today"
    PART_KEPT = "part_kept"
    KEPT = "kept"
    BROKEN = "broken"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"
    DISPUTED = "disputed"


class PromiseMade(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A promise as the collector typed it: so much, on that local day, that many days of tolerance."""

    id: UUID
    amount_minor: AmountMinor
    currency: CurrencyCode
    due_on: date
    tolerance_days: int


class RecordedPromise(msgspec.Struct, frozen=True):
    """A promise with what it belongs to: the visit or call that made it, who recorded it and when (UTC)."""

    made: PromiseMade
    case_id: UUID
    source_id: UUID
    made_by: UUID
    made_at: datetime
