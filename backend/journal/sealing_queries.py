"""How are seals written and proofs read in SQL? The journal's own rows are only read."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from backend.journal.schemas import EventOnFile, Seal, StreamPosition

_EVENT = """
events.id, events.tenant_id, events.xid::text::bigint AS xid, kind, subject_id, case_id, actor_id, device_id,
events.occurred_at, events.recorded_at, payload::text AS payload
"""
# After a restore the reader begins at the start again: what is sealed already is passed over.
UNSEALED = f"""
SELECT {_EVENT}, EXISTS (SELECT 1 FROM sealed_events WHERE sealed_events.tenant_id = $1
    AND sealed_events.event_id = events.id) AS is_sealed
FROM events
WHERE tenant_id = $1 AND (xid, id) > ($2::text::xid8, $3::uuid) AND xid < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY events.xid, events.id LIMIT $4
"""
LAST = "SELECT number, head, key_id, signature FROM seals WHERE tenant_id = $1 ORDER BY number DESC LIMIT 1"
INSERT_SEAL = """
INSERT INTO seals (tenant_id, number, head, key_id, signature, sealed_at) VALUES ($1, $2, $3, $4, $5, $6)
"""
INSERT_EVENTS = """
INSERT INTO sealed_events (tenant_id, event_id, number, index, recorded_at)
SELECT $1, new.event_id, $2, new.index - 1, new.recorded_at
FROM unnest($3::uuid[], $4::timestamptz[]) WITH ORDINALITY AS new (event_id, recorded_at, index)
"""
PLACES = "SELECT event_id, number, index FROM sealed_events WHERE tenant_id = $1 AND event_id = ANY ($2::uuid[])"
# By the moment of recording as well: the partitions of the journal are found by it.
OF_SEAL = f"""
SELECT {_EVENT} FROM sealed_events JOIN events ON events.id = sealed_events.event_id
    AND events.recorded_at = sealed_events.recorded_at
WHERE sealed_events.tenant_id = $1 AND events.tenant_id = $1 AND sealed_events.number = $2 ORDER BY sealed_events.index
"""
SEALS = """
SELECT number, head, key_id, signature FROM seals WHERE tenant_id = $1 AND number BETWEEN $2 AND $3 ORDER BY number
"""
HAS_FROM = "SELECT EXISTS (SELECT 1 FROM seals WHERE tenant_id = $1 AND number >= $2)"
OF_CASE = f"SELECT {_EVENT} FROM events WHERE tenant_id = $1 AND case_id = $2 ORDER BY recorded_at, id LIMIT $3"


def _event(row: asyncpg.Record) -> EventOnFile:
    return EventOnFile(**{name: row[name] for name in EventOnFile.__struct_fields__})


async def unsealed_after(
    raw: asyncpg.Connection, tenant_id: UUID, position: StreamPosition, limit: int
) -> tuple[list[EventOnFile], StreamPosition | None]:
    """Return the next events that are in no seal yet, and how far was looked (None: nothing is there)."""
    rows = await raw.fetch(UNSEALED, tenant_id, str(position.xid), position.id, limit)
    if not rows:
        return [], None
    return [_event(row) for row in rows if not row["is_sealed"]], StreamPosition(xid=rows[-1]["xid"], id=rows[-1]["id"])


async def last_seal(raw: asyncpg.Connection, tenant_id: UUID) -> Seal | None:
    """Return the newest head of a tenant."""
    row = await raw.fetchrow(LAST, tenant_id)
    return None if row is None else Seal(**dict(row))


async def insert_seal(
    raw: asyncpg.Connection, tenant_id: UUID, seal: Seal, events: Sequence[EventOnFile], sealed_at: datetime
) -> None:
    """Write a head and the place of each of its events."""
    await raw.execute(INSERT_SEAL, tenant_id, seal.number, seal.head, seal.key_id, seal.signature, sealed_at)
    at = [event.recorded_at for event in events]
    await raw.execute(INSERT_EVENTS, tenant_id, seal.number, [event.id for event in events], at)


async def places_of(raw: asyncpg.Connection, tenant_id: UUID, event_ids: Sequence[UUID]) -> dict[UUID, tuple[int, int]]:
    """Return (number of the seal, index in it) of those events that are sealed."""
    rows = await raw.fetch(PLACES, tenant_id, list(event_ids))
    return {row["event_id"]: (row["number"], row["index"]) for row in rows}


async def events_of_seal(raw: asyncpg.Connection, tenant_id: UUID, number: int) -> list[EventOnFile]:
    """Return the events of a seal in the order of its leaves."""
    return [_event(row) for row in await raw.fetch(OF_SEAL, tenant_id, number)]


async def seals_between(raw: asyncpg.Connection, tenant_id: UUID, first: int, last: int) -> list[Seal]:
    """Return the heads from `first` to `last`, both included."""
    return [Seal(**dict(row)) for row in await raw.fetch(SEALS, tenant_id, first, last)]


async def has_seal_from(raw: asyncpg.Connection, tenant_id: UUID, number: int) -> bool:
    """Tell whether there is a head of this number or a later one."""
    return bool(await raw.fetchval(HAS_FROM, tenant_id, number))


async def events_of_case(raw: asyncpg.Connection, tenant_id: UUID, case_id: UUID, limit: int) -> list[EventOnFile]:
    """Return the events of a case that the scope sees, in the order of recording."""
    return [_event(row) for row in await raw.fetch(OF_CASE, tenant_id, case_id, limit)]
