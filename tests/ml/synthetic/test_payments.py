"""Does the money of the book add up, and does it say what instalments and payments say?"""

from collections import defaultdict
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ml.synthetic.block import Block
from ml.synthetic.columns import Value
from tests.ml.synthetic.worlds import TODAY, by_ref, rows, small_block

PARTS = ("fee", "penalty", "interest", "principal")


def number(value: Value) -> int:
    assert isinstance(value, int)
    return value


def day(value: Value) -> date:
    assert isinstance(value, date)
    return value


def half_up(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))


class Item:
    """One instalment under a day-by-day reading."""

    def __init__(self, row: dict[str, Value]) -> None:
        self.due_on = day(row["due_on"])
        self.open = {part: number(row[f"{part}_minor"]) for part in ("fee", "interest", "principal")}
        self.exact, self.paid_penalty = Decimal(0), 0

    def accrue(self, days: int) -> None:
        """Bear penalty on the unpaid principal for so many nights, unrounded."""
        self.exact += Decimal(self.open["principal"]) * days * Decimal("0.18") / 360

    def penalty(self) -> int:
        """Return the penalty due: the running sum rounded once, less what was paid of it."""
        return half_up(self.exact) - self.paid_penalty

    def take(self, money: int) -> int:
        """Cover fee, penalty, interest, principal; return what is left over."""
        for part in PARTS:
            due = self.penalty() if part == "penalty" else self.open[part]
            used = min(due, money)
            money -= used
            if part == "penalty":
                self.paid_penalty += used
            else:
                self.open[part] -= used
        return money


def replayed(items: list[Item], payments: list[tuple[date, int]], today: date) -> tuple[dict[str, int], int, int]:
    """Read the book night by night: balances by component, overdue and days past due at the end of `today`."""
    moments = sorted({item.due_on for item in items if item.due_on <= today} | {on for on, _ in payments} | {today})
    last = moments[0]
    waiting = 0
    for now in moments:
        for item in items:
            if item.due_on < now:
                item.accrue((now - max(last, item.due_on)).days)
        waiting += sum(amount for on, amount in payments if on == now)
        for item in items:
            if item.due_on <= now:
                waiting = item.take(waiting)
        last = now
    assert waiting == 0, "no money is left over"
    due = [item for item in items if item.due_on <= today]
    past = [item for item in due if item.due_on < today and item.open["principal"] + item.open["interest"] > 0]
    left = {part: sum(item.open[part] for item in due) for part in ("fee", "interest")}
    left["penalty"] = sum(item.penalty() for item in due)
    left["principal"] = sum(item.open["principal"] for item in items)
    overdue = sum(item.open["principal"] + item.open["interest"] for item in past)
    return left, overdue, (today - min(item.due_on for item in past)).days if past else 0


def check_by_replay(block: Block) -> int:
    """Compare every account's balance with the day-by-day reading; return how many were compared."""
    items: dict[Value, list[Item]] = defaultdict(list)
    for row in rows(block, "instalments"):
        items[row["account_ref"]].append(Item(row))
    payments: dict[Value, list[tuple[date, int]]] = defaultdict(list)
    for row in rows(block, "payments"):
        payments[row["account_ref"]].append((day(row["paid_on"]), number(row["amount_minor"])))
    for balance in rows(block, "balances"):
        account = balance["account_ref"]
        left, overdue, days = replayed(items[account], payments[account], TODAY)
        assert {part: balance[f"{part}_minor"] for part in PARTS} == left, account
        assert balance["overdue_minor"] == overdue, account
        assert balance["days_past_due"] == days, account
    return len(items)


def test_every_balance_and_days_past_due_equals_a_night_by_night_reading() -> None:
    assert check_by_replay(small_block()) == 375


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32))
def test_money_adds_up_for_any_seed(seed: int) -> None:
    assert check_by_replay(small_block.__wrapped__(seed)) == 375


@pytest.mark.parametrize("language", ["zh", "en"])
def test_schedules_sum_to_the_principal_lent(language: str) -> None:
    block = small_block(7, language)
    lent: dict[Value, int] = defaultdict(int)
    for row in rows(block, "instalments"):
        lent[row["account_ref"]] += number(row["principal_minor"])
    assert lent == {ref: account["principal_minor"] for ref, account in by_ref(block, "accounts").items()}


def test_no_payment_lies_ahead_or_before_the_loan() -> None:
    accounts = by_ref(small_block(), "accounts")
    for row in rows(small_block(), "payments"):
        assert number(row["amount_minor"]) > 0
        assert day(accounts[row["account_ref"]]["opened_on"]) < day(row["paid_on"]) < TODAY


def test_every_obligor_is_behind_and_some_accounts_are_not() -> None:
    """A case is an obligor in arrears; second accounts in good order exist beside."""
    accounts = by_ref(small_block(), "accounts")
    days = {row["account_ref"]: number(row["days_past_due"]) for row in rows(small_block(), "balances")}
    behind = {accounts[ref]["obligor_ref"] for ref, late in days.items() if late > 0}
    assert len(behind) == 300
    assert 20 < sum(late == 0 for late in days.values()) < 75
    buckets = {min((late + 29) // 30, 7) for late in days.values()}
    assert buckets == set(range(8)), "every bucket from M0 to M7+"
