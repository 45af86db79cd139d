"""All SQL of the pull: the stream of changes and where the reader stands in it."""

from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.evidence.schemas import Originals
from backend.sync.schemas import PhoneNotice

HORIZON = "SELECT (pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1)"
EPOCH = "SELECT epoch FROM cluster_epoch"
OWN_CASES = """
SELECT id FROM cases WHERE tenant_id = $1 AND assignee_id = $2 AND closed_at IS NULL AND id > $3 ORDER BY id LIMIT $4
"""
CHANGES = """
SELECT id, xid::text::bigint AS xid, noun, noun_id, reason, recorded_at,
    xid < pg_snapshot_xmin(pg_current_snapshot()) AS is_settled
FROM phone_changes WHERE tenant_id = $1 AND user_id = $2 AND (xid, id) > ($3::text::xid8, $4::uuid)
ORDER BY phone_changes.xid, phone_changes.id LIMIT $5
"""
# Changes are pruned per user from the oldest on; the newest pruned one is noted, and a cursor before it is too old.
PRUNED = "SELECT pruned_xid::text::bigint FROM phone_change_floors WHERE tenant_id = $1 AND user_id = $2"

ORIGINALS = "SELECT originals FROM tenants WHERE id = $1"


class Change(msgspec.Struct, frozen=True):
    """One line of the stream; not settled while a transaction that may still write before it is under way."""

    id: UUID
    xid: int
    noun: str
    noun_id: UUID
    reason: str
    recorded_at: datetime
    is_settled: bool

    def as_notice(self) -> PhoneNotice:
        """Return the line as the inbox shows it."""
        is_case = self.noun == "case"
        return PhoneNotice(
            id=self.id,
            kind=f"{self.noun}.{self.reason}",
            at=self.recorded_at,
            case_id=self.noun_id if is_case else None,
        )


async def horizon(raw: asyncpg.Connection) -> int:
    """Return the last transaction id below which everything has ended."""
    found = await raw.fetchval(HORIZON)
    return int(found)


async def epoch(raw: asyncpg.Connection) -> UUID:
    """Return the life of the database cluster that transaction ids belong to."""
    found = await raw.fetchval(EPOCH)
    if not isinstance(found, UUID):
        raise TypeError("the epoch of the cluster was never set (backend.sync.jobs.refresh_epoch)")
    return found


async def own_case_ids(raw: asyncpg.Connection, tenant_id: UUID, user_id: UUID, after: UUID, limit: int) -> list[UUID]:
    """Return the user's open cases behind `after`, in the order of ids."""
    return [row["id"] for row in await raw.fetch(OWN_CASES, tenant_id, user_id, after, limit)]


async def changes_after(
    raw: asyncpg.Connection, tenant_id: UUID, user_id: UUID, xid: int, change_id: UUID, limit: int
) -> list[Change]:
    """Return the next changes of a user's stream: first those that may be told, then those that must wait."""
    rows = await raw.fetch(CHANGES, tenant_id, user_id, str(xid), change_id, limit)
    return [Change(**dict(row)) for row in rows]


async def originals(raw: asyncpg.Connection, tenant_id: UUID) -> Originals:
    """Return when phones of the tenant send what their cameras gave."""
    return Originals(await raw.fetchval(ORIGINALS, tenant_id))


async def is_pruned(raw: asyncpg.Connection, tenant_id: UUID, user_id: UUID, xid: int) -> bool:
    """Tell whether changes behind this place are no longer kept."""
    floor = await raw.fetchval(PRUNED, tenant_id, user_id)
    return floor is not None and int(floor) > xid
