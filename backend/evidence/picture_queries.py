"""All SQL of looking at photos: which one is next, what was seen, which others look like it. For jobs, all tenants."""

from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import msgspec

from backend.evidence.pictures import Fault, Picture
from backend.evidence.schemas import StampFacts

ALIKE_BITS_MAX = 4
"""Of 64 bits; a copy that was made smaller or compressed anew differs in 0 to 4, another picture in 20 to 44."""

ALIKE_MAX = 20

CLAIM = """
UPDATE evidence SET examine_tries = examine_tries + 1, examine_after = $1::timestamptz + $2::interval
WHERE id = (
    SELECT id FROM evidence WHERE state = 'stored' AND examined_at IS NULL AND examine_after <= $1 AND kind <> 'audio'
    ORDER BY examine_after LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, tenant_id, case_id, visit_id, user_id, device_id, kind, sha256, taken_at, examine_tries,
    false AS is_original
"""
CLAIM_ORIGINAL = """
UPDATE evidence SET original_examine_tries = original_examine_tries + 1,
    original_examine_after = $1::timestamptz + $2::interval
WHERE id = (
    SELECT id FROM evidence WHERE original_state = 'stored' AND original_examined_at IS NULL
        AND original_examine_after <= $1 ORDER BY original_examine_after LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, tenant_id, case_id, visit_id, user_id, device_id, kind, original_sha256 AS sha256, taken_at,
    original_examine_tries AS examine_tries, true AS is_original
"""
STAMP = """
SELECT cases.number AS case_number, obligors.zone, evidence.taken_at, users.name AS collector,
    evidence_manifests.lat_e7, evidence_manifests.lon_e7, evidence_manifests.accuracy_m
FROM evidence JOIN cases ON cases.id = evidence.case_id JOIN obligors ON obligors.id = cases.obligor_id
    JOIN users ON users.id = evidence.user_id
    LEFT JOIN evidence_manifests ON evidence_manifests.evidence_id = evidence.id
WHERE evidence.tenant_id = $1 AND evidence.id = $2
"""
KEEP = """
INSERT INTO {table} (evidence_id, tenant_id, fault, media_type, width_px, height_px, looks, exif_taken,
    exif_lat_e7, exif_lon_e7, made_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
"""
KEEP_PICTURE, KEEP_ORIGINAL = KEEP.format(table="evidence_pictures"), KEEP.format(table="evidence_originals")
EXAMINED = "UPDATE evidence SET examined_at = $3 WHERE tenant_id = $1 AND id = $2 AND examined_at IS NULL"
ORIGINAL_EXAMINED = """
UPDATE evidence SET original_examined_at = $3 WHERE tenant_id = $1 AND id = $2 AND original_examined_at IS NULL
"""
APART = """
SELECT bit_count((looks # $3::bigint)::bit(64)) FROM evidence_pictures
WHERE tenant_id = $1 AND evidence_id = $2 AND looks IS NOT NULL
"""
# The quarters are found by their indexes; of what they give, the bits decide. Another visit's photo only: two shots of
# one door in one visit look alike and may. A visit that was taken back and recorded anew names its own photo again.
_QUARTERS = " OR ".join(
    f"((looks >> {shift}) & 65535) = (($2::bigint >> {shift}) & 65535)" for shift in (48, 32, 16, 0)
)
ALIKE = f"""
SELECT evidence_id FROM evidence_pictures JOIN evidence ON evidence.id = evidence_id
WHERE evidence_pictures.tenant_id = $1 AND looks IS NOT NULL AND ({_QUARTERS})
    AND bit_count((looks # $2::bigint)::bit(64)) <= {ALIKE_BITS_MAX} AND evidence.visit_id <> $3 AND kind = 'photo'
    AND NOT (evidence.user_id = $4 AND evidence.sha256 = $5 AND evidence.taken_at = $6)
ORDER BY evidence_id LIMIT {ALIKE_MAX}
"""

_SIGN = 2**63


class Waiting(msgspec.Struct, frozen=True):
    """Stored evidence that nobody has looked at yet, and how often that was tried; or the original of a photo."""

    id: UUID
    tenant_id: UUID
    case_id: UUID
    visit_id: UUID
    user_id: UUID
    device_id: UUID | None
    kind: str
    sha256: bytes
    taken_at: datetime
    examine_tries: int
    is_original: bool


async def claim(raw: asyncpg.Connection, lease: timedelta, now: datetime) -> Waiting | None:
    """Take the evidence that waits longest, of any tenant, for as long as the lease; None when none waits.

    Originals come when all copies were looked at: somebody may wait to see those.
    """
    row = await raw.fetchrow(CLAIM, now, lease) or await raw.fetchrow(CLAIM_ORIGINAL, now, lease)
    return None if row is None else Waiting(**row)


async def stamp_facts(raw: asyncpg.Connection, waiting: Waiting) -> StampFacts:
    """Return what is written on the copies."""
    row = await raw.fetchrow(STAMP, waiting.tenant_id, waiting.id)
    return StampFacts(**row)


async def keep_picture(raw: asyncpg.Connection, waiting: Waiting, seen: Picture | Fault, now: datetime) -> bool:
    """Write what was seen; False when another worker was faster and its word stands."""
    examined, keep = (ORIGINAL_EXAMINED, KEEP_ORIGINAL) if waiting.is_original else (EXAMINED, KEEP_PICTURE)
    if await raw.execute(examined, waiting.tenant_id, waiting.id, now) != "UPDATE 1":
        return False
    ids = (waiting.id, waiting.tenant_id)
    match seen:
        case Fault():
            await raw.execute(keep, *ids, seen.code, None, None, None, None, None, None, None, now)
        case Picture():
            await raw.execute(
                keep, *ids, None, seen.media_type, seen.width_px, seen.height_px, _signed(seen.looks),
                seen.exif_taken, seen.exif_lat_e7, seen.exif_lon_e7, now,
            )  # fmt: skip
    return True


async def alike(raw: asyncpg.Connection, waiting: Waiting, looks: int) -> list[UUID]:
    """Return at most 20 photos of other visits of the tenant that look the same."""
    rows = await raw.fetch(
        ALIKE, waiting.tenant_id, _signed(looks), waiting.visit_id, waiting.user_id, waiting.sha256, waiting.taken_at
    )
    return [row["evidence_id"] for row in rows]


async def bits_apart(raw: asyncpg.Connection, waiting: Waiting, looks: int) -> int:
    """Return in how many of 64 bits an original looks other than its copy; 0 where the copy could not be seen."""
    apart = await raw.fetchval(APART, waiting.tenant_id, waiting.id, _signed(looks))
    return int(apart or 0)


def _signed(looks: int) -> int:
    """Return the 64 bits as the database's bigint, which has a sign."""
    return looks - 2 * _SIGN if looks >= _SIGN else looks
