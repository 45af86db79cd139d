"""Which dates of the law come near? Each day, and after each payment, clocks are read anew and people are warned."""

from datetime import datetime
from uuid import UUID

from backend.compliance import limitation_queries as queries
from backend.compliance.assembling import zones_of_place
from backend.compliance.calendars import working_days_of
from backend.compliance.limitation_commands import PLACE, day_of, reckon
from backend.identity.schemas import Act
from backend.kernel.db import Database

OBLIGORS_A_STEP = 200
STEPS_MAX = 5_000
"""A book of a million obligors in one run; what is left comes with the next."""


async def watch_limitation(database: Database, now: datetime) -> int:
    """Make the obligations of all tenants anew where they are old; returns how many warnings were raised."""
    async with database.pool.acquire() as raw:
        tenants = [row["id"] for row in await raw.fetch("SELECT id FROM tenants ORDER BY id")]
    return sum([await watch_tenant(database, tenant_id, now) for tenant_id in tenants])


async def watch_tenant(database: Database, tenant_id: UUID, now: datetime) -> int:
    """Do so for one tenant, step by step, each in a transaction of its own. `database` is of Role.JOB."""
    act = Act(tenant_id=tenant_id, actor_id=None, device_id=None, at=now)
    raised = 0
    for _ in range(STEPS_MAX):
        async with database.pool.acquire() as raw, raw.transaction():
            waiting = await queries.to_look_at(raw, tenant_id, zones_of_place(PLACE), day_of(now), OBLIGORS_A_STEP)
            if waiting:
                raised += await reckon(raw, act, waiting, await working_days_of(raw, tenant_id, PLACE))
        if len(waiting) < OBLIGORS_A_STEP:
            break
    return raised
