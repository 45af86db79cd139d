"""How do contacts, and what stands for or against them, lie in the database?"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import FetchedValue, Integer
from sqlalchemy.dialects.postgresql import ARRAY
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


class ContactStop(Base):
    """What stands against contacts: of one `person`, or (none) of the whole case.

    Never changed: a row with `closes` ends the one it names at its `until`; at the other's own `since` it is void.
    """

    __tablename__ = "contact_stops"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID]
    obligor_id: Mapped[UUID]
    person: Mapped[str | None]
    kind: Mapped[str]
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    channel: Mapped[str | None]
    place: Mapped[str | None]
    debts: Mapped[list[UUID] | None]
    flags: Mapped[list[str]] = mapped_column(server_default=FetchedValue())
    source: Mapped[str | None]
    source_id: Mapped[UUID | None]
    closes: Mapped[UUID | None]
    reason: Mapped[str] = mapped_column(server_default=FetchedValue())
    made_by: Mapped[UUID | None]
    recorded_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())


class ContactAgreement(Base):
    """What a person agreed to or asked for; closed like a stop."""

    __tablename__ = "contact_agreements"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID]
    obligor_id: Mapped[UUID]
    person: Mapped[str]
    kind: Mapped[str]
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    channels: Mapped[list[str] | None]
    debts: Mapped[list[UUID] | None]
    starts: Mapped[str | None]
    ends: Mapped[str | None]
    days: Mapped[list[int] | None] = mapped_column(ARRAY(Integer()))
    place: Mapped[str | None]
    closes: Mapped[UUID | None]
    reason: Mapped[str]
    made_by: Mapped[UUID | None]
    recorded_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())


class GateInput(Base):
    """What verdicts were made from, kept once: a history, a pack, or the list of all packs that there were."""

    __tablename__ = "gate_inputs"
    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    sha256: Mapped[bytes] = mapped_column(primary_key=True)
    body: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())


class ContactVerdict(Base):
    """Which verdict of the journal stands for a contact that was made."""

    __tablename__ = "contact_verdicts"
    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    source_id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID]
    verdict_id: Mapped[UUID]
    decision: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())


class ComplianceException(Base):
    """A contact that was made and would have been held back: `state` is open, explained or upheld."""

    __tablename__ = "compliance_exceptions"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    case_id: Mapped[UUID]
    channel: Mapped[str]
    source_id: Mapped[UUID]
    verdict_id: Mapped[UUID]
    rule_ids: Mapped[list[str]]
    user_id: Mapped[UUID | None]
    happened_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(server_default=FetchedValue())
    reason: Mapped[str] = mapped_column(server_default=FetchedValue())
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
