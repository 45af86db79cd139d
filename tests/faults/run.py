"""How does a round of histories go? Phones work while the server dies, the database restarts and sessions end."""

import asyncio
import json
import os
import random
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from uuid import UUID

import msgspec

from backend.kernel.db import Database, Role, open_database
from infra import cluster as private
from infra import server as postgres
from infra.cluster import Cluster
from tests import databases
from tests.cluster import data_folder
from tests.faults.check import Finding, Told, find, let_lie, unsealed, unseen
from tests.faults.line import FAIR, ROUGH, Line, standing
from tests.faults.lives import Life, Server, cookies_for, worker
from tests.world import World, make_world

PHONES = Path(__file__).resolve().parents[2] / "build" / "faults" / "main.mjs"
NODE = Path(sys.executable).parent / "node"
RECORDED = Path(__file__).resolve().parents[1] / "backend" / "sync" / "recorded"
ACTS = 8
ROUND_TIMEOUT_S = 900
DATABASE_RESTARTS_EVERY = 4
"""At one death of the server of so many the database is restarted with it, and as often while the server lives on."""
WORKER_EVERY = 5
"""In one round of so many the worker runs too, and is killed with every death of the server."""
LIFE_S = (1.0, 4.0)
THERE_TIMEOUT_S = 120


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


