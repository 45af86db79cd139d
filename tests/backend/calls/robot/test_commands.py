"""Who may publish, start and stop, and what is refused?"""

import msgspec

from backend.calls.robot import routes
from backend.calls.robot.commands import shipped_flows
from backend.kernel.db import Database
from backend.kernel.ids import new_id
from tests.backend.desk import desks
from tests.world import World


async def test_a_flow_is_published_by_version_and_a_faulty_one_is_refused_with_its_faults(
    world: World, database: Database
) -> None:
    body = msgspec.to_builtins(shipped_flows()[0])
    async with desks(database, world, [routes.router]) as enter:
        admin = await enter(world.ada)
        first, again = [(await admin.post("/v1/robots/flows", json=body)).json() for _ in range(2)]
        assert (first["version"], again["version"]) == (1, 1)
        body["name"]["en"] = "Another name"
        assert (await admin.post("/v1/robots/flows", json=body)).json()["version"] == 2
        body["entry"] = "gone"
        refused = await admin.post("/v1/robots/flows", json=body)
        assert (refused.status_code, refused.json()["code"]) == (409, "robot.flow_faulty")
        assert refused.json()["data"]["faults"] == [{"step": "gone", "says": "there is no such first step"}]
        listed = (await admin.get("/v1/robots/flows")).json()["items"]
        assert [(one["flow"]["name"]["en"], one["version"]) for one in listed] == [("Another name", 2)]


async def test_without_an_exchange_no_campaign_starts(world: World, database: Database) -> None:
    wish = {"id": str(new_id()), "name": "a", "flow_code": "reminder", "case_ids": [str(world.cases[0])]}
    async with desks(database, world, [routes.router]) as enter:
        lead = await enter(world.lin)
        answer = await lead.post("/v1/robots/campaigns", json=wish)
        assert (answer.status_code, answer.json()["code"]) == (409, "robot.no_exchange")
        assert (await lead.get("/v1/robots/campaigns")).json() == {"items": []}
        assert (await lead.post(f"/v1/robots/campaigns/{new_id()}/stop")).status_code == 404
