"""All SQL of time stamps: which head waits for one, and the stamps beside heads. For jobs, all tenants."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.journal.schemas import Seal

TENANTS_A_CALL_MAX = 200

# A head names the one before it, so the newest stamp covers all before: one a tenant and call is enough.
WAITING = f"""
SELECT tenants.id AS tenant_id, last.number, last.head, last.key_id, last.signature FROM tenants
CROSS JOIN LATERAL (
    SELECT number, head, key_id, signature FROM seals WHERE seals.tenant_id = tenants.id ORDER BY number DESC LIMIT 1
) AS last
WHERE ($1::uuid IS NULL OR tenants.id = $1) AND NOT EXISTS (
    SELECT 1 FROM seal_stamps WHERE seal_stamps.tenant_id = tenants.id AND seal_stamps.number = last.number)
ORDER BY (SELECT max(asked_at) FROM seal_stamps WHERE seal_stamps.tenant_id = tenants.id) NULLS FIRST
LIMIT {TENANTS_A_CALL_MAX}
"""
KEEP = """
INSERT INTO seal_stamps (tenant_id, number, url, response, stamped_at, asked_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT DO NOTHING
"""
BETWEEN = "SELECT number, response FROM seal_stamps WHERE tenant_id = $1 AND number BETWEEN $2 AND $3 ORDER BY number"
FIRST_FROM = "SELECT min(number) FROM seal_stamps WHERE tenant_id = $1 AND number >= $2"


class Unstamped(msgspec.Struct, frozen=True):
    """The newest head of a tenant, that no stamp covers yet."""

    tenant_id: UUID
    seal: Seal


async def waiting(raw: asyncpg.Connection, tenant_id: UUID | None) -> list[Unstamped]:
    """Return the newest head of each tenant (or of one) if it has no stamp, those that waited longest first."""
    rows = [dict(row) for row in await raw.fetch(WAITING, tenant_id)]
    return [Unstamped(tenant_id=row.pop("tenant_id"), seal=Seal(**row)) for row in rows]


async def keep(
    raw: asyncpg.Connection, one: Unstamped, url: str, stamp: tuple[bytes, datetime], asked_at: datetime
) -> None:
    """Keep the response of an authority, with the time in it; the first one stays."""
    await raw.execute(KEEP, one.tenant_id, one.seal.number, url, *stamp, asked_at)


async def stamps_between(raw: asyncpg.Connection, tenant_id: UUID, first: int, last: int) -> dict[int, bytes]:
    """Return the responses for heads from `first` to `last`, both included."""
    return {row["number"]: row["response"] for row in await raw.fetch(BETWEEN, tenant_id, first, last)}


async def first_stamped_from(raw: asyncpg.Connection, tenant_id: UUID, number: int) -> int | None:
    """Return the first head of this number or later that has a stamp."""
    found: int | None = await raw.fetchval(FIRST_FROM, tenant_id, number)
    return found


async def numbers_of(raw: asyncpg.Connection, tenant_id: UUID) -> Sequence[int]:
    """Return the heads of a tenant that have a stamp."""
    rows = await raw.fetch("SELECT number FROM seal_stamps WHERE tenant_id = $1 ORDER BY number", tenant_id)
    return [row["number"] for row in rows]
