"""How does an event lie in the journal?"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import FetchedValue
from sqlalchemy.orm import Mapped, mapped_column

from backend.kernel.db import Base, Xid8


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
