"""AD-9 over HTTP: who sees which phones?"""

import pytest

from tests.backend.identity.conftest import SignedIn
from tests.backend.identity.routes.test_devices import register
from tests.world import World


async def test_a_lead_sees_the_phones_of_the_team_an_administrator_all(signed_in: SignedIn, world: World) -> None:
    mei, cai = await signed_in(world.mei), await signed_in(world.cai)
    phone, foreign = await register(mei, "mei"), await register(cai, "cai")
    lin, ada = await signed_in(world.lin), await signed_in(world.ada)

    [seen] = (await lin.get("/v1/phones")).json()["phones"]
    assert (seen["id"], seen["label"], seen["health"], seen["has_lock"]) == (str(phone.id), "mei", None, False)
    page = (await ada.get("/v1/phones")).json()
    assert {one["id"] for one in page["phones"]} == {str(phone.id), str(foreign.id)}
    assert page["next"] is None
    assert (await ada.get(f"/v1/phones?after={page['phones'][-1]['id']}")).json()["phones"] == []

    await lin.post(f"/v1/devices/{phone.id}/revoke", json={"reason": "lost"})
    [gone] = (await lin.get("/v1/phones")).json()["phones"]
    assert gone["revoked_at"] is not None


@pytest.mark.parametrize("who", ["mei", "cai"])
async def test_a_collector_and_a_caller_see_none(signed_in: SignedIn, world: World, who: str) -> None:
    client = await signed_in(getattr(world, who))
    assert (await client.get("/v1/phones")).json()["code"] == "identity.forbidden"
