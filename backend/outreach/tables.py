"""How do subscriptions, messages and deliveries lie in the database?"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import FetchedValue
from sqlalchemy.orm import Mapped, mapped_column

from backend.kernel.db import Base, big_int


class PushSubscription(Base):
    """A browser that may be pushed to; one endpoint belongs to one person, the last who signed in there."""

    __tablename__ = "push_subscriptions"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    user_id: Mapped[UUID]
    device_id: Mapped[UUID | None]
    endpoint: Mapped[str]
    endpoint_hash: Mapped[bytes]
    p256dh: Mapped[bytes]
    auth: Mapped[bytes]
    made_at: Mapped[datetime]
    renewed_at: Mapped[datetime]


class Message(Base):
    """Something that one person is told once."""

    __tablename__ = "messages"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    user_id: Mapped[UUID]
    kind: Mapped[str]
    subject_id: Mapped[UUID]
    version: Mapped[big_int]
    case_id: Mapped[UUID | None]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Delivery(Base):
    """A message on its way to one browser."""

    __tablename__ = "deliveries"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    message_id: Mapped[UUID]
    subscription_id: Mapped[UUID]
    state: Mapped[str] = mapped_column(server_default=FetchedValue())
    attempts: Mapped[int] = mapped_column(server_default=FetchedValue())
    due_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    status_code: Mapped[int | None]
    detail: Mapped[str] = mapped_column(server_default=FetchedValue())
    settled_at: Mapped[datetime | None]
