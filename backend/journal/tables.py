"""How do events lie in the journal, and the seals over them beside it?"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import FetchedValue
from sqlalchemy.orm import Mapped, mapped_column

from backend.kernel.db import Base, Xid8, big_int


class EventRow(Base):
    """One fact of the journal; written once, never changed."""

    __tablename__ = "events"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    xid: Mapped[int] = mapped_column(Xid8(), server_default=FetchedValue())
    kind: Mapped[str]
    subject_id: Mapped[UUID]
    case_id: Mapped[UUID | None]
    actor_id: Mapped[UUID | None]
    device_id: Mapped[UUID | None]
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime] = mapped_column(primary_key=True, server_default=FetchedValue())
    payload: Mapped[dict[str, object]]


class SealRow(Base):
    """A signed head over one batch of a tenant's events."""

    __tablename__ = "seals"
    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[big_int] = mapped_column(primary_key=True)
    head: Mapped[str]
    key_id: Mapped[str]
    signature: Mapped[str]
    sealed_at: Mapped[datetime]


class SealedEvent(Base):
    """Where in which batch an event stands."""

    __tablename__ = "sealed_events"
    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[big_int]
    index: Mapped[int]
    recorded_at: Mapped[datetime]


class SealStamp(Base):
    """What an authority answered when it was asked to stamp a head (RFC 3161)."""

    __tablename__ = "seal_stamps"
    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[big_int] = mapped_column(primary_key=True)
    url: Mapped[str]
    response: Mapped[bytes]
    stamped_at: Mapped[datetime]
    asked_at: Mapped[datetime]
