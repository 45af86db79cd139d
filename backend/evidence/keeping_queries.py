"""All SQL of keeping evidence: holds, retention, deletion."""

from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.evidence.retention import Retention
from backend.evidence.schemas import HoldView
from backend.kernel.limits import PAGE_SIZE_MAX

PHOTOS_MAX = 10_000

SEES_CASE = "SELECT EXISTS (SELECT 1 FROM cases WHERE tenant_id = $1 AND id = $2)"
PLACE = """
INSERT INTO evidence_holds (id, tenant_id, case_id, reason, placed_by, placed_at) VALUES ($1, $2, $3, $4, $5, $6)
"""
RELEASE = """
UPDATE evidence_holds SET released_by = $3, released_at = $4, release_reason = $5
WHERE tenant_id = $1 AND id = $2 AND released_at IS NULL RETURNING case_id
"""
HOLDS = f"""
SELECT id, case_id, reason, placed_by, placed_at, released_by, released_at, release_reason FROM evidence_holds
WHERE tenant_id = $1 AND case_id = $2 ORDER BY placed_at DESC LIMIT {PAGE_SIZE_MAX}
"""
PHOTOS = f"SELECT id FROM evidence WHERE tenant_id = $1 AND case_id = $2 ORDER BY id LIMIT {PHOTOS_MAX}"
TENANT = "SELECT id FROM tenants WHERE code = $1"
# The case is locked as well: a hold that is being placed waits for the deletion, or the deletion for the hold. What
# keeps the evidence is asked in a second statement, which sees what was decided meanwhile.
LOCK = """
SELECT evidence.id FROM evidence JOIN cases ON cases.id = evidence.case_id
WHERE evidence.tenant_id = $1 AND evidence.id = $2 FOR UPDATE OF evidence, cases
"""
KEPT = """
SELECT evidence.id, evidence.tenant_id, evidence.case_id, evidence.kind, sha256, original_sha256, evidence.state,
    cases.closed_at, EXISTS (SELECT 1 FROM evidence_holds
        WHERE evidence_holds.case_id = evidence.case_id AND released_at IS NULL) AS is_held
FROM evidence JOIN cases ON cases.id = evidence.case_id WHERE evidence.tenant_id = $1 AND evidence.id = $2
"""
RULES = "SELECT record, basis, keep_days FROM retention_rules WHERE tenant_id = $1"
DELETE = """
UPDATE evidence SET state = 'deleted',
    original_state = CASE WHEN original_state = 'awaited' THEN 'given_up' ELSE original_state END
WHERE tenant_id = $1 AND id = $2
"""
# Two records may name the same bytes, as they came or as they were shot; they go with the last of them.
UNNAMED = """
SELECT hash FROM unnest($2::bytea[]) AS hash WHERE NOT EXISTS (SELECT 1 FROM evidence
    WHERE tenant_id = $1 AND state <> 'deleted' AND (sha256 = hash OR original_sha256 = hash))
"""
FORGET_FILES = "DELETE FROM stored_files WHERE tenant_id = $1 AND sha256 = ANY($2::bytea[])"


class KeptPhoto(msgspec.Struct, frozen=True):
    """A piece of evidence and what keeps it; `closed_at` is that of its case."""

    id: UUID
    tenant_id: UUID
    case_id: UUID
    kind: str
    sha256: bytes
    original_sha256: bytes
    state: str
    closed_at: datetime | None
    is_held: bool


async def sees_case(raw: asyncpg.Connection, tenant_id: UUID, case_id: UUID) -> bool:
    """Tell whether the transaction's person sees a case."""
    return bool(await raw.fetchval(SEES_CASE, tenant_id, case_id))


async def place_hold(raw: asyncpg.Connection, tenant_id: UUID, hold: HoldView) -> None:
    """Write a hold."""
    await raw.execute(PLACE, hold.id, tenant_id, hold.case_id, hold.reason, hold.placed_by, hold.placed_at)


async def release_hold(
    raw: asyncpg.Connection, who: tuple[UUID, UUID | None], hold_id: UUID, reason: str, now: datetime
) -> UUID | None:
    """Release a hold by (tenant, user); returns its case, None when there is none that stands."""
    tenant_id, user_id = who
    case_id: UUID | None = await raw.fetchval(RELEASE, tenant_id, hold_id, user_id, now, reason)
    return case_id


async def holds_of(raw: asyncpg.Connection, tenant_id: UUID, case_id: UUID) -> list[HoldView]:
    """Return the holds of a case, the newest first, at most 200."""
    return [HoldView(**row) for row in await raw.fetch(HOLDS, tenant_id, case_id)]


async def photos_of_case(raw: asyncpg.Connection, tenant_id: UUID, case_id: UUID) -> list[UUID]:
    """Return the ids of the photos of a case."""
    return [row["id"] for row in await raw.fetch(PHOTOS, tenant_id, case_id)]


async def tenant_of(raw: asyncpg.Connection, code: str) -> UUID | None:
    """Return the lender with this code."""
    found: UUID | None = await raw.fetchval(TENANT, code)
    return found


async def kept_photo(raw: asyncpg.Connection, tenant_id: UUID, evidence_id: UUID) -> KeptPhoto | None:
    """Return evidence of a tenant and what keeps it; it and its case are locked until the transaction ends."""
    await raw.execute(LOCK, tenant_id, evidence_id)
    row = await raw.fetchrow(KEPT, tenant_id, evidence_id)
    return None if row is None else KeptPhoto(**row)


async def rules_of(raw: asyncpg.Connection, tenant_id: UUID) -> dict[str, list[Retention]]:
    """Return the tenant's own rules by kind of evidence."""
    found: dict[str, list[Retention]] = {}
    for row in await raw.fetch(RULES, tenant_id):
        found.setdefault(row["record"], []).append(Retention(basis=row["basis"], keep_days=row["keep_days"]))
    return found


async def delete_photo(raw: asyncpg.Connection, photo: KeptPhoto) -> list[bytes]:
    """Mark evidence as deleted; returns the hashes whose bytes may go too, for no other record names them."""
    await raw.execute(DELETE, photo.tenant_id, photo.id)
    digests = sorted({photo.sha256, photo.original_sha256})
    unnamed = [row["hash"] for row in await raw.fetch(UNNAMED, photo.tenant_id, digests)]
    await raw.execute(FORGET_FILES, photo.tenant_id, unnamed)
    return unnamed
