"""How is money found, and how do its tables take a set of rows?"""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from backend.kernel.upsert import Shape
from backend.ledger.schemas import PaymentOnFile

PAYMENTS = Shape(
    table="payments",
    wire={
        "external_ref": "text", "account_id": "uuid", "obligor_id": "uuid", "paid_on": "date",
        "amount_minor": "bigint", "currency": "text", "mode": "text", "reversed_on": "date",
    },
    key=("external_ref",),
    lookup="external_ref",
)  # fmt: skip
BALANCES = Shape(
    table="balances",
    wire={
        "account_id": "uuid", "as_of": "date", "obligor_id": "uuid", "principal_minor": "bigint",
        "interest_minor": "bigint", "penalty_minor": "bigint", "fee_minor": "bigint", "overdue_minor": "bigint",
        "days_past_due": "int", "currency": "text",
    },
    key=("account_id", "as_of"),
    lookup="account_id",
    has_id=False,
)  # fmt: skip

# A join from the wanted references, for the reason given in kernel.upsert.
PAYMENTS_BY_REF = """
SELECT t.external_ref, t.account_id, t.paid_on, t.amount_minor, t.currency, t.reversed_on
FROM unnest($2::text[]) AS w (ref) JOIN payments AS t ON t.tenant_id = $1 AND t.external_ref = w.ref
"""


async def payments_on_file(raw: asyncpg.Connection, tenant_id: UUID, refs: Sequence[str]) -> dict[str, PaymentOnFile]:
    """Return the payments that stand under these references."""
    rows = await raw.fetch(PAYMENTS_BY_REF, tenant_id, refs)
    return {
        row["external_ref"]: PaymentOnFile(
            account_id=row["account_id"],
            paid_on=row["paid_on"],
            amount_minor=row["amount_minor"],
            currency=row["currency"],
            reversed_on=row["reversed_on"],
        )
        for row in rows
    }
