"""All SQL of the evidence: what visits named, what is on its way, what is stored."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.evidence.schemas import NamedPhoto, Originals, OriginalState, Upload, type_taken

INSERT_EVIDENCE = """
INSERT INTO evidence (id, tenant_id, case_id, visit_id, user_id, device_id, kind, scope, sha256, size_bytes, media_type,
    original_sha256, original_size_bytes, taken_at, consent_by, duration_ms, statement, original_state)
SELECT id, $1, case_id, visit_id, $2, $3, kind, scope, sha256, size_bytes, media_type, original_sha256,
    original_size_bytes, taken_at, consent_by, duration_ms, statement, original_state
FROM unnest($4::uuid[], $5::uuid[], $6::uuid[], $7::text[], $8::text[], $9::bytea[], $10::bigint[], $11::text[],
    $12::bytea[], $13::bigint[], $14::timestamptz[], $15::text[], $16::int[], $17::text[], $18::text[])
    AS new (id, case_id, visit_id, kind, scope, sha256, size_bytes, media_type, original_sha256, original_size_bytes,
    taken_at, consent_by, duration_ms, statement, original_state)
"""
# In the order given; held until the transaction ends.
LOCK = "SELECT pg_advisory_xact_lock(number) FROM unnest($1::bigint[]) AS number"
# A sound is no photo and a picture no note, whatever the record says.
MARK_STORED = """
UPDATE evidence SET state = CASE WHEN here.refusal IS NULL THEN 'stored' ELSE 'refused' END, stored_at = now(),
    refusal = here.refusal
FROM (SELECT named.id, coalesce(stored_files.refusal, CASE
        WHEN named.kind = 'audio' AND stored_files.media_type NOT LIKE 'audio/%' THEN 'evidence.not_a_recording'
        WHEN named.kind <> 'audio' AND stored_files.media_type NOT LIKE 'image/%' THEN 'evidence.not_a_photo'
        END) AS refusal
    FROM evidence AS named JOIN stored_files ON stored_files.tenant_id = $1 AND stored_files.sha256 = named.sha256
    WHERE named.tenant_id = $1 AND named.sha256 = ANY($2::bytea[]) AND named.state = 'awaited') AS here
WHERE evidence.tenant_id = $1 AND evidence.id = here.id AND evidence.state = 'awaited'
RETURNING evidence.id, evidence.case_id, evidence.sha256, evidence.stored_at, evidence.refusal
"""
MARK_ORIGINALS = """
UPDATE evidence SET original_state = CASE WHEN here.refusal IS NULL THEN 'stored' ELSE 'refused' END,
    original_at = now(), original_reason = here.refusal
FROM (SELECT sha256,
        coalesce(refusal, CASE WHEN media_type NOT LIKE 'image/%' THEN 'evidence.not_a_photo' END) AS refusal
    FROM stored_files WHERE tenant_id = $1 AND sha256 = ANY($2::bytea[])) AS here
WHERE evidence.tenant_id = $1 AND evidence.original_sha256 = here.sha256 AND evidence.original_state = 'awaited'
RETURNING evidence.id, evidence.case_id, evidence.original_sha256 AS sha256, evidence.original_at AS stored_at,
    evidence.original_reason AS refusal
"""
GIVE_UP_ORIGINALS = """
UPDATE evidence SET original_state = 'given_up', original_at = now(), original_reason = $4
WHERE tenant_id = $1 AND user_id = $2 AND id = ANY($3::uuid[]) AND original_state = 'awaited'
RETURNING id, case_id, original_sha256 AS sha256, original_at AS stored_at, original_reason AS refusal
"""
KEEP_FILE = """
INSERT INTO stored_files (tenant_id, sha256, size_bytes, media_type, refusal) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING
"""
STORED = "SELECT size_bytes, refusal FROM stored_files WHERE tenant_id = $1 AND sha256 = $2"
READABLE = """
SELECT evidence.id, case_id, evidence.sha256, coalesce(stored_files.media_type, evidence.media_type) AS media_type,
    state = 'stored' AS is_stored, state = 'deleted' AS is_deleted, evidence.refusal, evidence.kind,
    evidence.original_sha256, evidence.original_state, shot.media_type AS original_media_type,
    evidence_pictures.evidence_id IS NOT NULL AS is_examined, evidence_pictures.fault
FROM evidence
    LEFT JOIN stored_files ON stored_files.tenant_id = $1 AND stored_files.sha256 = evidence.sha256
    LEFT JOIN stored_files AS shot ON shot.tenant_id = $1 AND shot.sha256 = evidence.original_sha256
    LEFT JOIN evidence_pictures ON evidence_pictures.evidence_id = evidence.id
