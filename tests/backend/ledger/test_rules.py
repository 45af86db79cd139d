"""Is a payment that stands left alone?"""

from datetime import date

import pytest
from msgspec.structs import replace

from backend.kernel.ids import new_id
from backend.ledger.rules import is_other_payment
from backend.ledger.schemas import PaymentOnFile, PaymentRow

ACCOUNT, DAY = new_id(), date(2026, 11, 24)
ROW = PaymentRow("L1", "T1", DAY, 5000, "CNY", "transfer", None)
STORED = PaymentOnFile(ACCOUNT, DAY, 5000, "CNY", None)


@pytest.mark.parametrize(
    ("row", "stored", "expected"),
    [
        (ROW, STORED, False),
        (replace(ROW, mode="cash"), STORED, False),
        (replace(ROW, reversed_on=DAY), STORED, False),
        (replace(ROW, reversed_on=DAY), replace(STORED, reversed_on=DAY), False),
        (ROW, replace(STORED, reversed_on=DAY), True),
        (replace(ROW, reversed_on=date(2026, 11, 25)), replace(STORED, reversed_on=DAY), True),
        (replace(ROW, amount_minor=5001), STORED, True),
        (replace(ROW, paid_on=date(2026, 11, 25)), STORED, True),
        (replace(ROW, currency="USD"), STORED, True),
        (ROW, replace(STORED, account_id=new_id()), True),
    ],
)
def test_only_a_reversal_may_be_added(row: PaymentRow, stored: PaymentOnFile, expected: bool) -> None:  # noqa: FBT001 - a value of the table
    assert is_other_payment(row, ACCOUNT, stored) is expected
