"""How does a visit lie in the database?"""

from datetime import date, datetime
from uuid import UUID

from geoalchemy2 import Geography, WKBElement
from sqlalchemy import FetchedValue
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.kernel.db import Base, big_int


class Visit(Base):
    """What happened at a door."""

    __tablename__ = "visits"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    case_id: Mapped[UUID]
    user_id: Mapped[UUID]
    device_id: Mapped[UUID | None]
    stop_id: Mapped[UUID | None]
    address_id: Mapped[UUID | None]
    result: Mapped[str]
    party: Mapped[str]
    paid_minor: Mapped[big_int | None]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    place: Mapped[WKBElement | None] = mapped_column(Geography("POINT", 4326, spatial_index=False))
    accuracy_m: Mapped[float | None]
    distance_m: Mapped[float | None]
    is_inside: Mapped[bool | None]
    outside_reason: Mapped[str | None]
    note: Mapped[str]
    next_step: Mapped[str | None]
    next_on: Mapped[date | None]
    form: Mapped[dict[str, object] | None] = mapped_column(JSONB)
    withdrawn_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
