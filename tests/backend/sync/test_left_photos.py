"""Do the photos of a revoked phone reach the server, those that it named, and can its key do nothing else?"""

import hashlib
from datetime import UTC, datetime, timedelta

import httpx
import msgspec
import pytest

from backend.kernel.db import Database
from backend.kernel.ids import new_id
from tests.backend.evidence.phones import TUS, announcement, begin, photo, send, states, taken, upload
from tests.backend.identity.phone import Phone as KeyedPhone
from tests.backend.identity.phone import new_phone
from tests.backend.sync.phone import Phone, visit
from tests.backend.sync.test_left_behind import leave, registered
from tests.backend.sync.test_routes import Entrance, signed_in
from tests.world import World


async def proven(
    client: httpx.AsyncClient, keyed: KeyedPhone, purpose: str = "left-photos", nonce: str | None = None
) -> httpx.Response:
    """Ask for what lets the phone bring its photos."""
    if nonce is None:
        nonce = (await client.post(f"/v1/devices/{keyed.id}/challenge")).json()["nonce"]
    body = {"device_id": str(keyed.id), "nonce": nonce, "signature": keyed.proof(nonce, purpose).signature}
    return await client.post("/v1/sync/left-behind/grant", json=body)


def seen(world: World, case: int, content: bytes, at: datetime) -> dict[str, object]:
    """Return a visit that names a photo."""
    named = msgspec.structs.replace(taken(content), taken_at=at - timedelta(minutes=2))
    return visit(world, case, started_at=at - timedelta(minutes=5), ended_at=at, photos=[named])


async def test_a_revoked_phone_brings_the_photos_that_it_named_and_reads_nothing(
    server: str, entrance: Entrance, world: World, job_database: Database
) -> None:
    """OF-10, N14: of a visit that was accepted before, and of one that only the lead can let count."""
    now = datetime.now(tz=UTC)
    before, after, foreign = photo(3000, f"{now}a"), photo(4000, f"{now}b"), photo(2000, f"{now}c")
    async with signed_in(server, entrance, world.mei) as client:
        keyed = await registered(client)
        phone = Phone(keyed.id)
        sent = phone.batch(phone.item("visit.record", seen(world, 0, before, now), at=now))
        pushed = await client.post("/v1/sync/push", content=msgspec.json.encode(sent))
        assert [one["status"] for one in pushed.json()["answers"]] == ["accepted"], pushed.text
        assert (await proven(client, keyed)).json()["code"] == "sync.sign_in_first"
        await client.post(f"/v1/devices/{keyed.id}/revoke", json={"reason": "lost on the bus"})
    async with httpx.AsyncClient(base_url=server, headers={"X-Rounds": "1"}) as out:
        item = phone.item("visit.record", seen(world, 1, after, now), at=now)
        assert (await leave(out, keyed, msgspec.structs.replace(phone.batch(item), sent_at=now))).status_code == 200
        granted = await proven(out, keyed)
        assert granted.status_code == 201, granted.text
        out.headers["X-Rounds-Left"] = granted.json()["grant"]
        refused = await out.post("/v1/uploads", headers=announcement(foreign))
        assert (refused.status_code, refused.json()["code"]) == (403, "evidence.not_named")
        for path in ("/v1/sync/pull", "/v1/session", "/v1/devices"):
            assert (await out.get(path)).json()["code"] == "identity.forbidden", path
        for content in (before, after):
            await upload(out, content)
    assert list((await states(job_database, world)).values()) == ["stored"]
    async with signed_in(server, entrance, world.lin) as lead:
        (held,) = (await lead.get("/v1/decisions")).json()["items"]
        decision = {"action": "apply", "explanation": "Mei told me", "body_hash": held["body_hash"]}
        assert (await lead.post(f"/v1/quarantine/{item.id}", json=decision)).status_code == 204
    assert list((await states(job_database, world)).values()) == ["stored", "stored"]


async def test_an_upload_goes_on_under_a_later_grant(
    server: str, entrance: Entrance, world: World, job_database: Database
) -> None:
    """A grant lasts a quarter of an hour; a slow line needs more than one."""
    now = datetime.now(tz=UTC)
    content = photo(5000, f"{now}")
    async with signed_in(server, entrance, world.mei) as client:
        keyed = await registered(client)
        await client.post(f"/v1/devices/{keyed.id}/revoke", json={"reason": "lost on the bus"})
    async with httpx.AsyncClient(base_url=server, headers={"X-Rounds": "1"}) as out:
        phone = Phone(keyed.id)
        item = phone.item("visit.record", seen(world, 0, content, now), at=now)
        await leave(out, keyed, msgspec.structs.replace(phone.batch(item), sent_at=now))
        first = (await proven(out, keyed)).json()["grant"]
        out.headers["X-Rounds-Left"] = first
        place = await begin(out, content)
        assert (await send(out, place, 0, content[:2000])).status_code == 204
        out.headers["X-Rounds-Left"] = (await proven(out, keyed)).json()["grant"]
        assert (await out.head(place, headers=TUS)).headers["upload-offset"] == "2000"
        assert (await send(out, place, 2000, content[2000:])).status_code == 204
    async with job_database.pool.acquire() as raw:
        digest = hashlib.sha256(content).digest()
        assert await raw.fetchval("SELECT size_bytes FROM stored_files WHERE sha256 = $1", digest) == 5000
        left = "SELECT count(*) FROM sessions WHERE device_id = $1"
        assert await raw.fetchval(left, keyed.id) == 1


@pytest.mark.parametrize("what", ["another key", "another purpose", "unknown device", "used nonce"])
async def test_nobody_else_is_let_in(server: str, entrance: Entrance, world: World, what: str) -> None:
    async with signed_in(server, entrance, world.mei) as client:
        keyed = await registered(client)
        await client.post(f"/v1/devices/{keyed.id}/revoke", json={"reason": "lost"})
        device_id = new_id() if what == "unknown device" else keyed.id
        liar = KeyedPhone(id=device_id, key=new_phone().key if what == "another key" else keyed.key)
        nonce = (await client.post(f"/v1/devices/{device_id}/challenge")).json()["nonce"]
        answer = await proven(client, liar, "left-behind" if what == "another purpose" else "left-photos", nonce)
        if what == "used nonce":
            assert answer.status_code == 201
            answer = await proven(client, liar, nonce=nonce)
    assert (answer.status_code, answer.json()["code"]) == (403, "identity.device_not_proven")
