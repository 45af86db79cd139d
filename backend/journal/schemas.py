"""What is an event before it is written?"""

from datetime import datetime
from uuid import UUID

import msgspec


class NewEvent(msgspec.Struct, frozen=True):
    """A fact for the journal: `occurred_at` is when it happened there (UTC), the moment of recording is added here.

    `kind` is noun.past ("visit.recorded"); `subject_id` names the thing itself, `case_id` its case, if any.
    """

    id: UUID
    tenant_id: UUID
    kind: str
    subject_id: UUID
    case_id: UUID | None
    actor_id: UUID | None
    device_id: UUID | None
    occurred_at: datetime
    payload: dict[str, object] | msgspec.Raw


class RecordedEvent(msgspec.Struct, frozen=True):
    """An event as readers get it, with its place in the stream."""

    id: UUID
    xid: int
    kind: str
    subject_id: UUID
    case_id: UUID | None
    actor_id: UUID | None
    occurred_at: datetime
    recorded_at: datetime
    payload: dict[str, object]


class StreamPosition(msgspec.Struct, frozen=True):
    """The last event that a reader has taken; (0, zero) is the beginning."""

    xid: int
    id: UUID


START = StreamPosition(xid=0, id=UUID(int=0))
EVENTS_A_READ_MAX = 5000
