"""Is a call placed only under a verdict and a permit, once each, and by hand where there is no exchange?"""

import httpx
import pytest

from backend.calls import routes as call_routes
from backend.calls.line import routes as line_routes
from backend.kernel import clock
from backend.kernel.db import Database, bare_transaction
from backend.kernel.ids import new_id
from tests.backend.calls.line.exchanges import agree_to_any_hour, placed, verdict_and_permit
from tests.backend.desk import desks
from tests.world import World


async def wish_of(database: Database, world: World, n: int) -> dict[str, object]:
    async with bare_transaction(database, world.scope(world.cai)) as raw:
        await agree_to_any_hour(raw, world, [world.cases[n]])
        verdict_id, permit_id = await verdict_and_permit(raw, world, n)
    return {
        "id": str(new_id()), "case_id": str(world.cases[n]), "contact_point_id": str(world.contacts[n]),
        "verdict_id": str(verdict_id), "permit_id": str(permit_id),
    }  # fmt: skip


def code_of(answer: httpx.Response) -> object:
    return answer.json().get("code")


async def test_without_an_exchange_a_call_is_a_link_and_each_verdict_and_permit_is_used_once(
    world: World, database: Database, job_database: Database
) -> None:
    wish = await wish_of(database, world, 0)
    async with desks(database, world, [line_routes.router]) as enter:
        caller = await enter(world.cai)
        line = (await caller.get("/v1/line")).json()
        assert (line["adapter"], line["records"]) == ("tel", False)
        first, again = [await caller.post("/v1/line/calls", json=wish) for _ in range(2)]
        assert (first.status_code, first.json()) == (201, again.json())
        assert (first.json()["state"], first.json()["tel"]) == ("by_hand", "tel:+8619900000000")
        assert code_of(await caller.post("/v1/line/calls", json=wish | {"id": str(new_id())})) == "line.id_taken"
        hung_up = await caller.post(f"/v1/line/calls/{wish['id']}/hang-up")
        assert code_of(hung_up) == "line.no_exchange"
        stranger = await enter(world.bo)
        assert (await stranger.get(f"/v1/line/calls/{wish['id']}")).status_code == 404
    async with job_database.pool.acquire() as raw:
        assert await raw.fetchval("SELECT count(*) FROM line_calls WHERE tenant_id = $1", world.tenant_id) == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"verdict_id": None}, "line.no_verdict"),
        ({"verdict_id": str(new_id())}, "line.no_verdict"),
        ({"permit_id": None}, "line.no_permit"),
        ({"permit_id": str(new_id())}, "line.no_permit"),
    ],
)
async def test_a_call_without_a_verdict_or_a_permit_is_refused(
    world: World, database: Database, changes: dict[str, object], code: str
) -> None:
    wish = await wish_of(database, world, 1) | changes
    async with desks(database, world, [line_routes.router]) as enter:
        answer = await (await enter(world.cai)).post("/v1/line/calls", json=wish)
        assert (answer.status_code, code_of(answer)) == (409, code)


async def test_a_verdict_on_another_number_is_none(world: World, database: Database) -> None:
    wish, other = await wish_of(database, world, 0), await wish_of(database, world, 1)
    async with desks(database, world, [line_routes.router]) as enter:
        mixed = wish | {"verdict_id": other["verdict_id"]}
        answer = await (await enter(world.cai)).post("/v1/line/calls", json=mixed)
        assert (code_of(answer), answer.json()["data"]["why"]) == ("line.no_verdict", "another case")


async def test_somebody_elses_call_is_not_ended(world: World, database: Database) -> None:
    call = await placed(database, world, 3)
    async with desks(database, world, [line_routes.router]) as enter:
        caller = await enter(world.cai)
        assert code_of(await caller.post(f"/v1/line/calls/{call.id}/pause")) == "line.not_answered"
        colleague = await enter(world.lin)
        assert code_of(await colleague.post(f"/v1/line/calls/{call.id}/hang-up")) == "line.not_yours"
        assert (await caller.post(f"/v1/line/calls/{call.id}/hang-up")).status_code == 202


async def test_what_a_desk_logs_is_the_call_that_it_placed(
    world: World, database: Database, job_database: Database
) -> None:
    call = await placed(database, world, 0)
    now = clock.now().isoformat()
    record: dict[str, object] = {
        "id": str(new_id()), "case_id": str(world.cases[0]), "contact_point_id": str(world.contacts[0]),
        "started_at": now, "ended_at": now, "result": "NO_ANSWER", "party": "nobody", "paid_minor": None,
        "promise": None, "note": "", "next_step": None, "next_on": None,
    }  # fmt: skip
    async with desks(database, world, [line_routes.router, call_routes.router]) as enter:
        caller = await enter(world.cai)
        for one in (record, record | {"id": str(new_id())}):
            answer = await caller.post(f"/v1/cases/{world.cases[0]}/calls", json=one)
            assert answer.status_code == 201, answer.text
    async with job_database.pool.acquire() as raw:
        linked = await raw.fetchval("SELECT call_id FROM line_calls WHERE id = $1", call.id)
    assert str(linked) == record["id"]
