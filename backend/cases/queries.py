"""All SQL of the cases: what they owe, where their doors are, who has them, what phones must hear."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.cases.schemas import CaseState, DoorCandidate, Owed
from backend.kernel.geo import Point
from backend.kernel.ids import new_id

OWED = """
WITH latest AS (
    SELECT DISTINCT ON (balances.account_id) balances.* FROM balances
    WHERE balances.tenant_id = $1 AND balances.obligor_id = ANY($2::uuid[])
    ORDER BY balances.account_id, balances.as_of DESC)
SELECT latest.obligor_id, min(latest.currency) AS currency, count(*)::int AS account_count,
    (array_agg(accounts.kind ORDER BY latest.overdue_minor DESC, accounts.id))[1] AS kind,
    sum(latest.overdue_minor)::bigint AS overdue_minor, max(latest.days_past_due) AS days_past_due,
    sum(latest.principal_minor + latest.interest_minor + latest.penalty_minor + latest.fee_minor)::bigint
        AS balance_minor
FROM latest JOIN accounts ON accounts.id = latest.account_id
GROUP BY latest.obligor_id
"""
DOORS = """
SELECT id, obligor_id, kind, related_party_id IS NULL AS is_own, status IN ('unknown', 'verified') AS is_usable,
    ST_Y(place::geometry) AS lat, ST_X(place::geometry) AS lon
FROM addresses WHERE tenant_id = $1 AND obligor_id = ANY($2::uuid[])
"""
OPEN_CASES = """
SELECT id, obligor_id, state, overdue_minor, balance_minor, days_past_due, assignee_id,
    door_address_id IS NOT NULL AS has_door, door IS NOT NULL AS has_place FROM cases
WHERE tenant_id = $1 AND obligor_id = ANY($2::uuid[]) AND closed_at IS NULL ORDER BY id FOR NO KEY UPDATE
"""
# The teams are filled in by PLACE_CASES once the rows stand, because a polygon decides.
INSERT_CASES = """
INSERT INTO cases (id, tenant_id, obligor_id, number, kind, state, currency, overdue_minor, balance_minor,
    days_past_due, bucket, score, reasons, door_address_id, door, opened_at)
SELECT id, $1, obligor_id, 'R-' || lpad(nextval('case_numbers')::text, 6, '0'), kind, state, currency, overdue_minor,
    balance_minor, days_past_due, bucket, score, reasons, door_address_id,
    CASE WHEN lat IS NULL THEN NULL ELSE ST_SetSRID(ST_MakePoint(lon, lat), 4326)::geography END, $2
FROM unnest($3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::bigint[], $10::int[],
    $11::text[], $12::float8[], $13::jsonb[], $14::uuid[], $15::float8[], $16::float8[])
    AS new (id, obligor_id, kind, state, currency, overdue_minor, balance_minor, days_past_due, bucket, score, reasons,
    door_address_id, lat, lon)
"""
PLACE_CASES = """
UPDATE cases SET team_id = coalesce(
        (SELECT team_id FROM territories WHERE tenant_id = $1 AND ST_Covers(area, cases.door) ORDER BY id LIMIT 1),
        (SELECT team_id FROM territories WHERE tenant_id = $1 AND ST_DWithin(area, cases.door, 5000)
            ORDER BY ST_Distance(area, cases.door), id LIMIT 1),
        (SELECT min(id::text)::uuid FROM teams WHERE tenant_id = $1 AND kind = 'field' HAVING count(*) = 1)),
    desk_team_id = (SELECT min(id::text)::uuid FROM teams WHERE tenant_id = $1 AND kind = 'desk' HAVING count(*) = 1)
WHERE tenant_id = $1 AND id = ANY($2::uuid[]) AND team_id IS NULL
"""
# A book may come before its addresses, and these before their places: a case takes the first door that is known, and
# the first whose place is known.
SET_DOORS = """
UPDATE cases SET door_address_id = new.address_id,
    door = CASE WHEN lat IS NULL THEN NULL ELSE ST_SetSRID(ST_MakePoint(lon, lat), 4326)::geography END
FROM unnest($2::uuid[], $3::uuid[], $4::float8[], $5::float8[]) AS new (id, address_id, lat, lon)
WHERE cases.tenant_id = $1 AND cases.id = new.id
"""
UPDATE_CASES = """
UPDATE cases SET state = changed.state, overdue_minor = changed.overdue_minor, balance_minor = changed.balance_minor,
    days_past_due = changed.days_past_due, bucket = changed.bucket, score = changed.score, reasons = changed.reasons,
    closed_at = CASE WHEN changed.state = 'cured' THEN $2::timestamptz END
FROM unnest($3::uuid[], $4::text[], $5::bigint[], $6::bigint[], $7::int[], $8::text[], $9::float8[], $10::jsonb[])
    AS changed (id, state, overdue_minor, balance_minor, days_past_due, bucket, score, reasons)
