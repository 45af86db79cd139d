"""Which money came in, and what is left? Payments that follow from the hidden truth, and balances that follow exactly.

The lender's rule, which a replay of the book must reproduce: an instalment bears penalty on its unpaid principal for
each night after its due date; a payment covers fee, penalty, interest, principal in this order; late payments come
before the next instalment falls due, so each payment meets one instalment only.
"""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from ml.synthetic.columns import Days, Flags, Floats, Ints, chance, weighted
from ml.synthetic.loans import Loans
from ml.synthetic.products import PENALTY_PPM
from ml.synthetic.schedules import Items, penalty_minor

MODES = ("auto_debit", "transfer", "qr", "cash", "payroll", "third_person")
_MODE_SHARES_ON_TIME = (0.72, 0.16, 0.08, 0.0, 0.04, 0.0)
_MODE_SHARES_LATE = (0.10, 0.46, 0.32, 0.07, 0.0, 0.05)
_LATEST_DAYS = 24
_PART_PAID_SHARE = 0.30


@dataclass(frozen=True, slots=True)
class Payments:
    """Money received, sorted by loan, day and instalment; `late_days` after the due date it was meant for."""

    loan: Ints
    item: Ints
    paid_on: Days
    amount_minor: Ints
    mode: Ints
    late_days: Ints
    is_tail: Flags


@dataclass(frozen=True, slots=True)
class Balances:
    """What every loan owes today: principal not yet paid, and interest, penalty and fee that fell due and were not."""

    principal_minor: Ints
    interest_minor: Ints
    penalty_minor: Ints
    fee_minor: Ints
    overdue_minor: Ints
    days_past_due: Ints
    paid_principal_minor: Ints
    paid_penalty_minor: Ints


@dataclass(frozen=True, slots=True)
class Book:
    """The money of a block."""

    items: Items
    payments: Payments
    balances: Balances


@dataclass(frozen=True, slots=True)
class _Part:
    """What one payment per row does to one instalment."""

    amount_minor: Ints
    principal_minor: Ints
    penalty_minor: Ints


def make_book(rng: np.random.Generator, loans: Loans, items: Items, reliability: Floats, today: date) -> Book:
    """Let every loan pay what was paid before it stopped, perhaps a part of the next item, and count what is left."""
    day = np.datetime64(today, "D")
    paid = items.number <= loans.paid_items[items.loan]
    past_days = (day - items.due_on).astype(np.int64)
    late = _delays(rng, items, paid, reliability[loans.obligor], past_days)
    is_split = paid & (late >= 4) & (chance(rng, 0.12, len(late)))  # noqa: PLR2004 - a few days apart
    share_first = rng.uniform(0.3, 0.7, len(late))
    first = _first_part(items, share_first, np.zeros(len(late), dtype=np.int64))
    rest_days = np.where(is_split, items.principal_minor - first.principal_minor, items.principal_minor) * late
    penalty = np.where(late > 0, penalty_minor(rest_days, PENALTY_PPM), 0)
    full = items.total_minor + penalty - np.where(is_split, first.amount_minor, 0)
    tail, tail_days = _tail(rng, loans, items, past_days)
    tail_part = _first_part(items, rng.uniform(0.25, 0.75, len(late)), np.where(tail, tail_days, 0))
    rows = [(paid, late, full), (is_split, np.zeros_like(late), first.amount_minor)]
    rows.append((tail, tail_days, tail_part.amount_minor))
    payments = _collected(rng, items, rows)
    balances = _balances(loans, items, day, paid, _kept(tail, tail_part), np.where(tail, tail_days, 0))
    extra = np.bincount(items.loan, np.where(paid, penalty, 0), minlength=len(loans.obligor)).astype(np.int64)
    balances = replace(balances, paid_penalty_minor=balances.paid_penalty_minor + extra)
    return Book(items, payments, balances)


def _delays(rng: np.random.Generator, items: Items, paid: Flags, reliability: Floats, past_days: Ints) -> Ints:
    """Return how many days late each paid item came (negative: early); never after yesterday."""
    size = len(paid)
    is_late = rng.random(size) > 0.55 + 0.42 * reliability[items.loan]
    days = np.minimum(1 + rng.geometric(0.14, size), _LATEST_DAYS)
    early = -weighted(rng, (0.8, 0.12, 0.08), size)
    return np.where(paid, np.minimum(np.where(is_late, days, early), np.maximum(past_days - 1, 0)), 0)


