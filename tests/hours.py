"""Where is it day? For who asks the gate by the wall clock: the world's clients live where they may be called now."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from backend.cases.calling import is_shut
from backend.kernel.db import Database
from tests.world import World

ZONES = ("Asia/Shanghai", "Europe/London", "America/New_York", "Pacific/Honolulu")
EARLY, LATE = 9, 19


def zone_by_day(now: datetime) -> str:
    """Return a zone in which it is neither early nor late."""
    return next(
        zone
        for zone in ZONES
        if EARLY <= now.astimezone(ZoneInfo(zone)).hour < LATE
        and not is_shut(zone, now.replace(second=0, microsecond=0))
    )


async def make_it_day(jobs: Database, world: World) -> str:
    """Let the world's clients live where it is day just now; returns the zone."""
    zone = zone_by_day(datetime.now(tz=UTC))
    async with jobs.pool.acquire() as raw:
        await raw.execute("UPDATE obligors SET zone = $2 WHERE tenant_id = $1", world.tenant_id, zone)
        # A number of one country says where its owner is; these say nothing.
        await raw.execute(
            "UPDATE contact_points SET normal = replace(normal, '+86', '+999') WHERE tenant_id = $1", world.tenant_id
        )
    return zone
