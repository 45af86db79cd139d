"""How do calendars, dated facts of limitation, what follows from them, and findings in notes lie in the database?"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import FetchedValue, Integer
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from backend.kernel.db import Base


class CalendarNotice(Base):
    """The rest days and make-up days of one year in one place; of several versions the last holds."""

    __tablename__ = "calendar_notices"
    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    place: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    weekend: Mapped[list[int]] = mapped_column(ARRAY(Integer()))
    sources: Mapped[list[str]]
    read_on: Mapped[date]
    days: Mapped[dict[str, object]]
    sha256: Mapped[bytes]
    made_by: Mapped[UUID | None]
    recorded_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())


class LimitationFact(Base):
    """Something that happened to a claim, and what proves it; without `account_id` to every account of the obligor.

    Never changed: a row of sort `taken_back` names the one that should not have been written.
    """

    __tablename__ = "limitation_facts"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID]
    obligor_id: Mapped[UUID]
    account_id: Mapped[UUID | None]
    sort: Mapped[str]
    on_date: Mapped[date]
    names: Mapped[UUID | None]
    body: Mapped[dict[str, object]]
    evidence_kind: Mapped[str]
    evidence_ref: Mapped[str]
    note: Mapped[str]
    made_by: Mapped[UUID | None]
    recorded_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())


class LimitationObligation(Base):
    """By when somebody must act, as of the last look; made anew from facts, schedule and payments."""

    __tablename__ = "limitation_obligations"
    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID | None] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    obligor_id: Mapped[UUID]
    case_id: Mapped[UUID]
    act_by: Mapped[date]
    ends_on: Mapped[date]
    state: Mapped[str]
    is_over: Mapped[bool]
    set_by: Mapped[str | None]
    proof: Mapped[str | None]
    open_procedure: Mapped[str | None]
    years_without_data: Mapped[list[int]] = mapped_column(ARRAY(Integer()))
    as_of: Mapped[date]
    computed_at: Mapped[datetime]


class LimitationLook(Base):
    """When the obligations of an obligor were made last, and as of which day."""

    __tablename__ = "limitation_looks"
    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    obligor_id: Mapped[UUID] = mapped_column(primary_key=True)
    as_of: Mapped[date]
    computed_at: Mapped[datetime]


class LimitationAlert(Base):
    """That a date was warned of, so many days before; once."""

    __tablename__ = "limitation_alerts"
    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID | None] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    act_by: Mapped[date] = mapped_column(primary_key=True)
    days_before: Mapped[int] = mapped_column(primary_key=True)
    obligor_id: Mapped[UUID]
    case_id: Mapped[UUID]
    raised_at: Mapped[datetime]


class NoteFinding(Base):
    """A note that says what it should not: `state` is open, explained or upheld."""

    __tablename__ = "note_findings"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    case_id: Mapped[UUID]
    source: Mapped[str]
    source_id: Mapped[UUID]
    user_id: Mapped[UUID | None]
    happened_at: Mapped[datetime]
    rule_ids: Mapped[list[str]]
    found: Mapped[dict[str, object]]
    state: Mapped[str] = mapped_column(server_default=FetchedValue())
    reason: Mapped[str] = mapped_column(server_default=FetchedValue())
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
