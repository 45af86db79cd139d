"""Which contacts came in, and would the gate have let them? A reader of the journal judges them, step by step.

Not in the push: a phone that was away for a day waits for nothing, and a record is never refused for what it shows.
"""

from datetime import datetime
from uuid import UUID

from backend.compliance.choosing import shipped_packs
from backend.compliance.exceptions import judge_made
from backend.journal import reader_queries as readers
from backend.journal.queries import events_after
from backend.journal.schemas import StreamPosition
from backend.kernel.db import Database

READER = "contacts"
EVENTS_A_STEP_MAX = 200
"""Judging 200 contacts with their next lawful moments takes well below a second."""

RECORDED = frozenset({"call.recorded", "visit.recorded"})


async def judge_arrived(database: Database, now: datetime) -> int:
    """Let every tenant's reader take one step; returns how many events were read. `database` is of Role.JOB."""
    async with database.pool.acquire() as raw:
        tenants = await readers.waiting_tenants(raw, READER)
    return sum([await step(database, tenant_id, now) for tenant_id in tenants])


async def step(database: Database, tenant_id: UUID, now: datetime) -> int:
    """Judge the contacts among the next 200 events; returns how many were read, 0 when another worker reads."""
    async with database.pool.acquire() as raw, raw.transaction():
        if not await readers.is_alone(raw, tenant_id, READER):
            return 0
        position = await readers.position_of(raw, tenant_id, READER)
        events = await events_after(raw, tenant_id, position, EVENTS_A_STEP_MAX)
        if events:
            makers = {event.subject_id: event.actor_id for event in events if event.kind in RECORDED}
            if makers:
                await judge_made(raw, tenant_id, makers, shipped_packs(), now)
            await readers.move_to(raw, tenant_id, READER, StreamPosition(xid=events[-1].xid, id=events[-1].id))
        return len(events)
