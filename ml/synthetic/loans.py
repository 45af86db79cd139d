"""Who borrowed what, and since when is it unpaid? Terms of every account, chosen backwards from today's arrears."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from ml.synthetic.columns import Flags, Ints, weighted
from ml.synthetic.language import Language
from ml.synthetic.products import BULLET, CORPORATE, PERSONAL, PRODUCTS, SPECIAL
from ml.synthetic.schedules import Terms, add_months
from ml.synthetic.sizes import accounts_of

_ARREARS_SHARES = (0.40, 0.21, 0.12, 0.09, 0.06, 0.05, 0.07)
"""Of cases by unpaid instalments: 1, 2, 3, 4, 5, 6, and 7 to 14."""
_MANY = 7
_STILL_GOOD_SHARE = 0.7
_MONTHLY_DAYS = 30


@dataclass(frozen=True, slots=True)
class Loans:
    """The accounts of a block: whose, which product, and how many instalments were paid before it stopped."""

    obligor: Ints
    product: Ints
    terms: Terms
    paid_items: Ints
    is_behind: Flags


def make_loans(rng: np.random.Generator, language: Language, kind: Ints, today: date) -> Loans:
    """Give each obligor a loan that is behind, and every fourth obligor one more that may be in good order."""
    cases = len(kind)
    extra = rng.integers(0, cases, accounts_of(cases) - cases)
    obligor = np.r_[np.arange(cases), extra]
    is_first = np.arange(len(obligor)) < cases
    is_behind = is_first | (rng.random(len(obligor)) >= _STILL_GOOD_SHARE)
    order = np.argsort(obligor, kind="stable")
    obligor, is_behind = obligor[order], is_behind[order]
    product = _products(rng, kind[obligor])
    terms, paid = _terms(rng, language, product, is_behind, today)
    return Loans(obligor, product, terms, paid, is_behind)


def _products(rng: np.random.Generator, kind: Ints) -> Ints:
    chosen = np.zeros(len(kind), dtype=np.int64)
    for wanted in (PERSONAL, CORPORATE, SPECIAL):
        shares = [product.share if product.kind == wanted else 0.0 for product in PRODUCTS]
        mine = kind == wanted
        chosen[mine] = weighted(rng, shares, int(mine.sum()))
    return chosen


def _terms(
    rng: np.random.Generator, language: Language, product: Ints, is_behind: Flags, today: date
) -> tuple[Terms, Ints]:
    size = len(product)
    every = np.array([item.every_months for item in PRODUCTS])[product]
    schedule = np.array([item.schedule for item in PRODUCTS])[product]
    is_bullet = schedule == BULLET
    tenor = _tenors(rng, product)
    periods = np.where(is_bullet, 1, tenor)
    unpaid = weighted(rng, _ARREARS_SHARES, size) + 1
    unpaid = np.where(unpaid == _MANY, rng.integers(_MANY, 15, size), unpaid)
    # Quarterly and half-yearly payers are as late in days as monthly ones, so fewer of their items are unpaid.
    unpaid = np.where(is_behind, np.clip(-(-unpaid // every), 1, periods), 0)
    paid = np.floor(rng.random(size) * (periods - unpaid + 1)).astype(np.int64)
    paid = np.where(is_behind, paid, np.clip(paid, 0, periods - 1))
    # The latest due date lies up to a period back; a bullet fell due as long ago as its case is old.
    reach = np.where(is_bullet, _MONTHLY_DAYS * rng.integers(1, 9, size), _MONTHLY_DAYS * every)
    back = 1 + np.floor(rng.random(size) * reach).astype(np.int64)
    last_due = np.datetime64(today, "D") - back
    # What is in good order has its next due date ahead.
    shift = np.where(is_behind, paid + unpaid - 1, paid - 1) * every
    first_due = add_months(last_due, -shift)
    tenor_months = np.where(is_bullet, tenor, every)
    opened = add_months(first_due, -tenor_months)
    bounds = np.array([item.rates_ppm for item in PRODUCTS])[product]
    rate = bounds[:, 0] + np.floor(rng.random(size) * (bounds[:, 1] - bounds[:, 0] + 1)).astype(np.int64) // 100 * 100
    fee = np.array([item.fee_ppm for item in PRODUCTS])[product]
    terms = Terms(schedule, _principals(rng, language, product), rate, periods, every, opened, first_due, fee)
    return terms, paid


def _tenors(rng: np.random.Generator, product: Ints) -> Ints:
    choices = np.array([np.resize(item.periods, 60) for item in PRODUCTS])
    pick = np.floor(rng.random(len(product)) * np.array([len(item.periods) for item in PRODUCTS])[product])
    tenors: Ints = choices[product, pick.astype(np.int64)]
    return tenors


def _principals(rng: np.random.Generator, language: Language, product: Ints) -> Ints:
    """Return round sums in minor units, log-normal around each product's usual size."""
    usual = np.array([item.principal_yuan for item in PRODUCTS])[product] / language.yuan_per_unit
    spread = np.array([item.spread for item in PRODUCTS])[product]
    drawn = np.clip(usual * np.exp(spread * rng.standard_normal(len(product))), usual / 6, usual * 8)
    step = np.where(usual > 100_000, 1_000, 100)  # noqa: PLR2004 - big loans are lent in thousands
    whole: Ints = (np.maximum(np.round(drawn / step), 1) * step).astype(np.int64) * 100
    return whole