WHERE cases.tenant_id = $1 AND cases.id = changed.id
"""
INSERT_PHONE_CHANGES = """
INSERT INTO phone_changes (id, tenant_id, user_id, noun, noun_id, reason)
SELECT id, $1, user_id, $2, noun_id, $3 FROM unnest($4::uuid[], $5::uuid[], $6::uuid[]) AS new (id, user_id, noun_id)
"""


async def owed_by(raw: asyncpg.Connection, tenant_id: UUID, obligor_ids: Sequence[UUID]) -> list[Owed]:
    """Return what each obligor owes by the newest balance of each account; who has no balance is left out."""
    rows = await raw.fetch(OWED, tenant_id, obligor_ids)
    return [Owed(**dict(row)) for row in rows]


async def doors_of(
    raw: asyncpg.Connection, tenant_id: UUID, obligor_ids: Sequence[UUID]
) -> dict[UUID, list[DoorCandidate]]:
    """Return the addresses of each obligor as candidates for the door."""
    doors: dict[UUID, list[DoorCandidate]] = {}
    for row in await raw.fetch(DOORS, tenant_id, obligor_ids):
        place = None if row["lat"] is None else Point(lat=row["lat"], lon=row["lon"])
        candidate = DoorCandidate(
            id=row["id"], kind=row["kind"], is_own=row["is_own"], is_usable=row["is_usable"], place=place
        )
        doors.setdefault(row["obligor_id"], []).append(candidate)
    return doors


async def insert_phone_changes(
    raw: asyncpg.Connection, tenant_id: UUID, noun: str, reason: str, pairs: Sequence[tuple[UUID, UUID]]
) -> None:
    """Write that the phones of (user, noun id) pairs must hear of a change."""
    if pairs:
        ids = [new_id() for _ in pairs]
        users = [user for user, _ in pairs]
        await raw.execute(INSERT_PHONE_CHANGES, tenant_id, noun, reason, ids, users, [noun_id for _, noun_id in pairs])


class OpenCase(msgspec.Struct, frozen=True):
    """An open case as the refresh from the book sees it."""

    id: UUID
    obligor_id: UUID
    state: CaseState
    overdue_minor: int
    balance_minor: int
    days_past_due: int
    assignee_id: UUID | None
    has_door: bool
    has_place: bool


async def open_cases(raw: asyncpg.Connection, tenant_id: UUID, obligor_ids: Sequence[UUID]) -> dict[UUID, OpenCase]:
    """Lock and return the open case of each obligor that has one."""
    rows = await raw.fetch(OPEN_CASES, tenant_id, obligor_ids)
    return {row["obligor_id"]: OpenCase(**{**dict(row), "state": CaseState(row["state"])}) for row in rows}


class CaseWrite(msgspec.Struct, frozen=True):
    """A case row to insert or update."""

    id: UUID
    owed: Owed
    state: CaseState
    bucket: str
    score: float
    reasons: list[str]
    door: DoorCandidate | None


async def insert_cases(raw: asyncpg.Connection, tenant_id: UUID, new: Sequence[CaseWrite], now: datetime) -> None:
    """Insert cases, then put each into the team whose territory holds its door (or the only team there is)."""
    if not new:
        return
    ids = [one.id for one in new]
    places = [one.door.place if one.door else None for one in new]
    await raw.execute(
        INSERT_CASES, tenant_id, now, ids, [one.owed.obligor_id for one in new], [one.owed.kind for one in new],
        [one.state.value for one in new], [one.owed.currency for one in new], [one.owed.overdue_minor for one in new],
        [one.owed.balance_minor for one in new], [one.owed.days_past_due for one in new], [one.bucket for one in new],
        [one.score for one in new], [msgspec.json.encode(one.reasons).decode() for one in new],
        [one.door.id if one.door else None for one in new], [place.lat if place else None for place in places],
        [place.lon if place else None for place in places],
    )  # fmt: skip
    await raw.execute(PLACE_CASES, tenant_id, ids)


async def set_doors(raw: asyncpg.Connection, tenant_id: UUID, found: Sequence[CaseWrite]) -> None:
    """Give cases the doors that were found for them, and a team if they have none."""
    if not found:
        return
    doors = [one.door for one in found if one.door is not None]
    places = [door.place for door in doors]
    ids = [one.id for one in found if one.door is not None]
    await raw.execute(
        SET_DOORS, tenant_id, ids, [door.id for door in doors], [place.lat if place else None for place in places],
        [place.lon if place else None for place in places],
    )  # fmt: skip
    await raw.execute(PLACE_CASES, tenant_id, ids)


async def update_cases(raw: asyncpg.Connection, tenant_id: UUID, changed: Sequence[CaseWrite], now: datetime) -> None:
    """Write what the book changed; a cured case is closed at `now`."""
    if changed:
        await raw.execute(
            UPDATE_CASES, tenant_id, now, [one.id for one in changed], [one.state.value for one in changed],
            [one.owed.overdue_minor for one in changed], [one.owed.balance_minor for one in changed],
            [one.owed.days_past_due for one in changed], [one.bucket for one in changed],
            [one.score for one in changed], [msgspec.json.encode(one.reasons).decode() for one in changed],
        )  # fmt: skip
