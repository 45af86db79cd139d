"""How does a phone register over HTTP, and who sees which devices?"""

import httpx
import msgspec

from backend.kernel.ids import new_id
from tests.backend.identity.conftest import SignedIn
from tests.backend.identity.phone import Phone, new_phone
from tests.world import World


async def register(client: httpx.AsyncClient, label: str) -> Phone:
    phone = new_phone()
    answer = await client.post("/v1/devices", json=msgspec.to_builtins(phone.registration(label)))
    assert answer.status_code == 201, answer.text
    return phone


async def labels(client: httpx.AsyncClient, query: str = "") -> list[str]:
    page = (await client.get(f"/v1/devices{query}")).json()
    assert page["next"] is None
    return sorted(device["label"] for device in page["devices"])


async def test_a_registered_phone_keeps_its_cookie_for_a_month(signed_in: SignedIn, world: World) -> None:
    mei, phone = await signed_in(world.mei), new_phone()
    before = mei.cookies["rounds-8400"]
    answer = await mei.post("/v1/devices", json=msgspec.to_builtins(phone.registration()))
    assert "2592000" in answer.headers["set-cookie"] or "2591999" in answer.headers["set-cookie"]
    assert mei.cookies["rounds-8400"] == before
    assert (await mei.get("/v1/session")).json()["device_id"] == str(phone.id)


async def test_each_sees_own_devices_a_lead_the_teams_an_administrator_all(signed_in: SignedIn, world: World) -> None:
    mei, bo, lin = [await signed_in(one) for one in (world.mei, world.bo, world.lin)]
    cai, ada = await signed_in(world.cai), await signed_in(world.ada)
    for client, label in ((mei, "mei"), (bo, "bo"), (cai, "cai")):
        await register(client, label)

    assert await labels(mei) == ["mei"]
    assert await labels(mei, "?own=false") == ["mei"]
    assert await labels(lin) == []
    assert await labels(lin, "?own=false") == ["bo", "mei"]
    assert await labels(ada, "?own=false") == ["bo", "cai", "mei"]


async def test_a_revoked_phone_is_out_and_the_list_says_so(signed_in: SignedIn, world: World) -> None:
    """OF-10, the server's half."""
    mei, lin = await signed_in(world.mei), await signed_in(world.lin)
    phone = await register(mei, "mei")

    answer = await lin.post(f"/v1/devices/{phone.id}/revoke", json={"reason": "lost on the bus"})

    assert answer.status_code == 204
    [device] = (await lin.get("/v1/devices?own=false")).json()["devices"]
    assert device["revoked_at"] is not None
    assert (await lin.post(f"/v1/devices/{new_id()}/revoke", json={"reason": "x"})).status_code == 404
    assert (await lin.post(f"/v1/devices/{phone.id}/revoke", json={"reason": ""})).status_code == 422


async def test_a_challenge_is_given_to_whoever_asks(browser: httpx.AsyncClient) -> None:
    """Known or not: the answer tells nothing about which devices there are."""
    answers = [(await browser.post(f"/v1/devices/{new_id()}/challenge")).json() for _ in range(2)]
    assert answers[0]["nonce"] != answers[1]["nonce"]
    assert len(answers[0]["nonce"]) == 43


async def test_challenges_are_bounded(browser: httpx.AsyncClient) -> None:
    statuses = [(await browser.post(f"/v1/devices/{new_id()}/challenge")).status_code for _ in range(260)]
    assert statuses[:200] == [201] * 200
    assert 429 in statuses
