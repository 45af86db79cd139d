"""Which SQL moves cases between people and keeps territories? Sets in, sets out."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.cases.desk_schemas import (
    CASES_A_STEP_MAX,
    CaseToMove,
    Move,
    Person,
    TerritoryView,
    TerritoryWish,
)
from backend.kernel.geo import Point
from backend.kernel.ids import new_id

_TO_MOVE = """
SELECT c.id, c.number, o.name, o.zone, c.team_id, c.desk_team_id, c.assignee_id, u.name AS assignee_name,
    c.door IS NOT NULL AS has_door, c.last_attempt_at, t.team_id AS territory_team_id, t.user_id AS territory_user_id
FROM cases c JOIN obligors o ON o.id = c.obligor_id
LEFT JOIN users u ON u.id = c.assignee_id
LEFT JOIN LATERAL (SELECT team_id, user_id FROM territories WHERE territories.tenant_id = $1
    AND ST_Covers(territories.area, c.door) ORDER BY territories.id LIMIT 1) t ON true
WHERE c.tenant_id = $1 AND c.closed_at IS NULL
"""
# In the order of ids, so that two leads who move the same cases wait for each other in one direction.
_LOCK = "ORDER BY c.id FOR NO KEY UPDATE OF c"
CASES_BY_ID = f"{_TO_MOVE} AND c.id = ANY($2::uuid[]) {{order}}"
CASES_IN_AREA = f"{_TO_MOVE} AND ST_Covers($2::text::geography, c.door) {{order}} LIMIT {CASES_A_STEP_MAX + 1}"
CASES_IN_TERRITORY = f"""{_TO_MOVE} AND ST_Covers((SELECT area FROM territories
    WHERE territories.tenant_id = $1 AND territories.id = $2), c.door) {{order}} LIMIT {CASES_A_STEP_MAX + 1}"""

PEOPLE = """
SELECT users.id, users.name, users.role, users.is_active,
    ARRAY(SELECT teams.id FROM team_members JOIN teams ON teams.id = team_members.team_id
        WHERE team_members.user_id = users.id AND teams.kind = 'field' AND ($3 OR teams.id = ANY($4::uuid[]))
        ORDER BY teams.id) AS field_team_ids,
    ARRAY(SELECT teams.id FROM team_members JOIN teams ON teams.id = team_members.team_id
        WHERE team_members.user_id = users.id AND teams.kind = 'desk' AND ($3 OR teams.id = ANY($4::uuid[]))
        ORDER BY teams.id) AS desk_team_ids,
    (SELECT count(*)::int FROM cases WHERE cases.tenant_id = $1 AND cases.assignee_id = users.id
        AND cases.closed_at IS NULL) AS load
FROM users WHERE users.tenant_id = $1 AND users.id = ANY($2::uuid[])
"""
RELEASE = """
UPDATE assignments SET released_at = greatest(assigned_at, $2), release_reason = $3, release_batch_id = $4
WHERE tenant_id = $1 AND case_id = ANY($5::uuid[]) AND released_at IS NULL
"""
GIVE = """
INSERT INTO assignments (id, tenant_id, case_id, user_id, assigned_by, assigned_at, reason, batch_id, from_team_id,
    from_desk_team_id)
SELECT id, $1, case_id, user_id, $2, $3, $4, $5, from_team_id, from_desk_team_id
FROM unnest($6::uuid[], $7::uuid[], $8::uuid[], $9::uuid[], $10::uuid[])
    AS new (id, case_id, user_id, from_team_id, from_desk_team_id)
"""
MOVE = """
UPDATE cases SET assignee_id = new.user_id, team_id = new.team_id, desk_team_id = new.desk_team_id
FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[]) AS new (id, user_id, team_id, desk_team_id)
WHERE cases.tenant_id = $1 AND cases.id = new.id
"""
# What a batch took and gave, and whether it is still so; a case that was only taken has no row that gave it.
OF_BATCH = """
WITH given AS (SELECT * FROM assignments WHERE tenant_id = $1 AND batch_id = $2),
taken AS (SELECT * FROM assignments WHERE tenant_id = $1 AND release_batch_id = $2)
SELECT coalesce(given.case_id, taken.case_id) AS case_id, taken.user_id AS before_user_id,
    given.user_id AS after_user_id, given.from_team_id, given.from_desk_team_id, given.case_id IS NOT NULL AS is_given
FROM given FULL JOIN taken ON taken.case_id = given.case_id
"""
TERRITORIES = """
SELECT t.id, t.name, t.team_id, t.user_id, u.name AS user_name, ST_AsGeoJSON(t.area::geometry, 7) AS area,
    (SELECT count(*)::int FROM cases WHERE cases.tenant_id = $1 AND cases.closed_at IS NULL
        AND ST_Covers(t.area, cases.door)) AS open_cases
FROM territories t LEFT JOIN users u ON u.id = t.user_id
WHERE t.tenant_id = $1 AND ($2 OR t.team_id = ANY($3::uuid[])) AND ($4::uuid IS NULL OR t.id = $4) ORDER BY t.name
"""
INSERT_TERRITORY = """
INSERT INTO territories (id, tenant_id, team_id, user_id, name, area)
VALUES ($1, $2, $3, $4, $5, $6::text::geography) ON CONFLICT (tenant_id, name) DO NOTHING
"""
UPDATE_TERRITORY = """
UPDATE territories SET team_id = $3, user_id = $4, name = $5, area = $6::text::geography
WHERE tenant_id = $1 AND id = $2
    AND NOT EXISTS (SELECT 1 FROM territories other WHERE other.tenant_id = $1 AND other.name = $5 AND other.id <> $2)
