"""How do cases, assignments and what phones must hear lie in the database?"""

from datetime import datetime
from uuid import UUID

from geoalchemy2 import Geography, WKBElement
from sqlalchemy import FetchedValue
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.kernel.db import Base, Xid8, big_int


class Territory(Base):
    """A polygon whose cases belong to a team, or to one collector of it."""

    __tablename__ = "territories"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    team_id: Mapped[UUID]
    user_id: Mapped[UUID | None]
    name: Mapped[str]
    area: Mapped[WKBElement] = mapped_column(Geography("POLYGON", 4326, spatial_index=False))


class Case(Base):
    """All accounts of one obligor, as one piece of work."""

    __tablename__ = "cases"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    obligor_id: Mapped[UUID]
    number: Mapped[str]
    kind: Mapped[str]
    state: Mapped[str]
    currency: Mapped[str]
    overdue_minor: Mapped[big_int]
    balance_minor: Mapped[big_int]
    days_past_due: Mapped[int]
    bucket: Mapped[str]
    grade: Mapped[str | None]
    score: Mapped[float] = mapped_column(server_default=FetchedValue())
    reasons: Mapped[list[str]] = mapped_column(JSONB(), server_default=FetchedValue())
    team_id: Mapped[UUID | None]
    desk_team_id: Mapped[UUID | None]
    assignee_id: Mapped[UUID | None]
    door_address_id: Mapped[UUID | None]
    door: Mapped[WKBElement | None] = mapped_column(Geography("POINT", 4326, spatial_index=False))
    last_attempt_at: Mapped[datetime | None]
    last_result: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(server_default=FetchedValue())
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class Assignment(Base):
    """Who had a case from when until when, and why."""

    __tablename__ = "assignments"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    case_id: Mapped[UUID]
    user_id: Mapped[UUID]
    assigned_by: Mapped[UUID | None]
    assigned_at: Mapped[datetime]
    released_at: Mapped[datetime | None]
    reason: Mapped[str]
    release_reason: Mapped[str | None]
    batch_id: Mapped[UUID | None]
    release_batch_id: Mapped[UUID | None]
    from_team_id: Mapped[UUID | None]
    from_desk_team_id: Mapped[UUID | None]


class CaseLease(Base):
    """Who at the desk has the case open just now."""

    __tablename__ = "case_leases"
    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    user_id: Mapped[UUID]
    leased_until: Mapped[datetime]


class CaseFact(Base):
    """What stands of one fact: the edit that is shown, all that stand, and one for each further value.

    A projection of `fact_edits`, written in the transaction that adds one.
    """

    __tablename__ = "case_facts"
    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    field: Mapped[str] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    value: Mapped[object] = mapped_column(JSONB())
    version: Mapped[int]
    edited_by: Mapped[UUID]
    edited_at: Mapped[datetime]
    edit_id: Mapped[UUID]
    heads: Mapped[list[UUID]]
    others: Mapped[list[UUID]]


class FactEdit(Base):
    """One edit of a fact, for ever; `base_ids` are the edits that its author saw standing."""

    __tablename__ = "fact_edits"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID]
    field: Mapped[str]
    value: Mapped[str]
    base_ids: Mapped[list[UUID]]
    user_id: Mapped[UUID]
    device_id: Mapped[UUID | None]
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())


class PhoneChange(Base):
    """What the phone of one user must hear at its next pull."""

    __tablename__ = "phone_changes"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    xid: Mapped[int] = mapped_column(Xid8(), primary_key=True, server_default=FetchedValue())
    noun: Mapped[str]
    noun_id: Mapped[UUID]
    reason: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
