"""Does a desk log a call once, take it back in time, and leave a trace when it looks at a number?"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from backend.kernel.db import Database
from backend.kernel.ids import new_id
from tests.backend.desk import Enter
from tests.hours import make_it_day
from tests.world import World


def call(world: World, **changes: object) -> dict[str, object]:
    now = datetime.now(tz=UTC)
    body: dict[str, object] = {
        "id": str(new_id()), "case_id": str(world.cases[0]), "contact_point_id": str(world.contacts[0]),
        "started_at": (now - timedelta(minutes=1)).isoformat(), "ended_at": now.isoformat(), "result": "NO_ANSWER",
        "party": "nobody", "paid_minor": None, "promise": None, "note": "", "next_step": "call", "next_on": None,
    }  # fmt: skip
    return body | changes


def promised(world: World) -> dict[str, object]:
    promise = {
        "id": str(new_id()), "amount_minor": 100_000, "currency": "CNY",
        "due_on": (datetime.now(tz=UTC) + timedelta(days=3)).date().isoformat(), "tolerance_days": 0,
    }  # fmt: skip
    return call(world, result="RPC_PROMISE", party="obligor", promise=promise)


async def case_of(jobs: Database, case_id: UUID) -> tuple[int, str | None, str]:
    async with jobs.pool.acquire() as raw:
        row = await raw.fetchrow("SELECT attempts, last_result, state FROM cases WHERE id = $1", case_id)
    return tuple(row)


async def test_a_call_is_logged_once_however_often_it_is_sent(
    world: World, enter: Enter, job_database: Database
) -> None:
    caller = await enter(world.cai)
    body = promised(world)
    first = await caller.post(f"/v1/cases/{world.cases[0]}/calls", json=body)
    second = await caller.post(f"/v1/cases/{world.cases[0]}/calls", json=body)
    assert (first.status_code, first.json()) == (201, second.json())
    assert await case_of(job_database, world.cases[0]) == (1, "RPC_PROMISE", "promise")
    async with job_database.pool.acquire() as raw:
        kinds = await raw.fetch("SELECT kind FROM events WHERE case_id = $1", world.cases[0])
        told = await raw.fetchval("SELECT count(*) FROM phone_changes WHERE user_id = $1", world.mei)
        number = await raw.fetchval("SELECT status FROM contact_points WHERE id = $1", world.contacts[0])
    assert sorted(row["kind"] for row in kinds) == ["call.recorded", "promise.recorded"]
    assert number == "verified"
    assert told == 1
    busy = body | {"result": "BUSY", "party": "nobody", "promise": None}
    other = await caller.post(f"/v1/cases/{world.cases[0]}/calls", json=busy)
    assert other.json()["code"] == "call.id_taken"


async def test_a_call_is_taken_back_within_five_seconds_and_not_after(
    world: World, enter: Enter, job_database: Database
) -> None:
    caller = await enter(world.cai)
    await caller.post(f"/v1/cases/{world.cases[0]}/calls", json=call(world))
    second = (await caller.post(f"/v1/cases/{world.cases[0]}/calls", json=promised(world))).json()
    assert (await caller.post(f"/v1/calls/{second['id']}/withdraw")).status_code == 204
    attempts, result, _ = await case_of(job_database, world.cases[0])
    assert (attempts, result) == (1, "NO_ANSWER")
    async with job_database.pool.acquire() as raw:
        state = await raw.fetchval("SELECT state FROM promises WHERE source_id = $1", UUID(second["id"]))
        number = await raw.fetchval("SELECT status FROM contact_points WHERE id = $1", world.contacts[0])
    assert (state, number) == ("cancelled", "unknown")
    second_case = call(world, case_id=str(world.cases[1]), contact_point_id=None)
    late = (await caller.post(f"/v1/cases/{world.cases[1]}/calls", json=second_case)).json()
    async with job_database.pool.acquire() as raw:
        await raw.execute("UPDATE calls SET recorded_at = recorded_at - interval '6 s' WHERE id = $1", UUID(late["id"]))
    answer = await caller.post(f"/v1/calls/{late['id']}/withdraw")
    assert (answer.status_code, answer.json()["code"]) == (409, "withdraw.too_late")


async def test_a_call_that_was_taken_back_by_somebody_else_is_unknown(world: World, enter: Enter) -> None:
    caller, lead = await enter(world.cai), await enter(world.lin)
    saved = (await caller.post(f"/v1/cases/{world.cases[0]}/calls", json=call(world))).json()
    answer = await lead.post(f"/v1/calls/{saved['id']}/withdraw")
    assert (answer.status_code, answer.json()["code"]) == (404, "withdraw.unknown")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"result": "NO_SUCH"}, "call.unknown_result"),
        ({"party": "obligor"}, "call.party_not_with_result"),
        ({"contact_point_id": str(new_id())}, "contact.unknown"),
        ({"result": "RPC_PROMISE", "party": "obligor"}, "promise.missing"),
        ({"ended_at": "2126-01-01T00:00:00Z"}, "malformed"),
        ({"id": "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"}, "malformed"),
    ],
)
async def test_a_call_that_cannot_stand_is_refused_with_the_reason(
    world: World, enter: Enter, job_database: Database, changes: dict[str, object], code: str
) -> None:
    caller = await enter(world.cai)
    answer = await caller.post(f"/v1/cases/{world.cases[0]}/calls", json=call(world, **changes))
    assert answer.json()["code"] == code
    assert await case_of(job_database, world.cases[0]) == (0, None, "active")


async def test_a_number_is_shown_with_a_reason_that_stays_in_the_journal(
    world: World, enter: Enter, job_database: Database
) -> None:
    caller = await enter(world.cai)
    body = {"contact_point_id": str(world.contacts[0]), "reason": "call_now"}
    answer = await caller.post(f"/v1/cases/{world.cases[0]}/reveal", json=body)
    assert answer.json()["value"] == "+8619900000000"
    async with job_database.pool.acquire() as raw:
        row = await raw.fetchrow(
            "SELECT actor_id, payload->>'reason' AS reason FROM events"
            " WHERE tenant_id = $1 AND kind = 'contact.revealed'",
            world.tenant_id,
        )
    assert tuple(row) == (world.cai, "call_now")
    other = await caller.post(f"/v1/cases/{world.cases[1]}/reveal", json=body)
    assert other.json()["code"] == "contact.unknown"


async def test_a_logged_call_gives_the_next_person_at_once(world: World, enter: Enter, job_database: Database) -> None:
    """TD-1: log, next; the person just called does not come up again."""
    await make_it_day(job_database, world)
    caller = await enter(world.cai)
    seen = []
    for _ in range(3):
        case_id = (await caller.post("/v1/queue/next", json={"passed": []})).json()["case_id"]
        seen.append(case_id)
        body = call(world, case_id=case_id, contact_point_id=None)
        assert (await caller.post(f"/v1/cases/{case_id}/calls", json=body)).status_code == 201
    assert len(set(seen)) == 3
