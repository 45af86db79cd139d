"""Are the months of the journal made ahead, once, and do events find them?"""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime

import asyncpg
import pytest

from backend.journal.jobs import make_partitions, months_after
from backend.kernel.db import Database, Role
from backend.kernel.ids import new_id
from tests.world import World

# A year that no real clock of these tests reaches.
NOVEMBER = datetime(2051, 11, 30, 23, 59, tzinfo=UTC)


@pytest.fixture
async def owner(url: str) -> AsyncIterator[asyncpg.Connection]:
    """Connect as the owner of the tables; what is made is taken away again."""
    raw = await asyncpg.connect(url, server_settings={"role": Role.OWNER.value, "timezone": "UTC"})
    yield raw
    for name in ("events_2051_12", "events_2052_01", "events_2052_02"):
        await raw.execute(f"DROP TABLE IF EXISTS {name}")
    await raw.close()


@pytest.mark.parametrize(
    ("day", "months"),
    [
        (date(2026, 11, 24), [date(2026, 12, 1), date(2027, 1, 1)]),
        (date(2026, 12, 31), [date(2027, 1, 1), date(2027, 2, 1)]),
        (date(2027, 1, 31), [date(2027, 2, 1), date(2027, 3, 1)]),
    ],
)
def test_the_months_that_follow_cross_the_year(day: date, months: list[date]) -> None:
    assert months_after(day, 2) == months


async def test_two_months_are_made_ahead_and_made_once(owner: asyncpg.Connection, url: str) -> None:
    other = await asyncpg.connect(url, server_settings={"role": Role.OWNER.value})
    both = await asyncio.gather(make_partitions(owner, NOVEMBER), make_partitions(other, NOVEMBER))
    await other.close()
    assert sorted(both[0] + both[1]) == ["events_2051_12", "events_2052_01"]
    assert await make_partitions(owner, NOVEMBER.replace(month=12)) == ["events_2052_02"]


async def test_an_event_of_the_month_lies_in_it_with_the_indexes_of_the_journal(
    owner: asyncpg.Connection, job_database: Database, world: World
) -> None:
    await make_partitions(owner, NOVEMBER)
    async with job_database.pool.acquire() as raw:
        where = await raw.fetchval(
            "INSERT INTO events (id, tenant_id, kind, subject_id, occurred_at, recorded_at, payload)"
            " VALUES ($1, $2, 'test.made', $1, $3, $3, '{}') RETURNING tableoid::regclass::text",
            new_id(),
            world.tenant_id,
            datetime(2052, 1, 31, 23, 59, 59, tzinfo=UTC),
        )
    assert where == "events_2052_01"
    indexes = "SELECT count(*) FROM pg_indexes WHERE tablename = $1"
    assert await owner.fetchval(indexes, "events_2052_01") == await owner.fetchval(indexes, "events_default")


async def test_nobody_reads_a_month_past_its_policies(owner: asyncpg.Connection, database: Database) -> None:
    """AD-2: the partition itself gives nothing to the API."""
    await make_partitions(owner, NOVEMBER)
    async with database.pool.acquire() as raw:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await raw.fetch("SELECT * FROM events_2051_12")
