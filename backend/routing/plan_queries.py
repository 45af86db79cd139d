"""Which SQL plans a day: whom and what there is to plan, drafts, publishing, changes by the lead. Sets in, sets out."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.kernel.geo import Point
from backend.kernel.ids import new_id
from backend.routing.plan_schemas import (
    NewStop,
    PlanHead,
    PlanLine,
    PlanState,
    PlanStatus,
    PlanWish,
    StopView,
    Stretch,
    Summary,
    VisitableCase,
    WorkingPerson,
)
from backend.routing.schemas import StopState

VISITABLE_STATES = ("new", "in_grace", "active", "promise", "plan")
CASES_MAX = 5000
UNPLANNED_SHOWN_MAX = 1000

TEAM = """
SELECT teams.id, tenants.zone FROM teams JOIN tenants ON tenants.id = teams.tenant_id
WHERE teams.tenant_id = $1 AND teams.id = $2 AND teams.kind = 'field'
"""
# Where somebody stands in the day: the place and end of the last visit of today, if there was one.
PEOPLE = """
SELECT u.id, u.name, u.zone, u.role = 'agency' AS is_agency, u.shift_start_minute, u.shift_end_minute,
    ST_Y(u.start_point::geometry) AS start_lat, ST_X(u.start_point::geometry) AS start_lon,
    ST_Y(u.end_point::geometry) AS end_lat, ST_X(u.end_point::geometry) AS end_lon,
    ST_Y(last.place::geometry) AS last_lat, ST_X(last.place::geometry) AS last_lon, last.ended_at AS last_ended_at
FROM users u JOIN team_members m ON m.user_id = u.id AND m.team_id = $2
LEFT JOIN LATERAL (SELECT coalesce(c.door, v.place) AS place, v.ended_at FROM visits v
    JOIN cases c ON c.id = v.case_id WHERE v.tenant_id = $1 AND v.user_id = u.id AND v.started_at >= $4
        AND v.started_at < $4::timestamptz + interval '1 day' AND v.withdrawn_at IS NULL
    ORDER BY v.started_at DESC LIMIT 1) last ON true
WHERE u.tenant_id = $1 AND u.is_active
    AND (u.id = ANY($3::uuid[]) OR ($3::uuid[] IS NULL AND u.role IN ('collector', 'agency')))
ORDER BY u.id
"""
_CASES = """
SELECT c.id, c.number, o.name, o.zone, c.score, c.currency, c.overdue_minor, c.reasons::text AS reasons, c.assignee_id,
    c.door_address_id, ST_Y(c.door::geometry) AS lat, ST_X(c.door::geometry) AS lon,
    EXISTS (SELECT 1 FROM promises p WHERE p.case_id = c.id AND p.state IN ('open', 'due_today') AND p.due_on = $3)
        AS is_promise_due
FROM cases c JOIN obligors o ON o.id = c.obligor_id
"""
CASES_OF_TEAM = f"""{_CASES} WHERE c.tenant_id = $1 AND c.team_id = $2 AND c.closed_at IS NULL
    AND c.state = ANY($4::text[])
    AND NOT EXISTS (SELECT 1 FROM visits v WHERE v.case_id = c.id AND v.started_at >= $5 AND v.withdrawn_at IS NULL
        AND v.started_at < $5::timestamptz + interval '1 day')
    AND (c.id = ANY($6::uuid[]) OR NOT EXISTS (SELECT 1 FROM promises p WHERE p.case_id = c.id AND p.state = 'open'
        AND p.due_on > $3))
    AND (c.id = ANY($6::uuid[]) OR NOT EXISTS (SELECT 1 FROM stops s JOIN day_plans d ON d.id = s.plan_id
        WHERE d.tenant_id = $1 AND d.team_id = $2 AND d.day = $3 AND d.state = 'published' AND s.case_id = c.id
            AND s.state = 'skipped'))
