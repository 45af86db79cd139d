"""All SQL of the visits."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.kernel.geo import Point
from backend.kernel.pan import without_pans
from backend.kernel.statements import Statement
from backend.visits.schemas import FormLog, RecordedVisit, VisitView

# The address must belong to the obligor of the case, or the distance says nothing. LIMIT keeps the look-ups by key.
DOORS = """
SELECT asked.case_id, asked.address_id, door.lat, door.lon
FROM unnest($2::uuid[], $3::uuid[]) AS asked (case_id, address_id)
CROSS JOIN LATERAL (
    SELECT addresses.obligor_id, ST_Y(place::geometry) AS lat, ST_X(place::geometry) AS lon FROM addresses
    WHERE addresses.id = asked.address_id AND addresses.tenant_id = $1 AND place IS NOT NULL LIMIT 1) door
CROSS JOIN LATERAL (
    SELECT 1 FROM cases WHERE cases.id = asked.case_id AND cases.tenant_id = $1
        AND cases.obligor_id = door.obligor_id LIMIT 1) owner
"""
INSERT_VISITS = """
INSERT INTO visits (id, tenant_id, case_id, user_id, device_id, stop_id, address_id, result, party, paid_minor,
    started_at, ended_at, place, accuracy_m, distance_m, is_inside, outside_reason, note, next_step, next_on, form)
SELECT id, $1, case_id, $2, $3, stop_id, address_id, result, party, paid_minor, started_at, ended_at,
    CASE WHEN lat IS NULL THEN NULL ELSE ST_SetSRID(ST_MakePoint(lon, lat), 4326)::geography END,
    accuracy_m, distance_m, is_inside, outside_reason, note, next_step, next_on, form
FROM unnest($4::uuid[], $5::uuid[], $6::uuid[], $7::uuid[], $8::text[], $9::text[], $10::bigint[], $11::timestamptz[],
    $12::timestamptz[], $13::float8[], $14::float8[], $15::float4[], $16::float4[], $17::bool[], $18::text[],
    $19::text[], $20::text[], $21::date[], $22::jsonb[])
    AS new (id, case_id, stop_id, address_id, result, party, paid_minor, started_at, ended_at, lat, lon, accuracy_m,
    distance_m, is_inside, outside_reason, note, next_step, next_on, form)
"""
WITHDRAW_VISITS = """
UPDATE visits SET withdrawn_at = $3 WHERE tenant_id = $1 AND id = ANY($2::uuid[]) AND withdrawn_at IS NULL
"""

VISIT = """
SELECT visits.id, case_id, user_id, users.name AS collector, started_at, ended_at, recorded_at, withdrawn_at, result,
    party, distance_m, is_inside, outside_reason, note, form::text AS form
FROM visits JOIN users ON users.id = visits.user_id WHERE visits.tenant_id = $1 AND visits.id = $2
"""


def doors(tenant_id: UUID, asked: Sequence[tuple[UUID, UUID]]) -> Statement:
    """Return the statement that reads the places of (case, address) pairs whose address is the obligor's."""
    return Statement(sql=DOORS, arguments=(tenant_id, [case for case, _ in asked], [address for _, address in asked]))


class Door(msgspec.Struct, frozen=True):
    """One row of it."""

    case_id: UUID
    address_id: UUID
    lat: float
    lon: float


_DOORS = msgspec.json.Decoder(list[Door])


def read_doors(text: str) -> dict[tuple[UUID, UUID], Point]:
    """Read its rows, as JSON, into places by (case, address)."""
    return {(row.case_id, row.address_id): Point(lat=row.lat, lon=row.lon) for row in _DOORS.decode(text)}


def insert_visits(tenant_id: UUID, user_id: UUID, device_id: UUID | None, visits: Sequence[RecordedVisit]) -> Statement:
    """Return the statement that inserts visits of one user and device."""
    records = [visit.record for visit in visits]
    spots = [record.check_in for record in records]
    there = [visit.presence for visit in visits]
    arguments = (
        tenant_id, user_id, device_id,
        [one.id for one in records], [one.case_id for one in records], [one.stop_id for one in records],
        [one.address_id for one in records], [one.result for one in records], [one.party for one in records],
        [one.paid_minor for one in records], [one.started_at for one in records], [one.ended_at for one in records],
        [spot.place.lat if spot else None for spot in spots], [spot.place.lon if spot else None for spot in spots],
        [spot.accuracy_m if spot else None for spot in spots],
        [one.distance_m if one else None for one in there], [one.is_inside if one else None for one in there],
        [one.outside_reason for one in records], [without_pans(one.note) for one in records],
        [one.next_step for one in records], [one.next_on for one in records],
        [one.form and msgspec.json.encode(one.form).decode() for one in records],
    )  # fmt: skip
    return Statement(sql=INSERT_VISITS, arguments=arguments)


async def visit(raw: asyncpg.Connection, tenant_id: UUID, visit_id: UUID) -> VisitView | None:
    """Return a visit if the transaction's person sees it."""
    row = await raw.fetchrow(VISIT, tenant_id, visit_id)
    if row is None:
        return None
    form = None if row["form"] is None else msgspec.json.decode(row["form"], type=FormLog)
    return VisitView(**{**dict(row), "form": form})


async def withdraw_visits(raw: asyncpg.Connection, tenant_id: UUID, ids: Sequence[UUID], at: datetime) -> None:
    """Mark visits as withdrawn; the rows and their events stay."""
    await raw.execute(WITHDRAW_VISITS, tenant_id, ids, at)
