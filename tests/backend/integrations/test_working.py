"""Is a queued import done once, whatever dies in the middle, and is it clear what happened?"""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from backend.integrations import queries, working
from backend.integrations.commands.runs import WAITING_MAX
from backend.integrations.jobs import Job
from backend.integrations.problems import ALREADY_RUNNING, QUEUE_FULL
from backend.integrations.schemas import Run, RunState, StartRun
from backend.integrations.working import ATTEMPTS_MAX, FELL, LEASE, sweep_files, work_off
from backend.kernel import clock
from backend.kernel.db import Database
from backend.kernel.live import CHANNEL
from backend.kernel.problems import Problem
from backend.kernel.settings import Settings, read_settings
from tests.backend.integrations.books import MAPPING, line, write_csv
from tests.backend.integrations.importing import refused, rows
from tests.backend.integrations.queueing import queue, queue_again, stands, working_off
from tests.world import World

WANTED = StartRun(mapping=MAPPING)
LINES = 12_000
BAD = 25
"""Lines without a loan, spread over the book."""

TALLY = """
SELECT (SELECT count(*) FROM obligors WHERE external_ref LIKE 'W-%'),
       (SELECT count(*) FROM accounts WHERE external_ref LIKE 'WL-%'),
       (SELECT count(*) FROM cases JOIN obligors ON obligors.id = obligor_id WHERE external_ref LIKE 'W-%'),
       (SELECT count(*) FROM events WHERE kind = 'case.opened'),
       (SELECT count(*) FROM events WHERE kind = 'import.finished')
"""


@pytest.fixture
def settings(url: str, tmp_path: Path) -> Settings:
    return read_settings({"DATABASE_URL": url, "ROUNDS_DATA": str(tmp_path)})


@pytest.fixture(autouse=True)
async def nothing_waits(job_database: Database) -> AsyncIterator[None]:
    """Leave no run to the tests that come after: any worker of this database would take it."""
    yield
    async with job_database.pool.acquire() as raw:
        await raw.execute("UPDATE import_runs SET state = 'failed' WHERE state IN ('queued', 'running')")


def small(folder: Path) -> Path:
    return write_csv(folder / "small.csv", line(ref="W-0", loan="WL-0"))


def large(folder: Path) -> Path:
    every = LINES // BAD
    lines = (line(ref=f"W-{n}", loan="" if n % every == 7 else f"WL-{n}") for n in range(LINES))
    return write_csv(folder / "large.csv", *lines)


async def until(is_so: Callable[[], Awaitable[bool]], within_s: float = 60) -> None:
    """Wait for something that only shows when asked."""
    async with asyncio.timeout(within_s):
        for _ in range(10_000):
            if await is_so():
                return
            await asyncio.sleep(0.05)


async def in_the_middle(database: Database, world: World, job: Job) -> None:
    """Wait until some blocks are stored and others are not."""

    async def is_so() -> bool:
        run = await stands(database, world, job)
        assert run.state in {RunState.QUEUED, RunState.RUNNING}, run
        return run.progress.rows_read > 0

    await until(is_so)


async def interrupted(database: Database, world: World, job: Job) -> Run:
    """Wait until the database has noticed that nobody is at the other end any more."""

    async def is_so() -> bool:
        return (await stands(database, world, job)).is_interrupted

    await until(is_so)
    return await stands(database, world, job)


