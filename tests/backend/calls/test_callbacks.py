"""Is a callback kept at a lawful moment only, made by the next call, and open again when that call is taken back?"""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from backend.kernel.db import Database
from tests.backend.calls.test_routes import call
from tests.backend.desk import Enter
from tests.world import World

SHANGHAI = ZoneInfo("Asia/Shanghai")


def asked_back(world: World, wall: time) -> dict[str, object]:
    day = (datetime.now(tz=SHANGHAI) + timedelta(days=2)).date()
    at = datetime.combine(day, wall, tzinfo=SHANGHAI)
    return call(
        world, result="RPC_CALLBACK", party="obligor", next_on=day.isoformat(), callback_at=at.isoformat()
    )  # fmt: skip


async def standing(jobs: Database, world: World) -> list[tuple[str | None, bool]]:
    async with jobs.pool.acquire() as raw:
        rows = await raw.fetch(
            "SELECT ended_as, ended_by IS NOT NULL AS is_by_call FROM callbacks WHERE tenant_id = $1 ORDER BY made_at",
            world.tenant_id,
        )
    return [tuple(row) for row in rows]


async def test_a_callback_is_made_by_the_next_call_and_open_again_when_that_is_taken_back(
    world: World, enter: Enter, job_database: Database
) -> None:
    caller, lead = await enter(world.cai), await enter(world.lin)
    body = asked_back(world, time(15, 0))
    first = await caller.post(f"/v1/cases/{world.cases[0]}/calls", json=body)
    again = await caller.post(f"/v1/cases/{world.cases[0]}/calls", json=body)
    assert (first.status_code, again.json()) == (201, first.json())
    (row,) = (await lead.get("/v1/callbacks")).json()["items"]
    assert (row["case_id"], row["user_id"], row["is_overdue"]) == (str(world.cases[0]), str(world.cai), False)
    assert datetime.fromisoformat(row["at"]) == datetime.fromisoformat(str(body["callback_at"]))
    assert (await lead.get(f"/v1/callbacks?owner_id={world.lin}")).json()["items"] == []

    fault = call(world, result="TECHNICAL_FAILURE", ended_at=datetime.now(tz=UTC).isoformat())
    await caller.post(f"/v1/cases/{world.cases[0]}/calls", json=fault)
    assert await standing(job_database, world) == [(None, False)]
    second = (await caller.post(f"/v1/cases/{world.cases[0]}/calls", json=call(world))).json()
    assert await standing(job_database, world) == [("made", True)]
    assert (await caller.post(f"/v1/calls/{second['id']}/withdraw")).status_code == 204
    assert await standing(job_database, world) == [(None, False)]


async def test_a_later_callback_takes_the_place_until_its_call_is_taken_back(
    world: World, enter: Enter, job_database: Database
) -> None:
    caller = await enter(world.cai)
    await caller.post(f"/v1/cases/{world.cases[0]}/calls", json=asked_back(world, time(15, 0)))
    second = await caller.post(f"/v1/cases/{world.cases[0]}/calls", json=asked_back(world, time(16, 0)))
    assert await standing(job_database, world) == [("made", True), (None, False)]
    await caller.post(f"/v1/calls/{second.json()['id']}/withdraw")
    assert await standing(job_database, world) == [(None, False), ("withdrawn", False)]


@pytest.mark.parametrize(
    ("wall", "status"), [(time(7, 59), 409), (time(8, 0), 201), (time(21, 59), 201), (time(22, 0), 409)]
)
async def test_a_moment_outside_the_windows_is_refused_with_the_rule_and_the_next_lawful_one(
    world: World, enter: Enter, job_database: Database, wall: time, status: int
) -> None:
    caller = await enter(world.cai)
    answer = await caller.post(f"/v1/cases/{world.cases[0]}/calls", json=asked_back(world, wall))
    assert answer.status_code == status, answer.text
    if status == 201:
        return
    problem = answer.json()
    assert problem["code"] == "callback.unlawful"
    assert problem["data"]["rules"]
    assert datetime.fromisoformat(problem["data"]["earliest_allowed_at"]).astimezone(SHANGHAI).time() == time(8, 0)
    async with job_database.pool.acquire() as raw:
        assert await raw.fetchval("SELECT count(*) FROM calls WHERE tenant_id = $1", world.tenant_id) == 0


@pytest.mark.parametrize(
    "changes", [{"next_on": "2026-01-01"}, {"callback_at": "2020-01-01T00:00:00Z"}, {"result": "RPC_REFUSED"}]
)
async def test_a_callback_that_does_not_fit_its_call_is_refused(
    world: World, enter: Enter, changes: dict[str, object]
) -> None:
    caller = await enter(world.cai)
    body = asked_back(world, time(15, 0)) | changes
    answer = await caller.post(f"/v1/cases/{world.cases[0]}/calls", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")
