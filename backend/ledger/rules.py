"""Which money may be written? A payment that stands is never changed; it can only be reversed once."""

from uuid import UUID

from backend.ledger.schemas import PaymentOnFile, PaymentRow


def is_other_payment(row: PaymentRow, account_id: UUID, stored: PaymentOnFile) -> bool:
    """Tell whether a row with a known reference says something else about the money than what stands.

    Adding the day of a reversal is allowed; moving or removing it, or any change of account, day, amount or currency,
    is not: the lender must send a new payment and reverse the old one.
    """
    same = (row.paid_on, row.amount_minor, row.currency) == (stored.paid_on, stored.amount_minor, stored.currency)
    if not same or account_id != stored.account_id:
        return True
    return stored.reversed_on is not None and row.reversed_on != stored.reversed_on
