"""What does evidence look like on the wire before its bytes are here?"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from backend.kernel.limits import Instant, Sha256Hex

PHOTO_BYTES_MAX = 15 * 2**20
"""A 50-megapixel JPEG of a good phone is some 12 MiB; larger files are refused before they travel."""

PHOTOS_A_VISIT_MAX = 20


class PhotoScope(StrEnum):
    """What the picture may show; inside needs the recorded consent of who lives there."""

    OUTSIDE = "outside"
    DOCUMENT = "document"
    INSIDE = "inside"


class ConsentBy(StrEnum):
    """Who agreed to a photo inside: the client, somebody of the household, somebody of the company."""

    CLIENT = "client"
    HOUSEHOLD = "household"
    COMPANY = "company"


class PhotoTaken(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A photo named by the hash of the bytes that will travel, and by the hash of what the camera gave.

    `manifest` is the text that the phone signed at the shutter (manifests.py says what stands in it), `signature` that
    of the device's key (ECDSA P-256, SHA-256, r || s, base64); an app of before that has neither.
    """

    id: UUID
    sha256: Sha256Hex
    size_bytes: Annotated[int, msgspec.Meta(gt=0, le=PHOTO_BYTES_MAX)]
    media_type: Annotated[str, msgspec.Meta(pattern="^image/(jpeg|png|webp|avif|heic)$")]
    original_sha256: Sha256Hex
    original_size_bytes: Annotated[int, msgspec.Meta(gt=0)]
    taken_at: Instant
    scope: PhotoScope
    consent_by: ConsentBy | None
    manifest: Annotated[str, msgspec.Meta(min_length=2, max_length=4000)] | None
    signature: Annotated[str, msgspec.Meta(min_length=86, max_length=88)] | None


class NamedPhoto(msgspec.Struct, frozen=True):
    """A photo with the visit that named it, and the door where that was."""

    photo: PhotoTaken
    case_id: UUID
    visit_id: UUID
    address_id: UUID | None


class Upload(msgspec.Struct, frozen=True):
    """An upload as it stands: the hash is that of the plain photo, the length that of what travels.

    `sealed` is the header of a photo that only the server can open (backend/evidence/sealed.py); null for a plain one.
    """

    id: UUID
    sha256: bytes
    media_type: str
    length_bytes: int
    offset_bytes: int
    expires_at: datetime
    finished_at: datetime | None
    sealed: str | None


class Copy(StrEnum):
    """In which form a photo is looked at: as it came, or as one of the two stamped copies."""

    ORIGINAL = "original"
    VIEW = "view"
    THUMBNAIL = "thumbnail"


class StampFacts(msgspec.Struct, frozen=True):
    """What the stamp says; `taken_at` is by the phone's clock, the place (1e-7 degrees) as its receiver gave it."""

    case_number: str
    zone: str
    taken_at: datetime
    collector: str
    lat_e7: int | None
    lon_e7: int | None
    accuracy_m: int | None


class SignalView(msgspec.Struct, frozen=True):
    """Something that is worth a look, with the numbers behind it; never an accusation."""

    code: str
    detail: dict[str, object]
    at: datetime


class AnswerView(msgspec.Struct, frozen=True):
    """What the collector said to it."""

    user_id: UUID
    text: str
    at: datetime


class Looks(msgspec.Struct, frozen=True):
    """How much a look is worth it: 0 to 1, low below 0.2, high from 0.6; with what speaks for it, and the answers."""

    score: float
    band: Literal["low", "medium", "high"]
    signals: list[SignalView]
    answers: list[AnswerView]


class EvidenceView(msgspec.Struct, frozen=True):
    """A photo as the office sees it; `looks` only for who took it and who controls it, null for others.

    `fault` says why there are no copies to look at; `is_ready` that there are.
    """

    id: UUID
    case_id: UUID
    visit_id: UUID
    user_id: UUID
    collector: str
    scope: PhotoScope
    consent_by: ConsentBy | None
    taken_at: datetime
    state: Literal["awaited", "stored", "refused", "deleted"]
    refusal: str | None
    fault: str | None
    is_ready: bool
    sha256: str
    size_bytes: int
    is_signed: bool
    looks: Looks | None


class EvidenceList(msgspec.Struct, frozen=True):
    """The photos of a case, the newest first, at most 200."""

    items: list[EvidenceView]


class AnswerGiven(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a collector says to the signals of a photo of his own."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=4000)]


class HoldView(msgspec.Struct, frozen=True):
    """A legal hold on the evidence of a case: while it stands, nothing of it is deleted."""

    id: UUID
    case_id: UUID
    reason: str
    placed_by: UUID | None
    placed_at: datetime
    released_by: UUID | None
    released_at: datetime | None
    release_reason: str | None


class HoldList(msgspec.Struct, frozen=True):
    """The holds of a case, the newest first, at most 200."""

    items: list[HoldView]


class HoldWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which case is to be held, and why."""

    case_id: UUID
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=400)]


class ReleaseWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a hold ends."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=400)]
