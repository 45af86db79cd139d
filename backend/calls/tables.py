"""How does a call lie in the database?"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import FetchedValue
from sqlalchemy.orm import Mapped, mapped_column

from backend.kernel.db import Base, big_int


class Call(Base):
    """What happened on a line."""

    __tablename__ = "calls"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    case_id: Mapped[UUID]
    user_id: Mapped[UUID]
    device_id: Mapped[UUID | None]
    contact_point_id: Mapped[UUID | None]
    number_status_before: Mapped[str | None]
    result: Mapped[str]
    party: Mapped[str]
    paid_minor: Mapped[big_int | None]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    note: Mapped[str]
    next_step: Mapped[str | None]
    next_on: Mapped[date | None]
    withdrawn_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
