"""Where is the server's half of a phone's key? All statements run inside a transaction of one tenant."""

from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec


class LockOnFile(msgspec.Struct, frozen=True):
    """The half and what the right PIN leads to; both are gone once the PIN was wrong too often."""

    share: bytes | None
    verifier: bytes | None
    tries_left: int


class LeaseTerms(msgspec.Struct, frozen=True):
    """What a lender allows its phones."""

    hours: int
    may_start_cold: bool


PUT_LOCK = """
INSERT INTO device_locks (tenant_id, device_id, share, verifier, tries_left, made_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (device_id) DO UPDATE SET share = excluded.share, verifier = excluded.verifier,
    tries_left = excluded.tries_left, made_at = excluded.made_at, spent_at = NULL
"""
COUNT_WRONG = """
UPDATE device_locks SET tries_left = tries_left - 1,
    share = CASE WHEN tries_left > 1 THEN share END, verifier = CASE WHEN tries_left > 1 THEN verifier END,
    spent_at = CASE WHEN tries_left > 1 THEN NULL ELSE $2::timestamptz END
WHERE device_id = $1 AND share IS NOT NULL RETURNING tries_left
"""


async def lock_on_file(raw: asyncpg.Connection, device_id: UUID) -> LockOnFile | None:
    """Return the lock of a device and hold its row, so that tries at once are counted one by one."""
    row = await raw.fetchrow(
        "SELECT share, verifier, tries_left FROM device_locks WHERE device_id = $1 FOR UPDATE", device_id
    )
    return None if row is None else LockOnFile(**dict(row))


async def put_lock(raw: asyncpg.Connection, tenant_id: UUID, device_id: UUID, lock: LockOnFile, now: datetime) -> None:
    """Write a new lock in the place of the old one: the old half is gone for good."""
    await raw.execute(PUT_LOCK, tenant_id, device_id, lock.share, lock.verifier, lock.tries_left, now)


async def remove_lock(raw: asyncpg.Connection, device_id: UUID) -> None:
    """Take a PIN's lock away: something else opens the device now."""
    await raw.execute("DELETE FROM device_locks WHERE device_id = $1", device_id)


async def count_wrong(raw: asyncpg.Connection, device_id: UUID, now: datetime) -> int:
    """Take one try away, and with the last one the half itself; returns how many are left."""
    return int(await raw.fetchval(COUNT_WRONG, device_id, now) or 0)


async def give_tries(raw: asyncpg.Connection, device_id: UUID, tries: int) -> None:
    """After a right PIN all tries are there again."""
    await raw.execute("UPDATE device_locks SET tries_left = $2 WHERE device_id = $1", device_id, tries)


async def lease_terms(raw: asyncpg.Connection, tenant_id: UUID) -> LeaseTerms:
    """Return what the lender allows."""
    row = await raw.fetchrow("SELECT phone_lease_hours, may_start_cold FROM tenants WHERE id = $1", tenant_id)
    if row is None:
        raise LookupError("a session without a tenant")
    return LeaseTerms(hours=row["phone_lease_hours"], may_start_cold=row["may_start_cold"])


async def owner_of_device(raw: asyncpg.Connection | asyncpg.Pool, device_id: UUID) -> tuple[UUID, UUID] | None:
    """Return (tenant, person) of a device, asked before anybody is known; the caller must then demand a proof."""
    row = await raw.fetchrow("SELECT tenant_id, user_id FROM owner_of_device($1)", device_id)
    return None if row is None else (row["tenant_id"], row["user_id"])
