"""What does evidence look like on the wire before its bytes are here?"""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from backend.kernel.limits import Instant, Sha256Hex

SIGNATURE_BYTES_MAX = 256 * 2**10
AUDIO_BYTES_MAX = 6 * 2**20
"""Three minutes at 256 kbit/s, twice what a phone that nobody told otherwise records at."""

AUDIO_MS_MAX = 180_000

PHOTO_BYTES_MAX = 15 * 2**20
"""A 50-megapixel JPEG of a good phone is some 12 MiB; larger files are refused before they travel."""

PHOTOS_A_VISIT_MAX = 20
AUDIO_NOTES_A_VISIT_MAX = 3
SIGNATURES_A_VISIT_MAX = 1


class EvidenceKind(StrEnum):
    """What a piece of evidence is."""

    PHOTO = "photo"
    AUDIO = "audio"
    SIGNATURE = "signature"


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


class AgreedBy(StrEnum):
    """Who agreed to a photo inside, or to being heard in a note; `self` when only the collector is heard."""

    SELF = "self"
    CLIENT = "client"
    HOUSEHOLD = "household"
    COMPANY = "company"


ManifestText = Annotated[str, msgspec.Meta(min_length=2, max_length=4000)]
DeviceSignature = Annotated[str, msgspec.Meta(min_length=86, max_length=88)]


class PhotoTaken(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A photo named by the hash of the bytes that will travel, and by the hash of what the camera gave.

    `manifest` is the text that the phone signed at the shutter (manifests.py says what stands in it), `signature` that
    of the device's key (ECDSA P-256, SHA-256, r || s, base64); an app of before that has neither. `original_kept` says
    that the phone keeps what the camera gave, and sends it later.
    """

    id: UUID
    sha256: Sha256Hex
    size_bytes: Annotated[int, msgspec.Meta(gt=0, le=PHOTO_BYTES_MAX)]
    media_type: Annotated[str, msgspec.Meta(pattern="^image/(jpeg|png|webp|avif|heic)$")]
    original_sha256: Sha256Hex
    original_size_bytes: Annotated[int, msgspec.Meta(gt=0)]
    original_kept: bool
    taken_at: Instant
    scope: PhotoScope
    consent_by: ConsentBy | None
    manifest: ManifestText | None
    signature: DeviceSignature | None

    @property
    def kind(self) -> EvidenceKind:
        """Which kind of evidence it is."""
        return EvidenceKind.PHOTO

    @property
    def duration_ms(self) -> None:
        """How long it is: a photo has no length."""
        return

    @property
    def statement(self) -> None:
        """What was signed by hand: nothing."""
        return


class Whole(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What travels as it was made: a note or a signature, signed by the device like a photo, without a smaller copy."""

    id: UUID
    sha256: Sha256Hex
    size_bytes: Annotated[int, msgspec.Meta(gt=0, le=AUDIO_BYTES_MAX)]
    taken_at: Instant
    manifest: ManifestText
    signature: DeviceSignature

    @property
    def original_sha256(self) -> str:
        """The hash of what was made, which is what travels."""
        return self.sha256

    @property
    def original_size_bytes(self) -> int:
        """How large what was made is."""
        return self.size_bytes

    @property
    def original_kept(self) -> bool:
        """Whether something else follows later: never."""
        return False

    @property
    def scope(self) -> None:
        """What a picture shows: this is none."""
        return


class AudioTaken(Whole, frozen=True, forbid_unknown_fields=True):
    """A spoken note, and who is heard in it and agreed to that before it began."""

    media_type: Annotated[str, msgspec.Meta(pattern="^audio/(webm|ogg|mp4)$")]
    duration_ms: Annotated[int, msgspec.Meta(gt=0, le=AUDIO_MS_MAX)]
    consent_by: AgreedBy

    @property
    def kind(self) -> EvidenceKind:
        """Which kind of evidence it is."""
        return EvidenceKind.AUDIO

    @property
    def statement(self) -> None:
        """What was signed by hand: nothing."""
        return


class SignatureTaken(Whole, frozen=True, forbid_unknown_fields=True):
    """A signature by hand, and the statement (JSON, see Statement) that stood above it, exactly as it was shown."""

    size_bytes: Annotated[int, msgspec.Meta(gt=0, le=SIGNATURE_BYTES_MAX)]
    media_type: Literal["image/png"]
    statement: Annotated[str, msgspec.Meta(min_length=2, max_length=2000)]

    @property
    def kind(self) -> EvidenceKind:
        """Which kind of evidence it is."""
        return EvidenceKind.SIGNATURE

    @property
    def duration_ms(self) -> None:
        """How long it is: a signature has no length."""
        return

    @property
    def consent_by(self) -> None:
        """Who agreed: whoever signed."""
        return


class Statement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a client signed: a promise, in the client's language; `text` is what was on the screen."""

    v: Literal[1]
    case_number: str
    promise_id: UUID
    amount_minor: int
    currency: str
    due_on: date
    language: Literal["zh", "en"]
    text: str


type_taken = PhotoTaken | AudioTaken | SignatureTaken


class NamedPhoto(msgspec.Struct, frozen=True):
    """A photo, note or signature with the visit that named it, and the door where that was."""

    photo: type_taken
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
    """In which form evidence is looked at: as it came, as the camera gave it, or as one of two stamped copies."""

    ORIGINAL = "original"
    AS_SHOT = "as_shot"
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


class OriginalState(StrEnum):
    """Where what the camera gave is: nothing apart from what came, still on the phone, here, or why it never comes."""

    NONE = "none"
    NOT_KEPT = "not_kept"
    AWAITED = "awaited"
    STORED = "stored"
    REFUSED = "refused"
    GIVEN_UP = "given_up"


class EvidenceView(msgspec.Struct, frozen=True):
    """Evidence as the office sees it; `looks` only for who took it and who controls it, null for others.

    `fault` says why there are no copies to look at; `is_ready` that there are. `statement` is what stood above a
    signature, as JSON (see Statement); a note has a `duration_ms`, a photo a `scope`.
    """

    id: UUID
    case_id: UUID
    visit_id: UUID
    user_id: UUID
    collector: str
    kind: EvidenceKind
    scope: PhotoScope | None
    consent_by: AgreedBy | None
    duration_ms: int | None
    statement: str | None
    media_type: str
    taken_at: datetime
    state: Literal["awaited", "stored", "refused", "deleted"]
    refusal: str | None
    fault: str | None
    is_ready: bool
    sha256: str
    size_bytes: int
    original_state: OriginalState
    original_size_bytes: int
    is_signed: bool
    looks: Looks | None


class EvidenceList(msgspec.Struct, frozen=True):
    """The photos of a case, the newest first, at most 200."""

    items: list[EvidenceView]


class AnswerGiven(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a collector says to the signals of a photo of his own."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=4000)]


class OwnAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The same, written on the phone; `case_id` is the phone's own note of whose it is."""

    evidence_id: UUID
    case_id: UUID
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


class Originals(StrEnum):
    """When a phone sends what its camera gave, beside the smaller copy that travels at once: the lender's wish."""

    NEVER = "never"
    WIFI = "wifi"
    ALWAYS = "always"


class OriginalsGivenUp(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Originals that a phone will never send, and why: the lender wants none any more, or the phone lost them."""

    evidence_ids: Annotated[list[UUID], msgspec.Meta(min_length=1, max_length=100)]
    reason: Literal["policy", "lost"]
