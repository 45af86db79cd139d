"""What is a permit, who holds it, and what does a phone take along of it?"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from backend.compliance.schemas import Channel, Instant, Situation, Text, Verdict


class HolderKind(StrEnum):
    """Who may be about to reach a person."""

    PHONE = "phone"
    DESK = "desk"
    ROBOT = "robot"
    SENDER = "sender"
    AGENCY = "agency"


class PermitEnd(StrEnum):
    """How a permit ended: its contact is on record, it came back unused, or it ran out and its holder says so.

    One that ran out while its holder was not heard of has no end yet: its contact may have happened.
    """

    USED = "used"
    RETURNED = "returned"
    LAPSED = "lapsed"


class Holder(msgspec.Struct, frozen=True):
    """One phone, desk, robot, sender or agency; `id` is unique among its kind."""

    kind: HolderKind
    id: Text


class Permit(msgspec.Struct, frozen=True):
    """One possible contact: from `since` until `until` (excluded) the holder may make it, and nobody knows how it ends.

    `asked` is the situation on which it was drawn, without history; `budget` is the obligor around whom is counted.
    """

    id: UUID
    budget: UUID
    holder: Holder
    asked: Situation
    drawn_at: datetime
    since: datetime
    until: datetime


class Ask(msgspec.Struct, frozen=True):
    """A wish for a permit with this id: `situation.now` is the moment of asking, `until` when it shall run out."""

    id: UUID
    budget: UUID
    situation: Situation
    until: datetime


class Refused(msgspec.Struct, frozen=True):
    """No permit, and why: the verdict that is not ALLOW, which may be that on somebody else's permit."""

    id: UUID
    verdict: Verdict


class PermitEnding(msgspec.Struct, frozen=True):
    """Which permit ended, how, and by which contact on record (only when it was used)."""

    id: UUID
    end: PermitEnd
    contact_id: UUID | None = None


class PermitSettings(msgspec.Struct, frozen=True):
    """What a lender may set.

    `silence_days`: so long after it ran out does a permit still count whose holder was not heard of since; as long as
    the server still takes records of old phones.
    """

    lease_hours: int = 12
    calls_per_case: int = 3
    dial_minutes: int = 5
    silence_days: int = 90


class DayCase(msgspec.Struct, frozen=True):
    """What a phone wants for one case of its day; `call` names no number, so that it holds for each of the person."""

    budget: UUID
    visit: Situation | None
    call: Situation | None


class Standing(StrEnum):
    """How a contact that happened stands: an exception is one that only what came after its permit forbids."""

    LAWFUL = "lawful"
    EXCEPTION = "exception"
    BREACH = "breach"


class PermitLease(msgspec.Struct, frozen=True):
    """A permit as a phone keeps it. `person` is the key under which contacts are counted, per obligor."""

    id: UUID
    budget: UUID
    person: Text
    channel: Channel
    since: Instant
    until: Instant
