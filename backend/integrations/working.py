"""What does the worker do about imports? It claims what waits, runs each in a process of its own, tidies old files up.

A claim is a lease in the row: it lasts until the new process holds the run's lock. When that process ends in the middle
(killed, no memory, no database) the run is tried again behind its last stored block; after three tries without a block
it has failed, and says so.
"""

import asyncio
import logging
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from backend.integrations import queries
from backend.integrations.commands.runs import By
from backend.integrations.jobs import Job, give_up
from backend.integrations.queries import Claimed
from backend.integrations.spool import drop_spooled, left_since, spool_folder
from backend.kernel import clock
from backend.kernel.children import child
from backend.kernel.db import Database
from backend.kernel.settings import Settings

log = logging.getLogger(__name__)

AT_ONCE_MAX = 2
"""Processes of one worker at a time, each of at most 500 MB; other imports wait."""

ATTEMPTS_MAX = 3
LEASE = timedelta(seconds=30)
"""More than a process needs to start and take the lock of its run."""

PUT_OFF = timedelta(seconds=5)
"""What made a process fall may pass: a full machine, a database that restarts."""

STOP_S = 10.0
SWEEP_MAX = 1000
LEFT_OVER_AFTER = timedelta(days=1)
"""A file without a run is that of an upload which broke off, or of one that is under way just now."""

FELL = "the importing process ended three times in the same place; nothing is lost, go on when the cause is mended"


class Swept(msgspec.Struct, frozen=True):
    """What one sweep did."""

    files_count: int


async def work_off(database: Database, settings: Settings, stop: asyncio.Event) -> bool:
    """Run the import that waits longest to its end; returns whether one waited.

    `database` must be opened as Role.JOB. When `stop` is set the process is ended at once: its open block is rolled
    back, and the run goes on when a worker is there again.
    """
    async with database.pool.acquire() as raw:
        claimed = await queries.claim_run(raw, LEASE, clock.now())
    if claimed is None:
        return False
    by = By(claimed.tenant_id, claimed.started_by)
    if claimed.attempts > ATTEMPTS_MAX:
        await give_up(database, Job(by, claimed.id, None, spool_folder(settings.data_dir)), FELL)
        return True
    code = await _run_apart(claimed, settings, stop)
    if code != 0 and not stop.is_set():
        log.error("the process of import %s ended with %d (try %d)", claimed.id, code, claimed.attempts)
        async with database.pool.acquire() as raw:
            await queries.put_off_run(raw, claimed.id, clock.now() + PUT_OFF)
    return True


async def _run_apart(claimed: Claimed, settings: Settings, stop: asyncio.Event) -> int:
    """Run an import in a child; returns how that ended, negative for a signal."""
    arguments = [str(claimed.tenant_id), str(claimed.id)]
    if claimed.started_by is not None:
        arguments.append(str(claimed.started_by))
    environment = {"DATABASE_URL": settings.database_url, "ROUNDS_DATA": str(settings.data_dir)}
    async with child("backend.integrations.importing", arguments, environment) as process:
        ended = asyncio.create_task(process.wait())
        stopped = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if not ended.done():
                process.terminate()
                await asyncio.wait({ended}, timeout=STOP_S)
        finally:
            stopped.cancel()
    return await ended


async def sweep_files(database: Database, settings: Settings, now: datetime) -> Swept:
    """Delete at most 1,000 uploaded files that nobody wants any more; `database` must be opened as Role.JOB.

    A file goes when its import failed, was never started or was left in the middle `keep_uploads_days` ago, and when it
    belongs to none. The run stays and tells that its file is gone when somebody asks for it.
    """
    folder = await asyncio.to_thread(spool_folder, settings.data_dir)
    names = (await asyncio.to_thread(left_since, folder, now - LEFT_OVER_AFTER))[:SWEEP_MAX]
    async with database.pool.acquire() as raw:
        kept = await queries.kept_files(raw, names, now - timedelta(days=settings.keep_uploads_days))
    gone = [name for name in names if name not in kept]
    await asyncio.to_thread(_drop_all, folder, gone)
    return Swept(files_count=len(gone))


def _drop_all(folder: Path, names: list[str]) -> None:
    for name in names:
        drop_spooled(folder, name)