ORDER BY c.id = ANY($6::uuid[]) DESC, c.score DESC, c.id LIMIT {CASES_MAX}
"""
CASES_BY_ID = f"{_CASES} WHERE c.tenant_id = $1 AND c.id = ANY($2::uuid[]) AND c.closed_at IS NULL ORDER BY c.id"
LOCKED_STOPS = """
SELECT stops.case_id, stops.user_id FROM stops JOIN day_plans ON day_plans.id = stops.plan_id
WHERE day_plans.tenant_id = $1 AND day_plans.team_id = $2 AND day_plans.day = $3 AND day_plans.state = 'published'
    AND stops.is_locked AND stops.state = 'planned'
"""
INSERT_PLAN = """
INSERT INTO day_plans (id, tenant_id, team_id, day, state, made_by, made_at, summary)
VALUES ($1, $2, $3, $4, 'draft', $5, $6, $7::text::jsonb)
"""
PLAN = """
SELECT p.id, p.team_id, p.day, p.state, p.made_by, p.made_at, p.published_at, p.summary::text AS summary, t.zone
FROM day_plans p JOIN tenants t ON t.id = p.tenant_id WHERE p.tenant_id = $1 AND p.id = $2
"""
PUBLISHED = """
SELECT id FROM day_plans WHERE tenant_id = $1 AND team_id = $2 AND day = $3 AND state = 'published'
"""
PLANS = """
SELECT p.id, p.team_id, p.day, p.state, p.summary->>'status' AS status, u.name AS made_by, p.made_at, p.published_at,
    (SELECT count(*)::int FROM stops WHERE stops.plan_id = p.id) AS stops, (p.summary->>'gain_m')::int AS gain_m
FROM day_plans p JOIN users u ON u.id = p.made_by
WHERE p.tenant_id = $1 AND ($2 OR p.team_id = ANY($3::uuid[])) AND p.day = $4 ORDER BY p.made_at DESC LIMIT 50
"""
STOPS = """
SELECT s.id, s.case_id, c.number, o.name, s.user_id, s.position, ST_Y(c.door::geometry) AS lat,
    ST_X(c.door::geometry) AS lon, s.arrive_at, s.leave_at, s.window_start, s.window_end, s.drive_s, s.drive_m,
    s.is_locked, s.is_must, s.reasons::text AS reasons, s.state, s.skip_reason, s.headcount, s.lawful::text AS lawful,
    s.rule_ids, c.currency, c.overdue_minor, c.score
FROM stops s JOIN cases c ON c.id = s.case_id JOIN obligors o ON o.id = c.obligor_id
WHERE s.tenant_id = $1 AND s.plan_id = $2 ORDER BY s.user_id, s.position, s.id
"""
INSERT_STOPS = """
INSERT INTO stops (id, tenant_id, plan_id, case_id, user_id, address_id, position, arrive_at, leave_at, window_start,
    window_end, drive_s, drive_m, is_locked, is_must, reasons, headcount, lawful, rule_ids)
SELECT id, $1, $2, case_id, user_id, address_id, position, arrive_at, leave_at, window_start, window_end, drive_s,
    drive_m, is_locked, is_must, reasons::jsonb, headcount, lawful::jsonb,
    ARRAY(SELECT jsonb_array_elements_text(rule_ids::jsonb))
FROM unnest($3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::int[], $8::timestamptz[], $9::timestamptz[],
    $10::timestamptz[], $11::timestamptz[], $12::int[], $13::int[], $14::bool[], $15::bool[], $16::text[], $17::int[],
    $18::text[], $19::text[])
    AS new (id, case_id, user_id, address_id, position, arrive_at, leave_at, window_start, window_end, drive_s, drive_m,
    is_locked, is_must, reasons, headcount, lawful, rule_ids)
"""
UPDATE_STOPS = """
UPDATE stops SET user_id = new.user_id, position = new.position, arrive_at = new.arrive_at, leave_at = new.leave_at,
    window_start = new.window_start, window_end = new.window_end, drive_s = new.drive_s, drive_m = new.drive_m,
    is_locked = new.is_locked, is_must = new.is_must, headcount = new.headcount, lawful = new.lawful::jsonb,
    rule_ids = ARRAY(SELECT jsonb_array_elements_text(new.rule_ids::jsonb))
