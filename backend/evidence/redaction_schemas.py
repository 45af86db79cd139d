"""What does a redacted copy of a photo look like on the wire?"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from backend.evidence.pictures import Area

AREAS_MAX = 50
REDACTIONS_MAX = 20


class RedactionWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be black in a copy, in shares of the photo as it is shown, and why."""

    areas: Annotated[list[Area], msgspec.Meta(min_length=1, max_length=AREAS_MAX)]
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=400)]


class RedactionView(msgspec.Struct, frozen=True):
    """A redacted copy (JPEG): `sha256` is its own, `parent_sha256` that of the photo it was made from."""

    id: UUID
    evidence_id: UUID
    parent_sha256: str
    sha256: str
    size_bytes: int
    areas: list[Area]
    reason: str
    made_by: UUID
    made_at: datetime


class RedactionList(msgspec.Struct, frozen=True):
    """The redacted copies of a photo, the newest first, at most 20."""

    items: list[RedactionView]
