"""What can be done to promises? Record them with the fact that made them, cancel them with it, settle them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from backend.journal.schemas import NewEvent
from backend.kernel.ids import new_id
from backend.kernel.statements import Statement
from backend.promises import queries
from backend.promises.schemas import PromiseState, RecordedPromise

SETTLED = frozenset({PromiseState.KEPT, PromiseState.PART_KEPT, PromiseState.BROKEN})


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


async def settle_promises(
    raw: asyncpg.Connection, tenant_id: UUID, states: Mapping[UUID, PromiseState], at: datetime
) -> list[NewEvent]:
    """Say of open promises what became of them (kept, part_kept, broken); returns the events of those that changed.

    Raises ValueError for another state: those have acts of their own.
    """
    if not set(states.values()) <= SETTLED:
        raise ValueError("a promise is settled as kept, part_kept or broken")
    return [
        NewEvent(
            id=new_id(),
            tenant_id=tenant_id,
            kind=f"promise.{state.value}",
            subject_id=promise_id,
            case_id=case_id,
            actor_id=None,
            device_id=None,
            occurred_at=at,
            payload={},
        )
        for promise_id, case_id, state in await queries.settle_promises(raw, tenant_id, states)
    ]
