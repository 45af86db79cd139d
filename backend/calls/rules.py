"""May this call be recorded? Pure functions of the record and its case."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from backend.calls.codes import BY_CODE
from backend.calls.problems import (
    DAY_MISSING,
    NOTE_MISSING,
    PARTY_NOT_WITH_RESULT,
    TIMES_REVERSED,
    TOO_LONG,
    UNKNOWN_RESULT,
)
from backend.calls.schemas import CallRecord
from backend.kernel.problems import Kind
from backend.promises import rules as promise_rules

CALL_MAX = timedelta(hours=6)


def refusal(record: CallRecord, *, currency: str, zone: str) -> Kind | None:
    """Tell why the record cannot stand as it is, or None; `zone` is the client's IANA zone."""
    result = BY_CODE.get(record.result)
    if result is None:
        return UNKNOWN_RESULT
    checks = (
        (record.party not in result.parties, PARTY_NOT_WITH_RESULT),
        (record.ended_at < record.started_at, TIMES_REVERSED),
        (record.ended_at - record.started_at > CALL_MAX, TOO_LONG),
        ("note" in result.needs and not record.note.strip(), NOTE_MISSING),
        ("next_on" in result.needs and record.next_on is None, DAY_MISSING),
    )
    found = next((kind for failed, kind in checks if failed), None)
    if found is not None:
        return found
    made_on = record.ended_at.astimezone(ZoneInfo(zone)).date()
    return promise_rules.refusal(record.promise, is_asked="promise" in result.needs, currency=currency, made_on=made_on)


def counts_as_attempt(result: str) -> bool:
    """Tell whether the result counts as a contact attempt (flag A)."""
    found = BY_CODE.get(result)
    return found is not None and "A" in found.flags


def number_status_after(result: str) -> str | None:
    """Return what the result says of the number: "wrong", "dead", "verified", or None when nothing new."""
    if result == "WRONG_PARTY":
        return "wrong"
    found = BY_CODE.get(result)
    if found is None:
        return None
    if "N" in found.flags:
        return "dead"
    return "verified" if "C" in found.flags else None
