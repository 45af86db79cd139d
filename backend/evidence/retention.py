"""May this photo go? Pure functions of its case, rules and holds: the longest rule wins, a hold beats them all."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec


class Retention(msgspec.Struct, frozen=True):
    """How many days after its case was closed a photo is kept, and on what basis."""

    basis: str
    keep_days: int


DEFAULT = (Retention(basis="house default: five years after the case is closed", keep_days=1827),)
"""Where a lender has no rule of its own; the longest of what is known for consumer finance in China (rules.md D.3)."""


def keeps(rules: Sequence[Retention]) -> Retention:
    """Return the rule that keeps longest; without any the house's own."""
    return max(rules or DEFAULT, key=lambda rule: rule.keep_days)


def kept_until(closed_at: datetime | None, rules: Sequence[Retention]) -> datetime | None:
    """Return when a photo may go, None while its case is open."""
    return None if closed_at is None else closed_at + timedelta(days=keeps(rules).keep_days)


def deletion_refusal(
    closed_at: datetime | None, rules: Sequence[Retention], now: datetime, *, is_held: bool
) -> str | None:
    """Say why a photo may not be deleted, or None."""
    if is_held:
        return "a legal hold stands on its case"
    until = kept_until(closed_at, rules)
    if until is None:
        return "its case is open"
    return f"it is kept until {until:%Y-%m-%d} ({keeps(rules).basis})" if now < until else None
