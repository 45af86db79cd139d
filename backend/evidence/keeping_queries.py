"""All SQL of keeping evidence: holds, retention, deletion."""

from collections.abc import Sequence
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
KEPT = """
SELECT evidence.id, evidence.tenant_id, evidence.case_id, sha256, evidence.state, cases.closed_at, EXISTS (
    SELECT 1 FROM evidence_holds WHERE evidence_holds.case_id = evidence.case_id AND released_at IS NULL) AS is_held
FROM evidence JOIN cases ON cases.id = evidence.case_id
WHERE evidence.id = $2 AND evidence.tenant_id = (SELECT id FROM tenants WHERE code = $1) FOR UPDATE OF evidence
"""
RULES = "SELECT basis, keep_days FROM retention_rules WHERE tenant_id = $1 AND record = 'photo'"
DELETE = "UPDATE evidence SET state = 'deleted' WHERE tenant_id = $1 AND id = $2"
# Two records may name the same bytes; they go with the last of them.
IS_NAMED = "SELECT EXISTS (SELECT 1 FROM evidence WHERE tenant_id = $1 AND sha256 = $2 AND state <> 'deleted')"
FORGET_FILE = "DELETE FROM stored_files WHERE tenant_id = $1 AND sha256 = $2"


class KeptPhoto(msgspec.Struct, frozen=True):
    """A photo and what keeps it; `closed_at` is that of its case."""

    id: UUID
    tenant_id: UUID
    case_id: UUID
    sha256: bytes
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


async def kept_photo(raw: asyncpg.Connection, tenant_code: str, evidence_id: UUID) -> KeptPhoto | None:
    """Return a photo of a tenant and what keeps it; its row is locked until the transaction ends."""
    row = await raw.fetchrow(KEPT, tenant_code, evidence_id)
    return None if row is None else KeptPhoto(**row)


async def rules_of(raw: asyncpg.Connection, tenant_id: UUID) -> Sequence[Retention]:
    """Return the tenant's own rules for photos."""
    return [Retention(**row) for row in await raw.fetch(RULES, tenant_id)]


async def delete_photo(raw: asyncpg.Connection, photo: KeptPhoto) -> bool:
    """Mark a photo as deleted; returns whether its bytes may go too, for no other record names them."""
    await raw.execute(DELETE, photo.tenant_id, photo.id)
    if await raw.fetchval(IS_NAMED, photo.tenant_id, photo.sha256):
        return False
    await raw.execute(FORGET_FILE, photo.tenant_id, photo.sha256)
    return True
