"""What can be done to promises? Record them with the fact that made them, cancel them when it is taken back."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from backend.journal.schemas import NewEvent
from backend.kernel.ids import new_id
from backend.kernel.statements import Statement
from backend.promises import queries
from backend.promises.schemas import RecordedPromise


def plan_promises(
    tenant_id: UUID, source_kind: str, promises: Sequence[RecordedPromise]
) -> tuple[list[Statement], list[NewEvent]]:
    """Return what to write for promises that the rules passed, and their events."""
    if not promises:
        return [], []
    statement = queries.insert_promises(tenant_id, source_kind, promises)
    return [statement], [_recorded(tenant_id, promise) for promise in promises]


def _recorded(tenant_id: UUID, promise: RecordedPromise) -> NewEvent:
    return NewEvent(
        id=new_id(),
        tenant_id=tenant_id,
        kind="promise.recorded",
        subject_id=promise.made.id,
        case_id=promise.case_id,
        actor_id=promise.made_by,
        device_id=None,
        occurred_at=promise.made_at,
        payload={
            "amount_minor": promise.made.amount_minor,
            "currency": promise.made.currency,
            "due_on": promise.made.due_on.isoformat(),
            "tolerance_days": promise.made.tolerance_days,
            "source_id": str(promise.source_id),
        },
    )


async def cancel_promises_of(
    raw: asyncpg.Connection, tenant_id: UUID, source_ids: Sequence[UUID], actor_id: UUID, at: datetime
) -> list[NewEvent]:
    """Cancel what the withdrawn records had promised; returns the events."""
    return [
        NewEvent(
            id=new_id(),
            tenant_id=tenant_id,
            kind="promise.cancelled",
            subject_id=promise_id,
            case_id=case_id,
            actor_id=actor_id,
            device_id=None,
            occurred_at=at,
            payload={"reason": "record_withdrawn"},
        )
        for promise_id, case_id in await queries.cancel_promises(raw, tenant_id, source_ids)
    ]
