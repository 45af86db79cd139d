"""Does the worker tell what happened, do its periodic jobs once among several, and stop when it is told to?"""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from backend.app import worker
from backend.app.worker import Parts, Periodic, keep_doing, run_alone, run_periodic
from backend.cases.assigning import assign_cases
from backend.cases.desk_schemas import AssignWish
from backend.evidence.storage import open_storage
from backend.identity.schemas import Act
from backend.kernel import clock
from backend.kernel.db import Database, bare_transaction
from backend.kernel.settings import Settings, read_settings
from backend.outreach.commands import subscribe
from backend.outreach.schemas import SubscriptionWish
from tests.push_service import AUTH, P256DH, Scripted, running_script
from tests.world import World

HOUR = timedelta(hours=1)


@pytest.fixture
def settings(url: str, tmp_path: Path) -> Settings:
    return read_settings({"DATABASE_URL": url, "ROUNDS_DATA": str(tmp_path), "ROUNDS_PUSH_TEST": "1"})


@pytest.fixture
def parts(settings: Settings, job_database: Database, tmp_path: Path) -> Parts:
    return Parts(settings=settings, database=job_database, storage=open_storage("", tmp_path))


@contextmanager
def process(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """Run the worker as the product does."""
    environment = {
        **os.environ,
        "DATABASE_URL": settings.database_url,
        "ROUNDS_DATA": str(settings.data_dir),
        "ROUNDS_PUSH_TEST": "1",
    }
    arguments = [sys.executable, "-m", "backend.app.worker"]
    running = subprocess.Popen(arguments, env=environment, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        yield running
    finally:
        running.kill()
        running.communicate()


async def until_asked(script: Scripted, timeout_s: float = 15.0) -> float:
    """Wait for the first push; returns the seconds that it took."""
    began = time.monotonic()
    while not script.requests:
        if time.monotonic() - began > timeout_s:
            raise AssertionError("no push came")
        await asyncio.sleep(0.05)
    return time.monotonic() - began


async def test_what_happens_is_pushed_by_the_running_worker_and_sigterm_ends_it(
    settings: Settings, database: Database, job_database: Database, world: World
) -> None:
    """OU-4, AL-2: the whole way from an assignment to the push service, in processes of their own."""
    act = Act(tenant_id=world.tenant_id, actor_id=world.lin, device_id=None, at=clock.now())
    async with running_script() as script:
        async with bare_transaction(database, world.scope(world.mei)) as raw:
            mei = Act(tenant_id=world.tenant_id, actor_id=world.mei, device_id=None, at=clock.now())
            wish = SubscriptionWish(endpoint=script.endpoint("mei"), p256dh=P256DH, auth=AUTH)
            await subscribe(raw, mei, wish, is_test=True)
        with process(settings) as running:
            async with bare_transaction(database, world.scope(world.lin)) as raw:
                wish_to_move = AssignWish(
                    case_ids=[world.cases[0]], territory_id=None, area=None, user_id=world.bo, only_unassigned=False,
                    reason="manual",
                )  # fmt: skip
                await assign_cases(raw, act, wish_to_move, None)
            await until_asked(script)
            running.send_signal(signal.SIGTERM)
            assert await asyncio.to_thread(running.wait, 10) == 0
    assert [path for path, _, _ in script.requests] == ["/push/mei"]
    async with job_database.pool.acquire() as raw:
        states = await raw.fetch("SELECT state FROM deliveries WHERE tenant_id = $1", world.tenant_id)
        done = await raw.fetch("SELECT name FROM periodic_jobs WHERE ended_at IS NOT NULL")
    assert [row["state"] for row in states] == ["sent"]
    assert {job.name for job in worker.PERIODIC} <= {row["name"] for row in done}


async def test_a_periodic_job_runs_when_it_is_due_and_once_among_several_workers(parts: Parts) -> None:
    ran = []

    async def run(_parts: Parts, now: object) -> object:
        ran.append(now)
        await asyncio.sleep(0.1)
        return None

    job = Periodic(f"test {os.urandom(4).hex()}", HOUR, run)
    assert sorted(await asyncio.gather(*(run_alone(parts, job) for _ in range(3)))) == [False, False, True]
    assert await run_periodic(parts, asyncio.Event(), (job,)) == []
    assert len(ran) == 1
    async with parts.database.pool.acquire() as raw:
        await raw.execute("UPDATE periodic_jobs SET ended_at = ended_at - $2::interval WHERE name = $1", job.name, HOUR)
    assert await run_periodic(parts, asyncio.Event(), (job,)) == [job.name]


async def test_a_job_that_failed_is_due_again_and_its_place_is_free(parts: Parts) -> None:
    attempts = []

    async def run(_parts: Parts, now: object) -> object:
        attempts.append(now)
        if len(attempts) == 1:
            raise asyncpg.DeadlockDetectedError
        return None

    job = Periodic(f"test {os.urandom(4).hex()}", HOUR, run)
    with pytest.raises(asyncpg.DeadlockDetectedError):
        await run_alone(parts, job)
    assert await run_alone(parts, job)


async def test_every_periodic_job_runs_on_the_real_database(parts: Parts) -> None:
    for job in worker.PERIODIC:
        await job.run(parts, clock.now())
    async with parts.database.pool.acquire() as raw:
        months = await raw.fetchval(
            "SELECT count(*) FROM pg_class WHERE relname ~ '^events_[0-9]{4}_[0-9]{2}$' AND relispartition"
        )
    assert months >= 2


async def test_trouble_of_the_database_is_waited_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "RETRY_S", (0.01,))
    stop, calls = asyncio.Event(), 0

    async def do() -> bool:
        nonlocal calls
        calls += 1
        if calls < 3:
            raise ConnectionRefusedError
        stop.set()
        return False

    await asyncio.wait_for(keep_doing("test", do, 60, stop), 5)
    assert calls == 3


async def test_a_fault_of_ours_ends_the_worker() -> None:
    async def do() -> bool:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await keep_doing("test", do, 0.01, asyncio.Event())
