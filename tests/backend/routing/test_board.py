"""Does the lead see who is where, how far, what is late, and never where somebody off duty is?"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from backend.kernel.clock import local_day
from backend.kernel.db import Database
from backend.kernel.ids import new_id
from backend.routing.board_rules import CHECK_IN_GRACE, SILENT_AFTER, board_line, summed
from backend.routing.board_schemas import BoardRow, Sum
from backend.routing.queries import finish_stops, reopen_stops
from tests.backend.desk import Enter, desks
from tests.plans import write_plan
from tests.world import ZONE, World

NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)


def row(**changes: object) -> BoardRow:
    fields: dict[str, object] = dict.fromkeys(BoardRow.__struct_fields__)
    fields |= {"user_id": UUID(int=1), "name": "Mei", "collected": [], "promised": [], "stops_done": 0}
    return BoardRow(**(fields | changes))  # type: ignore[arg-type] # the fields not named are not looked at


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"on_duty_since": NOW, "next_late_at": NOW - CHECK_IN_GRACE}, (False, 30, 0)),
        ({"on_duty_since": NOW, "next_late_at": NOW - CHECK_IN_GRACE - timedelta(seconds=1)}, (True, 30, 0)),
        ({"on_duty_since": None, "next_late_at": NOW - timedelta(hours=3)}, (False, 0, None)),
        ({"on_duty_since": NOW - SILENT_AFTER, "next_late_at": None}, (False, 0, 90)),
        ({"on_duty_since": NOW - SILENT_AFTER - timedelta(minutes=1), "next_late_at": None}, (True, 0, 91)),
        ({"on_duty_since": NOW - timedelta(hours=5), "seen_at": NOW - timedelta(minutes=2)}, (False, 0, 2)),
    ],
)
def test_a_check_in_is_overdue_after_the_grace_and_only_on_duty(
    changes: dict[str, object], expected: tuple[bool, int, int | None]
) -> None:
    line = board_line(row(**changes), NOW)
    assert (line.is_overdue, line.late_minutes, line.idle_minutes) == expected


def test_sums_are_kept_apart_by_currency() -> None:
    sums = [Sum("CNY", 5), Sum("EUR", 1), Sum("CNY", 7)]
    assert summed(sums) == [Sum("CNY", 12), Sum("EUR", 1)]


async def a_plan(jobs: Database, world: World, state: str) -> UUID:
    now = datetime.now(tz=UTC)
    async with jobs.pool.acquire() as raw:
        return await write_plan(raw, world, local_day(now, ZONE), now, state=state)


async def a_stop(jobs: Database, world: World, plan_id: UUID, case: int, user_id: UUID, *, hours: float = 1) -> UUID:
    stop_id = new_id()
    at = datetime.now(tz=UTC) + timedelta(hours=hours)
    async with jobs.pool.acquire() as raw:
        await raw.execute(
            "INSERT INTO stops (id, tenant_id, plan_id, case_id, user_id, position, arrive_at, leave_at, window_start,"
            " window_end, drive_s, drive_m) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $7, $8, 60, 500)",
            stop_id, world.tenant_id, plan_id, world.cases[case], user_id, case + 1, at, at + timedelta(minutes=15),
        )  # fmt: skip
    return stop_id


@pytest.fixture
async def busy(job_database: Database, world: World) -> UUID:
    """Mei is on duty with a place, has a visit with money and a promise behind her and two stops before her."""
    plan_id = await a_plan(job_database, world, "published")
    done = await a_stop(job_database, world, plan_id, 0, world.mei, hours=-2)
    await a_stop(job_database, world, plan_id, 1, world.mei, hours=-1.5)
    await a_stop(job_database, world, plan_id, 2, world.mei)
    async with job_database.pool.acquire() as raw:
        await raw.execute("UPDATE stops SET state = 'done', state_at = now() WHERE id = $1", done)
        await raw.execute(
            "INSERT INTO duties (id, tenant_id, user_id, started_at, place, place_at) VALUES ($1, $2, $3,"
            " now() - interval '3 hours', ST_MakePoint(120.15, 30.25)::geography, now())",
            new_id(), world.tenant_id, world.mei,
        )  # fmt: skip
        await raw.execute(
            "INSERT INTO duties (id, tenant_id, user_id, started_at, ended_at) VALUES ($1, $2, $3,"
            " now() - interval '3 hours', now())",
            new_id(), world.tenant_id, world.bo,
        )  # fmt: skip
        await raw.execute(
            "INSERT INTO visits (id, tenant_id, case_id, user_id, result, party, paid_minor, started_at, ended_at,"
            " note) VALUES ($1, $2, $3, $4, 'MET_PAID', 'obligor', 50000, now(), now(), '')",
            new_id(), world.tenant_id, world.cases[0], world.mei,
        )  # fmt: skip
        await raw.execute(
            "INSERT INTO promises (id, tenant_id, case_id, source_kind, source_id, amount_minor, currency, due_on,"
            " state, made_by, made_at) VALUES ($1, $2, $3, 'visit', $1, 70000, 'CNY',"
            " (now() AT TIME ZONE 'Asia/Shanghai')::date, 'open', $4, now())",
            new_id(), world.tenant_id, world.cases[1], world.mei,
        )  # fmt: skip
        await raw.execute(
            "INSERT INTO devices (id, tenant_id, user_id, label, public_key, unsent_count, last_seen_at)"
            " VALUES ($1, $2, $3, 'phone', '\\x00', 3, now())",
            new_id(), world.tenant_id, world.mei,
        )  # fmt: skip
    return plan_id


async def test_the_board_shows_the_team_just_now(database: Database, world: World, busy: UUID) -> None:
    """AL-4: place on duty only, progress, overdue check-in, promises due today, what lies unsent."""
    from backend.routing import board_routes  # noqa: PLC0415 - the only test that serves it

    async with desks(database, world, [board_routes.router]) as enter:
        await _look_at_board(enter, world, busy)


async def _look_at_board(enter: Enter, world: World, busy: UUID) -> None:
    lead = await enter(world.lin)
    board = (await lead.get("/v1/team/board")).json()
    lines = {line["row"]["name"]: line for line in board["lines"]}
    mei, bo = lines["Mei"], lines["Bo"]
    assert (mei["row"]["stops_done"], mei["row"]["stops_planned"], mei["row"]["unsent"]) == (1, 3, 3)
    assert mei["row"]["place"]["lat"] == pytest.approx(30.25)
    assert mei["row"]["next_case_id"] == str(world.cases[1])
    assert (mei["is_overdue"], board["overdue"], board["on_duty"]) == (True, 1, 1)
    assert mei["row"]["collected"] == [{"currency": "CNY", "amount_minor": 50_000}]
    assert board["promised"] == [{"currency": "CNY", "amount_minor": 70_000}]
    assert (bo["row"]["place"], bo["row"]["on_duty_since"], bo["is_overdue"]) == (None, None, False)
    assert [promise["case_id"] for promise in board["promises_due"]] == [str(world.cases[1])]

    routes = (await lead.get("/v1/team/routes")).json()["routes"]
    assert [(route["name"], [stop["state"] for stop in route["stops"]]) for route in routes] == [
        ("Mei", ["done", "planned", "planned"])
    ]
    assert routes[0]["plan_id"] == str(busy)
    for stranger in (world.mei, world.cai, world.ada):
        assert (await (await enter(stranger)).get("/v1/team/board")).status_code == 403


async def test_a_visit_at_a_stop_of_a_replaced_plan_finishes_the_stop_that_took_its_place(
    job_database: Database, world: World
) -> None:
    """RT-2: what was done offline against the old plan counts in the new one."""
    old = await a_plan(job_database, world, "replaced")
    new = await a_plan(job_database, world, "published")
    old_stop = await a_stop(job_database, world, old, 0, world.mei)
    new_stop = await a_stop(job_database, world, new, 0, world.mei)
    other = await a_stop(job_database, world, new, 3, world.bo)
    visit_id = new_id()
    async with job_database.pool.acquire() as raw:
        await finish_stops(raw, world.tenant_id, world.mei, [(old_stop, world.cases[0], NOW)])
        states = await raw.fetch("SELECT id, state FROM stops WHERE tenant_id = $1", world.tenant_id)
        assert {row["id"]: row["state"] for row in states} == {old_stop: "done", new_stop: "done", other: "planned"}
        await raw.execute(
            "INSERT INTO visits (id, tenant_id, case_id, user_id, stop_id, result, party, started_at, ended_at, note)"
            " VALUES ($1, $2, $3, $4, $5, 'NOT_HOME', 'nobody', now(), now(), '')",
            visit_id, world.tenant_id, world.cases[0], world.mei, old_stop,
        )  # fmt: skip
        await reopen_stops(raw, world.tenant_id, [visit_id])
        left = await raw.fetchval("SELECT count(*) FROM stops WHERE tenant_id = $1 AND state = 'done'", world.tenant_id)
    assert left == 0