WHERE evidence.tenant_id = $1 AND evidence.id = $2
"""

_UPLOAD = "SELECT id, sha256, media_type, length_bytes, offset_bytes, expires_at, finished_at, sealed FROM uploads"
OWN_UPLOAD = f"{_UPLOAD} WHERE tenant_id = $1 AND user_id = $2 AND id = $3"
OPEN_UPLOADS = f"{_UPLOAD} WHERE tenant_id = $1 AND user_id = $2 AND finished_at IS NULL AND expires_at > $3"
BEGIN_UPLOAD = """
INSERT INTO uploads (id, tenant_id, user_id, sha256, media_type, length_bytes, offset_bytes, expires_at, finished_at,
    sealed)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
MOVE_OFFSET = """
UPDATE uploads SET offset_bytes = $4, expires_at = $5
WHERE tenant_id = $1 AND id = $2 AND offset_bytes = $3 AND finished_at IS NULL
"""
FINISH_UPLOAD = """
UPDATE uploads SET offset_bytes = length_bytes, finished_at = $3 WHERE tenant_id = $1 AND id = $2
"""
REMOVE_UPLOAD = "DELETE FROM uploads WHERE tenant_id = $1 AND id = $2"
# For jobs, over all tenants. A finished upload is remembered as long as an open one, for a client that asks again.
REMOVE_EXPIRED = """
DELETE FROM uploads WHERE id IN (SELECT id FROM uploads WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)
RETURNING id
"""
STILL_OPEN = "SELECT id FROM uploads WHERE finished_at IS NULL AND id = ANY($1::uuid[])"


class NowStored(msgspec.Struct, frozen=True):
    """Evidence whose bytes (or whose original's bytes) have just been found here, or will never be."""

    id: UUID
    case_id: UUID
    sha256: bytes
    stored_at: datetime
    refusal: str | None


class StoredBytes(msgspec.Struct, frozen=True):
    """Bytes that are here; `refusal` says why they stand apart and are no evidence."""

    size_bytes: int
    refusal: str | None


class Readable(msgspec.Struct, frozen=True):
    """Evidence that somebody may look at."""

    id: UUID
    case_id: UUID
    sha256: bytes
    media_type: str
    is_stored: bool
    is_deleted: bool
    refusal: str | None
    kind: str
    original_sha256: bytes
    original_state: str
    original_media_type: str | None
    is_examined: bool
    fault: str | None


async def insert_evidence(
    raw: asyncpg.Connection, tenant_id: UUID, user_id: UUID, device_id: UUID | None, named: Sequence[NamedPhoto]
) -> None:
    """Insert awaited evidence of one user and device."""
    photos = [one.photo for one in named]
    await raw.execute(
        INSERT_EVIDENCE, tenant_id, user_id, device_id, [photo.id for photo in photos], [one.case_id for one in named],
        [one.visit_id for one in named], [photo.kind.value for photo in photos],
        [photo.scope and photo.scope.value for photo in photos],
        [bytes.fromhex(photo.sha256) for photo in photos], [photo.size_bytes for photo in photos],
        [photo.media_type for photo in photos], [bytes.fromhex(photo.original_sha256) for photo in photos],
        [photo.original_size_bytes for photo in photos], [photo.taken_at for photo in photos],
        [photo.consent_by and photo.consent_by.value for photo in photos], [photo.duration_ms for photo in photos],
        [photo.statement for photo in photos], [_original_state(photo).value for photo in photos],
    )  # fmt: skip


def _original_state(photo: type_taken) -> OriginalState:
    """Return where the original is when its evidence is named."""
    if photo.original_sha256 == photo.sha256:
        return OriginalState.NONE
    return OriginalState.AWAITED if photo.original_kept else OriginalState.NOT_KEPT


async def lock(raw: asyncpg.Connection, numbers: Sequence[int]) -> None:
    """Take advisory locks until the end of the transaction, in one order for everybody."""
    await raw.execute(LOCK, sorted(set(numbers)))


async def awaited_of_device(raw: asyncpg.Connection, tenant_id: UUID, device_id: UUID, limit: int) -> list[bytes]:
    """Return the hashes of files that visits recorded on a device name and that are not here."""
    rows = await raw.fetch(
        "SELECT sha256 FROM evidence WHERE tenant_id = $1 AND device_id = $2 AND state = 'awaited' UNION"
        " SELECT original_sha256 FROM evidence WHERE tenant_id = $1 AND device_id = $2 AND original_state = 'awaited'"
        " LIMIT $3",
        tenant_id,
        device_id,
        limit,
    )
    return [row["sha256"] for row in rows]


