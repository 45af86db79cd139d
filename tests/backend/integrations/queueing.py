"""How do tests have imports done as the product does: queued, then worked off by a worker that does nothing else?"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from backend.integrations import working
from backend.integrations.commands import runs
from backend.integrations.jobs import Job
from backend.integrations.schemas import Run, StartRun
from backend.kernel import clock
from backend.kernel.db import Database, bare_transaction
from backend.kernel.settings import Settings
from tests.backend.integrations.importing import upload
from tests.world import World


async def queue(database: Database, world: World, path: Path, settings: Settings, wanted: StartRun) -> Job:
    """Upload a file and let its import wait for the worker."""
    job = await upload(database, world, path, settings.data_dir, wanted)
    await queue_again(database, world, job)
    return job


async def queue_again(database: Database, world: World, job: Job) -> Run:
    """Let the import of a file that is here already wait for the worker."""
    file = await asyncio.to_thread(runs.inspect, job.folder / job.run_id.hex)
    async with bare_transaction(database, world.scope(world.ada)) as raw:
        assert job.wanted is not None
        return (await runs.queue_run(raw, job.by, job.run_id, job.wanted, file, clock.now())).run


async def stands(database: Database, world: World, job: Job) -> Run:
    """Return a run as the page would see it."""
    async with bare_transaction(database, world.scope(world.ada)) as raw:
        return (await runs.load_run(raw, world.tenant_id, job.run_id)).run


@asynccontextmanager
async def working_off(jobs: Database, settings: Settings) -> AsyncIterator[None]:
    """Work imports off while the block runs."""
    stop = asyncio.Event()

    async def work() -> None:
        while not stop.is_set():
            if not await working.work_off(jobs, settings, stop):
                await asyncio.sleep(0.1)

    task = asyncio.create_task(work())
    try:
        yield
    finally:
        stop.set()
        await task
