"""All SQL of the calls."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from backend.calls.schemas import CallOnFile, RecordedCall
from backend.kernel.pan import without_pans
from backend.kernel.statements import Statement

CONTACTS_OF_CASES = """
SELECT cases.id AS case_id, contact_points.id AS contact_id
FROM unnest($2::uuid[], $3::uuid[]) AS asked (case_id, contact_id)
JOIN cases ON cases.id = asked.case_id AND cases.tenant_id = $1
JOIN contact_points ON contact_points.id = asked.contact_id AND contact_points.obligor_id = cases.obligor_id
"""
INSERT_CALLS = """
INSERT INTO calls (id, tenant_id, case_id, user_id, device_id, contact_point_id, number_status_before, result,
    party, paid_minor, started_at,
    ended_at, note, next_step, next_on)
SELECT id, $1, case_id, $2, $3, contact_point_id,
    (SELECT status FROM contact_points WHERE contact_points.id = contact_point_id), result, party, paid_minor,
    started_at, ended_at, note, next_step, next_on
FROM unnest($4::uuid[], $5::uuid[], $6::uuid[], $7::text[], $8::text[], $9::bigint[], $10::timestamptz[],
    $11::timestamptz[], $12::text[], $13::text[], $14::date[])
    AS new (id, case_id, contact_point_id, result, party, paid_minor, started_at, ended_at, note, next_step, next_on)
"""
WITHDRAW_CALLS = (
    "UPDATE calls SET withdrawn_at = $3 WHERE tenant_id = $1 AND id = ANY($2::uuid[]) AND withdrawn_at IS NULL"
)
# A call that is taken back takes back what it said of the number, unless somebody has said something since.
RESTORE_NUMBERS = """
UPDATE contact_points SET status = calls.number_status_before FROM calls
WHERE calls.tenant_id = $1 AND calls.id = ANY($2::uuid[]) AND contact_points.id = calls.contact_point_id
    AND NOT EXISTS (SELECT 1 FROM calls AS later WHERE later.contact_point_id = contact_points.id
        AND later.withdrawn_at IS NULL AND later.recorded_at > calls.recorded_at)
"""
# A number that somebody marked as stopped stays so, whatever a later call says.
MARK_NUMBERS = """
UPDATE contact_points SET status = new.status FROM unnest($2::uuid[], $3::text[]) AS new (id, status)
WHERE contact_points.tenant_id = $1 AND contact_points.id = new.id AND contact_points.status <> 'stopped'
"""

CALL_OF = """
SELECT case_id, user_id, result, ended_at, recorded_at, withdrawn_at FROM calls WHERE tenant_id = $1 AND id = $2
"""
VALUE_OF_CONTACT = """
SELECT contact_points.value FROM contact_points JOIN cases ON cases.obligor_id = contact_points.obligor_id
WHERE cases.tenant_id = $1 AND cases.id = $2 AND contact_points.id = $3
"""
# What the case says of its last attempt is said again by the records that still stand.
RESTORE_LAST_ATTEMPT = """
WITH standing AS (
    SELECT ended_at, result FROM visits WHERE case_id = $2 AND withdrawn_at IS NULL
    UNION ALL SELECT ended_at, result FROM calls WHERE case_id = $2 AND withdrawn_at IS NULL
    ORDER BY ended_at DESC LIMIT 1)
UPDATE cases SET last_attempt_at = (SELECT ended_at FROM standing), last_result = (SELECT result FROM standing)
WHERE tenant_id = $1 AND id = $2
"""


def give_case_back(tenant_id: UUID, case_id: UUID, user_id: UUID) -> Statement:
    """Return the statement that ends the person's hold on a case of the queue."""
    sql = "DELETE FROM case_leases WHERE tenant_id = $1 AND case_id = $2 AND user_id = $3 RETURNING case_id"
    return Statement(sql=sql, arguments=(tenant_id, case_id, user_id))


async def call_of(raw: asyncpg.Connection, tenant_id: UUID, call_id: UUID) -> CallOnFile | None:
    """Return a call that the scope sees."""
    row = await raw.fetchrow(CALL_OF, tenant_id, call_id)
    return None if row is None else CallOnFile(**dict(row))


async def recorded_at(raw: asyncpg.Connection, tenant_id: UUID, call_id: UUID) -> datetime:
    """Return the database's own moment of recording; the call was just written."""
    found = await raw.fetchval("SELECT recorded_at FROM calls WHERE tenant_id = $1 AND id = $2", tenant_id, call_id)
    if not isinstance(found, datetime):
        raise TypeError("the call is not on file")
    return found


async def value_of_contact(
    raw: asyncpg.Connection, tenant_id: UUID, case_id: UUID, contact_point_id: UUID
) -> str | None:
    """Return a number in full, if it belongs to the case."""
    value = await raw.fetchval(VALUE_OF_CONTACT, tenant_id, case_id, contact_point_id)
    return None if value is None else str(value)


async def obligor_of(raw: asyncpg.Connection, tenant_id: UUID, case_id: UUID) -> UUID | None:
    """Return whose case it is: around them all contacts are counted."""
    found: UUID | None = await raw.fetchval(
        "SELECT obligor_id FROM cases WHERE tenant_id = $1 AND id = $2", tenant_id, case_id
    )
    return found


async def restore_last_attempt(raw: asyncpg.Connection, tenant_id: UUID, case_id: UUID) -> None:
    """Let the case say again what its latest standing record says."""
    await raw.execute(RESTORE_LAST_ATTEMPT, tenant_id, case_id)


async def contacts_of_cases(
    raw: asyncpg.Connection, tenant_id: UUID, asked: Sequence[tuple[UUID, UUID]]
) -> set[tuple[UUID, UUID]]:
    """Return those of the (case, contact point) pairs that belong together."""
    if not asked:
        return set()
    rows = await raw.fetch(CONTACTS_OF_CASES, tenant_id, [case for case, _ in asked], [contact for _, contact in asked])
    return {(row["case_id"], row["contact_id"]) for row in rows}


def insert_calls(tenant_id: UUID, user_id: UUID, device_id: UUID | None, calls: Sequence[RecordedCall]) -> Statement:
    """Return the statement that inserts calls of one user."""
    records = [call.record for call in calls]
    arguments = (
        tenant_id, user_id, device_id, [one.id for one in records], [one.case_id for one in records],
        [one.contact_point_id for one in records], [one.result for one in records], [one.party for one in records],
        [one.paid_minor for one in records], [one.started_at for one in records], [one.ended_at for one in records],
        [without_pans(one.note) for one in records], [one.next_step for one in records],
        [one.next_on for one in records],
    )  # fmt: skip
    return Statement(sql=INSERT_CALLS, arguments=arguments)


def mark_numbers(tenant_id: UUID, marks: Sequence[tuple[UUID, str]]) -> Statement:
    """Return the statement that writes what calls said of numbers: (contact point, status), at most one a number."""
    arguments = (tenant_id, [contact for contact, _ in marks], [status for _, status in marks])
    return Statement(sql=MARK_NUMBERS, arguments=arguments)


async def withdraw_calls(raw: asyncpg.Connection, tenant_id: UUID, ids: Sequence[UUID], at: datetime) -> None:
    """Mark calls as withdrawn; the rows and their events stay, what they said of numbers does not."""
    await raw.execute(RESTORE_NUMBERS, tenant_id, ids)
    await raw.execute(WITHDRAW_CALLS, tenant_id, ids, at)
