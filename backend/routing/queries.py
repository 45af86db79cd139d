"""All SQL of plans and stops."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.routing.schemas import PhonePlan, PhoneStop, StopOnFile, StopState, StopWrite

STOPS_BY_ID = """
SELECT stops.id, stops.plan_id, stops.user_id, stops.case_id, stops.state, stops.position,
    stops.skip_reason, day_plans.state AS plan_state
FROM stops JOIN day_plans ON day_plans.id = stops.plan_id
WHERE stops.tenant_id = $1 AND (stops.id = ANY($2::uuid[]) OR stops.plan_id = ANY($3::uuid[]))
"""
# What the gate took out of the day while the phone was away stays out.
WRITE_STOPS = """
UPDATE stops SET position = new.position, state_at = $2, skip_reason = new.skip_reason,
    state = CASE WHEN stops.state = 'blocked' THEN stops.state ELSE new.state END
FROM unnest($3::uuid[], $4::text[], $5::int[], $6::text[]) AS new (id, state, position, skip_reason)
WHERE stops.tenant_id = $1 AND stops.id = new.id
"""
# A visit made offline may name a stop of a plan that was replaced meanwhile: the stop of the same case and person in
# the plan that took its place is done as well.
FINISH_STOPS = """
UPDATE stops SET state = 'done', state_at = done.at, skip_reason = NULL
FROM (
    SELECT named.id, new.at FROM unnest($3::uuid[], $4::uuid[], $5::timestamptz[]) AS new (id, case_id, at)
    JOIN stops named ON named.id = new.id AND named.case_id = new.case_id AND named.user_id = $2
    UNION ALL
    SELECT present.id, new.at FROM unnest($3::uuid[], $4::uuid[], $5::timestamptz[]) AS new (id, case_id, at)
    JOIN stops named ON named.id = new.id AND named.case_id = new.case_id AND named.user_id = $2
    JOIN day_plans was ON was.id = named.plan_id AND was.state = 'replaced'
    JOIN day_plans now ON now.tenant_id = $1 AND now.team_id = was.team_id AND now.day = was.day
        AND now.state = 'published'
    JOIN stops present ON present.plan_id = now.id AND present.case_id = new.case_id AND present.user_id = $2) done
WHERE stops.tenant_id = $1 AND stops.id = done.id
"""
REOPEN_STOPS = """
UPDATE stops SET state = 'planned', state_at = NULL
FROM (
    SELECT stop_id AS id FROM visits WHERE visits.tenant_id = $1 AND visits.id = ANY($2::uuid[])
    UNION ALL
    SELECT present.id FROM visits
    JOIN stops named ON named.id = visits.stop_id
    JOIN day_plans was ON was.id = named.plan_id AND was.state = 'replaced'
    JOIN day_plans now ON now.tenant_id = $1 AND now.team_id = was.team_id AND now.day = was.day
        AND now.state = 'published'
    JOIN stops present ON present.plan_id = now.id AND present.case_id = named.case_id
        AND present.user_id = named.user_id
    WHERE visits.tenant_id = $1 AND visits.id = ANY($2::uuid[])) again
WHERE stops.tenant_id = $1 AND stops.id = again.id AND stops.state = 'done'
"""
# The newest published day on which the user has stops; an older day is history. What the gate took out of it is not
# on the phone; only the lead sees it.
PLAN_OF_USER = """
WITH newest AS (
    SELECT day_plans.id, day_plans.day, day_plans.published_at FROM day_plans
    WHERE day_plans.tenant_id = $1 AND day_plans.state = 'published'
        AND EXISTS (SELECT 1 FROM stops WHERE stops.plan_id = day_plans.id AND stops.user_id = $2)
    ORDER BY day_plans.day DESC, day_plans.published_at DESC LIMIT 1)
SELECT newest.id AS plan_id, newest.day, newest.published_at, stops.id, stops.case_id, stops.address_id, stops.position,
    stops.arrive_at, stops.leave_at, stops.window_start, stops.window_end, stops.drive_s, stops.drive_m,
    stops.is_locked, stops.is_must, stops.reasons, stops.state, stops.skip_reason
FROM newest JOIN stops ON stops.plan_id = newest.id AND stops.tenant_id = $1 AND stops.user_id = $2
    AND stops.state <> 'blocked'
ORDER BY stops.position, stops.id
"""


async def stops_by_id(
    raw: asyncpg.Connection, tenant_id: UUID, stop_ids: Sequence[UUID], plan_ids: Sequence[UUID]
) -> dict[UUID, StopOnFile]:
    """Return the named stops and all stops of the named plans."""
    if not stop_ids and not plan_ids:
        return {}
    return {
        row["id"]: StopOnFile(
            id=row["id"],
            plan_id=row["plan_id"],
            user_id=row["user_id"],
            case_id=row["case_id"],
            state=StopState(row["state"]),
            position=row["position"],
            skip_reason=row["skip_reason"],
            is_current=row["plan_state"] == "published",
        )
        for row in await raw.fetch(STOPS_BY_ID, tenant_id, stop_ids, plan_ids)
    }


async def write_stops(raw: asyncpg.Connection, tenant_id: UUID, writes: Sequence[StopWrite], now: datetime) -> None:
    """Write states and positions of stops."""
    if writes:
        await raw.execute(
            WRITE_STOPS, tenant_id, now, [one.id for one in writes], [one.state.value for one in writes],
            [one.position for one in writes], [one.skip_reason for one in writes],
        )  # fmt: skip


async def finish_stops(
    raw: asyncpg.Connection, tenant_id: UUID, user_id: UUID, done: Sequence[tuple[UUID, UUID, datetime]]
) -> None:
    """Mark the user's stops as done: (stop, case, instant); a stop of another case or person is left alone."""
    if done:
        await raw.execute(
            FINISH_STOPS, tenant_id, user_id, [stop for stop, _, _ in done], [case for _, case, _ in done],
            [at for _, _, at in done],
        )  # fmt: skip


async def reopen_stops(raw: asyncpg.Connection, tenant_id: UUID, visit_ids: Sequence[UUID]) -> None:
    """Make the stops of withdrawn visits open again."""
    if visit_ids:
        await raw.execute(REOPEN_STOPS, tenant_id, visit_ids)


async def plan_of(raw: asyncpg.Connection, tenant_id: UUID, user_id: UUID) -> PhonePlan | None:
    """Return the newest published plan that has stops of the user, with those stops; None when there is none."""
    rows = await raw.fetch(PLAN_OF_USER, tenant_id, user_id)
    if not rows:
        return None
    stops = [
        PhoneStop(
            id=row["id"], case_id=row["case_id"], address_id=row["address_id"], position=row["position"],
            arrive_at=row["arrive_at"], leave_at=row["leave_at"], window_start=row["window_start"],
            window_end=row["window_end"], drive_s=row["drive_s"], drive_m=row["drive_m"], is_locked=row["is_locked"],
            is_must=row["is_must"], reasons=msgspec.json.decode(row["reasons"], type=list[str]),
            state=StopState(row["state"]), skip_reason=row["skip_reason"],
        )
        for row in rows
    ]  # fmt: skip
    return PhonePlan(id=rows[0]["plan_id"], day=rows[0]["day"], published_at=rows[0]["published_at"], stops=stops)
