"""What does evidence look like on the wire before its bytes are here?"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
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


class PhotoTaken(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A photo named by the hash of the bytes that will travel, and by the hash of what the camera gave."""

    id: UUID
    sha256: Sha256Hex
    size_bytes: Annotated[int, msgspec.Meta(gt=0, le=PHOTO_BYTES_MAX)]
    media_type: Annotated[str, msgspec.Meta(pattern="^image/(jpeg|png|webp|avif|heic)$")]
    original_sha256: Sha256Hex
    original_size_bytes: Annotated[int, msgspec.Meta(gt=0)]
    taken_at: Instant
    scope: PhotoScope


class NamedPhoto(msgspec.Struct, frozen=True):
    """A photo with the visit that named it."""

    photo: PhotoTaken
    case_id: UUID
    visit_id: UUID


class Upload(msgspec.Struct, frozen=True):
    """An upload as it stands."""

    id: UUID
    sha256: bytes
    media_type: str
    length_bytes: int
    offset_bytes: int
    expires_at: datetime
    finished_at: datetime | None


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
