"""A plan without the solver: the head of a day's plan as planning writes it, to which a test adds its own stops."""

from datetime import date, datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.kernel.ids import new_id
from backend.routing.plan_schemas import PlanStatus, PlanWish, Summary
from backend.routing.problem import Mode
from tests.world import World


async def write_plan(
    raw: asyncpg.Connection, world: World, day: date, at: datetime, *, state: str = "published"
) -> UUID:
    """Write a plan of the field team that is computed and has no stops yet; returns its id."""
    plan_id = new_id()
    wish = PlanWish(
        team_id=world.field_team_id, day=day, user_ids=None, must_case_ids=[], seconds=1, mode=Mode.CAR,
        break_at_minute=720, break_minutes=0, may_move_cases=False,
    )  # fmt: skip
    summary = Summary(status=PlanStatus.READY, wish=wish, started_at=at)
    await raw.execute(
        "INSERT INTO day_plans (id, tenant_id, team_id, day, state, made_by, made_at, published_at, summary)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::text::jsonb)",
        plan_id, world.tenant_id, world.field_team_id, day, state, world.lin, at,
        None if state == "draft" else at, msgspec.json.encode(summary).decode(),
    )  # fmt: skip
    return plan_id
