"""What falls due when? Annuity, equal principal and bullet schedules in whole minor units, for many loans at once.

Due k is the first due date plus k periods, counted each time from the first and cut to the month's end. Interest of a
period is half-up(balance x rate x months / 12); the last item takes the whole remaining principal. A bullet bears
interest ACT/360 from the day it was paid out.
"""

from dataclasses import dataclass

import numpy as np

from ml.synthetic.columns import Days, Floats, Ints
from ml.synthetic.products import ANNUITY, BULLET

MILLION = 1_000_000
_DAYS_A_YEAR = 360


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of loans, one row a loan."""

    schedule: Ints
    principal_minor: Ints
    rate_ppm: Ints
    periods: Ints
    every_months: Ints
    opened_on: Days
    first_due_on: Days
    fee_ppm: Ints


@dataclass(frozen=True, slots=True)
class Items:
    """Instalments of many loans, sorted by loan and number; `number` counts from 1."""

    loan: Ints
    number: Ints
    due_on: Days
    principal_minor: Ints
    interest_minor: Ints
    fee_minor: Ints

    @property
    def total_minor(self) -> Ints:
        """Return what each instalment asks for."""
        return self.principal_minor + self.interest_minor + self.fee_minor


def make_items(terms: Terms) -> Items:
    """Return the instalments of all loans; the principal of each loan's items adds up to what was lent."""
    loan = np.repeat(np.arange(len(terms.periods)), terms.periods)
    first = np.cumsum(terms.periods) - terms.periods
    number = np.arange(len(loan)) - first[loan]
    due_on = add_months(terms.first_due_on[loan], number * terms.every_months[loan])
    principal, interest = np.zeros(len(loan), dtype=np.int64), np.zeros(len(loan), dtype=np.int64)
    level = _level_minor(terms)
    equal = _half_up(terms.principal_minor, terms.periods)
    balance = terms.principal_minor.copy()
    for k in range(int(terms.periods.max(initial=0))):
        alive = np.flatnonzero(terms.periods > k)
        at = first[alive] + k
        now = balance[alive]
        interest[at] = _half_up(now * terms.rate_ppm[alive] * terms.every_months[alive], 12 * MILLION)
        wanted = np.where(terms.schedule[alive] == ANNUITY, level[alive] - interest[at], equal[alive])
        is_last = terms.periods[alive] == k + 1
        principal[at] = np.where(is_last, now, np.clip(wanted, 0, now))
        balance[alive] = now - principal[at]
    bullet = np.flatnonzero(terms.schedule == BULLET)
    days = (terms.first_due_on[bullet] - terms.opened_on[bullet]).astype(np.int64)
    lent = terms.principal_minor[bullet] * terms.rate_ppm[bullet]
    interest[first[bullet]] = _half_up(lent * days, _DAYS_A_YEAR * MILLION)
    fee = _half_up(terms.principal_minor * terms.fee_ppm, MILLION)[loan]
    return Items(loan, number + 1, due_on, principal, interest, fee)


def add_months(day: Days, months: Ints) -> Days:
    """Return the same day of the target month, or its last day where there is none."""
    month = day.astype("datetime64[M]")
    target = month + months.astype("timedelta64[M]")
    day_of_month = (day - month.astype("datetime64[D]")).astype(np.int64)
    last = ((target + 1).astype("datetime64[D]") - target.astype("datetime64[D]")).astype(np.int64) - 1
    due_on: Days = target.astype("datetime64[D]") + np.minimum(day_of_month, last)
    return due_on


def penalty_minor(principal_days: Ints, rate_ppm: int) -> Ints:
    """Return half-up(principal x days x rate / 360) of a running sum of principal x days."""
    return _half_up(principal_days * rate_ppm, _DAYS_A_YEAR * MILLION)


def _level_minor(terms: Terms) -> Ints:
    """Return the level payment P x i / (1 - (1 + i)^-n), rounded half-up; P / n when i is 0.

    The power is multiplied out, so that the cents do not hang on a machine's mathematics library.
    """
    rate = terms.rate_ppm * terms.every_months / (12 * MILLION)
    growth: Floats = np.ones(len(rate))
    for k in range(int(terms.periods.max(initial=0))):
        growth = np.where(terms.periods > k, growth * (1 + rate), growth)
    safe = np.where(rate > 0, rate, 1.0)
    level = terms.principal_minor * safe / (1 - 1 / np.where(rate > 0, growth, 2.0))
    return np.where(rate > 0, np.floor(level + 0.5), _half_up(terms.principal_minor, terms.periods)).astype(np.int64)


def _half_up(numerator: Ints, denominator: Ints | int) -> Ints:
    halves: Ints = (2 * numerator + denominator) // (2 * denominator)
    return halves
