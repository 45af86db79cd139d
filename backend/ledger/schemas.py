"""What does a lender say about money? Payments by value date, balances as of a day, by account reference."""

from datetime import date
from uuid import UUID

import msgspec


class PaymentRow(msgspec.Struct, frozen=True, gc=False):
    """Money that came in; `reversed_on` says that it was taken back."""

    account_ref: str
    external_ref: str
    paid_on: date
    amount_minor: int
    currency: str
    mode: str
    reversed_on: date | None


class BalanceRow(msgspec.Struct, frozen=True, gc=False):
    """What an account owes at the end of a day, by component."""

    account_ref: str
    as_of: date
    principal_minor: int
    interest_minor: int
    penalty_minor: int
    fee_minor: int
    overdue_minor: int
    days_past_due: int
    currency: str


class AccountKey(msgspec.Struct, frozen=True):
    """The ids that money rows carry."""

    account_id: UUID
    obligor_id: UUID


class PaymentOnFile(msgspec.Struct, frozen=True):
    """A payment as it stands."""

    account_id: UUID
    paid_on: date
    amount_minor: int
    currency: str
    reversed_on: date | None
