"""Does the planner run beside the real server, and end with it?"""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from backend.routing.running import Progress, SolverDiedError, run
from tests.backend.routing.test_routes import wish
from tests.backend.routing.towns import faults, town
from tests.server import started
from tests.world import World


def children_of(pid: int) -> list[int]:
    """Return the processes whose parent this is."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text()
        except OSError:
            continue
        if int(text.rsplit(")", 1)[1].split()[1]) == pid:
            found.append(int(stat.parent.name))
    return found


def spawned_by(pid: int) -> list[int]:
    """Return the solver processes of a process."""
    return [child for child in children_of(pid) if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]


def is_there(pids: list[int]) -> bool:
    return any(Path(f"/proc/{pid}").exists() for pid in pids)


async def until(is_so: Callable[[], Awaitable[bool]], within_s: float = 40) -> None:
    """Wait for something that only shows when asked."""
    async with asyncio.timeout(within_s):
        for _ in range(1000):
            if await is_so():
                return
            await asyncio.sleep(0.2)


async def test_the_solver_runs_beside_the_loop_and_tells_how_far_it_is() -> None:
    problem = town(1, 3, 40)
    told: list[Progress] = []

    async def tell(progress: Progress) -> bool:
        told.append(progress)
        return False

    computed = await run(problem, 2, 1, tell)
    assert faults(problem, computed.routes) == []
    assert 1 <= len(told) <= 5
    assert computed.gain_m >= told[0].gain_m > 0


async def test_a_solver_that_dies_is_an_error_and_leaves_no_process() -> None:
    async def tell(_progress: Progress) -> bool:
        for child in spawned_by(os.getpid()):
            os.kill(child, signal.SIGKILL)
        return False

    with pytest.raises(SolverDiedError):
        await run(town(1, 3, 40), 10, 1, tell)
    assert spawned_by(os.getpid()) == []


async def test_a_cancelled_plan_leaves_no_process() -> None:
    begun = asyncio.Event()

    async def tell(_progress: Progress) -> bool:
        begun.set()
        return False

    task = asyncio.create_task(run(town(1, 3, 40), 30, 1, tell))
    await asyncio.wait_for(begun.wait(), 20)
    assert len(spawned_by(os.getpid())) == 1
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert spawned_by(os.getpid()) == []


async def test_a_plan_is_made_over_http_and_its_process_ends_with_the_server(
    url: str, tmp_path: Path, world: World, entrance: Callable[[UUID], Awaitable[str]]
) -> None:
    tomorrow = (datetime.now(tz=UTC) + timedelta(days=1, hours=8)).date().isoformat()
    with started("backend.app.asgi:app", url, tmp_path) as served:
        headers = {"X-Rounds": "1", "Origin": served.origin}
        async with httpx.AsyncClient(base_url=served.origin, headers=headers) as lead:
            await lead.post("/v1/session/link", json={"token": await entrance(world.lin)})
            begun = (await lead.post("/v1/plans", json=wish(world, day=tomorrow, seconds=1))).json()

            async def is_solved() -> bool:
                progress = (await lead.get(f"/v1/plans/{begun['id']}/progress")).json()
                return bool(progress["status"] != "solving")

            await until(is_solved)
            plan = (await lead.get(f"/v1/plans/{begun['id']}")).json()
            assert (plan["status"], len(plan["stops"])) == ("ready", 6)
            long = (await lead.post("/v1/plans", json=wish(world, day=tomorrow, seconds=60))).json()

            async def has_begun() -> bool:
                return bool((await lead.get(f"/v1/plans/{long['id']}/progress")).json()["curve"])

            await until(has_begun)
        solvers = spawned_by(served.pid)
        assert len(solvers) == 1
        os.kill(served.pid, signal.SIGTERM)

        async def is_gone() -> bool:
            return not is_there(solvers)

        await until(is_gone, within_s=15)
