"""The desks of the quality of calls, with a caller whose cases the lead sees, and somebody of compliance."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from backend.calls import routes as call_routes
from backend.calls.quality import routes
from backend.kernel.db import Database
from backend.kernel.ids import new_id
from tests.backend.desk import Enter, desks
from tests.world import ZONE, World

NOW = datetime.now(tz=UTC)


@pytest.fixture
async def enter(database: Database, world: World) -> AsyncIterator[Enter]:
    """Sign somebody in at a desk."""
    async with desks(database, world, [routes.router, call_routes.router]) as way_in:
        yield way_in


@pytest.fixture
async def cora(job_database: Database, world: World) -> UUID:
    """Take on somebody of compliance, who sees the whole lender."""
    user_id = new_id()
    async with job_database.pool.acquire() as raw:
        await raw.execute(
            "INSERT INTO users (id, tenant_id, login, name, role, language, zone)"
            " VALUES ($1, $2, $3, 'Cora', 'compliance', 'en', $4)",
            user_id, world.tenant_id, f"cora-{world.tenant_id.hex[-12:]}", ZONE,
        )  # fmt: skip
    return user_id


async def made_call(
    jobs: Database,
    world: World,
    *,
    case: int = 0,
    user_id: UUID | None = None,
    result: str = "RPC_PROMISE",
    ago: timedelta = timedelta(),
) -> UUID:
    """Write a call that somebody (Cai, if not said) made, two minutes long, ended `ago`."""
    call_id, ended_at = new_id(), datetime.now(tz=UTC) - ago
    party = "obligor" if result.startswith("RPC") else "nobody"
    async with jobs.pool.acquire() as raw:
        await raw.execute(
            "INSERT INTO calls (id, tenant_id, case_id, user_id, contact_point_id, result, party, started_at, ended_at,"
            " note) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'said so')",
            call_id, world.tenant_id, world.cases[case], user_id or world.cai, world.contacts[case], result, party,
            ended_at - timedelta(minutes=2), ended_at,
        )  # fmt: skip
    return call_id