FROM unnest($3::uuid[], $4::uuid[], $5::int[], $6::timestamptz[], $7::timestamptz[], $8::timestamptz[],
    $9::timestamptz[], $10::int[], $11::int[], $12::bool[], $13::bool[], $14::int[], $15::text[], $16::text[])
    AS new (case_id, user_id, position, arrive_at, leave_at, window_start, window_end, drive_s, drive_m, is_locked,
    is_must, headcount, lawful, rule_ids)
WHERE stops.tenant_id = $1 AND stops.plan_id = $2 AND stops.case_id = new.case_id AND stops.state = 'planned'
"""
# What was done or put aside, and what the lead locked, stays in the plan that takes the place of the old one.
FINISH_AS_BEFORE = """
UPDATE stops SET state = old.state, skip_reason = old.skip_reason, state_at = old.state_at, user_id = old.user_id
FROM stops old WHERE stops.tenant_id = $1 AND stops.plan_id = $2 AND old.plan_id = $3 AND old.case_id = stops.case_id
    AND old.state = 'done'
"""
CARRY_OVER = """
INSERT INTO stops (id, tenant_id, plan_id, case_id, user_id, address_id, position, arrive_at, leave_at, window_start,
    window_end, drive_s, drive_m, is_locked, is_must, reasons, state, skip_reason, state_at, headcount, lawful,
    rule_ids)
SELECT gen_random_uuid(), tenant_id, $2, case_id, user_id, address_id, position, arrive_at, leave_at, window_start,
    window_end, drive_s, drive_m, is_locked, is_must, reasons, state, skip_reason, state_at, headcount, lawful,
    rule_ids
FROM stops old WHERE old.tenant_id = $1 AND old.plan_id = $3
    AND (old.state <> 'planned' OR old.is_locked)
    AND NOT EXISTS (SELECT 1 FROM stops new WHERE new.plan_id = $2 AND new.case_id = old.case_id)
"""
RENUMBER = """
UPDATE stops SET position = ordered.number FROM (
    SELECT id, row_number() OVER (PARTITION BY user_id ORDER BY state <> 'done', CASE WHEN state = 'done' THEN state_at
        ELSE arrive_at END, position, id)::int AS number FROM stops WHERE tenant_id = $1 AND plan_id = $2) ordered
WHERE stops.id = ordered.id AND stops.position <> ordered.number
"""


def _point(row: asyncpg.Record, prefix: str = "") -> Point | None:
    lat, lon = row[f"{prefix}lat"], row[f"{prefix}lon"]
    return None if lat is None else Point(lat=lat, lon=lon)


async def zone_of_team(raw: asyncpg.Connection, tenant_id: UUID, team_id: UUID) -> str | None:
    """Return the zone in which a field team's days are counted; None when there is no such team."""
    row = await raw.fetchrow(TEAM, tenant_id, team_id)
    return None if row is None else str(row["zone"])


async def working_people(
    raw: asyncpg.Connection, tenant_id: UUID, team_id: UUID, user_ids: Sequence[UUID] | None, midnight: datetime
) -> list[WorkingPerson]:
    """Return those of the team who work (null: its active collectors), and where they stand in that day."""
    return [
        WorkingPerson(
            id=row["id"],
            name=row["name"],
            zone=row["zone"],
            shift_start_minute=row["shift_start_minute"],
            shift_end_minute=row["shift_end_minute"],
            start=_point(row, "start_"),
            end=_point(row, "end_"),
            last_place=_point(row, "last_"),
            last_ended_at=row["last_ended_at"],
            is_agency=row["is_agency"],
        )
        for row in await raw.fetch(PEOPLE, tenant_id, team_id, user_ids, midnight)
    ]


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _case(row: asyncpg.Record) -> VisitableCase:
    return VisitableCase(
        id=row["id"],
        number=row["number"],
        name=row["name"],
        zone=row["zone"],
        score=row["score"],
        currency=row["currency"],
        overdue_minor=row["overdue_minor"],
        reasons=msgspec.json.decode(row["reasons"], type=list[str]),
        assignee_id=row["assignee_id"],
        door_address_id=row["door_address_id"],
        door=_point(row),
        is_promise_due=row["is_promise_due"],
    )


