"""How do contacts lie in the database?"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import FetchedValue
from sqlalchemy.orm import Mapped, mapped_column

from backend.kernel.db import Base


class ContactEvent(Base):
    """One contact as the counters see it; a row with `is_reversal` takes the other one out again."""

    __tablename__ = "contact_events"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    is_reversal: Mapped[bool] = mapped_column(primary_key=True, server_default=FetchedValue())
    case_id: Mapped[UUID]
    obligor_id: Mapped[UUID]
    person: Mapped[str]
    kind: Mapped[str]
    direction: Mapped[str]
    to_id: Mapped[UUID | None]
    place: Mapped[str | None]
    debts: Mapped[list[UUID] | None]
    by: Mapped[str]
    at: Mapped[datetime]
    recorded_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
