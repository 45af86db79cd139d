"""How is the journal written and read in SQL? Sets in, sets out; readers stay below the oldest writing transaction."""

from collections.abc import Sequence

import asyncpg
import msgspec

from backend.journal.schemas import EVENTS_A_READ_MAX, NewEvent, RecordedEvent, StreamPosition
from backend.kernel.statements import Statement

INSERT_EVENTS = """
INSERT INTO events (id, tenant_id, kind, subject_id, case_id, actor_id, device_id, occurred_at, payload)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::uuid[], $6::uuid[], $7::uuid[],
                     $8::timestamptz[], $9::jsonb[])
"""

# The same for facts of one person and device, which most batches are: three arrays less to send.
INSERT_EVENTS_OF_ONE = """
INSERT INTO events (id, tenant_id, kind, subject_id, case_id, actor_id, device_id, occurred_at, payload)
SELECT id, $1, kind, subject_id, case_id, $2, $3, occurred_at, payload
FROM unnest($4::uuid[], $5::text[], $6::uuid[], $7::uuid[], $8::timestamptz[], $9::jsonb[])
    AS new (id, kind, subject_id, case_id, occurred_at, payload)
"""

# Rows of a transaction that is still open are above xmin and wait; so nothing that commits later can be missed,
# in whatever order transactions commit. A bare sequence loses such rows (tests/backend/journal/test_queries.py).
# The columns of the order are named with their table: a bare xid would be the text in the list of what is selected.
READ_EVENTS = """
SELECT id, xid::text, kind, subject_id, case_id, actor_id, occurred_at, recorded_at, payload
FROM events
WHERE tenant_id = $1 AND (xid, id) > ($2::text::xid8, $3::uuid) AND xid < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY events.xid, events.id
LIMIT $4
"""


def insert_events_statement(events: Sequence[NewEvent]) -> Statement:
    """Return the statement that writes events."""
    columns = (
        [event.kind for event in events],
        [event.subject_id for event in events],
        [event.case_id for event in events],
    )
    ids = [event.id for event in events]
    at = [event.occurred_at for event in events]
    payloads = [msgspec.json.encode(event.payload).decode() for event in events]
    makers = {(event.tenant_id, event.actor_id, event.device_id) for event in events}
    if len(makers) == 1:
        return Statement(sql=INSERT_EVENTS_OF_ONE, arguments=(*makers.pop(), ids, *columns, at, payloads))
    tenants = [event.tenant_id for event in events]
    actors = [event.actor_id for event in events]
    devices = [event.device_id for event in events]
    return Statement(sql=INSERT_EVENTS, arguments=(ids, tenants, *columns, actors, devices, at, payloads))


async def insert_events(raw: asyncpg.Connection, events: Sequence[NewEvent]) -> None:
    """Write events in one statement, inside the caller's transaction."""
    statement = insert_events_statement(events)
    await raw.execute(statement.sql, *statement.arguments)


async def events_after(
    raw: asyncpg.Connection, tenant_id: object, position: StreamPosition, limit: int = EVENTS_A_READ_MAX
) -> list[RecordedEvent]:
    """Return at most `limit` events of a tenant behind `position`, in stream order."""
    rows = await raw.fetch(READ_EVENTS, tenant_id, str(position.xid), position.id, min(limit, EVENTS_A_READ_MAX))
    return [
        RecordedEvent(
            id=row["id"],
            xid=int(row["xid"]),
            kind=row["kind"],
            subject_id=row["subject_id"],
            case_id=row["case_id"],
            actor_id=row["actor_id"],
            occurred_at=row["occurred_at"],
            recorded_at=row["recorded_at"],
            payload=msgspec.json.decode(row["payload"], type=dict[str, object]),
        )
        for row in rows
    ]
