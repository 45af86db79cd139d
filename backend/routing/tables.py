"""How do day plans and their stops lie in the database?"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import FetchedValue
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.kernel.db import Base


class DayPlan(Base):
    """The routes of a team for a day."""

    __tablename__ = "day_plans"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    team_id: Mapped[UUID]
    day: Mapped[date]
    state: Mapped[str]
    made_by: Mapped[UUID]
    made_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    summary: Mapped[dict[str, object]]


class Stop(Base):
    """One door of one collector in a plan."""

    __tablename__ = "stops"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    plan_id: Mapped[UUID]
    case_id: Mapped[UUID]
    user_id: Mapped[UUID]
    address_id: Mapped[UUID | None]
    position: Mapped[int]
    arrive_at: Mapped[datetime]
    leave_at: Mapped[datetime]
    window_start: Mapped[datetime]
    window_end: Mapped[datetime]
    drive_s: Mapped[int]
    drive_m: Mapped[int]
    is_locked: Mapped[bool] = mapped_column(server_default=FetchedValue())
    is_must: Mapped[bool] = mapped_column(server_default=FetchedValue())
    reasons: Mapped[list[str]] = mapped_column(JSONB(), server_default=FetchedValue())
    headcount: Mapped[int] = mapped_column(server_default=FetchedValue())
    lawful: Mapped[list[object]] = mapped_column(JSONB(), server_default=FetchedValue())
    rule_ids: Mapped[list[str]] = mapped_column(server_default=FetchedValue())
    state: Mapped[str] = mapped_column(server_default=FetchedValue())
    skip_reason: Mapped[str | None]
    state_at: Mapped[datetime | None]
