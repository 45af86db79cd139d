"""Which SQL does the living demo need? Its switch, who walks where, rounds of today, what clients owe and promised.

All but `living` run inside a transaction of the demo's own tenant, bound by row-level security like any request.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import msgspec

from backend.app.demo.live.schemas import (
    NextStop,
    OpenPromise,
    Owing,
    PaidAtDoor,
    TeamRound,
    Visited,
    Walker,
)
from backend.kernel.geo import Point

DEVICE_LABEL = "Rounds demo"
"""The phone of a walker is registered under this name."""

LIVING = "SELECT tenant_id, changed_at FROM demo_switches WHERE is_on ORDER BY tenant_id LIMIT 10"
SWITCH = "SELECT is_on, changed_at FROM demo_switches WHERE tenant_id = $1"
TURN = """
UPDATE demo_switches SET is_on = $2, changed_at = $3, changed_by = $4 WHERE tenant_id = $1 AND is_on <> $2
RETURNING tenant_id
"""
# A person plays who is signed in; a phone of the demo that somebody revoked stays closed.
_PLAYED = """(EXISTS (SELECT 1 FROM sessions WHERE sessions.tenant_id = $1 AND sessions.user_id = u.id
        AND sessions.expires_at > $2)
    OR EXISTS (SELECT 1 FROM devices WHERE devices.tenant_id = $1 AND devices.user_id = u.id AND devices.label = $3
        AND devices.revoked_at IS NOT NULL))"""
_DAY = "day AS (SELECT zone, ($2::timestamptz AT TIME ZONE zone)::date AS on_day FROM tenants WHERE id = $1)"
# No more people than this are moved; the stop before the next one says how long the plan lets one wait.
WALKERS_MAX = 60
WALKERS = f"""
WITH {_DAY},
today AS (SELECT s.*, p.published_at,
    lag(s.leave_at) OVER (PARTITION BY s.user_id ORDER BY s.position, s.id) AS left_at,
    min(s.arrive_at - s.drive_s * interval '1 second') OVER (PARTITION BY s.user_id) AS begins_at
    FROM stops s JOIN day_plans p ON p.id = s.plan_id
    WHERE s.tenant_id = $1 AND p.state = 'published' AND p.day = (SELECT on_day FROM day))
SELECT u.id AS user_id, v.id AS device_id, coalesce(v.last_seq, 0) AS last_seq, u.zone, u.language,
    u.shift_start_minute, u.shift_end_minute,
    ST_Y(u.start_point::geometry) AS start_lat, ST_X(u.start_point::geometry) AS start_lon,
    ST_Y(u.end_point::geometry) AS end_lat, ST_X(u.end_point::geometry) AS end_lon, d.started_at,
    ST_Y(d.place::geometry) AS lat, ST_X(d.place::geometry) AS lon, d.place_at, f.free_at,
    n.begins_at, n.published_at, n.id AS stop_id, n.case_id, n.address_id, n.arrive_at,
    extract(epoch FROM n.arrive_at - n.left_at)::int - n.drive_s AS waits_s,
    ST_Y(c.door::geometry) AS door_lat, ST_X(c.door::geometry) AS door_lon, c.currency, c.overdue_minor,
    o.external_ref, a.line
FROM users u
LEFT JOIN LATERAL (SELECT id, last_seq FROM devices WHERE devices.tenant_id = $1 AND devices.user_id = u.id
    AND devices.label = $3 AND devices.revoked_at IS NULL ORDER BY devices.id LIMIT 1) v ON true
LEFT JOIN duties d ON d.tenant_id = $1 AND d.user_id = u.id AND d.ended_at IS NULL
LEFT JOIN LATERAL (SELECT max(ended_at) AS free_at FROM visits WHERE visits.tenant_id = $1 AND visits.user_id = u.id
    AND visits.started_at > $2::timestamptz - interval '1 day') f ON true
LEFT JOIN LATERAL (SELECT * FROM today WHERE today.user_id = u.id AND today.state = 'planned'
    ORDER BY today.position, today.id LIMIT 1) n ON true
LEFT JOIN cases c ON c.id = n.case_id
LEFT JOIN obligors o ON o.id = c.obligor_id
LEFT JOIN addresses a ON a.id = n.address_id
WHERE u.tenant_id = $1 AND u.is_active AND u.role = 'collector' AND NOT {_PLAYED}
    AND (d.id IS NOT NULL OR n.id IS NOT NULL)
ORDER BY u.id LIMIT {WALKERS_MAX}
"""
TEAMS = f"""
WITH {_DAY}
SELECT t.id AS team_id, (SELECT on_day FROM day) AS day, p.published_at,
    (SELECT l.id FROM users l JOIN team_members m ON m.user_id = l.id AND m.team_id = t.id
        WHERE l.tenant_id = $1 AND l.role = 'lead' AND l.is_active ORDER BY l.login LIMIT 1) AS lead_id,
    (SELECT min(s.arrive_at - s.drive_s * interval '1 second') FROM stops s WHERE s.plan_id = p.id
        AND s.state = 'planned') AS begins_at,
    (SELECT max(s.state_at) FROM stops s WHERE s.plan_id = p.id AND s.state <> 'planned') AS last_at,
    (SELECT count(*) FROM stops s WHERE s.plan_id = p.id AND s.state = 'planned') AS stops_left,
    (SELECT count(*) FROM day_plans q WHERE q.tenant_id = $1 AND q.team_id = t.id
        AND q.day = (SELECT on_day FROM day) AND q.state IN ('published', 'replaced')) AS rounds,
    EXISTS (SELECT 1 FROM users u JOIN team_members m ON m.user_id = u.id AND m.team_id = t.id
        WHERE u.tenant_id = $1 AND u.is_active AND u.role = 'collector' AND {_PLAYED}) AS has_human
