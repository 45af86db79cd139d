"""Does money from a book stand as it came?"""

from datetime import date

from msgspec.structs import replace

from backend.kernel.db import Database, bare_transaction
from backend.kernel.upsert import Status
from backend.ledger.commands import save_balances, save_payments
from backend.ledger.queries import payments_on_file
from backend.ledger.schemas import AccountKey, BalanceRow, PaymentRow
from tests.world import TODAY, World

PAYMENT = PaymentRow("A1", "T1", TODAY, 5000, "CNY", "transfer", None)
BALANCE = BalanceRow("A1", date(2026, 11, 23), 100, 20, 3, 4, 90, 31, "CNY")
PARTS = frozenset({"principal_minor", "interest_minor", "penalty_minor", "fee_minor", "overdue_minor", "days_past_due"})


def accounts(world: World) -> dict[str, AccountKey]:
    return {"A1": AccountKey(world.accounts[0], world.obligors[0])}


async def test_a_reversal_is_added_once_and_nothing_else_changes(database: Database, world: World) -> None:
    async with bare_transaction(database, world.scope(world.ada)) as raw:
        save = [
            await save_payments(raw, world.tenant_id, [row], accounts(world))
            for row in (PAYMENT, PAYMENT, replace(PAYMENT, reversed_on=TODAY), replace(PAYMENT, reversed_on=TODAY))
        ]
        on_file = await payments_on_file(raw, world.tenant_id, ["T1", "T2"])
    assert [status for (status,) in save] == [Status.ADDED, Status.UNCHANGED, Status.UPDATED, Status.UNCHANGED]
    assert list(on_file) == ["T1"]
    assert (on_file["T1"].amount_minor, on_file["T1"].reversed_on) == (5000, TODAY)


async def test_a_newer_day_leaves_the_older_as_it_was(database: Database, world: World) -> None:
    async with bare_transaction(database, world.scope(world.ada)) as raw:
        rows = [BALANCE, replace(BALANCE, as_of=date(2026, 11, 25), overdue_minor=95)]
        assert await save_balances(raw, world.tenant_id, rows, accounts(world), PARTS) == [Status.ADDED, Status.ADDED]
        found = await raw.fetch(
            "SELECT as_of, overdue_minor FROM balances WHERE account_id = $1 ORDER BY as_of", world.accounts[0]
        )
    assert [tuple(row) for row in found] == [
        (date(2026, 11, 23), 90), (TODAY, 824_000), (date(2026, 11, 25), 95),
    ]  # fmt: skip


async def test_a_better_number_for_the_same_day_takes_its_place(database: Database, world: World) -> None:
    async with bare_transaction(database, world.scope(world.ada)) as raw:
        await save_balances(raw, world.tenant_id, [BALANCE], accounts(world), PARTS)
        changed = await save_balances(raw, world.tenant_id, [replace(BALANCE, fee_minor=5)], accounts(world), PARTS)
        assert changed == [Status.UPDATED]