def _first_part(items: Items, share: Floats, late_days: Ints) -> _Part:
    """Return a payment that covers fee, penalty and interest and this share of the principal, in whole units."""
    penalty = penalty_minor(items.principal_minor * late_days, PENALTY_PPM)
    principal = np.floor(items.principal_minor * share / 100).astype(np.int64) * 100
    return _Part(items.fee_minor + penalty + items.interest_minor + principal, principal, penalty)


def _tail(rng: np.random.Generator, loans: Loans, items: Items, past_days: Ints) -> tuple[Flags, Ints]:
    """Choose the first unpaid items that a part was paid of, and how late that was."""
    is_next = (items.number == loans.paid_items[items.loan] + 1) & loans.is_behind[items.loan]
    chosen = is_next & (past_days > 3) & (rng.random(len(past_days)) < _PART_PAID_SHARE)  # noqa: PLR2004
    span = np.minimum(past_days - 1, _LATEST_DAYS)
    days = 1 + np.floor(rng.random(len(past_days)) * np.maximum(span, 1)).astype(np.int64)
    return chosen, days


def _kept(tail: Flags, part: _Part) -> _Part:
    return _Part(
        *(np.where(tail, amount, 0) for amount in (part.amount_minor, part.principal_minor, part.penalty_minor))
    )


def _collected(rng: np.random.Generator, items: Items, rows: list[tuple[Flags, Ints, Ints]]) -> Payments:
    """Put the three kinds of payment together in the order in which they came."""
    item = np.concatenate([np.flatnonzero(chosen) for chosen, _, _ in rows])
    late = np.concatenate([days[chosen] for chosen, days, _ in rows])
    amount = np.concatenate([money[chosen] for chosen, _, money in rows])
    is_tail = np.arange(len(item)) >= len(item) - int(rows[-1][0].sum())
    keep = amount > 0
    item, late, amount, is_tail = item[keep], late[keep], amount[keep], is_tail[keep]
    paid_on = items.due_on[item] + late
    on_time = weighted(rng, _MODE_SHARES_ON_TIME, len(item))
    mode = np.where(late > 0, weighted(rng, _MODE_SHARES_LATE, len(item)), on_time)
    order = np.lexsort((item, paid_on, items.loan[item]))
    return Payments(
        items.loan[item][order], item[order], paid_on[order], amount[order], mode[order], late[order], is_tail[order]
    )


def _balances(loans: Loans, items: Items, day: np.datetime64, paid: Flags, tail: _Part, tail_days: Ints) -> Balances:
    size = len(loans.obligor)
    is_due, is_past = items.due_on <= day, items.due_on < day
    has_tail = tail.amount_minor > 0
    open_principal = np.where(paid, 0, items.principal_minor - tail.principal_minor)
    open_interest = np.where(paid | has_tail | ~is_due, 0, items.interest_minor)
    open_fee = np.where(paid | has_tail | ~is_due, 0, items.fee_minor)
    past_days = np.where(is_past & ~paid, (day - items.due_on).astype(np.int64), 0)
    owed_days = items.principal_minor * tail_days + open_principal * np.maximum(past_days - tail_days, 0)
    open_penalty = np.where(is_past & ~paid, penalty_minor(owed_days, PENALTY_PPM) - tail.penalty_minor, 0)
    overdue = np.where(is_past, open_principal + open_interest, 0)

    def by_loan(amounts: Ints) -> Ints:
        sums = np.zeros(size, dtype=np.int64)
        np.add.at(sums, items.loan, amounts)
        return sums

    worst = np.zeros(size, dtype=np.int64)
    np.maximum.at(worst, items.loan, np.where(overdue > 0, past_days, 0))
    principal = by_loan(open_principal)
    return Balances(
        principal, by_loan(open_interest), by_loan(open_penalty), by_loan(open_fee), by_loan(overdue), worst,
        loans.terms.principal_minor - principal, by_loan(tail.penalty_minor),
    )  # fmt: skip
