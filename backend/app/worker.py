"""What does Rounds do while nobody asks? Reactions to events, messages on their way, imports, tidying up by the clock.

`python -m backend.app.worker`: one process, one event loop; several may run on one database. Each job has a place that
one worker at a time can take (docs/decisions/0005-periodic-jobs-without-a-queue.md). SIGTERM ends it after the step at
hand.
"""

import asyncio
import logging
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta

import asyncpg
import msgspec
import uvloop
from sqlalchemy.exc import DBAPIError

from backend.app.reactions import react
from backend.calls.line.ari import exchange_of, open_line
from backend.calls.line.recordings import delete_due_recordings
from backend.calls.line.working import Post, keep_line
from backend.calls.robot.working import RobotEar, call_next
from backend.compliance.findings import lint_arrived
from backend.compliance.jobs import judge_arrived
from backend.compliance.limitation_jobs import watch_limitation
from backend.evidence.deleting import delete_due
from backend.evidence.examining import examine_next
from backend.evidence.jobs import sweep_uploads
from backend.evidence.receiving import note_gaps
from backend.evidence.storage import Storage, open_storage
from backend.identity.jobs import forget_expired
from backend.integrations import working
from backend.journal.jobs import make_partitions
from backend.journal.sealing import seal_journal
from backend.journal.stamping import open_authority, stamp_heads
from backend.kernel import clock
from backend.kernel.db import Database, Role, open_database
from backend.kernel.settings import Settings, read_settings
from backend.kernel.signing import open_signing_key
from backend.outreach.jobs import Outbox, deliver, forget_old_messages
from backend.outreach.keys import open_push_signer
from backend.outreach.sending import open_sender
from backend.sync.jobs import prune_changes, refresh_epoch

log = logging.getLogger(__name__)

IDLE_S = 0.5
"""How long nothing-to-do lasts before the next look: one cheap query a loop."""

LOOK_AT_CLOCK_S = 30.0
POOL_SIZE = 6
RETRY_S = (1.0, 2.0, 5.0, 15.0, 30.0)
JOB_LOCKS = 725_005
"""The class of the advisory locks; the job's name is the second half."""

# The database is away, full or busy: the work waits in it, and is there when it is back.
PASSING_TROUBLE = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.TooManyConnectionsError,
    asyncpg.OperatorInterventionError,
    asyncpg.QueryCanceledError,
    asyncpg.LockNotAvailableError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
)
CLAIM = """
INSERT INTO periodic_jobs (name, started_at) VALUES ($1, $2)
ON CONFLICT (name) DO UPDATE SET started_at = excluded.started_at
    WHERE periodic_jobs.ended_at IS NULL OR periodic_jobs.ended_at <= $2 - $3::interval
RETURNING name
"""


class Parts(msgspec.Struct, frozen=True):
    """What the jobs work with; `database` is opened as Role.JOB."""

    settings: Settings
    database: Database
    storage: Storage


class Periodic(msgspec.Struct, frozen=True):
    """Something to do once in a while, by one worker."""

    name: str
    every: timedelta
    run: Callable[[Parts, datetime], Awaitable[object]]


async def _sweep_uploads(parts: Parts, now: datetime) -> object:
    return await sweep_uploads(parts.database, parts.storage, now)


async def _note_gaps(parts: Parts, now: datetime) -> object:
    return await note_gaps(parts.database, now)


async def _delete_due(parts: Parts, now: datetime) -> object:
    return await delete_due(parts.database, parts.storage, now)


async def _delete_recordings(parts: Parts, now: datetime) -> object:
    return await delete_due_recordings(parts.database, parts.storage, now)


async def _prune_changes(parts: Parts, _now: datetime) -> object:
    async with parts.database.pool.acquire() as raw:
        return await prune_changes(raw)


async def _forget_messages(parts: Parts, now: datetime) -> object:
    return await forget_old_messages(parts.database, now)


async def _forget_sign_ins(parts: Parts, now: datetime) -> object:
    async with parts.database.pool.acquire() as raw:
        return await forget_expired(raw, now)


async def _make_partitions(parts: Parts, now: datetime) -> object:
    # Tables belong to app_owner; this is the one job that acts as it, for the moment it takes.
    owner = await asyncpg.connect(
        parts.settings.database_url, timeout=10, server_settings={"role": Role.OWNER.value, "timezone": "UTC"}
    )
    try:
        return await make_partitions(owner, now)
    finally:
        await owner.close()


async def _seal_journal(parts: Parts, now: datetime) -> object:
    return await seal_journal(parts.database, open_signing_key(parts.settings.data_dir / "keys"), now)


async def _stamp_heads(parts: Parts, now: datetime) -> object:
    authority = open_authority(parts.settings.tsa_url, parts.settings.tsa_roots)
    return await stamp_heads(parts.database, authority, now)


async def _sweep_imports(parts: Parts, now: datetime) -> object:
    return await working.sweep_files(parts.database, parts.settings, now)


async def _watch_limitation(parts: Parts, now: datetime) -> object:
    return await watch_limitation(parts.database, now)