FROM teams t
LEFT JOIN day_plans p ON p.tenant_id = $1 AND p.team_id = t.id AND p.day = (SELECT on_day FROM day)
    AND p.state = 'published'
WHERE t.tenant_id = $1 AND t.kind = 'field' ORDER BY t.name LIMIT 20
"""
BEGINS = """
SELECT min(arrive_at - drive_s * interval '1 second') FROM stops
WHERE tenant_id = $1 AND plan_id = $2 AND state = 'planned'
"""
LAY_STOPS = """
UPDATE stops SET arrive_at = arrive_at + $3::interval, leave_at = leave_at + $3::interval
WHERE tenant_id = $1 AND plan_id = $2 AND state = 'planned'
"""
PAYMENTS_TODAY = "SELECT count(*) FROM payments WHERE tenant_id = $1 AND paid_on = $2 AND external_ref LIKE 'demo:%'"
# Told by the reference of the payment, which is made of the id of what caused it.
PAID_AT_DOORS = """
SELECT v.id AS visit_id, c.obligor_id, v.paid_minor AS amount_minor, v.ended_at
FROM visits v JOIN cases c ON c.id = v.case_id JOIN devices d ON d.id = v.device_id AND d.label = $3
WHERE v.tenant_id = $1 AND v.paid_minor IS NOT NULL AND v.withdrawn_at IS NULL
    AND v.ended_at > $2::timestamptz - interval '3 days' AND c.closed_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM payments p WHERE p.tenant_id = $1 AND p.external_ref = 'demo:' || v.id || ':1')
ORDER BY v.ended_at LIMIT 50
"""
VISITED = """
SELECT v.id AS visit_id, c.obligor_id, o.external_ref AS obligor_ref, v.ended_at
FROM visits v JOIN cases c ON c.id = v.case_id JOIN obligors o ON o.id = c.obligor_id
JOIN devices d ON d.id = v.device_id AND d.label = $3
WHERE v.tenant_id = $1 AND v.paid_minor IS NULL AND v.withdrawn_at IS NULL
    AND v.ended_at > $2::timestamptz - interval '2 days' AND c.closed_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM promises p WHERE p.case_id = c.id AND p.state IN ('open', 'due_today'))
    AND NOT EXISTS (SELECT 1 FROM payments p WHERE p.tenant_id = $1 AND p.external_ref = 'demo:' || v.id || ':1')
ORDER BY v.ended_at LIMIT 400
"""
PROMISES = """
SELECT p.id, p.case_id, c.obligor_id, o.external_ref AS obligor_ref, p.amount_minor, p.made_at, p.due_on,
    p.tolerance_days
FROM promises p JOIN cases c ON c.id = p.case_id JOIN obligors o ON o.id = c.obligor_id
WHERE p.tenant_id = $1 AND p.state IN ('open', 'due_today') AND c.closed_at IS NULL
ORDER BY p.due_on, p.id LIMIT 400
"""
OWING = """
SELECT DISTINCT ON (a.id) a.id AS account_id, a.external_ref AS account_ref, a.obligor_id, b.principal_minor,
    b.interest_minor, b.penalty_minor, b.fee_minor, b.overdue_minor, b.days_past_due, b.currency
FROM accounts a JOIN balances b ON b.tenant_id = $1 AND b.account_id = a.id
WHERE a.tenant_id = $1 AND a.obligor_id = ANY($2::uuid[]) ORDER BY a.id, b.as_of DESC
"""


class Switch(msgspec.Struct, frozen=True):
    """Where the switch of a lender stands."""

    is_on: bool
    changed_at: datetime


class Lender(msgspec.Struct, frozen=True):
    """The demo's lender: its zone, and since when it is there."""

    zone: str
    made_at: datetime


class Living(msgspec.Struct, frozen=True):
    """A lender whose people act by themselves, and since when."""

    tenant_id: UUID
    since: datetime


class Standing(msgspec.Struct, frozen=True):
    """A walker, and since when the round is out that the walker is in; `lost_stop_id`: its next stop has no door."""

    walker: Walker
    published_at: datetime | None
    lost_stop_id: UUID | None


async def living(raw: asyncpg.Connection) -> list[Living]:
    """Return the demo's lenders whose switch is on; `raw` crosses tenants."""
    return [Living(tenant_id=row["tenant_id"], since=row["changed_at"]) for row in await raw.fetch(LIVING)]


