"""Are the windows of a plan exactly the minutes that the gate allows, and does it say who and how many may go?"""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from backend.compliance.schemas import Channel, Situation, StatusKind
from backend.identity.schemas import Act
from backend.kernel.db import Database, bare_transaction
from backend.routing.lawful import Day, lawful_of
from backend.routing.plan_schemas import Lawful, PlanWish
from backend.routing.planning import begin_plan, finish_plan, head_of, view_of
from backend.routing.problem import Mode
from backend.routing.running import compute
from backend.routing.solver import Stop
from tests.backend.compliance.builder import situation
from tests.backend.compliance.situations_of_permits import CN, US
from tests.world import World

DAY = Day(day=date(2026, 11, 24), zone="Asia/Shanghai")
HOUR = 3600
VISIT = {"channel": Channel.VISIT.value, "headcount": 2, "badge": True, "authorisation": True}
NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)


def visit(**given: object) -> Situation:
    return situation(CN, VISIT | given)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, Lawful(windows_s=[(8 * HOUR, 22 * HOUR)], headcount=2, rule_ids=["CN-VISIT-01"])),
        (
            {"agreements": [{"kind": "preference", "start": "18:00", "end": "20:00"}]},
            Lawful(windows_s=[(18 * HOUR, 20 * HOUR)], headcount=2, rule_ids=["CN-VISIT-01"]),
        ),
        ({"status": [{"kind": "freeze"}]}, Lawful(windows_s=[], headcount=1, rule_ids=["GEN-FREEZE-01"])),
        ({"status": [{"kind": "critical_illness"}]}, Lawful(windows_s=[], headcount=1, rule_ids=["CN-VULN-01"])),
        (
            {"status": [{"kind": "instalment_agreement"}]},
            Lawful(windows_s=[], headcount=1, rule_ids=["HOUSE-PLAN-01"]),
        ),
        (
            {"status": [{"kind": "instalment_agreement", "breached": True}]},
            Lawful(windows_s=[(8 * HOUR, 22 * HOUR)], headcount=2, rule_ids=["CN-VISIT-01"]),
        ),
        ({"zones": []}, Lawful(windows_s=[], headcount=1, rule_ids=["GEN-FAIL-TZ"])),
    ],
)
def test_a_plan_has_the_minutes_that_the_gate_allows(given: dict[str, object], expected: Lawful) -> None:
    found, _ = lawful_of(visit(**given), DAY)
    if not expected.windows_s:
        assert (found.windows_s, found.rule_ids) == ([], expected.rule_ids)
    else:
        assert found == expected


def test_where_the_law_asks_for_one_one_is_enough() -> None:
    """The plan of a team further east counts the seconds of its own day."""
    day = Day(day=DAY.day, zone="America/New_York")
    found, packs = lawful_of(situation(US, VISIT | {"zones": ["America/Chicago"]}), day)
    assert (found.headcount, found.rule_ids, found.windows_s) == (1, [], [(9 * HOUR, 22 * HOUR)])
    assert all(len(one.sha256) == 64 for one in packs)
    assert "US-REGF" in {one.id for one in packs}


def test_what_stands_against_the_hour_of_an_arrival_is_told() -> None:
    preferred = visit(agreements=[{"kind": "preference", "start": "18:00", "end": "20:00"}])
    asked = Day(day=DAY.day, zone=DAY.zone, arrivals={UUID(int=1): NOON})
    found, _ = lawful_of(preferred, asked)
    assert found.windows_s == [(18 * HOUR, 20 * HOUR)]
    assert "GEN-PREF-01" in found.rule_ids


async def planned(raw: asyncpg.Connection, world: World) -> tuple[set[UUID], dict[UUID, list[str]], list[str]]:
    """Plan a Tuesday; returns the planned cases, the rules of those left out, and the packs that the plan names."""
    wish = PlanWish(
        team_id=world.field_team_id, day=DAY.day, user_ids=None, must_case_ids=[], seconds=1, mode=Mode.CAR,
        break_at_minute=720, break_minutes=0, may_move_cases=False,
    )  # fmt: skip
    act = Act(tenant_id=world.tenant_id, actor_id=world.lin, device_id=None, at=NOON - timedelta(hours=6))
    begun = await begin_plan(raw, act, wish, None)
    await finish_plan(raw, act, begun, compute(begun.day.problem, Stop(iterations=50), 1))
    view = await view_of(raw, world.tenant_id, await head_of(raw, world.tenant_id, begun.head.id, None), act.at)
    named = [one.rule_ids for one in view.stops] + [one.rule_ids for one in view.unplanned]
    assert {rule.id for rule in view.rules} == {one for rule_ids in named for one in rule_ids}
    assert all(stop.lawful for stop in view.stops)
    kept = await raw.fetch("SELECT encode(sha256, 'hex') AS digest FROM gate_inputs WHERE kind = 'pack'")
    assert {one.sha256 for one in view.law} <= {row["digest"] for row in kept}
    left = {one.case_id: one.rule_ids for one in view.unplanned}
    return {stop.case_id for stop in view.stops}, left, [one.id for one in view.law]


async def test_a_plan_names_its_law_and_who_is_left_out_by_it(database: Database, world: World) -> None:
    async with bare_transaction(database, world.scope(world.ada)) as raw:
        await raw.execute(
            "INSERT INTO contact_stops (id, tenant_id, case_id, obligor_id, kind, since, reason)"
            " VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, 'flood')",
            world.tenant_id, world.cases[0], world.obligors[0], StatusKind.FREEZE.value, NOON - timedelta(days=1),
        )  # fmt: skip
        stops, left, law = await planned(raw, world)
    assert (stops, left) == (set(world.cases[1:]), {world.cases[0]: ["GEN-FREEZE-01"]})
    assert law == ["CN", "HOUSE", "HOUSE-CORP"]


async def test_doors_that_only_the_lender_may_visit_are_not_for_somebody_of_an_agency(
    database: Database, job_database: Database, world: World
) -> None:
    """CN-OUT-03: nobody told these people that an agency comes; Bo's own cases wait, the free one is Mei's."""
    async with job_database.pool.acquire() as raw:
        await raw.execute("UPDATE users SET role = 'agency' WHERE id = $1", world.bo)
    async with bare_transaction(database, world.scope(world.ada)) as raw:
        stops, left, _ = await planned(raw, world)
        driver = await raw.fetchval("SELECT user_id FROM stops WHERE case_id = $1", world.cases[5])
    assert stops == {world.cases[n] for n in (0, 1, 2, 5)}
    assert left == {world.cases[3]: ["CN-OUT-03"], world.cases[4]: ["CN-OUT-03"]}
    assert driver == world.mei
