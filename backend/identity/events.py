"""How does an act of identity look in the journal? Secrets never stand in it."""

from uuid import UUID

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