async def switch_of(raw: asyncpg.Connection, tenant_id: UUID) -> Switch | None:
    """Return the switch of a lender, or None: not the demo's."""
    row = await raw.fetchrow(SWITCH, tenant_id)
    return None if row is None else Switch(is_on=row["is_on"], changed_at=row["changed_at"])


async def lender(raw: asyncpg.Connection, tenant_id: UUID) -> Lender:
    """Return the lender that is acted for."""
    row = await raw.fetchrow("SELECT zone, created_at FROM tenants WHERE id = $1", tenant_id)
    return Lender(zone=row["zone"], made_at=row["created_at"])


async def turn(raw: asyncpg.Connection, tenant_id: UUID, user_id: UUID, now: datetime, *, is_on: bool) -> bool:
    """Turn the switch; returns whether it stood otherwise before."""
    return await raw.fetchval(TURN, tenant_id, is_on, now, user_id) is not None


def _point(row: asyncpg.Record, prefix: str = "") -> Point | None:
    lat, lon = row[f"{prefix}lat"], row[f"{prefix}lon"]
    return None if lat is None else Point(lat=lat, lon=lon)


def _stop(row: asyncpg.Record) -> NextStop | None:
    door = _point(row, "door_")
    if door is None or row["line"] is None:
        return None
    return NextStop(
        id=row["stop_id"],
        case_id=row["case_id"],
        address_id=row["address_id"],
        door=door,
        arrive_at=row["arrive_at"],
        waits_s=max(0, row["waits_s"] or 0),
        obligor_ref=row["external_ref"],
        address_line=row["line"],
        currency=row["currency"],
        overdue_minor=row["overdue_minor"],
    )


async def walkers(raw: asyncpg.Connection, tenant_id: UUID, now: datetime) -> list[Standing]:
    """Return the collectors whom no person plays, with their next door of today; at most WALKERS_MAX."""
    return [_standing(row) for row in await raw.fetch(WALKERS, tenant_id, now, DEVICE_LABEL)]


def _standing(row: asyncpg.Record) -> Standing:
    stop = _stop(row)
    walker = Walker(
        user_id=row["user_id"],
        device_id=row["device_id"],
        last_seq=row["last_seq"],
        zone=row["zone"],
        language=row["language"],
        shift_start_minute=row["shift_start_minute"],
        shift_end_minute=row["shift_end_minute"],
        start=_point(row, "start_"),
        end=_point(row, "end_"),
        on_duty_since=row["started_at"],
        place=_point(row),
        place_at=row["place_at"],
        free_at=row["free_at"],
        day_begins_at=row["begins_at"],
        stop=stop,
    )
    return Standing(
        walker=walker, published_at=row["published_at"], lost_stop_id=row["stop_id"] if stop is None else None
    )


async def team_rounds(raw: asyncpg.Connection, tenant_id: UUID, now: datetime) -> list[TeamRound]:
    """Return how far each field team that has a lead is with today."""
    rows = await raw.fetch(TEAMS, tenant_id, now, DEVICE_LABEL)
    return [TeamRound(**dict(row)) for row in rows if row["lead_id"] is not None]


async def begins_at(raw: asyncpg.Connection, tenant_id: UUID, plan_id: UUID) -> datetime | None:
    """Return when the first of a plan sets out."""
    found: datetime | None = await raw.fetchval(BEGINS, tenant_id, plan_id)
    return found


async def move_stops(raw: asyncpg.Connection, tenant_id: UUID, plan_id: UUID, by: timedelta) -> None:
    """Move the times of a draft; the hours in which a door may be visited stay as they are."""
    await raw.execute(LAY_STOPS, tenant_id, plan_id, by)


async def payments_today(raw: asyncpg.Connection, tenant_id: UUID, today: object) -> int:
    """Return how many payments the demo's clients have made on that local day."""
    return int(await raw.fetchval(PAYMENTS_TODAY, tenant_id, today))


async def paid_at_doors(raw: asyncpg.Connection, tenant_id: UUID, now: datetime) -> list[PaidAtDoor]:
    """Return what was paid to walkers and is not in the books yet, the oldest first, at most 50."""
    return [PaidAtDoor(**dict(row)) for row in await raw.fetch(PAID_AT_DOORS, tenant_id, now, DEVICE_LABEL)]


async def visited(raw: asyncpg.Connection, tenant_id: UUID, now: datetime) -> list[Visited]:
    """Return whom walkers visited in two days without a payment or a promise, the oldest first, at most 400."""
    return [Visited(**dict(row)) for row in await raw.fetch(VISITED, tenant_id, now, DEVICE_LABEL)]


async def open_promises(raw: asyncpg.Connection, tenant_id: UUID) -> list[OpenPromise]:
    """Return promises that nobody has settled, the earliest due first, at most 400."""
    return [OpenPromise(**dict(row)) for row in await raw.fetch(PROMISES, tenant_id)]


async def owing(raw: asyncpg.Connection, tenant_id: UUID, obligor_ids: Sequence[UUID]) -> list[Owing]:
    """Return what the accounts of these obligors owe by their newest balances."""
    return [Owing(**dict(row)) for row in await raw.fetch(OWING, tenant_id, obligor_ids)]
