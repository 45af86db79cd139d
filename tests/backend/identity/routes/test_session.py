"""How does a browser sign in, ask who it is, and sign out?"""

import httpx

from backend.identity import passwords
from backend.identity.commands import people as acts
from backend.identity.schemas import Act
from backend.kernel import clock
from backend.kernel.db import Database, transaction
from tests.world import World

PASSWORD = "harbour-lantern-29"


async def give_password(database: Database, world: World, user_id: object, password: str = PASSWORD) -> None:
    act = Act(tenant_id=world.tenant_id, actor_id=world.ada, device_id=None, at=clock.now())
    hashed = await passwords.hash_password(password)
    async with transaction(database, world.scope(world.ada)) as tx:
        await acts.set_password(tx, act, user_id, hashed, spare=None)


def login(world: World, name: str) -> str:
    return f"{name}-{world.tenant_id.hex[-12:]}"


async def test_name_and_password_open_a_session_that_says_who_one_is(
    browser: httpx.AsyncClient, database: Database, world: World
) -> None:
    await give_password(database, world, world.mei)

    entered = await browser.post("/v1/session", json={"login": f" {login(world, 'MEI')} ", "password": PASSWORD})
    me = await browser.get("/v1/session")

    assert entered.status_code == 201
    assert me.json() == entered.json()
    told = me.json()
    assert (told["user_id"], told["role"], told["reach"]) == (str(world.mei), "collector", "own")
    assert (told["language"], told["zone"], told["currency"]) == ("zh-CN", "Asia/Shanghai", "CNY")
    assert [team["name"] for team in told["teams"]] == ["North field"]
    assert "sync.push" in told["permissions"]
    assert "user.manage" not in told["permissions"]
