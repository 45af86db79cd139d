"""Who is on duty, since when, and where last? A place is kept only while somebody is on duty."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.kernel.geo import Point, to_ewkt
from backend.kernel.ids import new_id
from backend.kernel.live import announce

# A second start keeps the first: the stretch began then.
START = """
INSERT INTO duties (id, tenant_id, user_id, started_at, place, place_at)
VALUES ($1, $2, $3, $4::timestamptz, ST_GeogFromText($5::text), CASE WHEN $5::text IS NOT NULL THEN $4::timestamptz END)
ON CONFLICT (tenant_id, user_id) WHERE ended_at IS NULL DO NOTHING
"""
END = """
UPDATE duties SET ended_at = greatest(started_at, $3), place = NULL, place_at = NULL
WHERE tenant_id = $1 AND user_id = $2 AND ended_at IS NULL
"""
MOVE = """
UPDATE duties SET place = ST_GeogFromText($3), place_at = $4
WHERE tenant_id = $1 AND user_id = $2 AND ended_at IS NULL AND (place_at IS NULL OR place_at < $4) AND started_at <= $4
"""


class DutyChange(msgspec.Struct, frozen=True):
    """Somebody went on or off duty at a moment (UTC), perhaps with a place."""

    at: datetime
    is_start: bool
    place: Point | None


async def change_duties(raw: asyncpg.Connection, tenant_id: UUID, user_id: UUID, changes: Sequence[DutyChange]) -> None:
    """Apply the changes of one user in their order."""
    for change in changes:
        if change.is_start:
            place = to_ewkt(change.place) if change.place else None
            await raw.execute(START, new_id(), tenant_id, user_id, change.at, place)
        else:
            await raw.execute(END, tenant_id, user_id, change.at)


async def report_place(raw: asyncpg.Connection, tenant_id: UUID, user_id: UUID, place: Point, at: datetime) -> None:
    """Keep the newest place of somebody on duty, and let the boards hear of it; off duty nothing is kept or told."""
    done = await raw.execute(MOVE, tenant_id, user_id, to_ewkt(place), at)
    if done != "UPDATE 0":
        await announce(raw, tenant_id, "board")
