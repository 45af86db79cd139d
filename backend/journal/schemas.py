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


class EventOnFile(msgspec.Struct, frozen=True):
    """An event with everything that is sealed; `payload` is the JSON text as the database gives it."""

    id: UUID
    tenant_id: UUID
    xid: int
    kind: str
    subject_id: UUID
    case_id: UUID | None
    actor_id: UUID | None
    device_id: UUID | None
    occurred_at: datetime
    recorded_at: datetime
    payload: str


class SealedHead(msgspec.Struct, frozen=True):
    """What is signed for a batch: its number per tenant from 1 on, how many events, their root, the head before it.

    `root` and `previous` are SHA-256 in hexadecimal; `previous` is of the text of the head before (64 zeros for none),
    so the last head stands for all. `sealed_at` is the server's clock (UTC).
    """

    v: int
    tenant_id: UUID
    number: int
    count: int
    root: str
    previous: str
    sealed_at: str


class Seal(msgspec.Struct, frozen=True):
    """A head as it lies in the database: the exact text, and the signature (Ed25519, base64) under a key's name."""

    number: int
    head: str
    key_id: str
    signature: str


class Proof(msgspec.Struct, frozen=True):
    """That an event is in a sealed batch: its exact text, its place, and the way up to the root of the head."""

    event_id: UUID
    entry: str
    number: int
    index: int
    count: int
    path: list[str]
