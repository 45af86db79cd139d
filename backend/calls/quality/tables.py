"""How does the quality of calls lie in the database?"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ARRAY, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.kernel.db import Base


class QualityPlan(Base):
    """A version of the sampling plan; it never changes."""

    __tablename__ = "quality_plans"
    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[dict[str, object]] = mapped_column(JSONB)
    made_by: Mapped[UUID]
    made_at: Mapped[datetime]


class QualitySheet(Base):
    """A version of the score sheet; it never changes."""

    __tablename__ = "quality_sheets"
    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[dict[str, object]] = mapped_column(JSONB)
    made_by: Mapped[UUID]
    made_at: Mapped[datetime]


class QualityWeek(Base):
    """By which seed and plan a week is drawn: the first draw says it for all later ones."""

    __tablename__ = "quality_weeks"
    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    week_on: Mapped[date] = mapped_column(primary_key=True)
    seed: Mapped[str]
    plan_version: Mapped[int]
    made_by: Mapped[UUID]
    made_at: Mapped[datetime]


class QualityCall(Base):
    """A call that was drawn."""

    __tablename__ = "quality_calls"
    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    call_id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID]
    caller_id: Mapped[UUID]
    week_on: Mapped[date]
    why: Mapped[list[str]] = mapped_column(ARRAY(Text))
    drawn_by: Mapped[UUID]
    drawn_at: Mapped[datetime]


class QualityScore(Base):
    """What a reviewer answered; the latest of a call counts."""

    __tablename__ = "quality_scores"
    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    call_id: Mapped[UUID]
    case_id: Mapped[UUID]
    caller_id: Mapped[UUID]
    sheet_version: Mapped[int]
    answers: Mapped[dict[str, object]] = mapped_column(JSONB)
    permille: Mapped[int]
    is_knocked_out: Mapped[bool]
    is_passed: Mapped[bool]
    note: Mapped[str]
    scored_by: Mapped[UUID]
    scored_at: Mapped[datetime]


class QualityCheck(Base):
    """A call back by another person, from the verdict that allowed it to its outcome."""

    __tablename__ = "quality_checks"
    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    call_id: Mapped[UUID]
    case_id: Mapped[UUID]
    caller_id: Mapped[UUID]
    contact_point_id: Mapped[UUID]
    verdict_id: Mapped[UUID]
    checked_by: Mapped[UUID]
    opened_at: Mapped[datetime]
    check_call_id: Mapped[UUID | None]
    outcome: Mapped[str | None]
    note: Mapped[str]
    closed_at: Mapped[datetime | None]


class QualityTask(Base):
    """A finding that somebody learns from."""

    __tablename__ = "quality_tasks"
    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    call_id: Mapped[UUID]
    case_id: Mapped[UUID]
    finding: Mapped[str]
    owner_id: Mapped[UUID]
    due_on: Mapped[date]
    state: Mapped[str]
    made_by: Mapped[UUID]
    made_at: Mapped[datetime]
    proof: Mapped[str | None]
    proof_call_id: Mapped[UUID | None]
    proved_at: Mapped[datetime | None]
    returned_for: Mapped[str | None]
    closed_by: Mapped[UUID | None]
    closed_at: Mapped[datetime | None]
