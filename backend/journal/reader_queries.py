"""How far has a reader of the journal come? One position per tenant and reader, moved in the transaction of its work.

After a restore transaction ids begin anew and an old position means nothing: a reader then begins at the start, and
what it writes must therefore be safe to write twice.
"""

from uuid import UUID

import asyncpg

from backend.journal.schemas import START, StreamPosition

TENANTS_A_LOOK_MAX = 1000
# Which tenants have something to read, asked once for all of them. LATERAL with its LIMIT makes the place a bound of
# the index: written as EXISTS it is a filter, and the whole journal is read at each look.
WAITING = """
SELECT tenants.id FROM tenants
LEFT JOIN reader_positions AS at ON at.tenant_id = tenants.id AND at.reader = $1
    AND at.epoch = (SELECT epoch FROM cluster_epoch)
CROSS JOIN LATERAL (
    SELECT 1 FROM events WHERE events.tenant_id = tenants.id
        AND (events.xid, events.id) > (coalesce(at.xid, '0'::xid8), coalesce(at.event_id, $2::uuid))
        AND events.xid < pg_snapshot_xmin(pg_current_snapshot())
    ORDER BY events.xid, events.id LIMIT 1) AS next
ORDER BY at.moved_at NULLS FIRST LIMIT $3
"""
POSITION = """
SELECT xid::text, event_id FROM reader_positions
WHERE tenant_id = $1 AND reader = $2 AND epoch = (SELECT epoch FROM cluster_epoch)
"""
MOVE = """
INSERT INTO reader_positions (tenant_id, reader, epoch, xid, event_id)
SELECT $1, $2, epoch, $3::text::xid8, $4 FROM cluster_epoch
ON CONFLICT (tenant_id, reader) DO UPDATE SET epoch = excluded.epoch, xid = excluded.xid,
    event_id = excluded.event_id, moved_at = now()
RETURNING reader
"""


async def waiting_tenants(raw: asyncpg.Connection, reader: str) -> list[UUID]:
    """Return tenants with events that the reader has not read, those that waited longest first (at most 1,000)."""
    rows = await raw.fetch(WAITING, reader, START.id, TENANTS_A_LOOK_MAX)
    return [row["id"] for row in rows]


async def is_alone(raw: asyncpg.Connection, tenant_id: UUID, reader: str) -> bool:
    """Take the reader's place for one tenant until the transaction ends; False when another process has it."""
    taken: bool = await raw.fetchval(
        "SELECT pg_try_advisory_xact_lock(hashtextextended($1, 725003))", f"{reader}:{tenant_id}"
    )
    return taken


async def position_of(raw: asyncpg.Connection, tenant_id: UUID, reader: str) -> StreamPosition:
    """Return the last event that the reader has taken, START when it has taken none in this life of the cluster."""
    row = await raw.fetchrow(POSITION, tenant_id, reader)
    return START if row is None else StreamPosition(xid=int(row["xid"]), id=row["event_id"])


async def move_to(raw: asyncpg.Connection, tenant_id: UUID, reader: str, position: StreamPosition) -> None:
    """Note how far the reader has come; raises RuntimeError when the cluster has no epoch (`refresh_epoch` first)."""
    moved = await raw.fetchval(MOVE, tenant_id, reader, str(position.xid), position.id)
    if moved is None:
        raise RuntimeError("the cluster has no epoch yet: no position can be kept")
