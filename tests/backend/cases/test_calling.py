"""Does the queue give out nobody whom the gate holds back, is it shut at night, and does it look again in time?"""

from datetime import UTC, datetime, timedelta

import pytest

from backend.cases.calling import LOOK_AGAIN, is_shut, next_case, opens_at, queue_page
from backend.cases.desk_schemas import Blocked
from backend.cases.list_queries import Desk
from backend.kernel.db import Database, bare_transaction
from backend.kernel.ids import new_id
from tests.world import MORNING, World

NIGHT = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
"""Ten in the evening in Shanghai: the law of the mainland begins to rest."""


def desk_of(world: World) -> Desk:
    return Desk(tenant_id=world.tenant_id, user_id=world.cai, desk_team_ids=[world.desk_team_id], field_team_ids=[])


async def freeze(jobs: Database, world: World, case: int) -> None:
    async with jobs.pool.acquire() as raw:
        await raw.execute(
            "INSERT INTO contact_stops (id, tenant_id, obligor_id, case_id, kind, since, reason)"
            " VALUES ($1, $2, $3, $4, 'freeze', $5, 'asked by the lead')",
            new_id(), world.tenant_id, world.obligors[case], world.cases[case], MORNING - timedelta(days=1),
        )  # fmt: skip


@pytest.mark.parametrize(
    ("zone", "now", "state"),
    [
        ("Asia/Shanghai", NIGHT - timedelta(minutes=1), "open"),
        ("Asia/Shanghai", NIGHT, "shut"),
        ("Asia/Shanghai", datetime(2026, 11, 24, 23, 59, tzinfo=UTC), "shut"),
        ("Asia/Shanghai", datetime(2026, 11, 25, 0, 0, tzinfo=UTC), "open"),
        ("Europe/London", NIGHT, "open"),
        ("Nowhere/Known", MORNING, "shut"),
    ],
)
def test_a_zone_is_shut_by_night_and_where_its_law_is_unknown(zone: str, now: datetime, state: str) -> None:
    assert is_shut(zone, now) is (state == "shut")


def test_a_shut_zone_opens_in_the_morning() -> None:
    assert opens_at("Asia/Shanghai", NIGHT) == datetime(2026, 11, 25, 0, 0, tzinfo=UTC)


async def test_whom_the_gate_holds_back_is_passed_over_and_shown_with_the_rule(
    database: Database, job_database: Database, world: World
) -> None:
    """The second look comes when it may be different: a freeze that was lifted is seen after a quarter of an hour."""
    first = world.cases[2]
    await freeze(job_database, world, 2)
    async with bare_transaction(database, world.scope(world.cai)) as raw:
        given = await next_case(raw, desk_of(world), [], MORNING)
        assert given.case_id not in {None, first}
        rows = {row.case.id: row for row in (await queue_page(raw, desk_of(world), MORNING, 50)).rows}
    assert (rows[first].blocked, rows[first].rule_ids) == (Blocked.GATE, ["GEN-FREEZE-01"])
    async with job_database.pool.acquire() as raw:
        await raw.execute(
            "INSERT INTO contact_stops (id, tenant_id, obligor_id, case_id, kind, since, until, closes, reason)"
            " SELECT $2, tenant_id, obligor_id, case_id, kind, $3, $3, id, 'lifted' FROM contact_stops"
            " WHERE tenant_id = $1",
            world.tenant_id, new_id(), MORNING,
        )  # fmt: skip
    async with bare_transaction(database, world.scope(world.cai)) as raw:
        soon = await next_case(raw, desk_of(world), [], MORNING + LOOK_AGAIN - timedelta(seconds=1))
        assert soon.case_id != first
        assert (await next_case(raw, desk_of(world), [], MORNING + LOOK_AGAIN)).case_id == first


async def test_at_night_nobody_is_given_out_and_each_row_says_when_it_opens(database: Database, world: World) -> None:
    async with bare_transaction(database, world.scope(world.cai)) as raw:
        assert (await next_case(raw, desk_of(world), [], NIGHT)).case_id is None
        page = await queue_page(raw, desk_of(world), NIGHT, 50)
    assert {row.blocked for row in page.rows} == {Blocked.GATE}
    assert {row.opens_at for row in page.rows} == {datetime(2026, 11, 25, 0, 0, tzinfo=UTC)}
    assert page.waiting == 0


async def test_a_case_whose_numbers_lead_nowhere_is_not_given_out(
    database: Database, job_database: Database, world: World
) -> None:
    async with job_database.pool.acquire() as raw:
        await raw.execute("UPDATE contact_points SET status = 'dead' WHERE tenant_id = $1", world.tenant_id)
        await raw.execute("UPDATE contact_points SET status = 'verified' WHERE id = $1", world.contacts[5])
    async with bare_transaction(database, world.scope(world.cai)) as raw:
        assert (await next_case(raw, desk_of(world), [], MORNING)).case_id == world.cases[5]
        rows = {row.case.id: row for row in (await queue_page(raw, desk_of(world), MORNING, 50)).rows}
    assert rows[world.cases[0]].blocked is Blocked.NO_NUMBER