"""


class Given(msgspec.Struct, frozen=True):
    """What a batch did to one case; `from_*` are known when it was given to somebody."""

    case_id: UUID
    before_user_id: UUID | None
    after_user_id: UUID | None
    from_team_id: UUID | None
    from_desk_team_id: UUID | None
    is_given: bool


def polygon(ring: Sequence[Point]) -> str:
    """Write an open ring as PostGIS reads it: closed, longitude first."""
    corners = ", ".join(f"{point.lon!r} {point.lat!r}" for point in [*ring, ring[0]])
    return f"SRID=4326;POLYGON(({corners}))"


async def cases_to_move(
    raw: asyncpg.Connection, tenant_id: UUID, case_ids: Sequence[UUID], *, is_locked: bool
) -> list[CaseToMove]:
    """Return the open ones of these cases that the scope sees, held for the rest of the transaction if wished."""
    rows = await raw.fetch(CASES_BY_ID.format(order=_LOCK if is_locked else "ORDER BY c.id"), tenant_id, case_ids)
    return [CaseToMove(**dict(row)) for row in rows]


async def cases_in(
    raw: asyncpg.Connection, tenant_id: UUID, where: UUID | Sequence[Point], *, is_locked: bool
) -> list[CaseToMove]:
    """Return the open cases whose door lies in a territory or in a drawn ring, one more than a step takes."""
    order = _LOCK if is_locked else "ORDER BY c.id"
    if isinstance(where, UUID):
        rows = await raw.fetch(_limited(CASES_IN_TERRITORY, order), tenant_id, where)
    else:
        rows = await raw.fetch(_limited(CASES_IN_AREA, order), tenant_id, polygon(where))
    return [CaseToMove(**dict(row)) for row in rows]


def _limited(sql: str, order: str) -> str:
    """Put the order in; a lock comes after the limit."""
    first, _, lock = order.partition(" FOR ")
    return sql.format(order=first) + (f" FOR {lock}" if lock else "")


async def people(
    raw: asyncpg.Connection, tenant_id: UUID, user_ids: Sequence[UUID], team_ids: Sequence[UUID] | None
) -> dict[UUID, Person]:
    """Return people with their load and those of their teams that are among `team_ids` (null: all)."""
    rows = await raw.fetch(PEOPLE, tenant_id, user_ids, team_ids is None, list(team_ids or ()))
    return {row["id"]: Person(**dict(row)) for row in rows}


class Batch(msgspec.Struct, frozen=True):
    """Under which id, by whom, when and why cases change hands."""

    id: UUID
    tenant_id: UUID
    actor_id: UUID | None
    at: datetime
    reason: str


async def write_moves(raw: asyncpg.Connection, batch: Batch, moves: Sequence[Move]) -> None:
    """Release who has the cases, write who gets them, and move the cases."""
    given = [move for move in moves if move.user_id is not None]
    await raw.execute(
        RELEASE, batch.tenant_id, batch.at, "recalled" if batch.reason == "recall" else "reassigned", batch.id,
        [move.case.id for move in moves],
    )  # fmt: skip
    await raw.execute(
        GIVE, batch.tenant_id, batch.actor_id, batch.at, batch.reason, batch.id, [new_id() for _ in given],
        [move.case.id for move in given], [move.user_id for move in given], [move.case.team_id for move in given],
        [move.case.desk_team_id for move in given],
    )  # fmt: skip
    await raw.execute(
        MOVE, batch.tenant_id, [move.case.id for move in moves], [move.user_id for move in moves],
        [move.team_id for move in moves], [move.desk_team_id for move in moves],
    )  # fmt: skip


async def of_batch(raw: asyncpg.Connection, tenant_id: UUID, batch_id: UUID) -> list[Given]:
    """Return what a batch did, case by case; empty when the scope sees no such batch."""
    return [Given(**dict(row)) for row in await raw.fetch(OF_BATCH, tenant_id, batch_id)]


class _Shape(msgspec.Struct, frozen=True):
    coordinates: list[list[tuple[float, float]]]


async def territories(
    raw: asyncpg.Connection, tenant_id: UUID, team_ids: Sequence[UUID] | None, territory_id: UUID | None = None
) -> list[TerritoryView]:
    """Return the territories of these teams (null: of all), or the one with this id if it is theirs."""
    rows = await raw.fetch(TERRITORIES, tenant_id, team_ids is None, list(team_ids or ()), territory_id)
    found = []
    for row in rows:
        ring = msgspec.json.decode(row["area"], type=_Shape).coordinates[0][:-1]
        area = [Point(lat=lat, lon=lon) for lon, lat in ring]
        found.append(TerritoryView(**{**dict(row), "area": area}))
    return found


async def insert_territory(
    raw: asyncpg.Connection, tenant_id: UUID, territory_id: UUID, wish: TerritoryWish, ring: Sequence[Point]
) -> bool:
    """Write a territory; False when the name is taken."""
    status = await raw.execute(
        INSERT_TERRITORY, territory_id, tenant_id, wish.team_id, wish.user_id, wish.name, polygon(ring)
    )
    return bool(status == "INSERT 0 1")


async def update_territory(
    raw: asyncpg.Connection, tenant_id: UUID, territory_id: UUID, wish: TerritoryWish, ring: Sequence[Point]
) -> bool:
    """Write a territory anew; False when the name is taken by another."""
    status = await raw.execute(
        UPDATE_TERRITORY, tenant_id, territory_id, wish.team_id, wish.user_id, wish.name, polygon(ring)
    )
    return bool(status == "UPDATE 1")


async def delete_territory(raw: asyncpg.Connection, tenant_id: UUID, territory_id: UUID) -> None:
    """Take a territory off the map; cases stay with whom they are."""
    await raw.execute("DELETE FROM territories WHERE tenant_id = $1 AND id = $2", tenant_id, territory_id)
