"""Is no number shown without a verdict and a permit, and does the last permit go to one of two who ask at once?"""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest

from backend.kernel.db import Database
from backend.kernel.ids import new_id
from tests.backend.calls.test_routes import call
from tests.backend.desk import Enter
from tests.hours import make_it_day
from tests.world import World


@pytest.fixture(autouse=True)
async def _by_day(job_database: Database, world: World) -> None:
    await make_it_day(job_database, world)


async def dial(caller: httpx.AsyncClient, world: World, permit_id: UUID | None = None, case: int = 0) -> httpx.Response:
    wish = {"contact_point_id": str(world.contacts[case]), "permit_id": str(permit_id or new_id())}
    return await caller.post(f"/v1/cases/{world.cases[case]}/dial", json=wish)


async def endings(jobs: Database, world: World) -> list[Mapping[str, Any]]:
    async with jobs.pool.acquire() as raw:
        rows: list[Mapping[str, Any]] = await raw.fetch(
            "SELECT ending, contact_id FROM contact_permit_ends WHERE tenant_id = $1 ORDER BY at", world.tenant_id
        )
        return rows


async def tried(jobs: Database, world: World, times: int) -> None:
    """Let the client of the first case have been tried once on so many of the last days; the house stops at seven."""
    async with jobs.pool.acquire() as raw:
        await raw.execute(
            "INSERT INTO contact_events (tenant_id, obligor_id, case_id, id, at, kind, channel, direction, person, by)"
            " SELECT $1, $2, $4, gen_random_uuid(), now() - make_interval(days => n), 'attempt', 'call', 'out',"
            " 'obligor', 'lender' FROM generate_series(1, $3) n",
            world.tenant_id, world.obligors[0], times, world.cases[0],
        )  # fmt: skip


async def test_an_allowed_call_shows_the_number_and_is_spent_by_its_record(
    world: World, enter: Enter, job_database: Database
) -> None:
    caller = await enter(world.cai)
    permit_id = new_id()
    dialled = (await dial(caller, world, permit_id)).json()
    assert (dialled["verdict"]["decision"], dialled["permit_id"]) == ("ALLOW", str(permit_id))
    assert dialled["number"] == "+8619900000000"
    body = call(world, permit_id=str(permit_id))
    assert (await caller.post(f"/v1/cases/{world.cases[0]}/calls", json=body)).status_code == 201
    (ended,) = await endings(job_database, world)
    assert (ended["ending"], str(ended["contact_id"])) == ("used", body["id"])
    async with job_database.pool.acquire() as raw:
        kinds = await raw.fetch("SELECT kind FROM events WHERE case_id = $1 ORDER BY id", world.cases[0])
    assert [row["kind"] for row in kinds] == ["contact.judged", "contact.revealed", "call.recorded"]


async def test_a_blocked_call_shows_no_number_and_says_why(world: World, enter: Enter, job_database: Database) -> None:
    lead, caller = await enter(world.lin), await enter(world.cai)
    stop = {"id": str(new_id()), "status": {"kind": "freeze"}, "person": None, "reason": "asked by the lead"}
    assert (await lead.post(f"/v1/cases/{world.cases[0]}/stops", json=stop)).status_code == 204
    dialled = (await dial(caller, world)).json()
    assert (dialled["verdict"]["decision"], dialled["number"], dialled["permit_id"]) == ("BLOCK", None, None)
    assert [rule["id"] for rule in dialled["rules"]] == ["GEN-FREEZE-01"]
    async with job_database.pool.acquire() as raw:
        assert await raw.fetchval("SELECT count(*) FROM contact_permits WHERE tenant_id = $1", world.tenant_id) == 0
        kinds = await raw.fetch("SELECT kind FROM events WHERE subject_id = $1", world.cases[0])
    assert [row["kind"] for row in kinds] == ["contact.judged"], "the verdict is kept, blocked or not"


async def test_the_case_of_somebody_who_talks_is_not_dialled_by_another(world: World, enter: Enter) -> None:
    cai, lin = await enter(world.cai), await enter(world.lin)
    answers = await asyncio.gather(dial(cai, world), dial(lin, world))
    assert sorted(one.status_code for one in answers) == [200, 409]
    assert next(one for one in answers if one.status_code == 409).json()["code"] == "call.leased"


async def test_the_last_permit_goes_to_one_and_comes_back_when_it_is_returned(
    world: World, enter: Enter, job_database: Database
) -> None:
    """Six of seven tries are made; a phone holds the seventh, until it gives it back."""
    await tried(job_database, world, 6)
    caller = await enter(world.cai)
    await dial(caller, world)
    async with job_database.pool.acquire() as raw:
        moved = "INSERT INTO contact_permits SELECT (p).* FROM (SELECT jsonb_populate_record(c, $2) AS p"
        moved += " FROM contact_permits c WHERE tenant_id = $1) q"
        phone = {"id": str(new_id()), "holder_kind": "phone", "holder_id": "a phone"}
        await raw.execute(moved, world.tenant_id, msgspec.json.encode(phone).decode())
    await leave_all(job_database, world, "desk")
    dialled = (await dial(caller, world)).json()
    assert (dialled["number"], dialled["permit_id"], dialled["is_reserved"]) == (None, None, True)
    assert "HOUSE-FREQ-01" in dialled["verdict"]["rule_ids"]
    await leave_all(job_database, world, "phone")
    assert (await dial(caller, world)).json()["number"] is not None


async def leave_all(jobs: Database, world: World, kind: str) -> None:
    """End what the holders of a kind have."""
    async with jobs.pool.acquire() as raw:
        await raw.execute(
            "INSERT INTO contact_permit_ends (permit_id, tenant_id, ending, at) SELECT id, tenant_id, 'returned', now()"
            " FROM contact_permits WHERE tenant_id = $1 AND holder_kind = $2 ON CONFLICT DO NOTHING",
            world.tenant_id, kind,
        )  # fmt: skip


async def test_leaving_returns_the_permit_once(world: World, enter: Enter, job_database: Database) -> None:
    caller, lead = await enter(world.cai), await enter(world.lin)
    permit_id = new_id()
    await dial(caller, world, permit_id)
    await lead.post(f"/v1/permits/{permit_id}/return")
    assert await endings(job_database, world) == [], "a permit is ended by whoever holds it"
    for _ in range(2):
        assert (await caller.post(f"/v1/permits/{permit_id}/return")).status_code == 204
    assert [one["ending"] for one in await endings(job_database, world)] == ["returned"]


async def test_a_permit_of_a_desk_that_disappeared_is_let_go_at_the_next_dialling(
    world: World, enter: Enter, job_database: Database
) -> None:
    caller = await enter(world.cai)
    await dial(caller, world)
    async with job_database.pool.acquire() as raw:
        await raw.execute(
            "INSERT INTO contact_permits (id, tenant_id, obligor_id, person, channel, holder_kind, holder_id, asked,"
            " drawn_at, since, until) SELECT gen_random_uuid(), tenant_id, $2, person, channel, holder_kind, holder_id,"
            " asked, $3::timestamptz, $3, $3::timestamptz + interval '5 min' FROM contact_permits WHERE tenant_id = $1",
            world.tenant_id, world.obligors[1], datetime.now(tz=UTC) - timedelta(hours=1),
        )  # fmt: skip
    assert (await dial(caller, world, case=1)).json()["number"] is not None
    assert [one["ending"] for one in await endings(job_database, world)] == ["lapsed"]
