"""Do the demo's people act as phones and banks would, only in the demo, only while the switch is on?"""

from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest

from backend.app.demo.live.commands import HELD_FOR, scope_of, turn_switch, view_of, walk
from backend.app.demo.live.process import Looked, step
from backend.identity.commands.sign_in import make_sign_in_link, sign_in_by_link
from backend.identity.schemas import DEVICES_A_USER_MAX, Act
from backend.kernel.db import Database, bare_transaction, transaction
from backend.kernel.ids import new_id
from backend.kernel.problems import Problem
from backend.routing import board_queries
from tests.backend.app.demo.live.conftest import Stage
from tests.world import World

STEP = timedelta(seconds=2)


async def live(stage: Stage, steps: int, looked: Looked | None = None, first: int = 0) -> datetime:
    """Live so many steps of two seconds; returns the moment of the last."""
    looked = looked or Looked()
    for number in range(first, first + steps):
        await step(stage.jobs, stage.town, looked, stage.begins_at + number * STEP)
    return stage.begins_at + (first + steps - 1) * STEP


def act_of(stage: Stage, user_id: UUID, at: datetime) -> Act:
    return Act(tenant_id=stage.tenant_id, actor_id=user_id, device_id=None, at=at)


async def test_collectors_drive_knock_and_record_and_clients_pay(stage: Stage) -> None:
    """DESIGN: the demo is alive. One world, because it takes seconds to make."""
    overdue = "SELECT sum(overdue_minor) FROM cases WHERE tenant_id = $1"
    before = await stage.raw.fetchval(overdue, stage.tenant_id)
    looked = Looked()
    await live(stage, 8, looked)
    places = {row["user_id"]: row["place"] for row in await stage.raw.fetch("SELECT user_id, place FROM duties")}
    now = await live(stage, 42, looked, first=8)
    moved = {row["user_id"]: row["place"] for row in await stage.raw.fetch("SELECT user_id, place FROM duties")}
    assert len(places) >= 4
    assert all(moved[user_id] != place for user_id, place in places.items())

    visits = await stage.raw.fetch("SELECT * FROM visits WHERE device_id IS NOT NULL ORDER BY user_id, started_at")
    assert len(visits) >= 20
    assert len({row["case_id"] for row in visits}) == len({row["stop_id"] for row in visits}) == len(visits)
    assert all(stage.begins_at <= row["started_at"] < row["ended_at"] <= now and row["is_inside"] for row in visits)
    for one, other in pairwise(visits):
        assert one["user_id"] != other["user_id"] or one["ended_at"] <= other["started_at"]
    assert {"NOT_HOME", "MET_PROMISE"} <= {row["result"] for row in visits}

    told = await stage.raw.fetch(
        "SELECT subject_id FROM events WHERE kind = 'visit.recorded' AND device_id IS NOT NULL AND occurred_at <= $1",
        now,
    )
    assert sorted(row["subject_id"] for row in told) == sorted(row["id"] for row in visits)
    answers = await stage.raw.fetch("SELECT DISTINCT status FROM mutations")
    assert [row["status"] for row in answers] == ["accepted"]
    assert await stage.raw.fetchval("SELECT count(*) FROM quarantine") == 0

    paid = await stage.raw.fetch("SELECT * FROM payments WHERE external_ref LIKE 'demo:%'")
    assert paid
    assert before - await stage.raw.fetchval(overdue, stage.tenant_id) == sum(row["amount_minor"] for row in paid)
    assert len({row["external_ref"] for row in paid}) == len(paid)
    settled = await stage.raw.fetch("SELECT kind FROM events WHERE kind IN ('promise.kept', 'promise.part_kept')")
    assert settled

    async with bare_transaction(stage.town.database, scope_of(stage.tenant_id)) as raw:
        rows = await board_queries.board_rows(raw, stage.tenant_id, None, None, now)
    assert sum(row.stops_done for row in rows) == len(visits)
    assert all(row.place is not None for row in rows if row.on_duty_since is not None)


async def test_off_nothing_happens_and_on_again_nobody_jumps(stage: Stage) -> None:
    looked = Looked()
    await live(stage, 6, looked)
    lead = await stage.raw.fetchval("SELECT id FROM users WHERE role = 'lead' LIMIT 1")
    off_at = stage.begins_at + 6 * STEP
    async with bare_transaction(stage.town.database, scope_of(stage.tenant_id)) as raw:
        await turn_switch(raw, act_of(stage, lead, off_at), is_on=False)
        await turn_switch(raw, act_of(stage, lead, off_at), is_on=False)
        view = await view_of(raw, stage.tenant_id, 24, is_held=False)
    assert (view.is_demo, view.is_on, view.changed_at) == (True, False, off_at)
    state = "SELECT (SELECT count(*) FROM events), (SELECT max(place_at) FROM duties), (SELECT count(*) FROM payments)"
    before = await stage.raw.fetchrow(state)
    await live(stage, 20, looked, first=7)
    assert await stage.raw.fetchrow(state) == before
    assert await stage.raw.fetchval("SELECT count(*) FROM events WHERE kind = 'demo.switched'") == 1

    distance = (
        "SELECT user_id, ST_Distance(place, $2::geography) AS m FROM duties WHERE user_id = $1 AND ended_at IS NULL"
    )
    one = await stage.raw.fetchrow(
        "SELECT user_id, ST_AsEWKT(place) AS place FROM duties WHERE ended_at IS NULL LIMIT 1"
    )
    async with bare_transaction(stage.town.database, scope_of(stage.tenant_id)) as raw:
        await turn_switch(raw, act_of(stage, lead, off_at + timedelta(hours=1)), is_on=True)
    await step(stage.jobs, stage.town, looked, off_at + timedelta(hours=1))
    jumped = await stage.raw.fetchrow(distance, one["user_id"], one["place"])
    assert jumped["m"] <= 10 * stage.town.pace * 6


