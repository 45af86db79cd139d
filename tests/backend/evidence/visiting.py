"""What do tests of reviews review? Visits in the database with signed photos, as the sync writes them."""

from datetime import timedelta
from uuid import UUID

import msgspec

from backend.evidence.schemas import NamedPhoto
from backend.kernel.db import Database
from backend.kernel.ids import new_id
from tests.backend.evidence.phones import photo
from tests.backend.evidence.signing import Camera, record
from tests.world import MORNING, World

WINDOW = {"begins_at": MORNING.isoformat(), "ends_at": (MORNING + timedelta(days=1)).isoformat()}


async def visit(jobs: Database, world: World, user_id: UUID, case: int, minutes: float = 0) -> UUID:
    """Write a visit of somebody to a case of the world, that many minutes after nine."""
    visit_id, at = new_id(), MORNING + timedelta(minutes=minutes)
    await jobs.pool.execute(
        "INSERT INTO visits (id, tenant_id, case_id, user_id, result, party, started_at, ended_at, note)"
        " VALUES ($1, $2, $3, $4, 'met', 'obligor', $5, $6, '')",
        visit_id, world.tenant_id, world.cases[case], user_id, at, at + timedelta(minutes=10),
    )  # fmt: skip
    return visit_id


async def visit_with_photo(
    databases: tuple[Database, Database], world: World, camera: Camera, case: int, minutes: float = 0, **changes: object
) -> NamedPhoto:
    """Write a visit that names one photo; `databases` are that of the application and that of jobs."""
    database, jobs = databases
    visit_id = await visit(jobs, world, camera.user_id, case, minutes)
    changes = {"visit_id": visit_id, "place": None} | changes
    shot = camera.shoot(photo(100, f"{visit_id}"), world.cases[case], minutes, **changes)
    shot = msgspec.structs.replace(shot, visit_id=visit_id)
    await record(database, world, camera, shot)
    return shot
