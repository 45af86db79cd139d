"""How does a promise lie in the database?"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import FetchedValue
from sqlalchemy.orm import Mapped, mapped_column

from backend.kernel.db import Base, big_int


class Promise(Base):
    """What was promised: amount, day, tolerance."""

    __tablename__ = "promises"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    case_id: Mapped[UUID]
    source_kind: Mapped[str]
    source_id: Mapped[UUID]
    amount_minor: Mapped[big_int]
    currency: Mapped[str]
    due_on: Mapped[date]
    tolerance_days: Mapped[int] = mapped_column(server_default=FetchedValue())
    state: Mapped[str]
    made_by: Mapped[UUID]
    made_at: Mapped[datetime]
    recorded_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