async def mark_stored(raw: asyncpg.Connection, tenant_id: UUID, digests: Sequence[bytes]) -> list[NowStored]:
    """Mark awaited evidence whose bytes are stored, among these hashes."""
    return [NowStored(**row) for row in await raw.fetch(MARK_STORED, tenant_id, digests)]


async def mark_originals(raw: asyncpg.Connection, tenant_id: UUID, digests: Sequence[bytes]) -> list[NowStored]:
    """Mark evidence whose awaited originals are stored, among these hashes."""
    return [NowStored(**row) for row in await raw.fetch(MARK_ORIGINALS, tenant_id, digests)]


async def give_up_originals(
    raw: asyncpg.Connection, tenant_id: UUID, user_id: UUID, ids: Sequence[UUID], reason: str
) -> list[NowStored]:
    """Mark evidence of a person whose originals will never come; returns those that were awaited."""
    return [NowStored(**row) for row in await raw.fetch(GIVE_UP_ORIGINALS, tenant_id, user_id, ids, reason)]


async def wish_originals(raw: asyncpg.Connection, tenant_code: str, wish: Originals) -> UUID | None:
    """Set when phones of a lender send originals; returns the lender, None when there is none of this code."""
    tenant_id: UUID | None = await raw.fetchval(
        "UPDATE tenants SET originals = $2 WHERE code = $1 RETURNING id", tenant_code, wish.value
    )
    return tenant_id


async def keep_file(raw: asyncpg.Connection, tenant_id: UUID, upload: Upload, refusal: str | None) -> None:
    """Write down that the store holds the bytes of an upload, and why they are no evidence, if they are none."""
    await raw.execute(KEEP_FILE, tenant_id, upload.sha256, upload.length_bytes, upload.media_type, refusal)


async def stored(raw: asyncpg.Connection, tenant_id: UUID, sha256: bytes) -> StoredBytes | None:
    """Return the stored bytes with this hash, None when there are none."""
    row = await raw.fetchrow(STORED, tenant_id, sha256)
    return None if row is None else StoredBytes(**row)


async def readable(raw: asyncpg.Connection, tenant_id: UUID, evidence_id: UUID) -> Readable | None:
    """Return evidence if the transaction's person sees it."""
    row = await raw.fetchrow(READABLE, tenant_id, evidence_id)
    return None if row is None else Readable(**row)


async def own_upload(raw: asyncpg.Connection, tenant_id: UUID, user_id: UUID, upload_id: UUID) -> Upload | None:
    """Return an upload of this person."""
    row = await raw.fetchrow(OWN_UPLOAD, tenant_id, user_id, upload_id)
    return None if row is None else Upload(**row)


async def open_uploads(raw: asyncpg.Connection, tenant_id: UUID, user_id: UUID, now: datetime) -> list[Upload]:
    """Return this person's uploads that are on their way."""
    return [Upload(**row) for row in await raw.fetch(OPEN_UPLOADS, tenant_id, user_id, now)]


async def begin_upload(raw: asyncpg.Connection, tenant_id: UUID, user_id: UUID, upload: Upload) -> None:
    """Insert an upload as it stands."""
    await raw.execute(
        BEGIN_UPLOAD, upload.id, tenant_id, user_id, upload.sha256, upload.media_type, upload.length_bytes,
        upload.offset_bytes, upload.expires_at, upload.finished_at, upload.sealed,
    )  # fmt: skip


async def move_offset(raw: asyncpg.Connection, tenant_id: UUID, seen: Upload, moved: Upload) -> bool:
    """Move the offset of an open upload from where the caller saw it; False when it is no longer there."""
    status: str = await raw.execute(
        MOVE_OFFSET, tenant_id, seen.id, seen.offset_bytes, moved.offset_bytes, moved.expires_at
    )
    return status == "UPDATE 1"


async def finish_upload(raw: asyncpg.Connection, tenant_id: UUID, upload_id: UUID, now: datetime) -> None:
    """Close an upload; one that was swept away in the meantime needs no closing."""
    await raw.execute(FINISH_UPLOAD, tenant_id, upload_id, now)


async def remove_upload(raw: asyncpg.Connection, tenant_id: UUID, upload_id: UUID) -> None:
    """Forget an upload."""
    await raw.execute(REMOVE_UPLOAD, tenant_id, upload_id)


async def remove_expired(raw: asyncpg.Connection, now: datetime, limit: int) -> list[UUID]:
    """Forget uploads of all tenants that have expired; returns their ids."""
    return [row["id"] for row in await raw.fetch(REMOVE_EXPIRED, now, limit)]


async def still_open(raw: asyncpg.Connection, upload_ids: Sequence[UUID]) -> set[UUID]:
    """Return those of the uploads, of any tenant, that are on their way."""
    return {row["id"] for row in await raw.fetch(STILL_OPEN, upload_ids)}
