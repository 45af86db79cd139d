"""How do permits lie in the database?"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import FetchedValue
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.kernel.db import Base


class ContactPermit(Base):
    """One contact that somebody may make from `since` until `until`; the row never changes."""

    __tablename__ = "contact_permits"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    obligor_id: Mapped[UUID]
    person: Mapped[str]
    channel: Mapped[str]
    holder_kind: Mapped[str]
    holder_id: Mapped[str]
    asked: Mapped[object] = mapped_column(JSONB)
    drawn_at: Mapped[datetime]
    since: Mapped[datetime]
    until: Mapped[datetime]
    recorded_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())


class ContactPermitEnd(Base):
    """How a permit ended; one without such a row is still out."""

    __tablename__ = "contact_permit_ends"
    permit_id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    ending: Mapped[str]
    contact_id: Mapped[UUID | None]
    at: Mapped[datetime]
    recorded_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
