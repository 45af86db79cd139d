"""What does a phone say of itself, and what does a lead hear of it?"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from backend.kernel.limits import Instant

Count = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
Bytes = Annotated[int, msgspec.Meta(ge=0, le=2**60)]
LockMethod = Literal["none", "pin", "prf"]
PushPermission = Literal["granted", "denied", "default", "unsupported"]

HEALTH_LENGTH_MAX = 600
"""Characters of the header; a phone of this version writes some 300."""


class HealthTold(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a phone fares, in the header X-Rounds-Health of a push or pull, as JSON.

    `sent_at` is its own clock. Unsent are what stays on the phone when this request is done. Storage is null where the
    browser does not tell.
    """

    app_version: Annotated[str, msgspec.Meta(max_length=40)]
    sent_at: Instant
    unsent_items: Count
    unsent_photos: Count
    oldest_unsent_at: Instant | None
    used_bytes: Bytes | None
    quota_bytes: Bytes | None
    is_persistent: bool | None
    lock_method: LockMethod
    push: PushPermission


class PhoneHealth(msgspec.Struct, frozen=True):
    """What a phone last said of itself; `clock_offset_ms` is server minus phone, with the way of the request in it."""

    told_at: datetime
    app_version: str
    clock_offset_ms: int
    unsent_items: int
    unsent_photos: int
    oldest_unsent_at: datetime | None
    used_bytes: int | None
    quota_bytes: int | None
    is_persistent: bool | None
    lock_method: LockMethod
    push: PushPermission


class Worry(StrEnum):
    """What is worth a word with whoever carries the phone, the worst first."""

    UNSENT_OLD = "unsent_old"
    NOT_SEEN = "not_seen"
    STORAGE_FULL = "storage_full"
    CLOCK_OFF = "clock_off"
    VERSION_OLD = "version_old"


class PhoneOnFile(msgspec.Struct, frozen=True):
    """What the rules need to know of a phone; `zone` is the person's, `is_newest` says it is the one they last used."""

    last_seen_at: datetime | None
    is_revoked: bool
    is_newest: bool
    is_on_duty: bool
    zone: str
    health: PhoneHealth | None


class PhoneView(msgspec.Struct, frozen=True):
    """A phone as a lead sees it; `health` is null when it never told."""

    id: UUID
    user_id: UUID
    user_name: str
    label: str
    registered_at: datetime
    revoked_at: datetime | None
    last_seen_at: datetime | None
    is_on_duty: bool
    has_lock: bool
    health: PhoneHealth | None
    worries: list[Worry]


class PhonePage(msgspec.Struct, frozen=True):
    """Phones in the order of their ids; `next` is the `after` of the following page, or null."""

    phones: list[PhoneView]
    next: UUID | None
