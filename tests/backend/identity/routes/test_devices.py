"""How does a phone register over HTTP, and who sees which devices?"""

import asyncio
from base64 import b64encode
from datetime import timedelta

import httpx
import msgspec

from backend.identity.routes.parts import IdentityParts
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
    """All at once: one after the other they might come no faster than new ones are allowed."""
    sent = await asyncio.gather(*(browser.post(f"/v1/devices/{new_id()}/challenge") for _ in range(600)))
    statuses = [answer.status_code for answer in sent]
    assert statuses.count(201) >= 200
    assert 429 in statuses


VERIFIER = b64encode(bytes(32)).decode()


async def locked(client: httpx.AsyncClient, phone: Phone) -> str:
    """Lock the phone by a PIN, and give what opens it."""
    answer = await client.put(f"/v1/devices/{phone.id}/lock", json={"verifier": VERIFIER})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["opening"])


async def test_a_copied_cookie_reads_nothing_and_what_the_pin_opened_does(
    parts: IdentityParts, signed_in: SignedIn, world: World
) -> None:
    """OF-9: of a lead's phone, because identity's own routes read nothing else that is personal."""
    parts.door.remembers_for = timedelta(0)
    lin = await signed_in(world.lin)
    phone = await register(lin, "lin")
    opening = await locked(lin, phone)

    assert (await lin.get("/v1/users")).json()["code"] == "device.locked"
    assert (await lin.get("/v1/users", headers={"X-Rounds-Open": "x" * 43})).json()["code"] == "device.locked"
    assert (await lin.get("/v1/users", headers={"X-Rounds-Open": opening})).status_code == 200
    assert (await lin.get("/v1/session")).status_code == 200
    unlocked = await lin.post(f"/v1/devices/{phone.id}/unlock", json={"verifier": VERIFIER})
    assert (await lin.get("/v1/users", headers={"X-Rounds-Open": unlocked.json()["opening"]})).status_code == 200


async def test_a_remembered_session_is_not_taken_for_an_open_one(signed_in: SignedIn, world: World) -> None:
    lin = await signed_in(world.lin)
    opening = await locked(lin, await register(lin, "lin"))
    headers = {"X-Rounds-Open": opening}
    codes = [(await lin.get("/v1/users", headers=shown)).status_code for shown in (headers, {}, headers, {})]
    assert codes == [200, 403, 200, 403]


async def test_a_locked_session_cannot_shed_its_lock_nor_take_away_the_phones_of_others(
    parts: IdentityParts, signed_in: SignedIn, world: World
) -> None:
    """Registering another device would make it the session of one without a lock."""
    parts.door.remembers_for = timedelta(0)
    lin, mei = await signed_in(world.lin), await signed_in(world.mei)
    phone, other = await register(lin, "lin"), await register(mei, "mei")
    await locked(lin, phone)
    moved = await lin.post("/v1/devices", json=msgspec.to_builtins(new_phone().registration("stranger")))
    taken = await lin.post(f"/v1/devices/{other.id}/revoke", json={"reason": "for fun"})
    pin = await lin.put(f"/v1/devices/{phone.id}/lock", json={"verifier": b64encode(b"x" * 32).decode()})
    assert [(one.status_code, one.json()["code"]) for one in (moved, taken, pin)] == [
        (403, "device.locked"),
        (403, "device.locked"),
        (403, "device.sign_in_again"),
    ]
