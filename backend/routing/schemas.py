"""What do a day plan and the collector's changes to it look like on the wire?"""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec

STOPS_A_DAY_MAX = 200


class StopState(StrEnum):
    """Where a stop stands; a blocked one was taken out of the day by the contact gate, and only a lead puts it back."""

    PLANNED = "planned"
    DONE = "done"
    SKIPPED = "skipped"
    BLOCKED = "blocked"


class StopSkip(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The collector will not go there today, and says why."""

    stop_id: UUID
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class StopRestore(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The collector takes a skip back."""

    stop_id: UUID


class StopsReorder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The collector's own order of the stops of a plan; stops that are not named keep their place behind."""

    plan_id: UUID
    stop_ids: Annotated[list[UUID], msgspec.Meta(min_length=1, max_length=STOPS_A_DAY_MAX)]


class PhoneStop(msgspec.Struct, frozen=True):
    """One door of the day."""

    id: UUID
    case_id: UUID
    address_id: UUID | None
    position: int
    arrive_at: datetime
    leave_at: datetime
    window_start: datetime
    window_end: datetime
    drive_s: int
    drive_m: int
    is_locked: bool
    is_must: bool
    reasons: list[str]
    state: StopState
    skip_reason: str | None


class PhonePlan(msgspec.Struct, frozen=True):
    """The published day of one collector."""

    id: UUID
    day: date
    published_at: datetime
    stops: list[PhoneStop]


class StopOnFile(msgspec.Struct, frozen=True):
    """A stop as the rules about the collector's changes see it."""

    id: UUID
    plan_id: UUID
    user_id: UUID
    case_id: UUID
    state: StopState
    position: int
    skip_reason: str | None
    is_current: bool


class StopWrite(msgspec.Struct, frozen=True):
    """What a stop becomes."""

    id: UUID
    state: StopState
    position: int
    skip_reason: str | None
