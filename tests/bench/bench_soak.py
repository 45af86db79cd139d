"""Does the server keep up? Offered 70 % of its measured maximum for a minute, nothing may lag behind at the end.

Four phones send batches of twenty visits. First as fast as they can, to learn the maximum; then at 70 % of it for
ROUNDS_BENCH_SOAK_S seconds (60). Everything accepted must stand in its tables and have passed the reactions' reader
within 5 s of the last answer.
"""

import asyncio
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import httpx

from backend.kernel.db import Database, Role, open_database
from tests import databases
from tests.bench.bench_push import SEED, Lane, cookie_of, drive, push_body
from tests.bench.measure import Row, at_most, memory_mb, postmaster_of, told
from tests.bench.stock import make_stock
from tests.server import started

PHONES, BATCH, CASES, SHARE = 4, 20, 300, 0.7
SOAK_S = float(os.environ.get("ROUNDS_BENCH_SOAK_S", "60"))


async def soak(origin: str, lanes: list[Lane], batches_a_s: float) -> tuple[int, float]:
    """Offer batches at a steady rate; returns how many items were accepted and the longest answer in seconds."""
    random = Random(SEED)  # noqa: S311 - a stock of test visits
    accepted, longest = 0, 0.0
    until = time.monotonic() + SOAK_S

    async def phone(lane: Lane, offset_s: float) -> None:
        nonlocal accepted, longest
        due = time.monotonic() + offset_s
        async with httpx.AsyncClient(base_url=origin, headers=lane.headers, timeout=60) as client:
            while due < until:
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                asked = time.monotonic()
                answer = await client.post("/v1/sync/push", content=push_body(lane.stock, random, BATCH, 1))
                answer.raise_for_status()
                longest = max(longest, time.monotonic() - asked)
                accepted += answer.content.count(b'"status":"accepted"')
                due += PHONES / batches_a_s

    await asyncio.gather(*(phone(lane, n / batches_a_s) for n, lane in enumerate(lanes)))
    return accepted, longest


async def settled_s(jobs: Database, since: datetime, expected: int) -> float:
    """Return how long after the last answer all accepted visits stand in tables and journal."""
    begun = time.monotonic()
    async with jobs.pool.acquire() as raw:
        while time.monotonic() - begun < 60:
            visits = await raw.fetchval("SELECT count(*) FROM visits WHERE recorded_at >= $1", since)
            events = await raw.fetchval(
                "SELECT count(*) FROM events WHERE recorded_at >= $1 AND kind = 'visit.recorded'"
                " AND xid < pg_snapshot_xmin(pg_current_snapshot())",
                since,
            )
            if visits == events == expected:
                return time.monotonic() - begun
            await asyncio.sleep(0.1)
    raise RuntimeError(f"{expected} visits were accepted, {visits} stand, {events} are readable")


async def measure(admin_url: str, login_url: str, data: Path) -> list[Row]:
    """Run both phases on a fresh database; returns the rows of the table."""
    name = await databases.clone(admin_url, await databases.make_template(admin_url, login_url))
    url = databases.with_database(login_url, name)
    jobs = await open_database(url, role=Role.JOB, pool_size=2, statement_timeout_s=120)
    try:
        async with jobs.pool.acquire() as raw:
            stocks, postmaster = [await make_stock(raw, CASES) for _ in range(PHONES)], await postmaster_of(raw)
        with started("backend.app.asgi:app", url, data) as served:
            lanes = [Lane(stock=one, headers=await cookie_of(jobs, served, one)) for one in stocks]
            random = Random(SEED)  # noqa: S311 - a stock of test visits
            full = [(lane, [push_body(lane.stock, random, BATCH, 1) for _ in range(60)]) for lane in lanes]
            top = await drive(served, postmaster, "/v1/sync/push", full, 60 * PHONES * BATCH)
            since = datetime.now(tz=UTC)
            accepted, longest = await soak(served.origin, lanes, SHARE * top.rows_a_s / BATCH)
            lag = await settled_s(jobs, since, accepted)
            memory = memory_mb(served.pid)
    finally:
        await jobs.close()
        await databases.remove(admin_url, name)
    return [
        at_most(f"70 % of the maximum for {SOAK_S:.0f} s: all processed after the end", lag, 5, "s"),
        told("  maximum / offered / accepted", f"{top.rows_a_s:.0f}/s / {SHARE * top.rows_a_s:.0f}/s / {accepted}"),
        told("  longest answer", f"{longest * 1000:.0f} ms"),
        at_most("memory of the API process after it", memory, 200, "MB"),
    ]


def main() -> list[Row]:
    """Measure on a cluster of our own or the one named by ROUNDS_TEST_ADMIN_URL."""
    with TemporaryDirectory() as data, databases.cluster_urls() as (admin_url, login_url):
        return asyncio.run(measure(admin_url, login_url, Path(data)))


if __name__ == "__main__":
    from tests.bench.measure import table

    print(table(main()))
