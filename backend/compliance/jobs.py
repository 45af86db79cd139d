"""Which contacts came in, and would the gate have let them? A reader of the journal judges them, step by step.

Not in the push: a phone that was away for a day waits for nothing, and a record is never refused for what it shows.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from backend.compliance.choosing import shipped_packs
from backend.compliance.exceptions import judge_made
from backend.journal.reading import read_step, waiting_tenants
from backend.journal.schemas import RecordedEvent
from backend.kernel.db import Database

READER = "contacts"
EVENTS_A_STEP_MAX = 200
"""Judging 200 contacts with their next lawful moments takes well below a second."""

RECORDED = frozenset({"call.recorded", "visit.recorded"})


async def judge_arrived(database: Database, now: datetime) -> int:
    """Let every tenant's reader take one step; returns how many events were read. `database` is of Role.JOB."""
    return sum([await step(database, one, now) for one in await waiting_tenants(database, READER)])


async def step(database: Database, tenant_id: UUID, now: datetime) -> int:
    """Judge the contacts among the next 200 events; returns how many were read, 0 when another worker reads."""

    async def judge(raw: asyncpg.Connection, events: Sequence[RecordedEvent]) -> None:
        makers = {event.subject_id: event.actor_id for event in events if event.kind in RECORDED}
        if makers:
            await judge_made(raw, tenant_id, makers, shipped_packs(), now)

    return await read_step(database, tenant_id, READER, EVENTS_A_STEP_MAX, judge)
