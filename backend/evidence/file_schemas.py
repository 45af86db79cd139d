"""What does a look at evidence show beyond the photo: the whole file of one, and questions to who took them?"""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from backend.evidence.schemas import EvidenceView
from backend.kernel.geo import Point


class CaseOf(msgspec.Struct, frozen=True):
    """The case that a photo belongs to; `zone` is that of the client."""

    number: str
    client: str
    is_company: bool
    zone: str


class Asked(msgspec.Struct, frozen=True):
    """What a reviewer said last to a photo, or to the whole visit, to who took it."""

    state: Literal["accepted", "questioned"]
    is_of_visit: bool
    reason: str
    by: str
    at: datetime


class Question(msgspec.Struct, frozen=True):
    """A photo of one's own in which something is worth a look, or to which somebody asked.

    `case` is null when the case went to somebody else: the photo stays one's own. `is_open`: it waits for an answer.
    """

    evidence: EvidenceView
    case: CaseOf | None
    asked: Asked | None
    is_open: bool


class QuestionList(msgspec.Struct, frozen=True):
    """At most 50 of the last 90 days, those that wait for an answer first, then the newest."""

    items: list[Question]


class ManifestPlace(msgspec.Struct, frozen=True):
    """Where the phone's receiver said it was, the radius of 68 %, and how old that was."""

    place: Point
    accuracy_m: int
    age_ms: int


class ManifestFacts(msgspec.Struct, frozen=True):
    """What the phone signed at the shutter, in numbers a person can read.

    `clock_offset_ms` is (server - phone) as last learnt. It was taken between `after_at` (the last receipt that the
    phone held) and `received_at` (ours). `has_before`: the photo before it on that phone is here; null for the first.
    """

    number: int
    manifest_hash: str
    key_id: str
    source: Literal["camera", "file", "microphone", "pad"]
    taken_at: datetime
    clock_offset_ms: int | None
    place: ManifestPlace | None
    after_at: datetime | None
    received_at: datetime
    has_before: bool | None


class CustodyLine(msgspec.Struct, frozen=True):
    """Something that was done with a photo, when, and by whom; `actor` is null for the system and the operator."""

    id: UUID
    kind: str
    at: datetime
    actor: str | None
    detail: dict[str, str]


class EvidenceFile(msgspec.Struct, frozen=True):
    """All that is known about a photo: what the phone signed, the door that was meant, the log of custody.

    `manifest` is null when there is none that can be read. `original_size_bytes` is what the camera gave;
    `is_reduced` says that a smaller copy travelled. `custody` is the newest 200, the newest first.
    """

    evidence: EvidenceView
    case: CaseOf | None
    manifest: ManifestFacts | None
    device: str | None
    door: Point | None
    fence_radius_m: float
    original_sha256: str
    original_size_bytes: int
    is_reduced: bool
    is_held: bool
    custody: list[CustodyLine]
