"""How do released contacts lie in the database? A wish and its decision are rows that never change."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import FetchedValue
from sqlalchemy.orm import Mapped, mapped_column

from backend.kernel.db import Base


class ContactRelease(Base):
    """A contact that the gate wants reviewed, and that somebody wishes to make in [since, until)."""

    __tablename__ = "contact_releases"
    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID]
    channel: Mapped[str]
    to_id: Mapped[UUID | None]
    rule_ids: Mapped[list[str]]
    reason: Mapped[str]
    asked_by: Mapped[UUID]
    asked_at: Mapped[datetime]
    since: Mapped[datetime]
    until: Mapped[datetime]
    recorded_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())


class ContactReleaseDecision(Base):
    """What a second person said of the wish."""

    __tablename__ = "contact_release_decisions"
    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    release_id: Mapped[UUID] = mapped_column(primary_key=True)
    is_granted: Mapped[bool]
    reason: Mapped[str]
    decided_by: Mapped[UUID]
    decided_at: Mapped[datetime]
    recorded_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
