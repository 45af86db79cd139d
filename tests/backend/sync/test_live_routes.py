"""Does the stream of events reach a browser of the real server?"""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import httpx

from backend.kernel.db import Database
from backend.kernel.live import announce
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


async def test_nobody_listens_without_a_session(server: str) -> None:
    async with httpx.AsyncClient(base_url=server) as stranger:
        assert (await stranger.get("/v1/live")).status_code == 401
