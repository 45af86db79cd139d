"""How does a round of histories go? Phones work while the server dies, the database restarts and sessions end."""

import asyncio
import os
import random
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import msgspec

from backend.kernel.db import Database, Role, open_database
from infra import cluster as private
from infra import server as postgres
from infra.cluster import Cluster
from tests import databases
from tests.cluster import data_folder
from tests.faults.check import Finding, Told, find
from tests.faults.line import FAIR, ROUGH, Line, standing
from tests.faults.lives import Server, cookies_for
from tests.world import World, make_world

PHONES = Path(__file__).resolve().parents[2] / "build" / "faults" / "main.mjs"
NODE = Path(sys.executable).parent / "node"
ACTS = 8
ROUND_TIMEOUT_S = 600
DATABASE_RESTARTS_EVERY = 5
"""In one round of so many the database is restarted too."""


class Ground(msgspec.Struct, frozen=True):
    """What all rounds stand on: a database of this run's own, and a data folder."""

    cluster: Cluster
    url: str
    data: Path


class Outcome(msgspec.Struct, frozen=True):
    """What a round showed."""

    phones: int
    lives: int
    findings: list[Finding]
    went_through: Counter[str]


@contextmanager
def ground() -> Iterator[Ground]:
    """Make a private cluster with a migrated database, for this run alone."""
    with data_folder() as data, private.running(data) as cluster:
        admin, login = private.admin_dsn(cluster), private.dsn(cluster, "postgres")

        async def made() -> str:
            return await databases.clone(admin, await databases.make_template(admin, login))

        yield Ground(cluster=cluster, url=databases.with_database(login, asyncio.run(made())), data=data)


async def play(under: Ground, seed: int, phones: int, factory: str = "sound", kills: int = 2) -> Outcome:
    """Run one round: `phones` histories side by side, over `kills` + 1 lives of the server."""
    draw = random.Random(seed)  # noqa: S311 - weather, not a secret
    server = Server(factory, under.url, under.data)
    async with _database(under.url) as jobs, standing(seed) as line:
        line.target_port = server.port
        await server.start()
        worlds = [await make_world(jobs) for _ in range(-(-phones // 2))]
        tasks = await _tasks(jobs, worlds, server, line, seed, phones)
        line.weather = ROUGH
        histories = asyncio.create_task(_live(tasks))
        trouble = asyncio.create_task(_trouble(under, server, line, draw, kills, worlds))
        try:
            async with asyncio.timeout(ROUND_TIMEOUT_S):
                told = await histories
        finally:
            # Never cut short: a database that is down must come up again for the next round.
            await trouble
            await server.kill()
        async with jobs.pool.acquire() as raw:
            findings = await find(raw, told)
    went_through = Counter(line.counts)
    for phone in told:
        went_through.update(phone.went_through)
    return Outcome(phones=len(told), lives=server.lives, findings=findings, went_through=went_through)


@asynccontextmanager
async def _database(url: str) -> AsyncIterator[Database]:
    database = await open_database(url, role=Role.JOB, pool_size=2)
    try:
        yield database
    finally:
        await database.close()


async def _tasks(
    jobs: Database, worlds: list[World], server: Server, line: Line, seed: int, phones: int
) -> list[dict[str, object]]:
    people = [(world, user) for world in worlds for user in (world.mei, world.bo)][:phones]
    return [
        {
            "origin": f"http://localhost:{line.port}",
            "seed": seed * 1000 + n,
            "acts": ACTS,
            "cookies": await cookies_for(jobs, world, user, server),
        }
        for n, (world, user) in enumerate(people)
    ]


async def _live(tasks: list[dict[str, object]]) -> list[Told]:
    """Run the phones in Node; raises RuntimeError with what it said when one of them fell over."""
    node = await asyncio.create_subprocess_exec(
        str(NODE), str(PHONES), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE, env={**os.environ, "NODE_NO_WARNINGS": "1"},
    )  # fmt: skip
    try:
        said, complaint = await node.communicate(msgspec.json.encode(tasks))
    except asyncio.CancelledError:
        node.kill()
        raise
    if node.returncode != 0:
        raise RuntimeError(complaint.decode()[-4000:])
    return msgspec.json.decode(said, type=list[Told])


async def _trouble(
    under: Ground, server: Server, line: Line, draw: random.Random, kills: int, worlds: list[World]
) -> None:
    """Kill the server so often, end sessions, now and then restart the database; then let the weather be fair."""
    for _ in range(kills):
        await asyncio.sleep(0.3 + draw.random())
        await server.kill()
        if draw.randrange(DATABASE_RESTARTS_EVERY) == 0:
            await asyncio.to_thread(postgres.stop, under.cluster.place)
            await asyncio.to_thread(postgres.start, under.cluster.place, is_disposable=False)
        await server.start()
        await _end_a_session(under.url, draw.choice(worlds))
    await asyncio.sleep(1)
    line.weather = FAIR


async def _end_a_session(url: str, world: World) -> None:
    """End every session that a device of this world has just now; the phones' next cookies stay."""
    async with _database(url) as jobs, jobs.pool.acquire() as raw:
        await raw.execute("DELETE FROM sessions WHERE tenant_id = $1 AND device_id IS NOT NULL", world.tenant_id)
