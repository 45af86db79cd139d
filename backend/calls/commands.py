"""What can be done to calls? Record a list of them with promises and what they say of the numbers, take them back."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from backend.calls import queries, rules
from backend.calls.schemas import RecordedCall
from backend.journal.schemas import NewEvent
from backend.kernel.ids import new_id
from backend.promises.commands import cancel_promises_of, record_promises
from backend.promises.schemas import RecordedPromise


async def record_calls(
    raw: asyncpg.Connection, tenant_id: UUID, user_id: UUID, device_id: UUID | None, calls: Sequence[RecordedCall]
) -> list[NewEvent]:
    """Write calls that the rules passed; returns all events."""
    if not calls:
        return []
    await queries.insert_calls(raw, tenant_id, user_id, device_id, calls)
    await queries.mark_numbers(raw, tenant_id, _marks(calls))
    promises = [
        RecordedPromise(
            made=one.record.promise,
            case_id=one.record.case_id,
            source_id=one.record.id,
            made_by=user_id,
            made_at=one.record.ended_at,
        )
        for one in calls
        if one.record.promise is not None
    ]
    events = [_recorded(tenant_id, user_id, device_id, call) for call in calls]
    return events + await record_promises(raw, tenant_id, "call", promises)


def _marks(calls: Sequence[RecordedCall]) -> list[tuple[UUID, str]]:
    marks: dict[UUID, str] = {}
    for call in calls:
        status = rules.number_status_after(call.record.result)
        if status is not None and call.record.contact_point_id is not None:
            marks[call.record.contact_point_id] = status
    return list(marks.items())


def _recorded(tenant_id: UUID, user_id: UUID, device_id: UUID | None, call: RecordedCall) -> NewEvent:
    return NewEvent(
        id=new_id(),
        tenant_id=tenant_id,
        kind="call.recorded",
        subject_id=call.record.id,
        case_id=call.record.case_id,
        actor_id=user_id,
        device_id=device_id,
        occurred_at=call.record.ended_at,
        payload=call.payload,
    )


async def withdraw_calls(
    raw: asyncpg.Connection, tenant_id: UUID, user_id: UUID, ids: Sequence[UUID], at: datetime
) -> list[NewEvent]:
    """Take calls back (the caller has checked whose and when), with the promises they made; returns the events."""
    if not ids:
        return []
    await queries.withdraw_calls(raw, tenant_id, ids, at)
    return await cancel_promises_of(raw, tenant_id, ids, user_id, at)
