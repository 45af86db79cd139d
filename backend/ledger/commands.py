"""How does the lender's money get into the ledger? One act per noun, each for a set of rows that was checked before."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import asyncpg

from backend.kernel.upsert import Status, put
from backend.ledger import queries
from backend.ledger.schemas import AccountKey, BalanceRow, PaymentRow


async def save_payments(
    raw: asyncpg.Connection, tenant_id: UUID, rows: Sequence[PaymentRow], accounts: Mapping[str, AccountKey]
) -> list[Status]:
    """Write payments; of one that stands only the day of its reversal can be added (ledger.rules)."""
    names = ("external_ref", "paid_on", "amount_minor", "currency", "mode", "reversed_on")
    sent: dict[str, list[object]] = {name: [getattr(row, name) for row in rows] for name in names}
    sent["account_id"] = [accounts[row.account_ref].account_id for row in rows]
    sent["obligor_id"] = [accounts[row.account_ref].obligor_id for row in rows]
    done = await put(raw, queries.PAYMENTS, tenant_id, sent, frozenset({"reversed_on"}))
    return done.statuses


async def save_balances(
    raw: asyncpg.Connection,
    tenant_id: UUID,
    rows: Sequence[BalanceRow],
    accounts: Mapping[str, AccountKey],
    changeable: frozenset[str],
) -> list[Status]:
    """Write balances; each day of an account is a snapshot of its own, so a newer day leaves the older as it was."""
    parts = ("principal_minor", "interest_minor", "penalty_minor", "fee_minor", "overdue_minor")
    names = ("as_of", *parts, "days_past_due", "currency")
    sent: dict[str, list[object]] = {name: [getattr(row, name) for row in rows] for name in names}
    sent["account_id"] = [accounts[row.account_ref].account_id for row in rows]
    sent["obligor_id"] = [accounts[row.account_ref].obligor_id for row in rows]
    done = await put(raw, queries.BALANCES, tenant_id, sent, changeable)
    return done.statuses