def importing(job: Job) -> list[int]:
    """Return the processes that import a run."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            said = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if b"backend.integrations.importing" in said and str(job.run_id).encode() in said:
            found.append(int(folder.name))
    return found


@contextmanager
def worker(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """Run the whole worker as the product does."""
    environment = {**os.environ, "DATABASE_URL": settings.database_url, "ROUNDS_DATA": str(settings.data_dir)}
    running = subprocess.Popen([sys.executable, "-m", "backend.app.worker"], env=environment)
    try:
        yield running
    finally:
        running.kill()
        running.wait()


def whole(run: Run) -> bool:
    done = run.progress
    counted = (done.rows_read, done.rows_added, done.rows_updated, done.rows_unchanged, done.rows_refused)
    return run.state is RunState.FINISHED and counted == (LINES, LINES - BAD, 0, 0, BAD)


async def test_a_queued_import_is_done_in_a_process_of_its_own_and_screens_hear_of_it(
    database: Database, job_database: Database, world: World, settings: Settings
) -> None:
    heard: list[str] = []
    listener = await asyncpg.connect(settings.database_url)
    await listener.add_listener(CHANNEL, lambda *said: heard.append(said[3]))
    job = await queue(database, world, small(settings.data_dir), settings, WANTED)
    waiting = await stands(database, world, job)
    assert (waiting.state, waiting.is_interrupted, waiting.started_at) == (RunState.QUEUED, False, None)
    assert await work_off(job_database, settings, asyncio.Event())
    assert not await work_off(job_database, settings, asyncio.Event())
    await listener.execute("SELECT 1")
    await listener.close()
    done = await stands(database, world, job)
    assert (done.state, done.progress.rows_added) == (RunState.FINISHED, 1)
    assert heard.count(f'{{"tenant_id":"{world.tenant_id}","kind":"import"}}') >= 4, heard
    assert importing(job) == []
    kinds = "SELECT kind, actor_id FROM events WHERE subject_id = $1 ORDER BY kind"
    assert await rows(database, world, kinds, job.run_id) == [
        ("import.finished", world.ada),
        ("import.started", world.ada),
        ("import.uploaded", world.ada),
    ]


async def test_an_import_killed_in_the_middle_goes_on_and_loses_and_doubles_nothing(
    database: Database, job_database: Database, world: World, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With kill -9 of the importing process: what was stored stays, its open block is gone, the rest comes in once."""
    monkeypatch.setattr(working, "PUT_OFF", timedelta(0))
    job = await queue(database, world, large(settings.data_dir), settings, WANTED)
    first = asyncio.create_task(work_off(job_database, settings, asyncio.Event()))
    await in_the_middle(database, world, job)
    (pid,) = importing(job)
    os.kill(pid, signal.SIGKILL)
    assert await first
    half = await interrupted(database, world, job)
    assert 0 < half.progress.rows_read < LINES
    held = await rows(database, world, TALLY)
    assert held[0][1] == half.progress.rows_added

    assert await work_off(job_database, settings, asyncio.Event())
    done = await stands(database, world, job)
    assert whole(done), done
    assert await rows(database, world, TALLY) == [(LINES - BAD,) * 4 + (1,)]
    lines = [row[0] for row in await refused(database, world, done)]
    assert (len(lines), len(set(lines))) == (BAD, BAD)


async def test_a_killed_worker_takes_its_import_along_and_the_next_worker_goes_on(
    database: Database, world: World, settings: Settings
) -> None:
    job = await queue(database, world, large(settings.data_dir), settings, WANTED)
    with worker(settings) as killed:
        await in_the_middle(database, world, job)
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        await interrupted(database, world, job)
        assert importing(job) == []
    with worker(settings) as next_one:

        async def is_in() -> bool:
            return (await stands(database, world, job)).state is RunState.FINISHED

        await until(is_in)
        next_one.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(next_one.wait, 10) == 0
    assert whole(await stands(database, world, job))
    assert await rows(database, world, TALLY) == [(LINES - BAD,) * 4 + (1,)]


async def test_a_worker_that_is_told_to_stop_ends_at_once_and_the_import_waits(
    database: Database, job_database: Database, world: World, settings: Settings
) -> None:
    job = await queue(database, world, large(settings.data_dir), settings, WANTED)
    async with working_off(job_database, settings):
        await in_the_middle(database, world, job)
    assert importing(job) == []
    async with working_off(job_database, settings):

        async def is_in() -> bool:
            return (await stands(database, world, job)).state is RunState.FINISHED

        await until(is_in)
    assert whole(await stands(database, world, job))


async def test_an_import_that_falls_in_the_same_place_three_times_has_failed_and_can_go_on(
    database: Database, job_database: Database, world: World, settings: Settings
) -> None:
    job = await queue(database, world, small(settings.data_dir), settings, WANTED)
    async with job_database.pool.acquire() as raw:
        await raw.execute("UPDATE import_runs SET attempts = $2 WHERE id = $1", job.run_id, ATTEMPTS_MAX)
    assert await work_off(job_database, settings, asyncio.Event())
    failed = await stands(database, world, job)
    assert (failed.state, failed.failure, failed.progress.rows_read) == (RunState.FAILED, FELL, 0)
    told = "SELECT payload->>'failure' FROM events WHERE subject_id = $1 AND kind = 'import.failed'"
    assert await rows(database, world, told, job.run_id) == [(FELL,)]
    assert not await work_off(job_database, settings, asyncio.Event())
    assert (await queue_again(database, world, job)).state is RunState.QUEUED
    assert await work_off(job_database, settings, asyncio.Event())
    assert (await stands(database, world, job)).state is RunState.FINISHED


async def test_a_process_that_falls_at_once_is_tried_again_only_after_a_while(
    database: Database, job_database: Database, world: World, settings: Settings
) -> None:
    """Here because the child finds no database; the run stays queued, and nobody claims it again at once."""
    job = await queue(database, world, small(settings.data_dir), settings, WANTED)
    nowhere = read_settings({"DATABASE_URL": "postgresql://rounds@127.0.0.1:1/no", "ROUNDS_DATA": str(job.folder)})
    assert await work_off(job_database, nowhere, asyncio.Event())
    assert not await work_off(job_database, settings, asyncio.Event())
    stopped = await stands(database, world, job)
    assert (stopped.state, stopped.is_interrupted) == (RunState.QUEUED, False)


