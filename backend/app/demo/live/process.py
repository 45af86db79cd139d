"""How does the demo live? `python -m backend.app.demo.live.process`: a process of its own beside server and worker.

Two seconds a step, one process at a time (a lock of the session, docs/decisions/0005-periodic-jobs-without-a-queue.md);
it does nothing for a lender that is not marked as the demo's, nor while the switch is off. SIGTERM ends it after the
step at hand. It loads the hidden truth of the made-up town, which no other process needs.
"""

import asyncio
import logging
import signal
import sys
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import msgspec
import uvloop

from backend.app.demo.ensure import SEED, TRUTH_FOLDER
from backend.app.demo.live import queries
from backend.app.demo.live.clients import act_as_clients
from backend.app.demo.live.commands import Town, walk
from backend.app.demo.live.queries import Living
from backend.app.demo.live.rounds import plan_rounds
from backend.app.worker import JOB_LOCKS, keep_doing
from backend.kernel import clock
from backend.kernel.db import Database, Role, open_database
from backend.kernel.settings import Settings, read_settings
from backend.kernel.signing import open_signing_key
from ml.synthetic.oracle import read_oracle

log = logging.getLogger(__name__)

STEP_S = 2.0
ROUNDS_EVERY = timedelta(seconds=20)
CLIENTS_EVERY = timedelta(seconds=10)
LOCK = "demo"


class Looked(msgspec.Struct):
    """When rounds and clients were last thought of, per lender."""

    rounds: dict[UUID, datetime] = {}
    clients: dict[UUID, datetime] = {}


async def live(settings: Settings, stop: asyncio.Event) -> None:
    """Let the demo live until `stop` is set; raises what a step raises, but for passing trouble of the database."""
    jobs = await open_database(settings.database_url, role=Role.JOB, pool_size=1)
    database = await open_database(settings.database_url, role=Role.API, pool_size=2)
    town: list[Town] = []
    looked = Looked()

    async def do() -> bool:
        # The truth is written with the demo, which may be made after this process began.
        if not town and (folder := settings.data_dir / TRUTH_FOLDER).is_dir():
            town.append(await make_town(settings, database, folder))
        if town:
            await step(jobs, town[0], looked, clock.now())
        return False

    try:
        await keep_doing("the demo", do, STEP_S, stop)
    finally:
        await jobs.close()
        await database.close()


async def make_town(settings: Settings, database: Database, folder: Path) -> Town:
    """Read what the simulation works with; raises OSError or ValueError when truth or key cannot be read."""
    oracle = await asyncio.to_thread(read_oracle, folder, SEED)
    return Town(
        database=database,
        key=open_signing_key(settings.data_dir / "keys"),
        oracle=oracle,
        pace=settings.demo_pace,
    )


async def step(jobs: Database, town: Town, looked: Looked, now: datetime) -> int:
    """Do one step for every living demo, unless another process is at it; returns how many things happened."""
    async with jobs.pool.acquire() as place:
        if not await place.fetchval("SELECT pg_try_advisory_lock($1, hashtext($2))", JOB_LOCKS, LOCK):
            return 0
        try:
            return sum([await step_of(town, living, looked, now) for living in await queries.living(place)])
        finally:
            if not place.is_closed():
                await place.execute("SELECT pg_advisory_unlock($1, hashtext($2))", JOB_LOCKS, LOCK)


async def step_of(town: Town, living: Living, looked: Looked, now: datetime) -> int:
    """Do one step of one demo: its collectors each time, rounds and clients once in a while."""
    happened = 0
    if now - looked.rounds.get(living.tenant_id, now - ROUNDS_EVERY) >= ROUNDS_EVERY:
        looked.rounds[living.tenant_id] = now
        happened += await plan_rounds(town.database, living.tenant_id, now)
    if now - looked.clients.get(living.tenant_id, now - CLIENTS_EVERY) >= CLIENTS_EVERY:
        looked.clients[living.tenant_id] = now
        happened += await act_as_clients(town, living.tenant_id, now)
    return happened + await walk(town, living, now)


async def main() -> None:
    """Live with the settings of the environment until SIGTERM or Ctrl-C."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await live(read_settings(), stop)


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    uvloop.run(main())
