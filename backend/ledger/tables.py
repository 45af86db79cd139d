"""How does money lie in the database?"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import FetchedValue
from sqlalchemy.orm import Mapped, mapped_column

from backend.kernel.db import Base, big_int


class Payment(Base):
    """Money that came in, by value date."""

    __tablename__ = "payments"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    account_id: Mapped[UUID]
    obligor_id: Mapped[UUID]
    external_ref: Mapped[str]
    paid_on: Mapped[date]
    amount_minor: Mapped[big_int]
    currency: Mapped[str]
    mode: Mapped[str]
    reversed_on: Mapped[date | None]
    row_hash: Mapped[bytes]
    recorded_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())


class Balance(Base):
    """What an account owes as of a day, by component; the newest row is the present."""

    __tablename__ = "balances"
    tenant_id: Mapped[UUID]
    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    obligor_id: Mapped[UUID]
    as_of: Mapped[date] = mapped_column(primary_key=True)
    principal_minor: Mapped[big_int]
    interest_minor: Mapped[big_int]
    penalty_minor: Mapped[big_int]
    fee_minor: Mapped[big_int]
    overdue_minor: Mapped[big_int]
    days_past_due: Mapped[int]
    currency: Mapped[str]
    row_hash: Mapped[bytes]
