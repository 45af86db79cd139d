"""Does a phone reach the sync over real HTTP, and nobody else?"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
import msgspec

from backend.kernel.db import Database
from tests.backend.sync.phone import register, visit
from tests.world import World

Entrance = Callable[[UUID], Awaitable[str]]


@asynccontextmanager
async def signed_in(server: str, entrance: Entrance, user_id: UUID) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=server, headers={"X-Rounds": "1"}) as client:
        answer = await client.post("/v1/session/link", json={"token": await entrance(user_id)})
        assert answer.status_code in {200, 201}, answer.text
        yield client


async def test_a_phone_primes_and_pushes(server: str, entrance: Entrance, world: World, job_database: Database) -> None:
    """OF-1 on the wire: prime, one visit, the receipt, and the visit in the next pull."""
    phone = await register(job_database, world, world.mei)
    now = datetime.now(tz=UTC)
    async with signed_in(server, entrance, world.mei) as client:
        prime = (await client.get("/v1/sync/pull")).json()
        assert {case["id"] for case in prime["cases"]} == {str(case) for case in world.cases[:3]}
        body = visit(world, 0, started_at=now - timedelta(minutes=5), ended_at=now)
        batch = phone.batch(phone.item("visit.record", body, at=now))
        answer = await client.post("/v1/sync/push", content=msgspec.json.encode(batch))
        assert answer.status_code == 200, answer.text
        assert [one["status"] for one in answer.json()["answers"]] == ["accepted"]
        assert answer.json()["receipt"]["key_id"] == (await client.get("/v1/sync/keys")).json()["keys"][0]["key_id"]
        for _ in range(200):  # a writer in another test process may hold the change back for a moment
            changes = (await client.get("/v1/sync/pull", params={"cursor": prime["cursor"]})).json()
            if changes["cases"]:
                break
            await asyncio.sleep(0.05)
        assert [(line["kind"], line["result"]) for case in changes["cases"] for line in case["history"]] == [
            ("visit", "NOT_HOME")
        ]


async def test_a_stranger_a_foreign_page_and_a_wrong_role_are_turned_away(
    server: str, entrance: Entrance, world: World
) -> None:
    async with httpx.AsyncClient(base_url=server) as stranger:
        assert (await stranger.get("/v1/sync/pull")).status_code == 401
    async with signed_in(server, entrance, world.cai) as caller:
        assert (await caller.get("/v1/sync/pull")).json()["code"] == "identity.forbidden"
    async with signed_in(server, entrance, world.mei) as client:
        del client.headers["X-Rounds"]
        answer = await client.post("/v1/sync/push", content=b"{}", headers={"Origin": "https://elsewhere.example"})
        assert answer.json()["code"] == "identity.cross_site"


async def test_a_malformed_batch_and_a_huge_one_get_a_clear_word(server: str, entrance: Entrance, world: World) -> None:
    async with signed_in(server, entrance, world.mei) as client:
        assert (await client.post("/v1/sync/push", content=b"{")).status_code in {400, 422}
        assert (await client.post("/v1/sync/push", content=b'{"x":"' + b"a" * 1_100_000 + b'"}')).status_code == 413
        answer = await client.get("/v1/sync/pull", params={"cursor": "nonsense"})
        assert (answer.status_code, answer.json()["code"]) == (422, "sync.bad_cursor")
