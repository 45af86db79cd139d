"""All SQL of what is drawn and by what: plans, sheets, weeks, and the calls of a week."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.calls.quality.schemas import Drawable, Drawn, PlanVersion, SamplingPlan, ScoreSheet, SheetVersion
from backend.calls.quality.shipped import PLAN, SHEET
from backend.identity.schemas import Act

DRAWABLE_MAX = 200_000
"""Calls of a week; a hundred callers make half of that."""

LATEST_PLAN = "SELECT * FROM quality_plans WHERE tenant_id = $1 ORDER BY version DESC LIMIT 1"
PLAN_OF = "SELECT * FROM quality_plans WHERE tenant_id = $1 AND version = $2"
LATEST_SHEET = "SELECT * FROM quality_sheets WHERE tenant_id = $1 ORDER BY version DESC LIMIT 1"
SHEET_OF = "SELECT * FROM quality_sheets WHERE tenant_id = $1 AND version = $2"
ADD_PLAN = "INSERT INTO quality_plans VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING version"
ADD_SHEET = "INSERT INTO quality_sheets VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING version"
# The first who draws a week says by what; whoever comes later draws by the same.
FIX_WEEK = """
INSERT INTO quality_weeks (tenant_id, week_on, seed, plan_version, made_by, made_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT DO NOTHING
"""
WEEK = "SELECT seed, plan_version FROM quality_weeks WHERE tenant_id = $1 AND week_on = $2"
DRAWABLE = """
SELECT calls.id AS call_id, calls.case_id, calls.user_id AS caller_id, calls.result, EXISTS (
    SELECT 1 FROM compliance_exceptions AS e
    WHERE e.tenant_id = $1 AND e.channel = 'call' AND e.source_id = calls.id) AS is_exception
FROM calls WHERE tenant_id = $1 AND started_at >= $2 AND started_at < $3 AND withdrawn_at IS NULL LIMIT $4
"""
ADD_DRAWN = """
INSERT INTO quality_calls (tenant_id, call_id, case_id, caller_id, week_on, why, drawn_by, drawn_at)
SELECT $1, call_id, case_id, caller_id, $2, string_to_array(why, ' '), $3, $4
FROM unnest($5::uuid[], $6::uuid[], $7::uuid[], $8::text[]) AS new (call_id, case_id, caller_id, why)
ON CONFLICT DO NOTHING RETURNING call_id
"""


async def zone_of(raw: asyncpg.Connection, tenant_id: UUID) -> str:
    """Return the lender's time zone."""
    return str(await raw.fetchval("SELECT zone FROM tenants WHERE id = $1", tenant_id))


async def plan(raw: asyncpg.Connection, tenant_id: UUID, version: int | None = None) -> PlanVersion | None:
    """Return a version of the sampling plan, the latest without one; None when there is no such version."""
    if version == 0:
        return PlanVersion(0, PLAN, None, None)
    asked = (LATEST_PLAN, tenant_id) if version is None else (PLAN_OF, tenant_id, version)
    row = await raw.fetchrow(*asked)
    if row is None:
        return PlanVersion(0, PLAN, None, None) if version is None else None
    return PlanVersion(
        row["version"], msgspec.json.decode(row["body"], type=SamplingPlan), row["made_by"], row["made_at"]
    )


async def sheet(raw: asyncpg.Connection, tenant_id: UUID, version: int | None = None) -> SheetVersion | None:
    """Return a version of the score sheet, the latest without one; None when there is no such version."""
    if version == 0:
        return SheetVersion(0, SHEET, None, None)
    asked = (LATEST_SHEET, tenant_id) if version is None else (SHEET_OF, tenant_id, version)
    row = await raw.fetchrow(*asked)
    if row is None:
        return SheetVersion(0, SHEET, None, None) if version is None else None
    return SheetVersion(
        row["version"], msgspec.json.decode(row["body"], type=ScoreSheet), row["made_by"], row["made_at"]
    )


async def add_version(raw: asyncpg.Connection, act: Act, version: int, body: SamplingPlan | ScoreSheet) -> bool:
    """Write the next version; False when somebody else wrote it in the same moment."""
    sql = ADD_PLAN if isinstance(body, SamplingPlan) else ADD_SHEET
    text = msgspec.json.encode(body).decode()
    return await raw.fetchval(sql, act.tenant_id, version, text, act.actor_id, act.at) is not None


async def fix_week(
    raw: asyncpg.Connection, act: Act, week_on: date, *, seed: str, plan_version: int
) -> tuple[str, int]:
    """Return by which seed and plan the week is drawn; these ones if nobody drew it before."""
    await raw.execute(FIX_WEEK, act.tenant_id, week_on, seed, plan_version, act.actor_id, act.at)
    return await drawn_by(raw, act.tenant_id, week_on) or (seed, plan_version)


async def drawn_by(raw: asyncpg.Connection, tenant_id: UUID, week_on: date) -> tuple[str, int] | None:
    """Return by which seed and plan a week was drawn; None when it was not."""
    row = await raw.fetchrow(WEEK, tenant_id, week_on)
    return None if row is None else (row["seed"], row["plan_version"])


async def drawable(
    raw: asyncpg.Connection, tenant_id: UUID, begins_at: datetime, ends_at: datetime
) -> list[Drawable] | None:
    """Return the calls of a week that the scope sees; None when there are more than a draw takes."""
    rows = await raw.fetch(DRAWABLE, tenant_id, begins_at, ends_at, DRAWABLE_MAX + 1)
    return None if len(rows) > DRAWABLE_MAX else [Drawable(**dict(row)) for row in rows]


async def add_drawn(raw: asyncpg.Connection, act: Act, week_on: date, drawn: Sequence[Drawn]) -> int:
    """Write drawn calls; returns how many were not drawn before."""
    calls = [one.call for one in drawn]
    rows = await raw.fetch(
        ADD_DRAWN, act.tenant_id, week_on, act.actor_id, act.at, [one.call_id for one in calls],
        [one.case_id for one in calls], [one.caller_id for one in calls], [" ".join(one.why) for one in drawn],
    )  # fmt: skip
    return len(rows)
