"""Does an area freeze all doors inside it and let them go again, batch by batch, and new ones too?"""

from uuid import UUID

import pytest
from msgspec.structs import replace

from backend.compliance import disasters
from backend.compliance.disaster_queries import areas, standing_areas
from backend.compliance.disaster_schemas import AreaWish
from backend.identity.schemas import Act
from backend.kernel import clock
from backend.kernel.db import Database, bare_transaction
from backend.kernel.geo import Point
from backend.kernel.ids import new_id
from backend.kernel.problems import Problem
from tests.backend.app.test_reactions import react_all
from tests.backend.routing.test_blocking import epoch, offered, published, states
from tests.world import World

__all__ = ["epoch"]


def around(lat: float, lon: float, size: float = 0.0035) -> list[Point]:
    corners = ((-1, -1), (-1, 1), (1, 1), (1, -1))
    return [Point(lat=lat + size * one, lon=lon + size * other) for one, other in corners]


def wish(area: list[Point]) -> AreaWish:
    return AreaWish(id=new_id(), name="flood", area=area, reason="the river rose")


def act_of(world: World) -> Act:
    return Act(tenant_id=world.tenant_id, actor_id=world.lin, device_id=None, at=clock.now())


async def test_an_area_freezes_its_doors_in_batches_and_lets_them_go(
    database: Database, job_database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """N10: the first three cases live within a few hundred metres of each other, the others do not."""
    monkeypatch.setattr(disasters, "CASES_A_BATCH", 1)
    plan_id = await published(database, world, 0, 1, 3)
    flood = wish(around(30.2525, 120.1505))
    async with bare_transaction(database, world.scope(world.ada)) as raw:
        await disasters.raise_area(raw, act_of(world), flood)
        await disasters.raise_area(raw, act_of(world), flood)
        assert [(one.frozen, one.held) for one in await areas(raw, world.tenant_id)] == [(1, 1)]
    await react_all(job_database, world)
    async with bare_transaction(database, world.scope(world.ada)) as raw:
        (shown,) = await areas(raw, world.tenant_id)
        assert (shown.frozen, shown.held, len(shown.area)) == (3, 3, 4)
        assert await offered(raw, world, 0) == []
        assert await offered(raw, world, 3) == ["call", "visit", "permit", "permit"]
    found = await states(database, world, plan_id)
    assert [found[case][0] for case in (0, 1, 3)] == ["blocked", "blocked", "planned"]

    async with bare_transaction(database, world.scope(world.ada)) as raw:
        await disasters.lift_area(raw, act_of(world), flood.id, "the water is gone")
        with pytest.raises(Problem):
            await disasters.lift_area(raw, act_of(world), flood.id, "again")
    await react_all(job_database, world)
    async with bare_transaction(database, world.scope(world.ada)) as raw:
        assert [(one.frozen, one.held) for one in await areas(raw, world.tenant_id)] == [(3, 0)]
        assert await offered(raw, world, 1) == ["call", "visit", "permit", "permit"]
    assert (await states(database, world, plan_id))[0][0] == "blocked"


async def test_what_comes_into_a_standing_area_is_frozen_too(database: Database, world: World) -> None:
    async with bare_transaction(database, world.scope(world.ada)) as raw:
        await disasters.raise_area(raw, act_of(world), wish(around(31.0, 121.0)))
        assert len(await standing_areas(raw, world.tenant_id)) == 1
        assert await disasters.spread_all(raw, act_of(world)) == 0
        door = "UPDATE cases SET door = ST_MakePoint(121, 31)::geography WHERE id = $1"
        await raw.execute(door, world.cases[4])
        assert await disasters.spread_all(raw, act_of(world)) == 1
        assert await disasters.spread_all(raw, act_of(world)) == 0
        held: list[UUID] = [one["case_id"] for one in await raw.fetch("SELECT case_id FROM contact_stops")]
    assert set(held) == {world.cases[4]}


async def test_an_outline_that_is_no_simple_polygon_is_refused(database: Database, world: World) -> None:
    one, two, three, four = around(30.25, 120.15)
    async with bare_transaction(database, world.scope(world.ada)) as raw:
        for area in ([one, three, two, four], [one, two, one]):
            with pytest.raises(Problem) as refused:
                await disasters.raise_area(raw, act_of(world), replace(wish(area), id=new_id()))
            assert refused.value.kind.code == "area.unfit"
