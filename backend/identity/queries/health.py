"""What did phones last say of themselves? All statements run inside a transaction of one tenant."""

from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.identity.health_schemas import HealthTold, PhoneHealth, PhoneOnFile
from backend.kernel.db import Reach, Scope
from backend.kernel.limits import PAGE_SIZE_MAX

# One statement, because it goes with every round of every phone; a device that is foreign or revoked tells nothing.
TELL = """
WITH seen AS (
    UPDATE devices SET last_seen_at = greatest(last_seen_at, $4), app_version = $5, clock_offset_ms = $6,
        unsent_count = $7
    WHERE id = $2 AND user_id = $3 AND revoked_at IS NULL RETURNING id)
INSERT INTO device_health (tenant_id, device_id, told_at, app_version, clock_offset_ms, unsent_items, unsent_photos,
    oldest_unsent_at, used_bytes, quota_bytes, is_persistent, lock_method, push)
SELECT $1, id, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14 FROM seen
ON CONFLICT (device_id) DO UPDATE SET told_at = excluded.told_at, app_version = excluded.app_version,
    clock_offset_ms = excluded.clock_offset_ms, unsent_items = excluded.unsent_items,
    unsent_photos = excluded.unsent_photos, oldest_unsent_at = excluded.oldest_unsent_at,
    used_bytes = excluded.used_bytes, quota_bytes = excluded.quota_bytes, is_persistent = excluded.is_persistent,
    lock_method = excluded.lock_method, push = excluded.push
WHERE device_health.told_at <= excluded.told_at
"""
PHONES = """
SELECT d.id, d.user_id, u.name AS user_name, u.zone, d.label, d.registered_at, d.revoked_at, d.last_seen_at,
    d.lock_settled_at IS NOT NULL AS has_lock,
    EXISTS (SELECT 1 FROM duties WHERE duties.tenant_id = d.tenant_id AND duties.user_id = d.user_id
        AND ended_at IS NULL) AS is_on_duty,
    NOT EXISTS (SELECT 1 FROM devices o WHERE o.user_id = d.user_id AND o.revoked_at IS NULL AND o.id <> d.id
        AND (coalesce(o.last_seen_at, o.registered_at), o.id) > (coalesce(d.last_seen_at, d.registered_at), d.id))
        AS is_newest,
    h.told_at, coalesce(h.app_version, '') AS app_version, h.clock_offset_ms, h.unsent_items, h.unsent_photos,
    h.oldest_unsent_at, h.used_bytes, h.quota_bytes, h.is_persistent, h.lock_method, h.push
FROM devices d JOIN users u ON u.id = d.user_id AND u.is_active LEFT JOIN device_health h ON h.device_id = d.id
WHERE ($1::uuid IS NULL OR d.id > $1) AND (d.revoked_at IS NULL OR d.revoked_at > $5)
    AND ($2 OR d.user_id IN (SELECT user_id FROM team_members WHERE team_id = ANY ($3)))
ORDER BY d.id LIMIT $4
"""


class PhoneRow(msgspec.Struct, frozen=True):
    """A phone, its person, and what it said."""

    id: UUID
    user_id: UUID
    user_name: str
    label: str
    registered_at: datetime
    revoked_at: datetime | None
    has_lock: bool
    on_file: PhoneOnFile


async def tell(
    raw: asyncpg.Connection, who: tuple[UUID, UUID, UUID], told: HealthTold, clock_offset_ms: int, now: datetime
) -> None:
    """Keep what a phone says in the place of what it said before. `who` is (tenant, device, user)."""
    await raw.execute(
        TELL, *who, now, told.app_version, clock_offset_ms, told.unsent_items, told.unsent_photos,
        told.oldest_unsent_at, told.used_bytes, told.quota_bytes, told.is_persistent, told.lock_method, told.push,
    )  # fmt: skip


async def phones_seen_by(
    raw: asyncpg.Connection, scope: Scope, after: UUID | None, revoked_since: datetime
) -> list[PhoneRow]:
    """Return a page of the phones of active people: of the asker's teams, or of the tenant."""
    arguments = (after, scope.reach is Reach.TENANT, list(scope.team_ids), PAGE_SIZE_MAX, revoked_since)
    return [_read(row) for row in await raw.fetch(PHONES, *arguments)]


def _read(row: asyncpg.Record) -> PhoneRow:
    told = {name: row[name] for name in PhoneHealth.__struct_fields__}
    on_file = PhoneOnFile(
        last_seen_at=row["last_seen_at"],
        is_revoked=row["revoked_at"] is not None,
        is_newest=row["is_newest"],
        is_on_duty=row["is_on_duty"],
        zone=row["zone"],
        health=None if row["told_at"] is None else PhoneHealth(**told),
    )
    return PhoneRow(
        id=row["id"],
        user_id=row["user_id"],
        user_name=row["user_name"],
        label=row["label"],
        registered_at=row["registered_at"],
        revoked_at=row["revoked_at"],
        has_lock=row["has_lock"],
        on_file=on_file,
    )
