"""Does the stream of events reach a browser of the real server?"""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import UUID

import httpx
import msgspec

from backend.kernel.db import Database
from backend.kernel.live import announce
from tests.backend.sync.phone import register
from tests.server import started
from tests.world import World


async def test_a_lead_s_screen_hears_of_a_change_over_http(
    server: str, database: Database, world: World, entrance: Callable[[UUID], Awaitable[str]]
) -> None:
    """AL-4: within 2 s, over the wire."""
    headers = {"X-Rounds": "1", "Origin": server}
    async with httpx.AsyncClient(base_url=server, headers=headers) as lead:
        assert (await lead.post("/v1/session/link", json={"token": await entrance(world.lin)})).status_code == 201
        async with lead.stream("GET", "/v1/live", timeout=5) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            lines = answer.aiter_lines()
            assert await _next_event(lines) == "hello"
            async with database.pool.acquire() as raw:
                await announce(raw, world.tenant_id, "plan")
            assert await asyncio.wait_for(_next_event(lines), 2) == "plan"


async def _next_event(lines: object) -> str:
    async for line in lines:  # type: ignore[attr-defined] # httpx gives an untyped iterator
        if line.startswith("event:") and "resync" not in line:
            return str(line.removeprefix("event:").strip())
    raise AssertionError("the stream ended")


async def test_an_assignment_and_a_push_are_told_over_http(
    server: str, job_database: Database, world: World, entrance: Callable[[UUID], Awaitable[str]]
) -> None:
    """AL-4: the lead's screen learns of both within 2 s."""
    headers = {"X-Rounds": "1", "Origin": server}
    phone = await register(job_database, world, world.mei)
    async with (
        httpx.AsyncClient(base_url=server, headers=headers) as lead,
        httpx.AsyncClient(base_url=server, headers=headers) as mei,
    ):
        await lead.post("/v1/session/link", json={"token": await entrance(world.lin)})
        await mei.post("/v1/session/link", json={"token": await entrance(world.mei)})
        async with lead.stream("GET", "/v1/live", timeout=5) as answer:
            lines = answer.aiter_lines()
            assert await _next_event(lines) == "hello"
            wish = {
                "case_ids": [str(world.cases[0])], "territory_id": None, "area": None, "user_id": str(world.bo),
                "only_unassigned": False, "reason": "manual",
            }  # fmt: skip
            assert (await lead.post("/v1/assignments", json=wish)).status_code == 201
            assert await asyncio.wait_for(_next_event(lines), 2) == "assignment"
            batch = msgspec.json.encode(phone.batch(phone.item("duty.start", {"place": None})))
            pushed = await mei.post("/v1/sync/push", content=batch, headers={"Content-Type": "application/json"})
            assert pushed.status_code == 200, pushed.text
            assert await asyncio.wait_for(_next_event(lines), 2) == "sync"


async def test_nobody_listens_without_a_session(server: str) -> None:
    async with httpx.AsyncClient(base_url=server) as stranger:
        assert (await stranger.get("/v1/live")).status_code == 401


async def test_a_server_with_an_open_screen_stops_at_once(
    url: str, tmp_path: Path, world: World, entrance: Callable[[UUID], Awaitable[str]]
) -> None:
    """Started without a grace: without our letting go it would wait for the reader for ever."""
    with started("backend.app.asgi:app", url, tmp_path) as served:
        headers = {"X-Rounds": "1", "Origin": served.origin}
        async with httpx.AsyncClient(base_url=served.origin, headers=headers) as lead:
            await lead.post("/v1/session/link", json={"token": await entrance(world.lin)})
            async with lead.stream("GET", "/v1/live", timeout=20) as answer:
                lines = answer.aiter_lines()
                assert await _next_event(lines) == "hello"
                os.kill(served.pid, signal.SIGTERM)
                async with asyncio.timeout(8):
                    async for _ in lines:
                        pass
        _, status = await asyncio.wait_for(asyncio.to_thread(os.waitpid, served.pid, 0), 8)
    assert os.WIFEXITED(status) or os.WTERMSIG(status) == signal.SIGTERM
