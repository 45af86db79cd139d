"""All SQL of an export: the case that is meant, its photos with their manifests, the phones that signed. For jobs."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

PHOTOS_MAX = 10_000

CASE = """
SELECT cases.id, cases.tenant_id, cases.number FROM cases JOIN tenants ON tenants.id = cases.tenant_id
WHERE tenants.code = $1 AND (cases.number = $2 OR cases.id::text = $2)
"""
PHOTOS = f"""
SELECT evidence.id, evidence.case_id, visit_id, evidence.user_id, evidence.device_id, kind, scope, consent_by,
    duration_ms, statement, state, evidence.sha256, original_sha256, evidence.size_bytes, original_size_bytes,
    evidence.media_type, evidence.taken_at, evidence.stored_at, original_state, shot.media_type AS original_media_type,
    evidence_manifests.text AS manifest, evidence_manifests.signature, evidence_manifests.received_at
FROM evidence LEFT JOIN evidence_manifests ON evidence_manifests.evidence_id = evidence.id
    LEFT JOIN stored_files AS shot ON shot.tenant_id = evidence.tenant_id AND shot.sha256 = evidence.original_sha256
WHERE evidence.tenant_id = $1 AND evidence.case_id = $2 ORDER BY evidence.taken_at, evidence.id LIMIT {PHOTOS_MAX + 1}
"""
DEVICES = """
SELECT id AS device_id, user_id, label, public_key, registered_at, revoked_at FROM devices
WHERE tenant_id = $1 AND id = ANY($2::uuid[]) ORDER BY id
"""
PEOPLE = "SELECT id, name, role FROM users WHERE tenant_id = $1 AND id = ANY($2::uuid[])"


class CaseMeant(msgspec.Struct, frozen=True):
    """The case that is exported."""

    id: UUID
    tenant_id: UUID
    number: str


class PhotoOnFile(msgspec.Struct, frozen=True):
    """A photo, note or signature as the database has it."""

    id: UUID
    case_id: UUID
    visit_id: UUID
    user_id: UUID
    device_id: UUID | None
    kind: str
    scope: str | None
    consent_by: str | None
    duration_ms: int | None
    statement: str | None
    state: str
    sha256: bytes
    original_sha256: bytes
    size_bytes: int
    original_size_bytes: int
    media_type: str
    taken_at: datetime
    stored_at: datetime | None
    original_state: str
    original_media_type: str | None
    manifest: str | None
    signature: str | None
    received_at: datetime | None


class Phone(msgspec.Struct, frozen=True):
    """A device with its public key (SPKI)."""

    device_id: UUID
    user_id: UUID
    label: str
    public_key: bytes
    registered_at: datetime
    revoked_at: datetime | None


async def find_case(raw: asyncpg.Connection, tenant_code: str, wanted: str) -> CaseMeant | None:
    """Return the case of a tenant by its number or id."""
    row = await raw.fetchrow(CASE, tenant_code, wanted)
    return None if row is None else CaseMeant(**row)


async def photos_of(raw: asyncpg.Connection, case: CaseMeant) -> list[PhotoOnFile]:
    """Return the photos of a case in the order in which they were taken, at most one more than an export takes."""
    return [PhotoOnFile(**row) for row in await raw.fetch(PHOTOS, case.tenant_id, case.id)]


async def phones_of(raw: asyncpg.Connection, tenant_id: UUID, device_ids: Sequence[UUID]) -> list[Phone]:
    """Return devices with their keys."""
    return [Phone(**row) for row in await raw.fetch(DEVICES, tenant_id, device_ids)]


async def people_of(raw: asyncpg.Connection, tenant_id: UUID, user_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return who people are, as `name (role)`."""
    rows = await raw.fetch(PEOPLE, tenant_id, user_ids)
    return {row["id"]: f"{row['name']} ({row['role']})" for row in rows}
