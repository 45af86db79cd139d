"""All SQL of the callbacks."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from backend.calls.codes import MEANINGS
from backend.calls.schemas import Callback, RecordedCall
from backend.kernel.limits import PAGE_SIZE_MAX
from backend.kernel.statements import Statement

# A call that was over before the callback was agreed on (of a phone that was long without a network) does not make it.
END_BY_CALLS = """
UPDATE callbacks SET ended_at = new.at, ended_as = 'made', ended_by = new.id
FROM unnest($2::uuid[], $3::uuid[], $4::timestamptz[]) AS new (id, case_id, at)
WHERE callbacks.tenant_id = $1 AND callbacks.case_id = new.case_id AND callbacks.ended_at IS NULL
    AND callbacks.made_at < new.at
"""
REPLACE = """
UPDATE callbacks SET ended_at = $3, ended_as = 'replaced' WHERE tenant_id = $1 AND case_id = $2 AND ended_at IS NULL
"""
INSERT = """
INSERT INTO callbacks (tenant_id, id, case_id, call_id, contact_point_id, user_id, promised_by, at, made_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
WITHDRAW = """
UPDATE callbacks SET ended_at = $3, ended_as = 'withdrawn', ended_by = NULL
WHERE tenant_id = $1 AND call_id = ANY($2::uuid[]) AND ended_as IS DISTINCT FROM 'replaced'
"""
# What was agreed on since stands; else the callback that the call had made is open again.
REOPEN = """
UPDATE callbacks SET ended_at = NULL, ended_as = NULL, ended_by = NULL
WHERE tenant_id = $1 AND ended_by = ANY($2::uuid[]) AND NOT EXISTS (SELECT 1 FROM callbacks AS later
    WHERE later.tenant_id = $1 AND later.case_id = callbacks.case_id AND later.ended_at IS NULL)
"""
OPEN = """
SELECT callbacks.id, callbacks.case_id, obligors.name AS client, obligors.zone, callbacks.contact_point_id,
    callbacks.user_id, users.name AS owner, callbacks.promised_by, callbacks.at, callbacks.at < $3 AS is_overdue
FROM callbacks JOIN cases ON cases.id = callbacks.case_id JOIN obligors ON obligors.id = cases.obligor_id
JOIN users ON users.id = callbacks.user_id
WHERE callbacks.tenant_id = $1 AND callbacks.ended_at IS NULL AND ($2::uuid IS NULL OR callbacks.user_id = $2)
ORDER BY callbacks.at, callbacks.id LIMIT $4
"""


def end_by_calls(tenant_id: UUID, calls: Sequence[RecordedCall]) -> Statement:
    """Return the statement by which calls make the callbacks of their cases; a fault of our own line makes none."""
    made = [one.record for one in calls if MEANINGS[one.record.result].event is not None]
    arguments = (tenant_id, [one.id for one in made], [one.case_id for one in made], [one.ended_at for one in made])
    return Statement(sql=END_BY_CALLS, arguments=arguments)


async def put(
    raw: asyncpg.Connection, tenant_id: UUID, callback: Callback, call_id: UUID | None, now: datetime
) -> None:
    """Write a callback in the place of the one that was open."""
    await raw.execute(REPLACE, tenant_id, callback.case_id, now)
    await raw.execute(
        INSERT, tenant_id, callback.id, callback.case_id, call_id, callback.contact_point_id, callback.user_id,
        callback.promised_by, callback.at, now,
    )  # fmt: skip


async def take_back(raw: asyncpg.Connection, tenant_id: UUID, call_ids: Sequence[UUID], now: datetime) -> None:
    """End the callbacks that calls agreed on, and open those again that the calls had made."""
    await raw.execute(WITHDRAW, tenant_id, call_ids, now)
    await raw.execute(REOPEN, tenant_id, call_ids)


async def open_callbacks(
    raw: asyncpg.Connection, tenant_id: UUID, owner_id: UUID | None, now: datetime
) -> list[asyncpg.Record]:
    """Return the open callbacks that the scope sees, the longest overdue first."""
    rows: list[asyncpg.Record] = await raw.fetch(OPEN, tenant_id, owner_id, now, PAGE_SIZE_MAX)
    return rows
