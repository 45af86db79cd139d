"""Can a lead decide what the rules could not, and does nothing get lost on the way?"""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from backend.kernel.db import Database
from backend.kernel.ids import new_id
from backend.kernel.signing import SigningKey, open_signing_key
from backend.sync import decide_routes
from backend.sync.push import push
from backend.sync.schemas import Mutation
from tests.backend.desk import Enter, desks
from tests.backend.sync.phone import NOW, Phone, promise, register, sender, visit
from tests.world import World


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> SigningKey:
    return open_signing_key(Path(tmp_path_factory.mktemp("keys")))


@pytest.fixture
async def enter(database: Database, world: World) -> AsyncIterator[Enter]:
    async with desks(database, world, [decide_routes.router]) as way_in:
        yield way_in


@pytest.fixture
async def phone(job_database: Database, world: World) -> Phone:
    return await register(job_database, world, world.mei)


async def send(database: Database, world: World, phone: Phone, key: SigningKey, *items: Mutation) -> list[str | None]:
    batch = phone.batch(*items)
    answer = await push(database, sender(world, phone, world.mei), batch, key, NOW + timedelta(seconds=3))
    return [one.code for one in answer.answers]


async def decide(
    lead: httpx.AsyncClient, item: Mutation, action: str, *, body_hash: str | None = None
) -> httpx.Response:
    body = {"action": action, "explanation": "I asked Mei on the phone", "body_hash": body_hash}
    return await lead.post(f"/v1/quarantine/{item.id}", json=body)


async def count(jobs: Database, world: World, table: str, where: str = "true") -> int:
    async with jobs.pool.acquire() as raw:
        found = await raw.fetchval(f"SELECT count(*) FROM {table} WHERE tenant_id = $1 AND {where}", world.tenant_id)  # noqa: S608
    return int(found)


async def test_a_refused_visit_is_applied_with_the_lead_s_authority_as_of_its_moment(
    database: Database, job_database: Database, world: World, enter: Enter, phone: Phone, key: SigningKey
) -> None:
    """OF-7 (deciding): case 4 is Bo's, so Mei's visit was refused; the lead of both lets it stand."""
    met = visit(world, 3, result="MET_PROMISE", party="obligor", promise=promise())
    item = phone.item("visit.record", met)
    assert await send(database, world, phone, key, item) == ["case.not_yours"]
    lead = await enter(world.lin)
    listed = (await lead.get("/v1/decisions")).json()["items"]
    assert [(one["mutation_id"], one["user_name"], one["code"]) for one in listed] == [
        (str(item.id), "Mei", "case.not_yours")
    ]
    assert (await decide(lead, item, "apply")).status_code == 204
    async with job_database.pool.acquire() as raw:
        row = await raw.fetchrow(
            "SELECT user_id, device_id, ended_at FROM visits WHERE tenant_id = $1", world.tenant_id
        )
        told = await raw.fetchval("SELECT noun_id FROM phone_changes WHERE user_id = $1 AND noun = 'notice'", world.mei)
    assert tuple(row) == (world.mei, phone.device_id, NOW)
    assert told == item.id
    assert await count(job_database, world, "promises") == 1
    assert await count(job_database, world, "cases", "attempts = 1 AND last_result = 'MET_PROMISE'") == 1
    assert await count(job_database, world, "quarantine", "state = 'applied' AND explanation <> ''") == 1
    assert await count(job_database, world, "events", "kind IN ('visit.recorded', 'quarantine.applied')") == 2
    again = await decide(lead, item, "apply")
    assert (again.status_code, again.json()["code"]) == (409, "quarantine.decided")
    assert (await lead.get("/v1/decisions")).json()["items"] == []


async def test_what_no_rule_allows_cannot_be_applied_and_stays_open(
    database: Database, job_database: Database, world: World, enter: Enter, phone: Phone, key: SigningKey
) -> None:
    malformed = phone.item("visit.record", visit(world, 0, note=7))
    no_promise = phone.item("visit.record", visit(world, 0, result="MET_PROMISE", party="obligor"))
    assert await send(database, world, phone, key, malformed, no_promise) == ["sync.malformed", "promise.missing"]
    lead = await enter(world.lin)
    for item, code in ((malformed, "sync.malformed"), (no_promise, "promise.missing")):
        answer = await decide(lead, item, "apply")
        assert (answer.status_code, answer.json()["code"]) == (409, "quarantine.cannot_apply")
        assert answer.json()["data"]["code"] == code
    assert await count(job_database, world, "quarantine", "state = 'open'") == 2
    assert await count(job_database, world, "visits") == 0


