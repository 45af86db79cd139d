"""What does a visit look like on the wire?"""

from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec

from backend.evidence.schemas import PHOTOS_A_VISIT_MAX, PhotoTaken
from backend.kernel.geo import Point
from backend.kernel.limits import AmountMinor, Code, Instant, Note, ShortText
from backend.promises.schemas import PromiseMade


class CheckIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the phone was when the collector said "here"; `accuracy_m` is the radius the phone itself gives (68 %)."""

    place: Point
    accuracy_m: Annotated[float, msgspec.Meta(ge=0, le=100_000)]
    at: Instant


class VisitRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One visit, complete: made on the phone, kept as it is.

    `paid_minor` is what the client paid or says to have paid: provisional, the ledger decides. Times are aware;
    `next_on` is a local day of the client.
    """

    id: UUID
    case_id: UUID
    stop_id: UUID | None
    address_id: UUID | None
    started_at: Instant
    ended_at: Instant
    check_in: CheckIn | None
    outside_reason: ShortText | None
    result: Code
    party: Code
    paid_minor: AmountMinor | None
    promise: PromiseMade | None
    photos: Annotated[list[PhotoTaken], msgspec.Meta(max_length=PHOTOS_A_VISIT_MAX)]
    note: Note
    next_step: Code | None
    next_on: date | None


class Presence(msgspec.Struct, frozen=True):
    """How far from the door the check-in was, and whether that is inside the fence."""

    distance_m: float
    is_inside: bool


class RecordedVisit(msgspec.Struct, frozen=True):
    """A visit that the rules passed; `payload` is the body exactly as it came, for the journal."""

    record: VisitRecord
    presence: Presence | None
    payload: msgspec.Raw
