"""How does the team stand just now? One statement a board: people on duty, their day, money, devices, what is late."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.routing.board_schemas import BoardRow, DuePromise, RouteLine

# $1 tenant, $2 all teams?, $3 teams, $4 now, $5 team or null. The day is the tenant's local one.
_DAY = """
day AS (SELECT (($4::timestamptz AT TIME ZONE zone)::date) AS on_day,
    (($4::timestamptz AT TIME ZONE zone)::date)::timestamp AT TIME ZONE zone AS began_at
    FROM tenants WHERE id = $1)
"""
_FOLK = """
folk AS (SELECT DISTINCT u.id, u.name, u.role, u.shift_start_minute, u.shift_end_minute FROM users u
    JOIN team_members m ON m.user_id = u.id JOIN teams t ON t.id = m.team_id AND t.kind = 'field'
    WHERE u.tenant_id = $1 AND u.is_active AND u.role IN ('collector', 'agency')
        AND ($2 OR m.team_id = ANY($3::uuid[])) AND ($5::uuid IS NULL OR m.team_id = $5))
"""
# A place is shown only while somebody is on duty: the row of the duty holds none afterwards.
BOARD = f"""
WITH {_DAY}, {_FOLK},
today AS (SELECT s.* FROM stops s JOIN day_plans p ON p.id = s.plan_id AND p.state = 'published'
    WHERE s.tenant_id = $1 AND p.day = (SELECT on_day FROM day) AND s.user_id IN (SELECT id FROM folk)),
took AS (SELECT v.user_id, v.case_id, v.paid_minor, v.ended_at FROM visits v
        WHERE v.tenant_id = $1 AND v.user_id IN (SELECT id FROM folk) AND v.withdrawn_at IS NULL
            AND v.ended_at >= (SELECT began_at FROM day)
    UNION ALL SELECT l.user_id, l.case_id, l.paid_minor, l.ended_at FROM calls l
        WHERE l.tenant_id = $1 AND l.user_id IN (SELECT id FROM folk) AND l.withdrawn_at IS NULL
            AND l.ended_at >= (SELECT began_at FROM day))
SELECT json_build_object('user_id', f.id, 'name', f.name, 'shift_start_minute', f.shift_start_minute,
    'shift_end_minute', f.shift_end_minute, 'on_duty_since', d.started_at,
    'place', CASE WHEN d.place IS NULL THEN NULL ELSE json_build_object('lat', ST_Y(d.place::geometry),
        'lon', ST_X(d.place::geometry)) END,
    'place_at', d.place_at,
    'stops_done', (SELECT count(*) FROM today WHERE today.user_id = f.id AND today.state = 'done'),
    'stops_skipped', (SELECT count(*) FROM today WHERE today.user_id = f.id AND today.state = 'skipped'),
    'stops_planned', (SELECT count(*) FROM today WHERE today.user_id = f.id),
    'next_case_id', n.case_id, 'next_arrive_at', n.arrive_at, 'next_late_at', n.leave_at,
    'last_record_at', (SELECT max(took.ended_at) FROM took WHERE took.user_id = f.id),
    'records', (SELECT count(*) FROM took WHERE took.user_id = f.id),
    'collected', (SELECT coalesce(json_agg(sums), '[]') FROM (SELECT c.currency, sum(took.paid_minor)::bigint AS
        amount_minor FROM took JOIN cases c ON c.id = took.case_id WHERE took.user_id = f.id AND took.paid_minor > 0
        GROUP BY c.currency ORDER BY c.currency) sums),
    'promised', (SELECT coalesce(json_agg(sums), '[]') FROM (SELECT q.currency, sum(q.amount_minor)::bigint AS
        amount_minor FROM promises q WHERE q.tenant_id = $1 AND q.made_by = f.id AND q.state <> 'cancelled'
        AND q.made_at >= (SELECT began_at FROM day) GROUP BY q.currency ORDER BY q.currency) sums),
    'open_cases', (SELECT count(*) FROM cases c WHERE c.tenant_id = $1 AND c.assignee_id = f.id
        AND c.closed_at IS NULL),
    'unsent', coalesce(v.unsent, 0), 'seen_at', v.seen_at)::text
FROM folk f
LEFT JOIN duties d ON d.tenant_id = $1 AND d.user_id = f.id AND d.ended_at IS NULL
LEFT JOIN LATERAL (SELECT case_id, arrive_at, leave_at FROM today WHERE today.user_id = f.id
    AND today.state = 'planned' ORDER BY position LIMIT 1) n ON true