async def test_an_item_that_the_database_refuses_leaves_nothing_behind(
    database: Database, job_database: Database, world: World, enter: Enter, phone: Phone, key: SigningKey
) -> None:
    first = visit(world, 0)
    await send(database, world, phone, key, phone.item("visit.record", first))
    same = phone.item("visit.record", visit(world, 3, id=first["id"]))
    assert await send(database, world, phone, key, same) == ["case.not_yours"]
    lead = await enter(world.lin)
    answer = await decide(lead, same, "apply")
    assert answer.json()["data"]["code"] == "sync.not_storable"
    assert await count(job_database, world, "quarantine", "state = 'open'") == 1
    assert await count(job_database, world, "cases", "attempts > 0") == 1


async def test_an_item_is_set_aside_with_a_reason_and_kept(
    database: Database, job_database: Database, world: World, enter: Enter, phone: Phone, key: SigningKey
) -> None:
    item = phone.item("visit.record", visit(world, 3))
    await send(database, world, phone, key, item)
    lead = await enter(world.lin)
    assert (await decide(lead, item, "set_aside")).status_code == 204
    assert await count(job_database, world, "quarantine", "state = 'set_aside' AND body <> ''") == 1
    assert await count(job_database, world, "visits") == 0


async def test_two_items_under_one_id_are_told_apart_by_their_hash(
    database: Database, job_database: Database, world: World, enter: Enter, phone: Phone, key: SigningKey
) -> None:
    first = phone.item("visit.record", visit(world, 0))
    second = phone.item("visit.record", visit(world, 1), item_id=first.id)
    assert await send(database, world, phone, key, first) == [None]
    assert await send(database, world, phone, key, second) == ["sync.id_reused"]
    lead = await enter(world.lin)
    (listed,) = (await lead.get("/v1/decisions")).json()["items"]
    assert (await decide(lead, second, "apply", body_hash="0" * 32)).status_code == 404
    assert (await decide(lead, second, "apply", body_hash=listed["body_hash"])).status_code == 204
    assert await count(job_database, world, "visits") == 2


async def test_items_of_another_team_s_people_are_not_the_lead_s_to_decide(
    database: Database, job_database: Database, world: World, enter: Enter, phone: Phone, key: SigningKey
) -> None:
    item = phone.item("visit.record", visit(world, 3))
    await send(database, world, phone, key, item)
    async with job_database.pool.acquire() as raw:
        await raw.execute("UPDATE team_members SET team_id = $2 WHERE user_id = $1", world.mei, world.desk_team_id)
    lead = await enter(world.lin)
    assert (await lead.get("/v1/decisions")).json()["items"] == []
    assert (await decide(lead, item, "apply")).status_code == 404
    caller = await enter(world.cai)
    assert (await decide(caller, item, "apply")).status_code == 403


@pytest.mark.parametrize(("keep", "value", "version"), [("stored", "mornings", 1), ("sent", "evenings", 2)])
async def test_a_conflict_is_decided_with_both_values_side_by_side(
    database: Database,
    job_database: Database,
    world: World,
    enter: Enter,
    phone: Phone,
    key: SigningKey,
    keep: str,
    value: str,
    version: int,
) -> None:
    """OF-7: both values, one decision, both in the history."""
    edit = {"case_id": world.cases[0], "field": "visit_hint", "base_version": 0}
    await send(database, world, phone, key, phone.item("case.edit", edit | {"value": "mornings"}))
    other = await register(job_database, world, world.mei)
    item = other.item("case.edit", edit | {"value": "evenings"})
    assert await send(database, world, other, key, item) == ["case.edit_conflict"]
    lead = await enter(world.lin)
    (conflict,) = (await lead.get("/v1/decisions")).json()["conflicts"]
    assert (conflict["stored_value"], conflict["sent_value"], conflict["present_value"]) == (
        "mornings", "evenings", "mornings",
    )  # fmt: skip
    assert (await lead.post(f"/v1/conflicts/{conflict['id']}", json={"keep": keep})).status_code == 204
    async with job_database.pool.acquire() as raw:
        fact = await raw.fetchrow("SELECT value #>> '{}', version FROM case_facts WHERE case_id = $1", world.cases[0])
        state = await raw.fetchval("SELECT state FROM conflicts WHERE id = $1", UUID(conflict["id"]))
    assert (tuple(fact), state) == ((value, version), f"kept_{keep}")
    again = await lead.post(f"/v1/conflicts/{conflict['id']}", json={"keep": keep})
    assert (again.status_code, again.json()["code"]) == (409, "conflict.decided")
    assert (await lead.post(f"/v1/conflicts/{new_id()}", json={"keep": keep})).status_code == 409
