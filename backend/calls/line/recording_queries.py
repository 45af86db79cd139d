"""All SQL of recordings: begun, awaited, stored, kept, deleted."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.calls.line import retention
from backend.calls.line.schemas import LineCall, RecordingDue, RecordingView
from backend.evidence.retention import Retention
from backend.kernel.limits import PAGE_SIZE_MAX

START = """
INSERT INTO line_recordings (id, tenant_id, case_id, record, notice_id, state, started_at)
VALUES ($1, $2, $3, $4, $5, 'running', $6) ON CONFLICT DO NOTHING
"""
AWAIT = """
UPDATE line_recordings SET state = 'awaited', finished_at = $3, retry_at = $3
WHERE tenant_id = $1 AND id = $2 AND state = 'running'
"""
AWAITED = """
SELECT id, tenant_id, case_id, tries FROM line_recordings WHERE state = 'awaited' AND retry_at <= $1
ORDER BY retry_at LIMIT 1 FOR UPDATE SKIP LOCKED
"""
STORE = """
UPDATE line_recordings SET state = 'stored', sha256 = $3, size_bytes = $4, media_type = $5, duration_ms = $6,
    stored_at = $7, retry_at = NULL
WHERE tenant_id = $1 AND id = $2 AND state = 'awaited' RETURNING id
"""
GIVE_UP = """
UPDATE line_recordings SET state = $3, refusal = $4, retry_at = NULL
WHERE tenant_id = $1 AND id = $2 AND state = 'awaited'
"""
PUT_OFF = """
UPDATE line_recordings SET tries = tries + 1, retry_at = $3 WHERE tenant_id = $1 AND id = $2 AND state = 'awaited'
"""
_VIEW = """
SELECT recording.id, recording.case_id, recording.state, recording.notice_id, started_at, duration_ms, size_bytes,
    media_type, encode(sha256, 'hex') AS sha256, refusal, record, sha256 AS digest
FROM line_recordings AS recording
"""
ONE = f"{_VIEW} WHERE recording.tenant_id = $1 AND recording.id = $2"
OF_CASE = f"""
{_VIEW} WHERE recording.tenant_id = $1 AND recording.case_id = $2 ORDER BY started_at DESC LIMIT {PAGE_SIZE_MAX}
"""
RULES = "SELECT record, basis, keep_days FROM retention_rules WHERE tenant_id = $1 AND record LIKE '%call_recording'"
# An oral plan is proved by its recording: it stays while the case is open or a promise stands (rules.md D.3).
_OVER = """
FROM line_recordings AS recording JOIN cases ON cases.id = recording.case_id
    JOIN unnest($2::text[], $3::int[]) AS rule (record, keep_days) ON rule.record = recording.record
WHERE recording.tenant_id = $1 AND recording.state = 'stored' AND cases.closed_at IS NOT NULL
    AND recording.started_at + make_interval(days => rule.keep_days) <= $4
    AND NOT EXISTS (SELECT 1 FROM evidence_holds
        WHERE evidence_holds.case_id = recording.case_id AND released_at IS NULL)
    AND NOT EXISTS (SELECT 1 FROM promises WHERE promises.case_id = recording.case_id AND promises.tenant_id = $1
        AND promises.state IN ('open', 'due_today', 'part_kept'))
"""
DUE = f"""
SELECT recording.id, recording.tenant_id, recording.case_id, recording.sha256, recording.record,
    array_remove(ARRAY[first_by, second_by], NULL) AS approved_by
{_OVER} AND ($6 OR second_by IS NOT NULL)
ORDER BY recording.started_at LIMIT $5 FOR UPDATE OF recording, cases
"""
WAITING = f"""
SELECT recording.id, recording.case_id, recording.started_at, recording.record, first_by, first_at, second_by
{_OVER} ORDER BY recording.started_at LIMIT {PAGE_SIZE_MAX}
"""
AGREE_SECOND = """
UPDATE line_recordings SET second_by = $3, second_at = $4 WHERE tenant_id = $1 AND id = ANY($2::uuid[])
    AND state = 'stored' AND second_by IS NULL AND first_by <> $3 AND first_at < $4 RETURNING id, case_id
"""
AGREE_FIRST = """
UPDATE line_recordings SET first_by = $3, first_at = $4 WHERE tenant_id = $1 AND id = ANY($2::uuid[])
    AND state = 'stored' AND first_by IS NULL RETURNING id, case_id
