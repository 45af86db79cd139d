"""Is somebody on duty once at a time, and is a place kept only meanwhile?"""

import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from backend.identity.duties import DutyChange, change_duties, report_place
from backend.kernel.db import Database, bare, transaction
from backend.kernel.geo import Point
from backend.kernel.live import CHANNEL, notice_of
from tests.world import World

NINE = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
DOOR, NEXT_DOOR = Point(lat=30.25, lon=120.15), Point(lat=30.26, lon=120.16)


def start(minute: int, place: Point | None = None) -> DutyChange:
    return DutyChange(at=NINE + timedelta(minutes=minute), is_start=True, place=place)


def end(minute: int) -> DutyChange:
    return DutyChange(at=NINE + timedelta(minutes=minute), is_start=False, place=None)


async def stretches(raw: asyncpg.Connection, world: World) -> list[tuple[float, float | None, float | None]]:
    """Return Mei's duties as (start, end, latitude of the place), minutes after nine."""
    rows = await raw.fetch(
        "SELECT started_at, ended_at, ST_Y(place::geometry) AS lat FROM duties WHERE user_id = $1 ORDER BY started_at",
        world.mei,
    )

    def minute(at: datetime | None) -> float | None:
        return None if at is None else (at - NINE).total_seconds() / 60

    return [(minute(row["started_at"]) or 0.0, minute(row["ended_at"]), row["lat"]) for row in rows]


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ([start(0)], [(0, None, None)]),
        ([start(0, DOOR)], [(0, None, 30.25)]),
        ([start(0), start(5)], [(0, None, None)]),
        ([end(5)], []),
        ([start(0, DOOR), end(60)], [(0, 60, None)]),
        ([start(10), end(5)], [(10, 10, None)]),
        ([start(0), end(60), end(70)], [(0, 60, None)]),
        ([start(0), end(60), start(90)], [(0, 60, None), (90, None, None)]),
    ],
)
async def test_starts_and_ends_make_stretches_that_do_not_overlap(
    database: Database, world: World, changes: list[DutyChange], wanted: list[tuple[float, float | None, float | None]]
) -> None:
    """AL-4: repeating what is so changes nothing, and with the duty the place goes."""
    async with transaction(database, world.scope(world.mei)) as tx:
        raw = await bare(tx)
        await change_duties(raw, world.tenant_id, world.mei, changes)
        assert await stretches(raw, world) == wanted


@pytest.mark.parametrize(
    ("minute", "lat"),
    [(-1, None), (0, 30.26), (30, 30.26)],
)
async def test_a_place_from_before_the_duty_is_not_kept(
    database: Database, world: World, minute: int, lat: float | None
) -> None:
    async with transaction(database, world.scope(world.mei)) as tx:
        raw = await bare(tx)
        await change_duties(raw, world.tenant_id, world.mei, [start(0)])
        await report_place(raw, world.tenant_id, world.mei, NEXT_DOOR, NINE + timedelta(minutes=minute))
        assert await stretches(raw, world) == [(0, None, lat)]


async def test_one_persons_duty_is_not_anothers(database: Database, world: World) -> None:
    async with transaction(database, world.scope(world.mei)) as tx:
        raw = await bare(tx)
        await change_duties(raw, world.tenant_id, world.mei, [start(0)])
        await change_duties(raw, world.tenant_id, world.bo, [end(5)])
        await report_place(raw, world.tenant_id, world.bo, NEXT_DOOR, NINE + timedelta(minutes=6))
        assert await stretches(raw, world) == [(0, None, None)]


async def test_the_boards_hear_of_a_place_that_is_kept_and_of_no_other(
    database: Database, job_database: Database, world: World
) -> None:
    """Found with a real day: the lead's map showed where Mei had been until something else happened."""
    heard: asyncio.Queue[str] = asyncio.Queue()
    async with job_database.pool.acquire() as listener:
        await listener.add_listener(CHANNEL, hear := lambda *said: heard.put_nowait(said[3]))
        try:
            async with transaction(database, world.scope(world.mei)) as tx:
                raw = await bare(tx)
                await report_place(raw, world.tenant_id, world.mei, DOOR, NINE)
                await change_duties(raw, world.tenant_id, world.mei, [start(0)])
            for minute in (1, 0):
                async with transaction(database, world.scope(world.mei)) as tx:
                    at = NINE + timedelta(minutes=minute)
                    await report_place(await bare(tx), world.tenant_id, world.mei, NEXT_DOOR, at)
            end_of_test = str(world.tenant_id)
            await listener.execute("SELECT pg_notify($1, $2)", CHANNEL, end_of_test)
            own: list[str] = []
            while (said := await asyncio.wait_for(heard.get(), 20)) != end_of_test:
                own += [said] if str(world.tenant_id) in said else []
        finally:
            await listener.remove_listener(CHANNEL, hear)
    assert own == [notice_of(world.tenant_id, "board")]