async def visitable_cases(
    raw: asyncpg.Connection, tenant_id: UUID, wish: PlanWish, midnight: datetime
) -> list[VisitableCase]:
    """Return the team's open cases that may be visited that day: not visited yet, no promise to wait for, not skipped.

    What the lead names as a must is among them even with a promise or a skip.
    """
    rows = await raw.fetch(
        CASES_OF_TEAM, tenant_id, wish.team_id, wish.day, list(VISITABLE_STATES), midnight, wish.must_case_ids
    )
    return [_case(row) for row in rows]


async def cases_by_id(
    raw: asyncpg.Connection, tenant_id: UUID, case_ids: Sequence[UUID], day: date
) -> dict[UUID, VisitableCase]:
    """Return the open ones of these cases."""
    return {row["id"]: _case(row) for row in await raw.fetch(CASES_BY_ID, tenant_id, case_ids, day)}


async def locked_stops(raw: asyncpg.Connection, tenant_id: UUID, team_id: UUID, day: date) -> dict[UUID, UUID]:
    """Return who must visit which case, because the lead locked it in the published plan of the day."""
    return {row["case_id"]: row["user_id"] for row in await raw.fetch(LOCKED_STOPS, tenant_id, team_id, day)}


async def insert_plan(raw: asyncpg.Connection, tenant_id: UUID, head: PlanHead) -> None:
    """Write a draft without stops."""
    summary = msgspec.json.encode(head.summary).decode()
    await raw.execute(INSERT_PLAN, head.id, tenant_id, head.team_id, head.day, head.made_by, head.made_at, summary)


async def plan_head(raw: asyncpg.Connection, tenant_id: UUID, plan_id: UUID, *, is_locked: bool) -> PlanHead | None:
    """Return a plan without its stops, held for the rest of the transaction if wished."""
    row = await raw.fetchrow(PLAN + ("FOR UPDATE OF p" if is_locked else ""), tenant_id, plan_id)
    if row is None:
        return None
    return PlanHead(
        id=row["id"],
        team_id=row["team_id"],
        day=row["day"],
        zone=row["zone"],
        state=PlanState(row["state"]),
        made_by=row["made_by"],
        made_at=row["made_at"],
        published_at=row["published_at"],
        summary=msgspec.json.decode(row["summary"], type=Summary),
    )


async def published_plan(raw: asyncpg.Connection, tenant_id: UUID, team_id: UUID, day: date) -> UUID | None:
    """Return the plan that is published for a team and day."""
    found: UUID | None = await raw.fetchval(PUBLISHED, tenant_id, team_id, day)
    return found


async def write_summary(raw: asyncpg.Connection, tenant_id: UUID, plan_id: UUID, summary: Summary) -> None:
    """Write what is known of a plan."""
    await raw.execute(
        "UPDATE day_plans SET summary = $3::text::jsonb WHERE tenant_id = $1 AND id = $2",
        tenant_id, plan_id, msgspec.json.encode(summary).decode(),
    )  # fmt: skip


async def ask_to_stop(raw: asyncpg.Connection, tenant_id: UUID, plan_id: UUID) -> None:
    """Note that the solver may stop with what it has."""
    await raw.execute(
        "UPDATE day_plans SET summary = summary || '{\"is_stopping\": true}' WHERE tenant_id = $1 AND id = $2",
        tenant_id, plan_id,
    )  # fmt: skip


async def plans_of(
    raw: asyncpg.Connection, tenant_id: UUID, team_ids: Sequence[UUID] | None, day: date
) -> list[PlanLine]:
    """Return the plans of a day, the newest first."""
    rows = await raw.fetch(PLANS, tenant_id, team_ids is None, list(team_ids or ()), day)
    return [
        PlanLine(**{**dict(row), "state": PlanState(row["state"]), "status": PlanStatus(row["status"] or "ready"),
                    "gain_m": row["gain_m"] or 0})
        for row in rows
    ]  # fmt: skip