"""
DELETE = "UPDATE line_recordings SET state = 'deleted', deleted_at = $3 WHERE tenant_id = $1 AND id = ANY($2::uuid[])"


class Awaited(msgspec.Struct, frozen=True):
    """A recording that lies at the exchange."""

    id: UUID
    tenant_id: UUID
    case_id: UUID
    tries: int


class Kept(msgspec.Struct, frozen=True):
    """What is shown of a recording, its class and its hash."""

    view: RecordingView
    record: str
    digest: bytes | None


class DueRecording(msgspec.Struct, frozen=True):
    """A recording whose retention is over and that nothing keeps."""

    id: UUID
    tenant_id: UUID
    case_id: UUID
    sha256: bytes
    record: str
    approved_by: list[UUID]


async def start(raw: asyncpg.Connection, call: LineCall, notice_id: str, at: datetime) -> None:
    """Write that a call is being recorded, after which notice."""
    record = "robot_call_recording" if call.kind == "robot" else "call_recording"
    await raw.execute(START, call.id, call.tenant_id, call.case_id, record, notice_id, at)


async def finish(raw: asyncpg.Connection, call: LineCall, at: datetime) -> None:
    """Write that a recording is complete at the exchange; one that never began stays as it is."""
    await raw.execute(AWAIT, call.tenant_id, call.id, at)


async def next_awaited(raw: asyncpg.Connection, now: datetime) -> Awaited | None:
    """Return a recording to be fetched and keep it from other workers until the transaction ends."""
    row = await raw.fetchrow(AWAITED, now)
    return None if row is None else Awaited(**row)


async def store(raw: asyncpg.Connection, one: Awaited, file: tuple[bytes, int, str, int | None], now: datetime) -> bool:
    """Write that the file (hash, bytes, type, milliseconds) is stored."""
    return await raw.fetchval(STORE, one.tenant_id, one.id, *file, now) is not None


async def give_up(raw: asyncpg.Connection, one: Awaited, state: str, refusal: str) -> None:
    """Write that a recording will not be had."""
    await raw.execute(GIVE_UP, one.tenant_id, one.id, state, refusal)


async def put_off(raw: asyncpg.Connection, one: Awaited, until: datetime) -> None:
    """Try again later."""
    await raw.execute(PUT_OFF, one.tenant_id, one.id, until)


async def rules_of(raw: asyncpg.Connection, tenant_id: UUID) -> dict[str, list[Retention]]:
    """Return the tenant's own rules by class of recording."""
    found: dict[str, list[Retention]] = {}
    for row in await raw.fetch(RULES, tenant_id):
        found.setdefault(row["record"], []).append(Retention(basis=row["basis"], keep_days=row["keep_days"]))
    return found


async def one(raw: asyncpg.Connection, tenant_id: UUID, call_id: UUID) -> Kept | None:
    """Return the recording of a call that the transaction's person sees."""
    row = await raw.fetchrow(ONE, tenant_id, call_id)
    return None if row is None else _kept(row, await rules_of(raw, tenant_id))


async def of_case(raw: asyncpg.Connection, tenant_id: UUID, case_id: UUID) -> list[RecordingView]:
    """Return the recordings of a case, the latest first, at most 200."""
    rules = await rules_of(raw, tenant_id)
    return [_kept(row, rules).view for row in await raw.fetch(OF_CASE, tenant_id, case_id)]


async def due(
    raw: asyncpg.Connection, tenant_id: UUID, now: datetime, limit: int, *, at_once: bool
) -> list[DueRecording]:
    """Return and lock what may go: no hold, no open case, no promise keeps it, and unless `at_once` two agreed."""
    days = await _days(raw, tenant_id)
    rows = await raw.fetch(DUE, tenant_id, list(retention.DEFAULT), days, now, limit, at_once)
    return [DueRecording(**row) for row in rows]


async def waiting(raw: asyncpg.Connection, tenant_id: UUID, now: datetime) -> list[RecordingDue]:
    """Return the recordings whose retention is over and that nothing keeps, the oldest first, at most 200."""
    rows = await raw.fetch(WAITING, tenant_id, list(retention.DEFAULT), await _days(raw, tenant_id), now)
    return [RecordingDue(**row) for row in rows]


async def agree(
    raw: asyncpg.Connection, who: tuple[UUID, UUID], ids: Sequence[UUID], now: datetime
) -> tuple[list[tuple[UUID, UUID]], list[tuple[UUID, UUID]]]:
    """Let (tenant, user) agree to deletions; returns (recording, case) as the first of two, and as the second."""
    tenant_id, user_id = who
    second = await raw.fetch(AGREE_SECOND, tenant_id, ids, user_id, now)
    first = await raw.fetch(AGREE_FIRST, tenant_id, ids, user_id, now)
    return [tuple(row) for row in first], [tuple(row) for row in second]


async def _days(raw: asyncpg.Connection, tenant_id: UUID) -> list[int]:
    own = await rules_of(raw, tenant_id)
    return [retention.keeps(record, own.get(record, [])).keep_days for record in retention.DEFAULT]


async def delete(raw: asyncpg.Connection, tenant_id: UUID, ids: Sequence[UUID], now: datetime) -> None:
    """Write that recordings are gone."""
    await raw.execute(DELETE, tenant_id, ids, now)


def _kept(row: asyncpg.Record, rules: Mapping[str, list[Retention]]) -> Kept:
    values = dict(row)
    record, digest = values.pop("record"), values.pop("digest")
    until = retention.kept_until(record, values["started_at"], rules.get(record, []))
    return Kept(view=RecordingView(**values, kept_until=until), record=record, digest=digest)