PERIODIC = (
    Periodic("make_partitions", timedelta(hours=12), _make_partitions),
    Periodic("seal_journal", timedelta(minutes=1), _seal_journal),
    Periodic("stamp_heads", timedelta(minutes=10), _stamp_heads),
    Periodic("sweep_uploads", timedelta(hours=1), _sweep_uploads),
    Periodic("sweep_imports", timedelta(hours=1), _sweep_imports),
    Periodic("delete_due", timedelta(hours=1), _delete_due),
    Periodic("delete_recordings", timedelta(hours=1), _delete_recordings),
    Periodic("note_gaps", timedelta(hours=1), _note_gaps),
    Periodic("watch_limitation", timedelta(hours=1), _watch_limitation),
    Periodic("prune_changes", timedelta(hours=1), _prune_changes),
    Periodic("forget_sign_ins", timedelta(hours=1), _forget_sign_ins),
    Periodic("forget_messages", timedelta(hours=1), _forget_messages),
)


async def work(settings: Settings, stop: asyncio.Event) -> None:
    """Run all jobs until `stop` is set; what is under way is finished first. Raises what a job raises."""
    database = await open_database(settings.database_url, role=Role.JOB, pool_size=POOL_SIZE)
    try:
        async with database.pool.acquire() as raw:
            await refresh_epoch(raw)
        parts = Parts(settings=settings, database=database, storage=open_storage(settings.files_url, settings.data_dir))
        signer = open_push_signer(settings.data_dir / "keys", settings.push_contact)
        async with open_sender(signer, is_test=settings.is_push_test) as sender, asyncio.TaskGroup() as jobs:
            outbox = Outbox(database=database, sender=sender, origin=settings.origin)

            async def reactions() -> bool:
                return await react(database, clock.now()) > 0

            async def contacts() -> bool:
                return await judge_arrived(database, clock.now()) > 0

            async def notes() -> bool:
                return await lint_arrived(database, clock.now()) > 0

            async def messages() -> bool:
                return bool(await deliver(outbox, clock.now()))

            async def imports() -> bool:
                return await working.work_off(database, settings, stop)

            async def photos() -> bool:
                return await examine_next(database, parts.storage, clock.now())

            async def by_the_clock() -> bool:
                await run_periodic(parts, stop)
                return False

            jobs.create_task(keep_doing("reactions", reactions, IDLE_S, stop))
            jobs.create_task(keep_doing("contacts", contacts, IDLE_S, stop))
            jobs.create_task(keep_doing("notes", notes, IDLE_S, stop))
            jobs.create_task(keep_doing("messages", messages, IDLE_S, stop))
            jobs.create_task(keep_doing("photos", photos, IDLE_S, stop))
            for _ in range(working.AT_ONCE_MAX):
                jobs.create_task(keep_doing("imports", imports, IDLE_S, stop))
            jobs.create_task(keep_doing("periodic jobs", by_the_clock, LOOK_AT_CLOCK_S, stop))
            if settings.line_url:
                jobs.create_task(hold_the_line(parts, stop))
    finally:
        await database.close()


async def hold_the_line(parts: Parts, stop: asyncio.Event) -> None:
    """Keep the words of the exchange and tell it what is ordered, as long as no other worker does."""
    settings = parts.settings
    exchange = exchange_of(settings.line_url, settings.line_trunk, settings.line_caller_id)
    async with open_line(exchange) as line:
        post = Post(
            database=parts.database, storage=parts.storage, line=line, listeners=[RobotEar(settings.line_queue)],
            steps=[lambda now: call_next(parts.database, now)],
        )  # fmt: skip
        await keep_doing("line", lambda: keep_line(post, stop), IDLE_S, stop)


async def keep_doing(name: str, do: Callable[[], Awaitable[bool]], idle_s: float, stop: asyncio.Event) -> None:
    """Call `do` again and again: at once after something was done, else after a pause; longer when trouble passes."""
    troubles = 0
    while not stop.is_set():
        try:
            wait_s = 0.0 if await do() else idle_s
            troubles = 0
        except (*PASSING_TROUBLE, DBAPIError) as error:
            log.warning("%s: waiting for the database (%s)", name, type(error).__name__)
            wait_s = RETRY_S[min(troubles, len(RETRY_S) - 1)]
            troubles += 1
        if wait_s > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), wait_s)


async def run_periodic(parts: Parts, stop: asyncio.Event, jobs: tuple[Periodic, ...] = PERIODIC) -> list[str]:
    """Run the jobs that are due and that no other worker is at; returns their names."""
    return [job.name for job in jobs if not stop.is_set() and await run_alone(parts, job)]


async def run_alone(parts: Parts, job: Periodic) -> bool:
    """Run a job if it is due and nobody else runs it; returns whether it ran.

    Its place is a lock of a session, which ends with the connection: a worker that was killed holds nothing.
    """
    async with parts.database.pool.acquire() as place:
        if not await place.fetchval("SELECT pg_try_advisory_lock($1, hashtext($2))", JOB_LOCKS, job.name):
            return False
        try:
            now = clock.now()
            if await place.fetchval(CLAIM, job.name, now, job.every) is None:
                return False
            result = await job.run(parts, now)
            await place.execute("UPDATE periodic_jobs SET ended_at = $2 WHERE name = $1", job.name, clock.now())
            log.info("%s: %s", job.name, result)
            return True
        finally:
            if not place.is_closed():
                await place.execute("SELECT pg_advisory_unlock($1, hashtext($2))", JOB_LOCKS, job.name)


async def main() -> None:
    """Work with the settings of the environment until SIGTERM or Ctrl-C."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await work(read_settings(), stop)


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    uvloop.run(main())