async def test_a_file_that_is_gone_ends_the_import_with_the_reason(
    database: Database, job_database: Database, world: World, settings: Settings
) -> None:
    job = await queue(database, world, small(settings.data_dir), settings, WANTED)
    (job.folder / job.run_id.hex).unlink()
    assert await work_off(job_database, settings, asyncio.Event())
    failed = await stands(database, world, job)
    assert (failed.state, failed.failure) == (
        RunState.FAILED,
        "The file of this import is no longer kept; send it again.",
    )


async def test_many_workers_claim_each_import_once_and_a_lost_claim_ends(
    database: Database, job_database: Database, world: World, settings: Settings
) -> None:
    path = small(settings.data_dir)
    first = await queue(database, world, path, settings, WANTED)
    second = await queue(database, world, path, settings, WANTED)
    now = clock.now()

    async def claim() -> object:
        async with job_database.pool.acquire() as raw:
            return await queries.claim_run(raw, LEASE, now)

    claimed = [one for one in await asyncio.gather(*(claim() for _ in range(6))) if one is not None]
    ids = [one.id for one in claimed if isinstance(one, queries.Claimed)]
    assert sorted(ids) == sorted([first.run_id, second.run_id])
    async with job_database.pool.acquire() as raw:
        assert await queries.claim_run(raw, LEASE, now + LEASE) is None
        lost = await queries.claim_run(raw, LEASE, now + LEASE + timedelta(seconds=1))
    assert lost is not None
    assert (lost.id, lost.attempts) == (first.run_id, 2)


async def test_what_waits_is_not_queued_twice_and_only_so_many_wait(
    database: Database, world: World, settings: Settings
) -> None:
    path = small(settings.data_dir)
    jobs = [await queue(database, world, path, settings, WANTED) for _ in range(WAITING_MAX)]
    with pytest.raises(Problem) as twice:
        await queue_again(database, world, jobs[0])
    with pytest.raises(Problem) as full:
        await queue(database, world, path, settings, WANTED)
    assert [one.value.kind for one in (twice, full)] == [ALREADY_RUNNING, QUEUE_FULL]


async def test_what_the_command_line_left_is_for_the_operator_to_go_on_with(
    database: Database, job_database: Database, world: World, settings: Settings
) -> None:
    job = await queue(database, world, small(settings.data_dir), settings, WANTED)
    async with job_database.pool.acquire() as raw:
        await raw.execute("UPDATE import_runs SET state = 'running' WHERE id = $1", job.run_id)
    assert (await stands(database, world, job)).is_interrupted
    assert not await work_off(job_database, settings, asyncio.Event())
    assert (await queue_again(database, world, job)).state is RunState.QUEUED


AGES = (
    ("uploaded", 6.9, True),
    ("uploaded", 7.1, False),
    ("failed", 6.9, True),
    ("failed", 7.1, False),
    ("running", 7.1, False),
    ("queued", 30, True),
    ("finished", 7.1, False),
)


@pytest.mark.parametrize(("state", "days", "stays"), AGES)
async def test_files_that_nobody_wants_are_swept_after_a_week(
    database: Database,
    job_database: Database,
    world: World,
    settings: Settings,
    state: str,
    days: float,
    *,
    stays: bool,
) -> None:
    """A book is personal data: it does not lie about because an import failed or was never started."""
    job = await queue(database, world, small(settings.data_dir), settings, WANTED)
    file, now = job.folder / job.run_id.hex, clock.now()
    left_at = now - timedelta(days=days)
    async with job_database.pool.acquire() as raw:
        await raw.execute(
            "UPDATE import_runs SET state = $2, uploaded_at = $3, queued_at = NULL WHERE id = $1",
            job.run_id, state, left_at,
        )  # fmt: skip
    os.utime(file, (left_at.timestamp(), left_at.timestamp()))
    await sweep_files(job_database, settings, now)
    assert file.exists() is stays


@pytest.mark.parametrize(("hours", "stays"), [(23, True), (25, False)])
async def test_a_file_of_no_import_goes_after_a_day(
    job_database: Database, settings: Settings, hours: float, *, stays: bool
) -> None:
    folder = settings.data_dir / "imports"
    folder.mkdir()
    file, now = folder / "ab", clock.now()
    file.write_bytes(b"half an upload")
    left_at = (now - timedelta(hours=hours)).timestamp()
    os.utime(file, (left_at, left_at))
    swept = await sweep_files(job_database, settings, now)
    assert (file.exists(), swept.files_count) == (stays, 0 if stays else 1)
