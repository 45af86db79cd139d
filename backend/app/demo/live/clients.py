"""What do the demo's clients do? They pay what they promised or break it, as the hidden truth has it, by the ledger.

The money goes the way of an import: payments, balances of today, cases refreshed; so the reactions tell the holder.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.app.demo.live import queries, rules
from backend.app.demo.live.commands import Town, scope_of
from backend.app.demo.live.queries import Lender
from backend.app.demo.live.schemas import Coming, OpenPromise, Owing
from backend.cases.commands import open_or_refresh_cases
from backend.journal.commands import append_bare
from backend.kernel.clock import local_day
from backend.kernel.db import bare_transaction
from backend.kernel.live import announce
from backend.ledger.commands import save_balances, save_payments
from backend.ledger.schemas import AccountKey, BalanceRow, PaymentRow
from backend.promises.commands import settle_promises
from backend.promises.schemas import PromiseState

PAYMENTS_A_STEP_MAX = 3
PAYMENTS_A_DAY_MAX = 60
CHANGEABLE = frozenset(
    {"principal_minor", "interest_minor", "penalty_minor", "fee_minor", "overdue_minor", "days_past_due"}
)
ROUND_MINOR = 100


class Moved(msgspec.Struct):
    """What one step finds: money on its way, and what becomes of promises."""

    coming: list[Coming]
    settled: dict[UUID, PromiseState]


async def act_as_clients(town: Town, tenant_id: UUID, now: datetime) -> int:
    """Let those clients pay whose moment has come, at most three a step and 60 a day; returns how many paid."""
    async with bare_transaction(town.database, scope_of(tenant_id)) as raw:
        lender = await queries.lender(raw, tenant_id)
        today = local_day(now, lender.zone)
        room = PAYMENTS_A_DAY_MAX - await queries.payments_today(raw, tenant_id, today)
        moved = await _moved(raw, town, tenant_id, lender, now)
        chosen = moved.coming[: max(0, min(room, PAYMENTS_A_STEP_MAX))]
        refs = {one.ref for one in chosen}
        # A promise is kept when its money is in the books, not before.
        settled = {
            promise_id: state
            for promise_id, state in moved.settled.items()
            if state is PromiseState.BROKEN or _ref(promise_id) in refs
        }
        if not chosen and not settled:
            return 0
        await _pay(raw, tenant_id, chosen, today)
        await open_or_refresh_cases(raw, tenant_id, sorted({one.obligor_id for one in chosen}), now)
        await append_bare(raw, await settle_promises(raw, tenant_id, settled, now))
        await announce(raw, tenant_id, "board")
        return len(chosen)


def _ref(cause_id: UUID) -> str:
    return f"demo:{cause_id}"


async def _moved(raw: asyncpg.Connection, town: Town, tenant_id: UUID, lender: Lender, now: datetime) -> Moved:
    coming = [
        Coming(ref=_ref(one.visit_id), obligor_id=one.obligor_id, amount_minor=one.amount_minor)
        for one in await queries.paid_at_doors(raw, tenant_id, now)
        if rules.arrives_at(one, town.pace) <= now
    ]
    moved = Moved(coming=coming, settled={})
    for promise in await queries.open_promises(raw, tenant_id):
        if promise.obligor_ref in town.oracle.person:
            _think_of(moved, town, promise, lender, now)
    for one in await queries.visited(raw, tenant_id, now):
        if one.obligor_ref not in town.oracle.person:
            continue
        days = town.oracle.pays_after_days(one.obligor_ref, "visit", local_day(one.ended_at, lender.zone))
        if days is not None and rules.pays_at(one.ended_at, days, town.pace) <= now:
            moved.coming.append(Coming(ref=_ref(one.visit_id), obligor_id=one.obligor_id, amount_minor=None))
    return moved


def _think_of(moved: Moved, town: Town, promise: OpenPromise, lender: Lender, now: datetime) -> None:
    """Add what becomes of a promise whose moment has come: money, or nothing once its day is over."""
    share = town.oracle.kept(promise.obligor_ref, promise.due_on)
    if rules.is_broken(promise, share, local_day(now, lender.zone)):
        moved.settled[promise.id] = PromiseState.BROKEN
    if share == 0 or rules.promise_falls_due_at(promise, lender.made_at, lender.zone, town.pace) > now:
        return
    amount_minor = max(1, int(promise.amount_minor * share) // ROUND_MINOR * ROUND_MINOR)
    moved.coming.append(Coming(ref=_ref(promise.id), obligor_id=promise.obligor_id, amount_minor=amount_minor))
    moved.settled[promise.id] = PromiseState.KEPT if share == 1 else PromiseState.PART_KEPT


async def _pay(raw: asyncpg.Connection, tenant_id: UUID, chosen: Sequence[Coming], today: date) -> None:
    """Write the payments and what is owed after them; several payments of one client follow each other."""
    owing: dict[UUID, list[Owing]] = defaultdict(list)
    for one in await queries.owing(raw, tenant_id, sorted({one.obligor_id for one in chosen})):
        owing[one.obligor_id].append(one)
    payments: list[PaymentRow] = []
    after: dict[UUID, Owing] = {}
    for coming in chosen:
        accounts = [after.get(one.account_id, one) for one in owing[coming.obligor_id]]
        amount_minor = coming.amount_minor or sum(one.overdue_minor for one in accounts)
        for number, (account, part_minor) in enumerate(rules.parts_of(amount_minor, accounts), start=1):
            after[account.account_id] = rules.lowered(account, part_minor)
            payments.append(_payment(f"{coming.ref}:{number}", account, part_minor, today))
    keys = {one.account_ref: AccountKey(account_id=one.account_id, obligor_id=one.obligor_id) for one in after.values()}
    await save_payments(raw, tenant_id, payments, keys)
    await save_balances(raw, tenant_id, [_balance(one, today) for one in after.values()], keys, CHANGEABLE)


def _payment(ref: str, account: Owing, amount_minor: int, today: date) -> PaymentRow:
    return PaymentRow(
        account_ref=account.account_ref, external_ref=ref, paid_on=today, amount_minor=amount_minor,
        currency=account.currency, mode="transfer", reversed_on=None,
    )  # fmt: skip


def _balance(one: Owing, today: date) -> BalanceRow:
    return BalanceRow(
        account_ref=one.account_ref, as_of=today, principal_minor=one.principal_minor,
        interest_minor=one.interest_minor, penalty_minor=one.penalty_minor, fee_minor=one.fee_minor,
        overdue_minor=one.overdue_minor, days_past_due=one.days_past_due, currency=one.currency,
    )  # fmt: skip
