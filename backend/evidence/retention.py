"""May this evidence go? Pure functions of its case, rules and holds: the longest rule wins, a hold beats them all."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec


class Retention(msgspec.Struct, frozen=True):
    """How many days after its case was closed a piece of evidence is kept, and on what basis."""

    basis: str
    keep_days: int


DEFAULT: Mapping[str, Retention] = {
    "photo": Retention(basis="house default: five years after the case is closed", keep_days=1827),
    "signature": Retention(basis="house default: five years after the case is closed", keep_days=1827),
    "audio": Retention(basis="house default: three years after the case is closed", keep_days=1096),
}
"""By kind, where a lender has no rule of its own. Photos and signatures go with the case, as long as the longest of
what is known for consumer finance in China; recordings as calls do (rules.md D.3)."""


def keeps(kind: str, rules: Sequence[Retention]) -> Retention:
    """Return the rule that keeps a kind of evidence longest; without any the house's own."""
    return max(rules or [DEFAULT[kind]], key=lambda rule: rule.keep_days)


def kept_until(kind: str, closed_at: datetime | None, rules: Sequence[Retention]) -> datetime | None:
    """Return when evidence may go, None while its case is open."""
    return None if closed_at is None else closed_at + timedelta(days=keeps(kind, rules).keep_days)


def deletion_refusal(
    kind: str, closed_at: datetime | None, rules: Sequence[Retention], now: datetime, *, is_held: bool
) -> str | None:
    """Say why evidence may not be deleted, or None."""
    if is_held:
        return "a legal hold stands on its case"
    until = kept_until(kind, closed_at, rules)
    if until is None:
        return "its case is open"
    return f"it is kept until {until:%Y-%m-%d} ({keeps(kind, rules).basis})" if now < until else None


def basis_of(rule: Retention) -> str:
    """Return the legal basis that stands in the log of custody when the schedule deletes: the purpose is done."""
    return f"retention over: {rule.basis} ({rule.keep_days} days); PIPL 47"
