"""What do the demo's collectors find in the morning? A published plan of today (in the evening: of tomorrow) a team."""

from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from backend.identity.schemas import Act
from backend.kernel.problems import Problem
from backend.routing import planning
from backend.routing.plan_schemas import PlanWish
from backend.routing.problem import Mode
from backend.routing.problems import NOBODY_WORKS, NOTHING_TO_VISIT
from backend.routing.running import compute
from backend.routing.solver import Stop

EVENING_HOUR = 16
"""From here on little of the day is left to look at."""
ITERATIONS, SEED = 300, 7
TEAMS_WITHOUT_PLAN = """
SELECT teams.id, (SELECT users.id FROM users JOIN team_members ON team_members.user_id = users.id
    WHERE team_members.team_id = teams.id AND users.role = 'lead' ORDER BY users.login LIMIT 1) AS lead_id
FROM teams WHERE teams.tenant_id = $1 AND teams.kind = 'field' AND NOT EXISTS (
    SELECT 1 FROM day_plans WHERE day_plans.team_id = teams.id AND day_plans.day = $2 AND day_plans.state = 'published')
ORDER BY teams.name
"""


def day_to_plan(now: datetime, zone: str) -> date:
    """Return today in the lender's zone, or tomorrow from 16:00 on."""
    local = now.astimezone(ZoneInfo(zone))
    return local.date() + timedelta(days=local.hour >= EVENING_HOUR)


def wish_for(team_id: UUID, day: date) -> PlanWish:
    """Return what is asked for a day of the demo: everybody, by car, a break at noon, cases stay with whom they are."""
    return PlanWish(
        team_id=team_id, day=day, user_ids=None, must_case_ids=[], seconds=1, mode=Mode.CAR, break_at_minute=720,
        break_minutes=45, may_move_cases=False,
    )  # fmt: skip


async def publish_plans(raw: asyncpg.Connection, tenant_id: UUID, now: datetime) -> int:
    """Plan and publish the day for each field team that has no plan of it; returns how many were made."""
    zone = await raw.fetchval("SELECT zone FROM tenants WHERE id = $1", tenant_id)
    day, made = day_to_plan(now, zone), 0
    for row in await raw.fetch(TEAMS_WITHOUT_PLAN, tenant_id, day):
        if row["lead_id"] is None:
            continue
        act = Act(tenant_id=tenant_id, actor_id=row["lead_id"], device_id=None, at=now)
        try:
            begun = await planning.begin_plan(raw, act, wish_for(row["id"], day), None)
        except Problem as problem:
            if problem.kind in {NOBODY_WORKS, NOTHING_TO_VISIT}:
                continue
            raise
        computed = compute(begun.day.problem, Stop(iterations=ITERATIONS), SEED)
        await planning.finish_plan(raw, act, begun, computed)
        await planning.publish_plan(raw, act, begun.head.id, None)
        made += 1
    return made
