"""What must be tidied up behind uploads? Those that were left for a week, and spool files that belong to none."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from backend.evidence import queries
from backend.evidence.storage import Storage
from backend.kernel import files
from backend.kernel.db import Database
from backend.kernel.files import SpoolBusyError

SWEEP_MAX = 1000
LEFT_OVER_AFTER = timedelta(hours=1)
"""A file without an open upload is either of a crash or of a request that is at work right now."""


class Swept(msgspec.Struct, frozen=True):
    """What one sweep did."""

    uploads_count: int
    files_count: int


async def sweep_uploads(database: Database, storage: Storage, now: datetime) -> Swept:
    """Forget at most 1,000 expired uploads and remove spool files of none; `database` must be opened as Role.JOB.

    Stored photos are never touched. Rows go first: a spool file without a row is found again by the next sweep.
    """
    async with database.pool.acquire() as raw, raw.transaction():
        expired = await queries.remove_expired(raw, now, SWEEP_MAX)
    old = files.older_than(storage.spool, now - LEFT_OVER_AFTER)[:SWEEP_MAX]
    async with database.pool.acquire() as raw:
        still_open = await queries.still_open(raw, old)
    gone = {*expired, *(name for name in old if name not in still_open)}
    return Swept(uploads_count=len(expired), files_count=sum(_removed(storage, name) for name in sorted(gone)))


def _removed(storage: Storage, name: UUID) -> bool:
    """Remove a spool file unless somebody writes to it at this moment; the next sweep finds it then."""
    if not files.is_there(storage.spool, name):
        return False
    try:
        with files.held(storage.spool, name):
            files.remove(storage.spool, name)
    except SpoolBusyError:
        return False
    return True
