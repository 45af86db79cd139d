"""Does the switch answer over HTTP as it should: what it is, that it was turned, and 404 for a lender without one?"""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from litestar import Litestar

from backend.app.asgi import make_app
from backend.identity.commands.sign_in import make_sign_in_link, sign_in_by_link
from backend.identity.schemas import Act
from backend.kernel import clock
from backend.kernel.db import Database, transaction
from backend.kernel.settings import Settings
from tests.asgi import transport_to
from tests.world import World

ORIGIN = "http://localhost:8499"
SETTINGS = Settings(
    database_url="", data_dir=Path("var"), origin=ORIGIN, port=8499, pool_size=1, statement_timeout_s=5, is_demo=False,
    is_demo_live=False, demo_pace=60,
)  # fmt: skip


@pytest.fixture
async def lead(database: Database, world: World) -> AsyncIterator[httpx.AsyncClient]:
    """Sign in the lead of the world."""
    app: Litestar = make_app(SETTINGS)
    app.state.database = database
    act = Act(tenant_id=world.tenant_id, actor_id=None, device_id=None, at=clock.now())
    async with transaction(database, world.scope(world.ada)) as tx:
        made = await make_sign_in_link(tx, act, world.lin)
    token = (await sign_in_by_link(database, made.token, clock.now())).token
    async with httpx.AsyncClient(
        transport=transport_to(app), base_url=ORIGIN, headers={"X-Rounds": "1", "Cookie": f"rounds-8499={token}"}
    ) as client:
        yield client


async def test_a_lender_that_is_no_demo_hears_so_and_finds_nothing_to_turn(lead: httpx.AsyncClient) -> None:
    told = (await lead.get("/v1/demo/live")).json()
    assert told == {"is_demo": False, "is_on": False, "is_held": True, "pace": 60, "changed_at": None}
    answer = await lead.put("/v1/demo/live", json={"is_on": True})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_the_switch_of_a_demo_is_read_and_turned(
    lead: httpx.AsyncClient, job_database: Database, world: World
) -> None:
    async with job_database.pool.acquire() as raw:
        await raw.execute(
            "INSERT INTO demo_switches (tenant_id, is_on, changed_at) VALUES ($1, true, now())", world.tenant_id
        )
    assert (await lead.get("/v1/demo/live")).json()["is_on"] is True
    told = (await lead.put("/v1/demo/live", json={"is_on": False})).json()
    assert (told["is_demo"], told["is_on"]) == (True, False)
    assert (await lead.get("/v1/demo/live")).json() == told
    async with job_database.pool.acquire() as raw:
        row = await raw.fetchrow("SELECT is_on, changed_by FROM demo_switches WHERE tenant_id = $1", world.tenant_id)
    assert (row["is_on"], row["changed_by"]) == (False, world.lin)


@pytest.mark.parametrize("body", [{}, {"is_on": "yes"}, {"is_on": True, "pace": 9}])
async def test_another_body_is_malformed(lead: httpx.AsyncClient, body: dict[str, object]) -> None:
    answer = await lead.put("/v1/demo/live", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")
