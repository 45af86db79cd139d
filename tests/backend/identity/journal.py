"""What does the journal say of a subject? For tests that look whether an act was written down."""

from uuid import UUID

from backend.kernel.db import Database, bare, transaction
from tests.world import World


async def kinds_of(database: Database, world: World, subject_id: UUID) -> list[str]:
    """Return the kinds of a subject's events in the order of recording."""
    async with transaction(database, world.scope(world.ada)) as tx:
        rows = await (await bare(tx)).fetch(
            "SELECT kind FROM events WHERE subject_id = $1 ORDER BY xid, id", subject_id
        )
    return [row["kind"] for row in rows]