async def test_somebody_whom_a_person_plays_is_left_alone(stage: Stage) -> None:
    looked = Looked()
    mine = await stage.raw.fetchval("SELECT id FROM users WHERE role = 'collector' ORDER BY login LIMIT 1")
    async with transaction(stage.town.database, scope_of(stage.tenant_id)) as tx:
        link = await make_sign_in_link(tx, act_of(stage, mine, stage.begins_at), mine)
    await sign_in_by_link(stage.town.database, link.token, stage.begins_at)
    await live(stage, 25, looked)
    for table in ("devices", "duties", "mutations"):
        assert await stage.raw.fetchval(f"SELECT count(*) FROM {table} WHERE user_id = $1", mine) == 0, table  # noqa: S608
    others = await stage.raw.fetchval("SELECT count(DISTINCT user_id) FROM visits WHERE device_id IS NOT NULL")
    assert others >= 3


async def test_a_phone_of_the_demo_that_was_revoked_stays_closed(stage: Stage) -> None:
    looked = Looked()
    await live(stage, 10, looked)
    one = await stage.raw.fetchval("SELECT user_id FROM duties LIMIT 1")
    await stage.raw.execute("UPDATE devices SET revoked_at = $2 WHERE user_id = $1", one, stage.begins_at)
    count = "SELECT count(*) FROM mutations WHERE user_id = $1"
    before = await stage.raw.fetchval(count, one)
    await live(stage, 20, looked, first=10)
    assert await stage.raw.fetchval(count, one) == before
    assert await stage.raw.fetchval("SELECT count(*) FROM devices WHERE user_id = $1", one) == 1


async def test_a_refused_item_holds_the_walker_and_is_not_sent_for_ever(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    looked = Looked()
    await live(stage, 4, looked)
    # Taken away between plan and door: the phone of the walker is told that it is not its case.
    await stage.raw.execute("DELETE FROM assignments")
    await stage.raw.execute("UPDATE cases SET assignee_id = NULL")
    await live(stage, 40, looked, first=4)
    refused = await stage.raw.fetchval("SELECT count(*) FROM quarantine")
    walkers = await stage.raw.fetchval("SELECT count(DISTINCT user_id) FROM duties")
    assert 1 <= refused <= walkers
    assert "refused" in caplog.text
    await live(stage, 2, looked, first=44 + round(HELD_FOR / STEP))
    assert await stage.raw.fetchval("SELECT count(*) FROM stops WHERE state = 'skipped'") >= refused
    # Nothing is tried twice.
    assert await stage.raw.fetchval("SELECT count(*) = count(DISTINCT case_id) FROM quarantine")


async def test_somebody_with_too_many_phones_stands_still_and_the_others_go_on(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    mine = await stage.raw.fetchval("SELECT id FROM users WHERE role = 'collector' ORDER BY login LIMIT 1")
    for _ in range(DEVICES_A_USER_MAX):
        await stage.raw.execute(
            "INSERT INTO devices (id, tenant_id, user_id, label, public_key, registered_at)"
            " VALUES ($1, $2, $3, 'browser', $4, now())",
            new_id(), stage.tenant_id, mine, b"\0" * 91,
        )  # fmt: skip
    await live(stage, 10)
    assert await stage.raw.fetchval("SELECT count(*) FROM duties WHERE user_id = $1", mine) == 0
    assert await stage.raw.fetchval("SELECT count(*) FROM duties") >= 4
    assert "too_many" in caplog.text


async def test_two_processes_do_a_step_once(stage: Stage) -> None:
    async with stage.jobs.pool.acquire() as other:
        await other.execute("SELECT pg_advisory_lock(725005, hashtext('demo'))")
        assert await step(stage.jobs, stage.town, Looked(), stage.begins_at) == 0
        await other.execute("SELECT pg_advisory_unlock(725005, hashtext('demo'))")
    assert await stage.raw.fetchval("SELECT count(*) FROM duties") == 0
    assert await step(stage.jobs, stage.town, Looked(), stage.begins_at) > 0


async def test_a_lender_that_is_not_the_demo_s_has_no_switch(
    database: Database, job_database: Database, world: World
) -> None:
    """AD-2: not even with the right, and not through the table."""
    at = datetime.fromisoformat("2026-11-24T02:00:00+00:00")
    async with bare_transaction(database, world.scope(world.lin)) as raw:
        assert not (await view_of(raw, world.tenant_id, 24, is_held=False)).is_demo
        act = Act(tenant_id=world.tenant_id, actor_id=world.lin, device_id=None, at=at)
        with pytest.raises(Problem, match="not_found"):
            await turn_switch(raw, act, is_on=True)
    async with job_database.pool.acquire() as raw:
        assert await raw.fetchval("SELECT count(*) FROM demo_switches WHERE tenant_id = $1", world.tenant_id) == 0


async def test_the_walk_of_another_lender_is_not_reached(stage: Stage) -> None:
    """Row-level security stands behind it: in another scope there is nobody to move."""
    stranger = stage.living.__class__(tenant_id=UUID(int=7), since=stage.begins_at)
    assert await walk(stage.town, stranger, stage.begins_at) == 0
