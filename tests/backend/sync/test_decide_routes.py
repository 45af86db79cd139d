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


async def test_a_refused_edit_that_is_applied_stands_beside_what_it_did_not_see(
    database: Database, job_database: Database, world: World, enter: Enter, phone: Phone, key: SigningKey
) -> None:
    """OF-7: as of its own moment, and over nothing that its author did not know."""
    edit = {"case_id": world.cases[3], "field": "visit_hint", "base_ids": []}
    item = phone.item("case.edit", edit | {"value": "mornings"}, at=NOW - timedelta(hours=1))
    assert await send(database, world, phone, key, item) == ["case.not_yours"]
    async with job_database.pool.acquire() as raw:
        await raw.execute("UPDATE assignments SET user_id = $2 WHERE case_id = $1", world.cases[3], world.mei)
    assert await send(database, world, phone, key, phone.item("case.edit", edit | {"value": "evenings"})) == [None]
    lead = await enter(world.lin)
    assert (await decide(lead, item, "apply")).status_code == 204
    (conflict,) = await facts(lead)
    assert [one["value"] for one in conflict["values"]] == ["evenings", "mornings"]  # type: ignore[attr-defined]


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


async def cross(database: Database, jobs: Database, world: World, phone: Phone, key: SigningKey) -> list[Mutation]:
    """Let two phones write different values for one fact without having seen each other."""
    edit = {"case_id": world.cases[0], "field": "visit_hint", "base_ids": []}
    first = phone.item("case.edit", edit | {"value": "mornings"})
    assert await send(database, world, phone, key, first) == [None]
    other = await register(jobs, world, world.mei)
    second = other.item("case.edit", edit | {"value": "evenings"}, at=NOW + timedelta(seconds=1))
    assert await send(database, world, other, key, second) == ["case.edit_conflict"]
    return [first, second]


async def facts(lead: httpx.AsyncClient) -> list[dict[str, object]]:
    found: list[dict[str, object]] = (await lead.get("/v1/decisions")).json()["conflicts"]
    return found


async def choose(lead: httpx.AsyncClient, world: World, seen: object, value: str) -> tuple[dict[str, object], int]:
    """Decide for a value over the heads that were seen; returns what was sent, and the status."""
    wish = {"id": str(new_id()), "case_id": str(world.cases[0]), "field": "visit_hint"}
    sent = wish | {"base_ids": seen, "value": value}
    return sent, (await lead.post("/v1/conflicts", json=sent)).status_code


async def standing(jobs: Database, world: World) -> tuple[str, int, int, int]:
    """Return the value shown, how many edits there are, how many stand, and how many other values."""
    async with jobs.pool.acquire() as raw:
        row = await raw.fetchrow(
            "SELECT value #>> '{}', version, cardinality(heads), cardinality(others) FROM case_facts"
            " WHERE case_id = $1",
            world.cases[0],
        )
    return row[0], row[1], row[2], row[3]


@pytest.mark.parametrize("value", ["mornings", "evenings", "after six"])
async def test_a_conflict_is_decided_with_all_values_side_by_side(
    database: Database, job_database: Database, world: World, enter: Enter, phone: Phone, key: SigningKey, value: str
) -> None:
    """OF-7: one decision over all that stood; nothing leaves the history, and once more is the same decision."""
    crossed = await cross(database, job_database, world, phone, key)
    lead = await enter(world.lin)
    (conflict,) = await facts(lead)
    assert conflict["heads"] == [str(one.id) for one in reversed(crossed)]
    assert [(one["value"], one["by"]) for one in conflict["values"]] == [("evenings", "Mei"), ("mornings", "Mei")]  # type: ignore[attr-defined]
    sent, status = await choose(lead, world, conflict["heads"], value)
    assert (status, await standing(job_database, world), await facts(lead)) == (204, (value, 3, 1, 0), [])
    assert (await lead.post("/v1/conflicts", json=sent)).status_code == 204
    assert await count(job_database, world, "fact_edits") == 3
    assert await count(job_database, world, "events", "kind = 'case.fact_edited'") == 3


async def test_what_a_decision_did_not_see_still_stands_beside_it(
    database: Database, job_database: Database, world: World, enter: Enter, phone: Phone, key: SigningKey
) -> None:
    """OF-7: an edit that arrives between the look and the decision is not dropped."""
    await cross(database, job_database, world, phone, key)
    lead = await enter(world.lin)
    seen = (await facts(lead))[0]["heads"]
    late = {"case_id": world.cases[0], "field": "visit_hint", "base_ids": [], "value": "never"}
    await send(database, world, phone, key, phone.item("case.edit", late))
    _, status = await choose(lead, world, seen, "mornings")
    assert (status, await standing(job_database, world)) == (204, ("mornings", 4, 2, 1))
    (conflict,) = await facts(lead)
    assert [one["value"] for one in conflict["values"]] == ["mornings", "never"]  # type: ignore[attr-defined]


async def test_a_decision_about_what_nobody_wrote_or_what_stands_no_more_is_refused(
    database: Database, job_database: Database, world: World, enter: Enter, phone: Phone, key: SigningKey
) -> None:
    lead = await enter(world.lin)
    assert (await choose(lead, world, [str(new_id())], "x"))[1] == 404
    await cross(database, job_database, world, phone, key)
    seen = (await facts(lead))[0]["heads"]
    await choose(lead, world, seen, "mornings")
    again, status = await choose(lead, world, seen, "evenings")
    assert (status, (await lead.post("/v1/conflicts", json=again)).json()["code"]) == (409, "conflict.decided")
    assert (await lead.post("/v1/conflicts", json=again | {"id": str(UUID(int=4))})).status_code == 422
    assert (await lead.post("/v1/conflicts", json=again | {"base_ids": []})).status_code == 422
    collector = await enter(world.mei)
    assert (await choose(collector, world, seen, "evenings"))[1] == 403


async def test_another_team_s_conflict_is_not_the_lead_s_to_see_or_decide(
    database: Database, job_database: Database, world: World, enter: Enter, phone: Phone, key: SigningKey
) -> None:
    await cross(database, job_database, world, phone, key)
    lead = await enter(world.lin)
    seen = (await facts(lead))[0]["heads"]
    async with job_database.pool.acquire() as raw:
        await raw.execute("UPDATE cases SET team_id = $2 WHERE id = $1", world.cases[0], world.desk_team_id)
    assert await facts(lead) == []
    assert (await choose(lead, world, seen, "mornings"))[1] == 404


async def test_a_card_number_in_a_decision_is_hidden(
    database: Database, job_database: Database, world: World, enter: Enter, phone: Phone, key: SigningKey
) -> None:
    await cross(database, job_database, world, phone, key)
    lead = await enter(world.lin)
    await choose(lead, world, (await facts(lead))[0]["heads"], "pays by 4111 1111 1111 1111")
    assert (await standing(job_database, world))[0] == "pays by 4111 11** **** 1111"
