"""Is what waited on a revoked phone kept for the lead, and can nobody else put anything there?"""

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
import msgspec
import pytest

from backend.kernel.db import Database
from backend.kernel.ids import new_id
from tests.backend.identity.phone import Phone as KeyedPhone
from tests.backend.identity.phone import new_phone
from tests.backend.sync.phone import Phone, visit
from tests.backend.sync.test_routes import Entrance, signed_in
from tests.world import World


async def registered(client: httpx.AsyncClient) -> KeyedPhone:
    keyed = new_phone()
    public_key = b64encode(keyed.spki).decode()
    answer = await client.post("/v1/devices", json={"id": str(keyed.id), "label": "phone", "public_key": public_key})
    assert answer.status_code == 201, answer.text
    return keyed


async def leave(
    client: httpx.AsyncClient, keyed: KeyedPhone, content: object, purpose: str = "left-behind"
) -> httpx.Response:
    """Prove the device, then leave the batch."""
    nonce = (await client.post(f"/v1/devices/{keyed.id}/challenge")).json()["nonce"]
    signature = keyed.proof(nonce, purpose).signature
    body = {"nonce": nonce, "signature": signature, "batch": content}
    return await client.post("/v1/sync/left-behind", content=msgspec.json.encode(body))


async def quarantined(jobs: Database, world: World) -> list[tuple[UUID, str]]:
    async with jobs.pool.acquire() as raw:
        rows = await raw.fetch("SELECT mutation_id, code FROM quarantine WHERE tenant_id = $1", world.tenant_id)
    return [(row["mutation_id"], row["code"]) for row in rows]


async def test_what_waited_on_a_revoked_phone_is_kept_once_and_signed_for(
    server: str, entrance: Entrance, world: World, job_database: Database
) -> None:
    """OF-8, OF-10, N14: the phone hears 409 while in service, then its batch is kept with a receipt, replays too."""
    now = datetime.now(tz=UTC)
    async with signed_in(server, entrance, world.mei) as client:
        keyed = await registered(client)
        phone = Phone(keyed.id)
        item = phone.item("visit.record", visit(world, 0, started_at=now - timedelta(minutes=5), ended_at=now), at=now)
        batch = msgspec.structs.replace(phone.batch(item), sent_at=now)
        in_service = await leave(client, keyed, batch)
        assert (in_service.status_code, in_service.json()["code"]) == (409, "sync.sign_in_first")
        revoked = await client.post(f"/v1/devices/{keyed.id}/revoke", json={"reason": "lost on the bus"})
        assert revoked.status_code == 204
        for is_replay in (False, True):
            answer = await leave(client, keyed, batch)
            assert answer.status_code == 200, answer.text
            (one,) = answer.json()["answers"]
            assert (one["status"], one["code"], one["is_replay"]) == ("refused", "sync.left_behind", is_replay)
            assert str(item.id) in answer.json()["receipt"]["signed"]
    assert await quarantined(job_database, world) == [(item.id, "sync.left_behind")]
    async with job_database.pool.acquire() as raw:
        assert await raw.fetchval("SELECT count(*) FROM visits WHERE tenant_id = $1", world.tenant_id) == 0


async def test_the_lead_can_let_it_count(server: str, entrance: Entrance, world: World, job_database: Database) -> None:
    now = datetime.now(tz=UTC)
    async with signed_in(server, entrance, world.mei) as client:
        keyed = await registered(client)
        await client.post(f"/v1/devices/{keyed.id}/revoke", json={"reason": "lost on the bus"})
        phone = Phone(keyed.id)
        item = phone.item("visit.record", visit(world, 0, started_at=now - timedelta(minutes=5), ended_at=now), at=now)
        assert (await leave(client, keyed, msgspec.structs.replace(phone.batch(item), sent_at=now))).status_code == 200
    async with signed_in(server, entrance, world.lin) as lead:
        (held,) = (await lead.get("/v1/decisions")).json()["items"]
        assert (held["mutation_id"], held["code"]) == (str(item.id), "sync.left_behind")
        decision = {"action": "apply", "explanation": "Mei told me", "body_hash": held["body_hash"]}
        answer = await lead.post(f"/v1/quarantine/{item.id}", json=decision)
        assert answer.status_code == 204, answer.text
    async with job_database.pool.acquire() as raw:
        found = await raw.fetch("SELECT user_id, result FROM visits WHERE tenant_id = $1", world.tenant_id)
    assert [tuple(row) for row in found] == [(world.mei, "NOT_HOME")]


async def test_a_session_that_only_ended_is_no_reason_to_leave_anything(
    server: str, entrance: Entrance, world: World, job_database: Database
) -> None:
    """An empty batch asks which of both it is."""
    async with signed_in(server, entrance, world.mei) as client:
        keyed = await registered(client)
        await client.delete("/v1/session")
    async with httpx.AsyncClient(base_url=server, headers={"X-Rounds": "1"}) as out:
        answer = await leave(out, keyed, Phone(keyed.id).batch())
    assert answer.json()["code"] == "sync.sign_in_first"
    assert await quarantined(job_database, world) == []


@pytest.mark.parametrize("what", ["another key", "another purpose", "unknown device", "used nonce"])
async def test_nobody_else_can_put_anything_there(
    server: str, entrance: Entrance, world: World, job_database: Database, what: str
) -> None:
    async with signed_in(server, entrance, world.mei) as client:
        keyed = await registered(client)
        await client.post(f"/v1/devices/{keyed.id}/revoke", json={"reason": "lost"})
        device_id = new_id() if what == "unknown device" else keyed.id
        liar = KeyedPhone(id=device_id, key=new_phone().key if what == "another key" else keyed.key)
        batch = Phone(device_id).batch()
        answer = await leave(client, liar, batch, "sign-in" if what == "another purpose" else "left-behind")
        if what == "used nonce":
            answer = await client.post("/v1/sync/left-behind", content=answer.request.content)
    assert (answer.status_code, answer.json()["code"]) == (403, "identity.device_not_proven")
    assert await quarantined(job_database, world) == []


async def test_what_cannot_be_read_is_said(server: str) -> None:
    async with httpx.AsyncClient(base_url=server, headers={"X-Rounds": "1"}) as client:
        answer = await client.post("/v1/sync/left-behind", content=b'{"nonce": 1}')
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")
