"""What does a visit look like on the wire?"""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec

from backend.evidence.schemas import (
    AUDIO_NOTES_A_VISIT_MAX,
    PHOTOS_A_VISIT_MAX,
    SIGNATURES_A_VISIT_MAX,
    AudioTaken,
    PhotoTaken,
    SignatureTaken,
)
from backend.kernel.geo import Point
from backend.kernel.limits import AmountMinor, Code, Instant, Note, ShortText
from backend.promises.schemas import PromiseMade


class CheckIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the phone was when the collector said "here"; `accuracy_m` is the radius the phone itself gives (68 %)."""

    place: Point
    accuracy_m: Annotated[float, msgspec.Meta(ge=0, le=100_000)]
    at: Instant


FORM_STEPS_MAX = 60
FORM_MS_MAX = 14 * 24 * 3_600_000
"""A draft may lie for days, and the form may be open in all of them."""


class FormStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One stay at a step of the form: when it was entered, and how often an answer was changed during it."""

    step: Code
    entered_ms: Annotated[int, msgspec.Meta(ge=0, le=FORM_MS_MAX)]
    changes: Annotated[int, msgspec.Meta(ge=0, le=100_000)]


class FormLog(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the visit was filled in, by a clock that nobody sets: milliseconds for which the form was open.

    `resumed` says how often it was left and taken up again; the last 60 steps are kept.
    """

    steps: Annotated[list[FormStep], msgspec.Meta(max_length=FORM_STEPS_MAX)]
    saved_ms: Annotated[int, msgspec.Meta(ge=0, le=FORM_MS_MAX)]
    resumed: Annotated[int, msgspec.Meta(ge=0, le=10_000)]


class VisitRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One visit, complete: made on the phone, kept as it is.

    `paid_minor` is what the client paid or says to have paid: provisional, the ledger decides. Times are aware;
    `next_on` is a local day of the client; `permit_id` is the lease of the gate that this contact spent.
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
    audio_notes: Annotated[list[AudioTaken], msgspec.Meta(max_length=AUDIO_NOTES_A_VISIT_MAX)]
    signatures: Annotated[list[SignatureTaken], msgspec.Meta(max_length=SIGNATURES_A_VISIT_MAX)]
    note: Note
    next_step: Code | None
    next_on: date | None
    form: FormLog | None
    permit_id: UUID | None = None


class Presence(msgspec.Struct, frozen=True):
    """How far from the door the check-in was, and whether that is inside the fence."""

    distance_m: float
    is_inside: bool


class RecordedVisit(msgspec.Struct, frozen=True):
    """A visit that the rules passed; `payload` is the body exactly as it came, for the journal."""

    record: VisitRecord
    presence: Presence | None
    payload: msgspec.Raw


class VisitView(msgspec.Struct, frozen=True):
    """A visit as the office sees it; `form` says how it was filled in, null where that was not told or is not yours."""

    id: UUID
    case_id: UUID
    user_id: UUID
    collector: str
    started_at: datetime
    ended_at: datetime
    recorded_at: datetime
    withdrawn_at: datetime | None
    result: str
    party: str
    distance_m: float | None
    is_inside: bool | None
    outside_reason: str | None
    note: str
    form: FormLog | None
