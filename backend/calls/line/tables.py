"""How do calls that the server places lie in the database?"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import FetchedValue
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.kernel.db import Base, big_int


class LineCall(Base):
    """A call that was asked for, with how far it has come; `memory` is where a robot stands in its flow."""

    __tablename__ = "line_calls"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID]
    contact_point_id: Mapped[UUID]
    user_id: Mapped[UUID]
    kind: Mapped[str]
    adapter: Mapped[str]
    verdict_id: Mapped[UUID]
    permit_id: Mapped[UUID]
    notice_id: Mapped[str | None]
    state: Mapped[str]
    asked_at: Mapped[datetime]
    dialled_at: Mapped[datetime | None]
    rang_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    cause: Mapped[int | None]
    suggested_result: Mapped[str | None]
    is_paused: Mapped[bool] = mapped_column(server_default=FetchedValue())
    memory: Mapped[dict[str, object] | None] = mapped_column(JSONB)
    wake_at: Mapped[datetime | None]
    call_id: Mapped[UUID | None]


class LineEvent(Base):
    """One word of the exchange, or of the server, about a call; the row never changes."""

    __tablename__ = "line_events"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID]
    line_call_id: Mapped[UUID]
    kind: Mapped[str]
    leg: Mapped[str]
    value: Mapped[str]
    cause: Mapped[int | None]
    source: Mapped[str]
    at: Mapped[datetime]
    recorded_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())


class LineOrder(Base):
    """Something that the exchange is to do with a call, until it was told."""

    __tablename__ = "line_orders"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID]
    line_call_id: Mapped[UUID]
    kind: Mapped[str]
    value: Mapped[str]
    made_by: Mapped[UUID | None]
    made_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    outcome: Mapped[str | None]


class LineRecording(Base):
    """The recording of a call: running at the exchange, awaited from there, stored here; its id is that of the call."""

    __tablename__ = "line_recordings"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID]
    record: Mapped[str]
    notice_id: Mapped[str]
    state: Mapped[str]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(server_default=FetchedValue())
    retry_at: Mapped[datetime | None]
    sha256: Mapped[bytes | None]
    size_bytes: Mapped[big_int | None]
    media_type: Mapped[str | None]
    duration_ms: Mapped[int | None]
    refusal: Mapped[str | None]
    stored_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    first_by: Mapped[UUID | None]
    first_at: Mapped[datetime | None]
    second_by: Mapped[UUID | None]
    second_at: Mapped[datetime | None]
