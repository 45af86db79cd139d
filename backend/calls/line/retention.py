"""How long is the recording of a call kept? Pure; the longest that applies wins, a hold beats them all."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from backend.evidence.retention import Retention

DEFAULT: Mapping[str, Sequence[Retention]] = {
    "call_recording": (Retention(basis="house default: three years after the call", keep_days=1096),),
    "robot_call_recording": (
        Retention(basis="house default: three years after the call", keep_days=1096),
        Retention(basis="GB/T 45251: calls of machines, two years", keep_days=731),
    ),
}
"""By class, always beside the lender's own rules: a lender may keep longer, not shorter than the law of machines."""

LAWFUL_MIN: Mapping[str, int] = {"call_recording": 0, "robot_call_recording": 731}


def keeps(record: str, own: Sequence[Retention]) -> Retention:
    """Return the rule that keeps a recording longest: the lender's own instead of the house's, never under the law."""
    longest = max(own or DEFAULT[record], key=lambda rule: rule.keep_days)
    if longest.keep_days >= LAWFUL_MIN[record]:
        return longest
    return next(rule for rule in DEFAULT[record] if rule.keep_days == LAWFUL_MIN[record])


def kept_until(record: str, called_at: datetime, own: Sequence[Retention]) -> datetime:
    """Return from when on a recording may go; an open case or promise may keep it longer."""
    return called_at + timedelta(days=keeps(record, own).keep_days)
