"""Does a desk see before it dials what the gate says, of its own cases only, and is the real attempt kept?"""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from backend.compliance import routes
from backend.compliance.replaying import replay
from backend.compliance.verdict_queries import kept_verdict
from backend.kernel.db import Database
from backend.kernel.ids import new_id
from tests.backend.desk import Enter, desks
from tests.world import World


@pytest.fixture
async def enter(database: Database, world: World) -> AsyncIterator[Enter]:
    """Sign somebody in at a desk."""
    async with desks(database, world, [routes.router]) as way_in:
        yield way_in


@pytest.fixture
async def never(job_database: Database, world: World) -> None:
    """Let the obligor of the first case be somebody who is lawfully called at no hour of any day."""
    async with job_database.pool.acquire() as raw:
        await raw.execute("UPDATE contact_points SET may_contact = false WHERE id = $1", world.contacts[0])


async def judged_events(jobs: Database, world: World) -> int:
    async with jobs.pool.acquire() as raw:
        found = await raw.fetchval(
            "SELECT count(*) FROM events WHERE tenant_id = $1 AND kind = 'contact.judged'", world.tenant_id
        )
    return int(found)


def attempt(world: World, **changes: object) -> dict[str, object]:
    plain: dict[str, object] = {
        "channel": "call", "to_id": str(world.contacts[0]), "place": None, "headcount": 1, "planned_minutes": 0,
        "recording": False, "registered_caller_id": True, "badge": False, "authorisation": False,
        "content": {"template": None, "says": [], "lacks": []},
    }  # fmt: skip
    return plain | changes


@pytest.mark.usefixtures("never")
async def test_a_desk_looks_ahead_at_each_number_with_the_words_of_the_law(
    world: World, enter: Enter, job_database: Database
) -> None:
    caller = await enter(world.cai)
    seen = (await caller.get(f"/v1/cases/{world.cases[0]}/verdicts", params={"channel": "call"})).json()
    (item,) = seen["items"]
    assert (item["to_id"], item["decision"], item["earliest_allowed_at"]) == (str(world.contacts[0]), "BLOCK", None)
    assert "GEN-STOP-01" in item["rule_ids"]
    words = {rule["id"]: rule for rule in seen["rules"]}
    assert set(words) == set(item["rule_ids"])
    assert words["GEN-STOP-01"]["zh"]
    doors = (await caller.get(f"/v1/cases/{world.cases[0]}/verdicts", params={"channel": "visit"})).json()
    assert [one["to_id"] for one in doors["items"]] == [str(world.addresses[0])]
    none = (await caller.get(f"/v1/cases/{world.cases[0]}/verdicts", params={"channel": "email"})).json()
    assert [one["to_id"] for one in none["items"]] == [None]
    assert await judged_events(job_database, world) == 0


async def test_a_case_that_is_not_mine_has_no_verdicts(world: World, enter: Enter) -> None:
    collector = await enter(world.mei)
    for answer in (
        await collector.get(f"/v1/cases/{world.cases[3]}/verdicts", params={"channel": "call"}),
        await collector.post(f"/v1/cases/{world.cases[3]}/verdicts", json=attempt(world)),
        await collector.post(f"/v1/cases/{world.cases[1]}/verdicts", json=attempt(world)),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_photo_is_no_contact(world: World, enter: Enter) -> None:
    caller = await enter(world.cai)
    looked = await caller.get(f"/v1/cases/{world.cases[0]}/verdicts", params={"channel": "photo"})
    tried = await caller.post(f"/v1/cases/{world.cases[0]}/verdicts", json=attempt(world, channel="photo"))
    assert [answer.status_code for answer in (looked, tried)] == [422, 422]


async def test_a_real_attempt_is_kept_and_comes_out_again(world: World, enter: Enter, job_database: Database) -> None:
    caller = await enter(world.cai)
    made = (await caller.post(f"/v1/cases/{world.cases[0]}/verdicts", json=attempt(world))).json()
    assert made["verdict"]["decision"] == "BLOCK"
    assert "CN-CALL-01" in made["verdict"]["rule_ids"]
    async with job_database.pool.acquire() as raw:
        kept = await kept_verdict(raw, UUID(made["id"]))
    assert kept is not None
    assert (kept.tenant_id, replay(kept).faults) == (world.tenant_id, [])


async def test_a_lead_stops_contacts_of_a_case_and_lets_them_go_on(world: World, enter: Enter) -> None:
    """Every block ends on a whole minute, so what is closed now stops for some seconds more."""
    lead, collector = await enter(world.lin), await enter(world.mei)
    wish = {
        "id": str(new_id()),
        "status": {"kind": "freeze", "from": "2026-01-01T08:00:00Z"},
        "person": None,
        "reason": "flood",
    }
    assert (await collector.post(f"/v1/cases/{world.cases[0]}/stops", json=wish)).status_code == 403
    for _ in range(2):
        assert (await lead.post(f"/v1/cases/{world.cases[0]}/stops", json=wish)).status_code == 204
    seen = (await lead.get(f"/v1/cases/{world.cases[0]}/verdicts", params={"channel": "call"})).json()
    assert "GEN-FREEZE-01" in seen["items"][0]["rule_ids"]
    closing = {"reason": "dry again", "at": "2026-01-02T08:00:00Z"}
    closed = [(await lead.post(f"/v1/stops/{wish['id']}/close", json=closing)).status_code for _ in range(2)]
    assert closed == [204, 404]
    seen = (await lead.get(f"/v1/cases/{world.cases[0]}/verdicts", params={"channel": "call"})).json()
    assert "GEN-FREEZE-01" not in seen["items"][0]["rule_ids"]


async def test_a_lead_decides_what_the_gate_would_have_held_back(
    world: World, enter: Enter, job_database: Database
) -> None:
    exception = new_id()
    async with job_database.pool.acquire() as raw:
        await raw.execute(
            "INSERT INTO compliance_exceptions (id, tenant_id, case_id, channel, source_id, verdict_id, rule_ids,"
            " user_id, happened_at) VALUES ($1, $2, $3, 'visit', $1, $1, ARRAY['CN-TIME-01'], $4, now())",
            exception, world.tenant_id, world.cases[0], world.mei,
        )  # fmt: skip
    lead = await enter(world.lin)
    (item,) = (await lead.get("/v1/exceptions")).json()["items"]
    assert (item["id"], item["user_id"], item["rule_ids"]) == (str(exception), str(world.mei), ["CN-TIME-01"])
    said = {"ruling": "upheld", "reason": "nobody asked for that hour"}
    answers = [(await lead.post(f"/v1/exceptions/{exception}/decide", json=said)).status_code for _ in range(2)]
    assert answers == [204, 404]
    assert (await lead.get("/v1/exceptions")).json() == {"items": []}