LEFT JOIN LATERAL (SELECT sum(unsent_count) AS unsent, max(last_seen_at) AS seen_at FROM devices
    WHERE devices.tenant_id = $1 AND devices.user_id = f.id AND devices.revoked_at IS NULL) v ON true
ORDER BY f.name, f.id
"""
DUE_TODAY = f"""
WITH {_DAY}
SELECT p.id, p.case_id, c.number, o.name, c.assignee_id, p.amount_minor, p.currency, p.due_on
FROM promises p JOIN cases c ON c.id = p.case_id JOIN obligors o ON o.id = c.obligor_id
WHERE p.tenant_id = $1 AND p.state IN ('open', 'due_today') AND p.due_on = (SELECT on_day FROM day)
    AND c.closed_at IS NULL AND ($2 OR c.team_id = ANY($3::uuid[])) AND ($5::uuid IS NULL OR c.team_id = $5)
ORDER BY p.amount_minor DESC, p.id LIMIT 200
"""
TODAY = "SELECT ($2::timestamptz AT TIME ZONE zone)::date FROM tenants WHERE id = $1"
ROUTES = """
SELECT json_build_object('plan_id', p.id, 'user_id', u.id, 'name', u.name,
    'start', CASE WHEN u.start_point IS NULL THEN NULL ELSE json_build_object('lat', ST_Y(u.start_point::geometry),
        'lon', ST_X(u.start_point::geometry)) END,
    'end', CASE WHEN u.end_point IS NULL THEN NULL ELSE json_build_object('lat', ST_Y(u.end_point::geometry),
        'lon', ST_X(u.end_point::geometry)) END,
    'stops', json_agg(json_build_object('id', s.id, 'case_id', s.case_id, 'number', c.number, 'name', o.name,
        'position', s.position, 'place', CASE WHEN c.door IS NULL THEN NULL ELSE json_build_object(
            'lat', ST_Y(c.door::geometry), 'lon', ST_X(c.door::geometry)) END,
        'arrive_at', s.arrive_at, 'leave_at', s.leave_at, 'drive_s', s.drive_s, 'state', s.state,
        'is_locked', s.is_locked, 'is_must', s.is_must, 'state_at', s.state_at) ORDER BY s.position, s.id))::text
FROM day_plans p JOIN stops s ON s.plan_id = p.id JOIN users u ON u.id = s.user_id
JOIN cases c ON c.id = s.case_id JOIN obligors o ON o.id = c.obligor_id
WHERE p.tenant_id = $1 AND p.state = 'published' AND p.day = $4 AND ($2 OR p.team_id = ANY($3::uuid[]))
    AND ($5::uuid IS NULL OR p.team_id = $5)
GROUP BY p.id, u.id ORDER BY u.name, u.id
"""
_ROW = msgspec.json.Decoder(BoardRow)
_ROUTE = msgspec.json.Decoder(RouteLine)


async def board_rows(
    raw: asyncpg.Connection, tenant_id: UUID, team_ids: Sequence[UUID] | None, team_id: UUID | None, now: datetime
) -> list[BoardRow]:
    """Return one row a collector of the teams (null: all), by name."""
    rows = await raw.fetch(BOARD, tenant_id, team_ids is None, list(team_ids or ()), now, team_id)
    return [_ROW.decode(row[0]) for row in rows]


async def promises_due(
    raw: asyncpg.Connection, tenant_id: UUID, team_ids: Sequence[UUID] | None, team_id: UUID | None, now: datetime
) -> list[DuePromise]:
    """Return the promises that fall due today on the teams' open cases, the largest first, at most 200."""
    rows = await raw.fetch(DUE_TODAY, tenant_id, team_ids is None, list(team_ids or ()), now, team_id)
    return [DuePromise(**dict(row)) for row in rows]


async def local_today(raw: asyncpg.Connection, tenant_id: UUID, now: datetime) -> date:
    """Return the tenant's local day."""
    found: date = await raw.fetchval(TODAY, tenant_id, now)
    return found


async def routes_of(
    raw: asyncpg.Connection, tenant_id: UUID, team_ids: Sequence[UUID] | None, team_id: UUID | None, day: date
) -> list[RouteLine]:
    """Return the published routes of a day, one a collector."""
    rows = await raw.fetch(ROUTES, tenant_id, team_ids is None, list(team_ids or ()), day, team_id)
    return [_ROUTE.decode(row[0]) for row in rows]
