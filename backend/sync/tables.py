"""What does the server keep of what phones sent?"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import FetchedValue
from sqlalchemy.orm import Mapped, mapped_column

from backend.kernel.db import Base, Xid8, big_int


class Mutation(Base):
    """An item that a phone sent, and how it was answered."""

    __tablename__ = "mutations"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID]
    device_id: Mapped[UUID]
    seq: Mapped[big_int]
    body_hash: Mapped[bytes]
    status: Mapped[str]
    code: Mapped[str | None]
    recorded_at: Mapped[datetime]


class Quarantined(Base):
    """A refused item with its whole body, until a person decides."""

    __tablename__ = "quarantine"
    mutation_id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    body_hash: Mapped[bytes] = mapped_column(primary_key=True)
    user_id: Mapped[UUID]
    device_id: Mapped[UUID]
    case_id: Mapped[UUID | None]
    kind: Mapped[str]
    schema_version: Mapped[int]
    occurred_at: Mapped[datetime]
    body: Mapped[str]
    code: Mapped[str]
    detail: Mapped[dict[str, object]]
    recorded_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(server_default=FetchedValue())
    explanation: Mapped[str | None]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]


class ClusterEpoch(Base):
    """Which life of the database cluster the transaction ids belong to."""

    __tablename__ = "cluster_epoch"
    only_row: Mapped[bool] = mapped_column(primary_key=True, server_default=FetchedValue())
    epoch: Mapped[UUID] = mapped_column(server_default=FetchedValue())
    system_identifier: Mapped[big_int]


class PhoneChangeFloor(Base):
    """Up to where the stream of a user was pruned; a cursor before it is too old."""

    __tablename__ = "phone_change_floors"
    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    pruned_xid: Mapped[int] = mapped_column(Xid8())
