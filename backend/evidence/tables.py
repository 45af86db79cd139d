"""How do evidence and its uploads lie in the database?"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import FetchedValue
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.kernel.db import Base, big_int


class Evidence(Base):
    """A photo, note or signature that a visit named, by its hash; awaited until its bytes are here."""

    __tablename__ = "evidence"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    case_id: Mapped[UUID]
    visit_id: Mapped[UUID]
    user_id: Mapped[UUID]
    device_id: Mapped[UUID | None]
    kind: Mapped[str]
    scope: Mapped[str | None]
    sha256: Mapped[bytes]
    size_bytes: Mapped[big_int]
    media_type: Mapped[str]
    original_sha256: Mapped[bytes]
    original_size_bytes: Mapped[big_int]
    taken_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(server_default=FetchedValue())
    stored_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    refusal: Mapped[str | None]
    examined_at: Mapped[datetime | None]
    examine_after: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    examine_tries: Mapped[int] = mapped_column(server_default=FetchedValue())
    consent_by: Mapped[str | None]
    duration_ms: Mapped[int | None]
    statement: Mapped[str | None]
    original_state: Mapped[str] = mapped_column(server_default=FetchedValue())
    original_at: Mapped[datetime | None]
    original_reason: Mapped[str | None]
    original_examined_at: Mapped[datetime | None]
    original_examine_after: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    original_examine_tries: Mapped[int] = mapped_column(server_default=FetchedValue())


class Upload(Base):
    """Bytes on their way (tus)."""

    __tablename__ = "uploads"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    user_id: Mapped[UUID]
    sha256: Mapped[bytes]
    media_type: Mapped[str]
    length_bytes: Mapped[big_int]
    offset_bytes: Mapped[big_int] = mapped_column(server_default=FetchedValue())
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    expires_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    sealed: Mapped[str | None]


class StoredFile(Base):
    """Bytes that the store holds, by tenant and hash."""

    __tablename__ = "stored_files"
    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    sha256: Mapped[bytes] = mapped_column(primary_key=True)
    size_bytes: Mapped[big_int]
    media_type: Mapped[str]
    stored_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    refusal: Mapped[str | None]


class EvidencePicture(Base):
    """What the bytes of a photo showed when they were decoded, or why they could not be."""

    __tablename__ = "evidence_pictures"
    evidence_id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    fault: Mapped[str | None]
    media_type: Mapped[str | None]
    width_px: Mapped[int | None]
    height_px: Mapped[int | None]
    looks: Mapped[big_int | None]
    exif_taken: Mapped[str | None]
    exif_lat_e7: Mapped[int | None]
    exif_lon_e7: Mapped[int | None]
    made_at: Mapped[datetime]


class EvidenceOriginal(Base):
    """What the bytes that a camera gave showed, beside its smaller copy, or why they could not be decoded."""

    __tablename__ = "evidence_originals"
    evidence_id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    fault: Mapped[str | None]
    media_type: Mapped[str | None]
    width_px: Mapped[int | None]
    height_px: Mapped[int | None]
    looks: Mapped[big_int | None]
    exif_taken: Mapped[str | None]
    exif_lat_e7: Mapped[int | None]
    exif_lon_e7: Mapped[int | None]
    made_at: Mapped[datetime]


class EvidenceManifest(Base):
    """What the phone signed when a photo was taken, exactly as it came, and between which receipts that must lie."""

    __tablename__ = "evidence_manifests"
    evidence_id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    user_id: Mapped[UUID]
    device_id: Mapped[UUID]
    number: Mapped[big_int | None]
    text: Mapped[str]
    signature: Mapped[str]
    manifest_hash: Mapped[bytes]
    taken_at: Mapped[datetime | None]
    lat_e7: Mapped[int | None]
    lon_e7: Mapped[int | None]
    accuracy_m: Mapped[int | None]
    bracket_from: Mapped[datetime | None]
    received_at: Mapped[datetime]


class EvidenceSignal(Base):
    """Something about a photo that is worth a look; never a verdict."""

    __tablename__ = "evidence_signals"
    evidence_id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    code: Mapped[str] = mapped_column(primary_key=True)
    detail: Mapped[dict[str, object]] = mapped_column(JSONB)
    at: Mapped[datetime]


class EvidenceAnswer(Base):
    """What the collector says to the signals of a photo."""

    __tablename__ = "evidence_answers"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    evidence_id: Mapped[UUID]
    tenant_id: Mapped[UUID]
    user_id: Mapped[UUID]
    text: Mapped[str]
    at: Mapped[datetime]


class RetentionRule(Base):
    """How long a lender keeps photos after a case is closed, and on what basis; the longest rule wins."""

    __tablename__ = "retention_rules"
    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    record: Mapped[str] = mapped_column(primary_key=True)
    basis: Mapped[str] = mapped_column(primary_key=True)
    keep_days: Mapped[int]


class EvidenceHold(Base):
    """A legal hold on the evidence of a case, and its end."""

    __tablename__ = "evidence_holds"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    case_id: Mapped[UUID]
    reason: Mapped[str]
    placed_by: Mapped[UUID | None]
    placed_at: Mapped[datetime]
    released_by: Mapped[UUID | None]
    released_at: Mapped[datetime | None]
    release_reason: Mapped[str | None]


class EvidenceReview(Base):
    """What a reviewer said to a visit, or to one photo of it; the newest one is its state."""

    __tablename__ = "evidence_reviews"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    case_id: Mapped[UUID]
    visit_id: Mapped[UUID]
    evidence_id: Mapped[UUID | None]
    state: Mapped[str]
    reason: Mapped[str]
    user_id: Mapped[UUID]
    draw_id: Mapped[UUID | None]
    at: Mapped[datetime]


class BackCheckDraw(Base):
    """A draw of visits that somebody else checks at the door: from which ones, by which seed."""

    __tablename__ = "back_check_draws"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    seed: Mapped[str]
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    team_id: Mapped[UUID | None]
    wanted: Mapped[int]
    population: Mapped[int]
    drawn_by: Mapped[UUID]
    drawn_at: Mapped[datetime]


class BackCheck(Base):
    """A visit that was drawn, its place in the draw, and the score that it had then."""

    __tablename__ = "back_checks"
    draw_id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    visit_id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID]
    place: Mapped[int]
    score: Mapped[float]


class EvidenceRedaction(Base):
    """A copy of a photo in which areas are black, by whom and why."""

    __tablename__ = "evidence_redactions"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    evidence_id: Mapped[UUID]
    tenant_id: Mapped[UUID]
    parent_sha256: Mapped[bytes]
    sha256: Mapped[bytes]
    size_bytes: Mapped[big_int]
    areas: Mapped[list[object]] = mapped_column(JSONB)
    reason: Mapped[str]
    made_by: Mapped[UUID]
    made_at: Mapped[datetime]


class EvidenceDeletion(Base):
    """Evidence whose retention is over, who agreed to its deletion, and when it went."""

    __tablename__ = "evidence_deletions"
    evidence_id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    case_id: Mapped[UUID]
    basis: Mapped[str]
    due_at: Mapped[datetime]
    found_at: Mapped[datetime]
    first_by: Mapped[UUID | None]
    first_at: Mapped[datetime | None]
    second_by: Mapped[UUID | None]
    second_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
