"""All SQL of areas in which a disaster holds all contacts back. Cases are frozen and let go in batches."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg
import msgspec

from backend.compliance.disaster_schemas import AreaView, AreaWish
from backend.identity.schemas import Act
from backend.kernel.geo import Point

AREAS_MAX = 100

# PostGIS says whether the outline is one simple polygon with some area.
INSERT = """
INSERT INTO disaster_areas (id, tenant_id, name, area, reason, raised_by, raised_at)
SELECT $2, $1, $3, $4::text::geography, $5, $6, $7
WHERE ST_IsValid(ST_GeomFromEWKT($4::text)) AND ST_Area(ST_GeomFromEWKT($4::text)) > 0
ON CONFLICT DO NOTHING RETURNING id
"""
IS_THERE = "SELECT EXISTS (SELECT 1 FROM disaster_areas WHERE tenant_id = $1 AND id = $2)"
LIFT = """
UPDATE disaster_areas SET lifted_by = $3, lifted_at = $4, lift_reason = $5
WHERE tenant_id = $1 AND id = $2 AND lifted_at IS NULL RETURNING id
"""
STANDING = "SELECT id FROM disaster_areas WHERE tenant_id = $1 AND lifted_at IS NULL ORDER BY raised_at, id"
# The freeze is what holds everybody back; the disaster is what the law of a place may speak of.
FREEZE = """
WITH area AS MATERIALIZED (SELECT * FROM disaster_areas WHERE tenant_id = $1 AND id = $2 AND lifted_at IS NULL),
inside AS (
    SELECT c.id, c.obligor_id FROM cases c, area
    WHERE c.tenant_id = $1 AND c.closed_at IS NULL AND ST_Covers(area.area, c.door)
        AND NOT EXISTS (SELECT 1 FROM contact_stops s WHERE s.tenant_id = $1 AND s.source_id = $2 AND s.case_id = c.id)
    ORDER BY c.id LIMIT $3)
INSERT INTO contact_stops (id, tenant_id, case_id, obligor_id, kind, since, source, source_id, reason, made_by)
SELECT gen_random_uuid(), $1, inside.id, inside.obligor_id, raised.kind, area.raised_at, 'disaster', $2,
    left(area.name || ': ' || area.reason, 400), area.raised_by
FROM inside CROSS JOIN area CROSS JOIN (VALUES ('freeze'), ('disaster')) AS raised (kind)
RETURNING case_id
"""
LET_GO = """
WITH area AS MATERIALIZED (SELECT * FROM disaster_areas WHERE tenant_id = $1 AND id = $2 AND lifted_at IS NOT NULL)
INSERT INTO contact_stops (id, tenant_id, case_id, obligor_id, person, kind, since, until, closes, reason, made_by)
SELECT gen_random_uuid(), raised.tenant_id, raised.case_id, raised.obligor_id, raised.person, raised.kind, raised.since,
    greatest(raised.since, area.lifted_at), raised.id, area.lift_reason, area.lifted_by
FROM contact_stops AS raised, area
WHERE raised.tenant_id = $1 AND raised.source_id = $2 AND raised.source = 'disaster' AND raised.closes IS NULL
    AND NOT EXISTS (SELECT 1 FROM contact_stops c WHERE c.tenant_id = $1 AND c.closes = raised.id)
ORDER BY raised.case_id, raised.id LIMIT $3
RETURNING case_id
"""
AREAS = f"""
SELECT a.id, a.name, ST_AsGeoJSON(a.area::geometry, 7) AS area, a.reason, a.raised_at, a.lifted_at,
    (SELECT count(*)::int FROM contact_stops s WHERE s.tenant_id = $1 AND s.source_id = a.id AND s.kind = 'freeze')
        AS frozen,
    (SELECT count(*)::int FROM contact_stops s WHERE s.tenant_id = $1 AND s.source_id = a.id AND s.kind = 'freeze'
        AND NOT EXISTS (SELECT 1 FROM contact_stops c WHERE c.tenant_id = $1 AND c.closes = s.id)) AS held
FROM disaster_areas a WHERE a.tenant_id = $1
ORDER BY a.lifted_at IS NOT NULL, a.raised_at DESC, a.id LIMIT {AREAS_MAX}
"""


class _Shape(msgspec.Struct, frozen=True):
    coordinates: list[list[tuple[float, float]]]


def outline(corners: Sequence[Point]) -> str:
    """Write an open ring as PostGIS reads it: closed, longitude first."""
    ring = ", ".join(f"{one.lon!r} {one.lat!r}" for one in [*corners, corners[0]])
    return f"SRID=4326;POLYGON(({ring}))"


async def insert_area(raw: asyncpg.Connection, act: Act, wish: AreaWish) -> bool:
    """Write an area; False when the id is taken or the outline is no simple polygon."""
    found = await raw.fetchval(
        INSERT, act.tenant_id, wish.id, wish.name, outline(wish.area), wish.reason, act.actor_id, act.at
    )
    return found is not None


async def is_there(raw: asyncpg.Connection, tenant_id: UUID, area_id: UUID) -> bool:
    """Tell whether there is an area of this id, standing or lifted."""
    return bool(await raw.fetchval(IS_THERE, tenant_id, area_id))


async def lift_area(raw: asyncpg.Connection, act: Act, area_id: UUID, reason: str) -> bool:
    """Mark an area as lifted; False when none of that id stands."""
    return await raw.fetchval(LIFT, act.tenant_id, area_id, act.actor_id, act.at, reason) is not None


async def standing_areas(raw: asyncpg.Connection, tenant_id: UUID) -> list[UUID]:
    """Return the areas that stand."""
    return [row["id"] for row in await raw.fetch(STANDING, tenant_id)]


async def freeze_some(raw: asyncpg.Connection, tenant_id: UUID, area_id: UUID, most: int) -> list[UUID]:
    """Freeze at most so many open cases whose door lies in a standing area and that it has not frozen yet."""
    return sorted({row["case_id"] for row in await raw.fetch(FREEZE, tenant_id, area_id, most)})


async def let_some_go(raw: asyncpg.Connection, tenant_id: UUID, area_id: UUID, most: int) -> list[UUID]:
    """Close at most so many stops of a lifted area; returns their cases."""
    return sorted({row["case_id"] for row in await raw.fetch(LET_GO, tenant_id, area_id, most)})


async def areas(raw: asyncpg.Connection, tenant_id: UUID) -> list[AreaView]:
    """Return the areas with what they froze and hold, at most 100."""
    found = []
    for row in await raw.fetch(AREAS, tenant_id):
        ring = msgspec.json.decode(row["area"], type=_Shape).coordinates[0][:-1]
        found.append(AreaView(**{**dict(row), "area": [Point(lat=lat, lon=lon) for lon, lat in ring]}))
    return found
