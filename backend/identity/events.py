"""How does an act of identity look in the journal? Secrets never stand in it."""

from collections.abc import Mapping
from uuid import UUID

import msgspec

from backend.identity.schemas import Act
from backend.journal.schemas import NewEvent
from backend.kernel.ids import new_id


def event(act: Act, kind: str, subject_id: UUID, **payload: object) -> NewEvent:
    """Return the event of an act, of no case."""
    return NewEvent(
        id=new_id(),
        tenant_id=act.tenant_id,
        kind=kind,
        subject_id=subject_id,
        case_id=None,
        actor_id=act.actor_id,
        device_id=act.device_id,
        occurred_at=act.at,
        payload=payload,
    )


def case_event(
    act: Act, kind: str, subject_id: UUID, case_id: UUID | None, payload: Mapping[str, object] | msgspec.Raw
) -> NewEvent:
    """Return the event of an act around a case."""
    return NewEvent(
        id=new_id(),
        tenant_id=act.tenant_id,
        kind=kind,
        subject_id=subject_id,
        case_id=case_id,
        actor_id=act.actor_id,
        device_id=act.device_id,
        occurred_at=act.at,
        payload=payload if isinstance(payload, msgspec.Raw) else dict(payload),
    )
