"""How does somebody follow the journal? In steps: what was read and how far are one transaction, so each event once."""

from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

import asyncpg

from backend.journal import reader_queries as queries
from backend.journal.queries import events_after
from backend.journal.schemas import RecordedEvent, StreamPosition
from backend.kernel.db import Database

Handle = Callable[[asyncpg.Connection, Sequence[RecordedEvent]], Awaitable[None]]


async def waiting_tenants(database: Database, reader: str) -> list[UUID]:
    """Return the tenants with events that a reader has not read yet. `database` is of Role.JOB."""
    async with database.pool.acquire() as raw:
        return await queries.waiting_tenants(raw, reader)


async def read_step(database: Database, tenant_id: UUID, reader: str, most: int, handle: Handle) -> int:
    """Hand over at most so many events and keep the place; returns how many, 0 when another worker reads."""
    async with database.pool.acquire() as raw, raw.transaction():
        if not await queries.is_alone(raw, tenant_id, reader):
            return 0
        position = await queries.position_of(raw, tenant_id, reader)
        events = await events_after(raw, tenant_id, position, most)
        if events:
            await handle(raw, events)
            await queries.move_to(raw, tenant_id, reader, StreamPosition(xid=events[-1].xid, id=events[-1].id))
        return len(events)