async def stops_of(raw: asyncpg.Connection, tenant_id: UUID, plan_id: UUID) -> list[StopView]:
    """Return the stops of a plan, collector by collector in their order."""
    stops = []
    for row in await raw.fetch(STOPS, tenant_id, plan_id):
        fields = {name: row[name] for name in StopView.__struct_fields__ if name != "place"}
        fields |= {"reasons": msgspec.json.decode(row["reasons"], type=list[str]), "state": StopState(row["state"])}
        fields |= {"lawful": msgspec.json.decode(row["lawful"], type=list[Stretch])}
        stops.append(StopView(**fields, place=_point(row)))
    return stops


async def insert_stops(raw: asyncpg.Connection, tenant_id: UUID, plan_id: UUID, stops: Sequence[NewStop]) -> None:
    """Write the stops of a plan."""
    await raw.execute(
        INSERT_STOPS, tenant_id, plan_id, [new_id() for _ in stops], [one.case_id for one in stops],
        [one.user_id for one in stops], [one.address_id for one in stops], [one.position for one in stops],
        [one.arrive_at for one in stops], [one.leave_at for one in stops], [one.window_start for one in stops],
        [one.window_end for one in stops], [one.drive_s for one in stops], [one.drive_m for one in stops],
        [one.is_locked for one in stops], [one.is_must for one in stops], [_json(one.reasons) for one in stops],
        [one.headcount for one in stops], [_json(one.lawful) for one in stops], [_json(one.rule_ids) for one in stops],
    )  # fmt: skip


async def update_stops(raw: asyncpg.Connection, tenant_id: UUID, plan_id: UUID, stops: Sequence[NewStop]) -> None:
    """Write places and times of planned stops anew."""
    await raw.execute(
        UPDATE_STOPS, tenant_id, plan_id, [one.case_id for one in stops], [one.user_id for one in stops],
        [one.position for one in stops], [one.arrive_at for one in stops], [one.leave_at for one in stops],
        [one.window_start for one in stops], [one.window_end for one in stops], [one.drive_s for one in stops],
        [one.drive_m for one in stops], [one.is_locked for one in stops], [one.is_must for one in stops],
        [one.headcount for one in stops], [_json(one.lawful) for one in stops], [_json(one.rule_ids) for one in stops],
    )  # fmt: skip


async def remove_stop(raw: asyncpg.Connection, tenant_id: UUID, plan_id: UUID, case_id: UUID) -> None:
    """Take a planned stop out of a plan."""
    await raw.execute(
        "DELETE FROM stops WHERE tenant_id = $1 AND plan_id = $2 AND case_id = $3 AND state = 'planned'",
        tenant_id, plan_id, case_id,
    )  # fmt: skip


async def restore_stop(raw: asyncpg.Connection, tenant_id: UUID, plan_id: UUID, case_id: UUID) -> None:
    """Put a skipped stop, or one that was held back, to work again."""
    await raw.execute(
        "UPDATE stops SET state = 'planned', skip_reason = NULL, state_at = NULL, rule_ids = '{}'"
        " WHERE tenant_id = $1 AND plan_id = $2 AND case_id = $3 AND state IN ('skipped', 'blocked')",
        tenant_id, plan_id, case_id,
    )  # fmt: skip


async def publish(raw: asyncpg.Connection, tenant_id: UUID, plan_id: UUID, old_id: UUID | None, now: datetime) -> None:
    """Let a draft take the place of the published plan: what was done, put aside or locked there stays."""
    if old_id is not None:
        await raw.execute(FINISH_AS_BEFORE, tenant_id, plan_id, old_id)
        await raw.execute(CARRY_OVER, tenant_id, plan_id, old_id)
        await raw.execute("UPDATE day_plans SET state = 'replaced' WHERE tenant_id = $1 AND id = $2", tenant_id, old_id)
    await raw.execute(RENUMBER, tenant_id, plan_id)
    await raw.execute(
        "UPDATE day_plans SET state = 'published', published_at = $3 WHERE tenant_id = $1 AND id = $2",
        tenant_id, plan_id, now,
    )  # fmt: skip