class Stage(msgspec.Struct, frozen=True):
    """What trouble can befall during a round."""

    under: Ground
    server: Server
    worker: Life | None
    line: Line
    worlds: list[World]
    counts: Counter[str]


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
    async with database(under.url) as jobs, standing(seed) as line:
        server = Server(factory, under.url, under.data, line.port)
        line.target_port = server.port
        await server.start()
        worlds = [await make_world(jobs) for _ in range(-(-phones // 2))]
        beside = worker(under.url, under.data) if factory == "sound" and seed % WORKER_EVERY == 0 else None
        if beside is not None:
            await let_lie(jobs)
        stage = Stage(under=under, server=server, worker=beside, line=line, worlds=worlds, counts=Counter())
        try:
            told = await _live_in_trouble(stage, await _tasks(jobs, stage, seed, phones), draw, kills)
            async with jobs.pool.acquire() as raw:
                findings = await find(raw, told)
            if beside is not None:
                tenants = [world.tenant_id for world in worlds]
                findings += await unseen(jobs, tenants)
                await beside.kill()
                findings += await unsealed(jobs, under.data, tenants)
                stage.counts["worker_lives"] += beside.lives
        finally:
            await server.kill()
            if beside is not None:
                await beside.kill()
    went_through = Counter(line.counts) + stage.counts
    for phone in told:
        went_through.update(phone.went_through)
    return Outcome(phones=len(told), lives=server.lives, findings=findings, went_through=went_through)


@asynccontextmanager
async def database(url: str) -> AsyncIterator[Database]:
    """Open the database as jobs have it, across all tenants."""
    opened = await open_database(url, role=Role.JOB, pool_size=2)
    try:
        yield opened
    finally:
        await opened.close()


def recorded() -> list[dict[str, object]]:
    """Return the bodies that older releases wrote, with their kind and schema."""
    return [one for path in sorted(RECORDED.glob("*.json")) for one in json.loads(path.read_text(encoding="utf-8"))]


async def _tasks(jobs: Database, stage: Stage, seed: int, phones: int) -> list[dict[str, object]]:
    people = [(world, user) for world in stage.worlds for user in (world.mei, world.bo)][:phones]
    return [
        {
            "origin": f"http://localhost:{stage.line.port}",
            "seed": seed * 1000 + n,
            "acts": ACTS,
            "cookies": await cookies_for(jobs, world, user, stage.server.port),
            "older": recorded(),
        }
        for n, (world, user) in enumerate(people)
    ]


async def _live_in_trouble(stage: Stage, tasks: list[dict[str, object]], draw: random.Random, kills: int) -> list[Told]:
    """Run the phones in Node while trouble comes; raises RuntimeError with what was said when one fell over."""
    node = await asyncio.create_subprocess_exec(
        str(NODE), str(PHONES), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE, env={**os.environ, "NODE_NO_WARNINGS": "1"},
    )  # fmt: skip
    try:
        async with asyncio.timeout(ROUND_TIMEOUT_S), asyncio.TaskGroup() as both:
            histories = both.create_task(_listen(node))
            await _say(node, msgspec.json.encode(tasks))
            stage.line.weather = ROUGH
            await _trouble(stage, draw, kills)
            stage.line.weather = FAIR
            await _say(node, b"fair")
        return histories.result()
    finally:
        if node.returncode is None:
            node.kill()
            await node.wait()


async def _say(node: asyncio.subprocess.Process, line: bytes) -> None:
    if node.stdin is not None and node.returncode is None:
        node.stdin.write(line + b"\n")
        await node.stdin.drain()


async def _listen(node: asyncio.subprocess.Process) -> list[Told]:
    if node.stdout is None or node.stderr is None:
        raise RuntimeError("no pipes")
    said, complaint = await asyncio.gather(node.stdout.read(), node.stderr.read())
    if await node.wait() != 0:
        raise RuntimeError(complaint.decode()[-4000:])
    return msgspec.json.decode(said, type=list[Told])


async def _trouble(stage: Stage, draw: random.Random, kills: int) -> None:
    """Let the server live and die so often; with it, or without it, other things fail."""
    if stage.worker is not None:
        await stage.worker.begin()
    await _all_there(stage)
    for _ in range(kills):
        await asyncio.sleep(draw.uniform(*LIFE_S))
        if draw.randrange(DATABASE_RESTARTS_EVERY) == 0:
            await _restart_database(stage)
            await asyncio.sleep(draw.uniform(*LIFE_S))
        await stage.server.kill()
        if stage.worker is not None:
            await stage.worker.kill()
            await stage.worker.begin()
        if draw.randrange(DATABASE_RESTARTS_EVERY) == 0:
            await _restart_database(stage)
        await stage.server.start()
        await _end_sessions(stage, draw.choice(stage.worlds))
    await _revoke_a_phone(stage, draw.choice(stage.worlds))
    await asyncio.sleep(draw.uniform(*LIFE_S))
    stage.server.check()


async def _all_there(stage: Stage) -> None:
    """Wait until about as many requests have come as there are phones; raises TimeoutError."""
    async with asyncio.timeout(THERE_TIMEOUT_S):
        while stage.line.counts["connections"] < len(stage.worlds):  # noqa: ASYNC110 - other processes make them
            await asyncio.sleep(0.1)


async def _restart_database(stage: Stage) -> None:
    await asyncio.to_thread(postgres.stop, stage.under.cluster.place)
    await asyncio.to_thread(postgres.start, stage.under.cluster.place, is_disposable=False)
    stage.counts["database_restarts"] += 1


async def _end_sessions(stage: Stage, world: World) -> None:
    """End every session that a device of this world has just now; the phones' next cookies stay."""
    async with database(stage.under.url) as jobs, jobs.pool.acquire() as raw:
        ended = await raw.execute(
            "DELETE FROM sessions WHERE tenant_id = $1 AND device_id IS NOT NULL", world.tenant_id
        )
    stage.counts["sessions_ended"] += int(ended.rsplit(" ", 1)[1])


async def _revoke_a_phone(stage: Stage, world: World) -> None:
    """Take one phone out of service, as its lead does: it is marked, and its sessions end."""
    async with database(stage.under.url) as jobs, jobs.pool.acquire() as raw, raw.transaction():
        revoked: UUID | None = await raw.fetchval(
            "UPDATE devices SET revoked_at = now() WHERE id = (SELECT id FROM devices WHERE tenant_id = $1"
            " AND last_seq > 0 ORDER BY id LIMIT 1) RETURNING id",
            world.tenant_id,
        )
        await raw.execute("DELETE FROM sessions WHERE tenant_id = $1 AND device_id = $2", world.tenant_id, revoked)
    stage.counts["phones_revoked"] += int(revoked is not None)
