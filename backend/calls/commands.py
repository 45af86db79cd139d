"""What can be done to calls? Record a list of them with promises and what they say of the numbers, take them back."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from backend.calls import callback_queries, queries, rules
from backend.calls.codes import MEANINGS
from backend.calls.schemas import CallRecord, RecordedCall
from backend.compliance.commands import plan_contacts, take_back_contacts
from backend.compliance.contact_schemas import Contact
from backend.compliance.schemas import Channel
from backend.journal.schemas import NewEvent
from backend.kernel.ids import new_id
from backend.kernel.statements import Statement
from backend.promises.commands import cancel_promises_of, plan_promises
from backend.promises.schemas import RecordedPromise


def plan_calls(
    tenant_id: UUID, user_id: UUID, device_id: UUID | None, calls: Sequence[RecordedCall]
) -> tuple[list[Statement], list[NewEvent]]:
    """Return what to write for calls that the rules passed, their promises and their numbers, and the events."""
    if not calls:
        return [], []
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
    # The calls first: they keep what their numbers were before.
    statements = [queries.insert_calls(tenant_id, user_id, device_id, calls)]
    statements.append(callback_queries.end_by_calls(tenant_id, calls))
    marks = _marks(calls)
    if marks:
        statements.append(queries.mark_numbers(tenant_id, marks))
    statements += plan_contacts(tenant_id, user_id, Channel.CALL, [_contact(one.record) for one in calls])
    more, events = plan_promises(tenant_id, "call", promises)
    return [*statements, *more], [*(_recorded(tenant_id, user_id, device_id, call) for call in calls), *events]


def _contact(record: CallRecord) -> Contact:
    return Contact(
        id=record.id,
        case_id=record.case_id,
        to_id=record.contact_point_id,
        is_obligor=record.party == "obligor",
        meaning=MEANINGS[record.result],
        at=record.started_at,
        next_on=record.next_on,
    )


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
    await callback_queries.take_back(raw, tenant_id, ids, at)
    await take_back_contacts(raw, tenant_id, user_id, Channel.CALL, ids)
    return await cancel_promises_of(raw, tenant_id, ids, user_id, at)
