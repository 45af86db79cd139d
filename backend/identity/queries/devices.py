"""Which devices are there? All statements run inside a transaction of one tenant."""

from datetime import datetime
from uuid import UUID

import asyncpg

from backend.identity.schemas import DeviceOnFile, DeviceView
from backend.kernel.db import Reach, Scope
from backend.kernel.limits import PAGE_SIZE_MAX


async def device_on_file(raw: asyncpg.Connection, device_id: UUID) -> DeviceOnFile | None:
    """Return a device of the present tenant."""
    row = await raw.fetchrow("SELECT id, user_id, public_key, revoked_at FROM devices WHERE id = $1", device_id)
    if row is None:
        return None
    return DeviceOnFile(
        id=row["id"], user_id=row["user_id"], public_key=row["public_key"], revoked_at=row["revoked_at"]
    )


async def count_devices(raw: asyncpg.Connection, user_id: UUID) -> int:
    """Return how many devices of a person may come in."""
    return int(await raw.fetchval("SELECT count(*) FROM devices WHERE user_id = $1 AND revoked_at IS NULL", user_id))


async def insert_device(
    raw: asyncpg.Connection, tenant_id: UUID, device: DeviceOnFile, label: str, now: datetime
) -> bool:
    """Write a device; False when the id is taken, in whatever tenant."""
    row = await raw.fetchrow(
        "INSERT INTO devices (id, tenant_id, user_id, label, public_key, registered_at, last_seen_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $6) ON CONFLICT DO NOTHING RETURNING id",
        device.id,
        tenant_id,
        device.user_id,
        label,
        device.public_key,
        now,
    )
    return row is not None


async def touch_device(raw: asyncpg.Connection, device_id: UUID, now: datetime) -> None:
    """Note that a device was here."""
    await raw.execute("UPDATE devices SET last_seen_at = $2 WHERE id = $1", device_id, now)


async def lock_settled_at(raw: asyncpg.Connection, device_id: UUID) -> datetime | None:
    """Return when the lock of a device was last made, opened or spent; None when it has none."""
    found: datetime | None = await raw.fetchval("SELECT lock_settled_at FROM devices WHERE id = $1", device_id)
    return found


async def settle_lock(raw: asyncpg.Connection, device_id: UUID, now: datetime) -> None:
    """Note that the lock of a device was made, opened or spent just now."""
    await raw.execute("UPDATE devices SET lock_settled_at = $2 WHERE id = $1", device_id, now)


async def revoke_device(raw: asyncpg.Connection, device_id: UUID, now: datetime) -> bool:
    """Revoke a device; False when it was revoked before."""
    row = await raw.fetchrow(
        "UPDATE devices SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL RETURNING id", device_id, now
    )
    return row is not None


async def devices_seen_by(
    raw: asyncpg.Connection, scope: Scope, after: UUID | None, *, own_only: bool
) -> list[DeviceView]:
    """Return a page of devices by id: the asker's own, those of people in the asker's teams, or the tenant's."""
    rows = await raw.fetch(
        "SELECT devices.*, users.name AS user_name FROM devices JOIN users ON users.id = devices.user_id"
        " WHERE ($1::uuid IS NULL OR devices.id > $1) AND (devices.user_id = $2 OR (NOT $3 AND ($4 OR devices.user_id"
        " IN (SELECT user_id FROM team_members WHERE team_id = ANY ($5))))) ORDER BY devices.id LIMIT $6",
        after,
        scope.user_id,
        own_only,
        scope.reach is Reach.TENANT,
        list(scope.team_ids),
        PAGE_SIZE_MAX,
    )
    return [
        DeviceView(
            id=row["id"],
            user_id=row["user_id"],
            user_name=row["user_name"],
            label=row["label"],
            registered_at=row["registered_at"],
            revoked_at=row["revoked_at"],
            last_seen_at=row["last_seen_at"],
            app_version=row["app_version"],
            unsent_count=row["unsent_count"],
            clock_offset_ms=row["clock_offset_ms"],
        )
        for row in rows
    ]
