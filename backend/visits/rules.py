"""May this visit be recorded, and was the collector at the door? Pure functions of the record and its case."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from backend.evidence.manifests import read_statement
from backend.evidence.schemas import PhotoScope, PhotoTaken, SignatureTaken
from backend.kernel.geo import Point, distance_m
from backend.kernel.problems import Kind
from backend.promises import rules as promise_rules
from backend.promises.schemas import PromiseMade
from backend.visits.codes import BY_CODE
from backend.visits.problems import (
    DAY_MISSING,
    NOTE_MISSING,
    PARTY_NOT_WITH_RESULT,
    PHOTO_CONSENT_MISSING,
    SIGNED_OTHERWISE,
    TIMES_REVERSED,
    TOO_LONG,
    UNKNOWN_RESULT,
)
from backend.visits.schemas import CheckIn, Presence, VisitRecord

VISIT_MAX = timedelta(hours=12)
FENCE_RADIUS_M = 100.0
"""Radius around the door; the phone's own accuracy is added, so a weak signal does not put an honest person outside."""
ACCURACY_MAX_M = 500.0
"""A position worse than this proves nothing: more of it widens the fence no further."""


def refusal(record: VisitRecord, *, currency: str, zone: str) -> Kind | None:
    """Tell why the record cannot stand as it is, or None; `zone` is the client's IANA zone."""
    result = BY_CODE.get(record.result)
    if result is None:
        return UNKNOWN_RESULT
    checks = (
        (record.party not in result.parties, PARTY_NOT_WITH_RESULT),
        (record.ended_at < record.started_at, TIMES_REVERSED),
        (record.ended_at - record.started_at > VISIT_MAX, TOO_LONG),
        ("note" in result.needs and not record.note.strip(), NOTE_MISSING),
        ("next_on" in result.needs and record.next_on is None, DAY_MISSING),
        (any(map(is_without_consent, record.photos)), PHOTO_CONSENT_MISSING),
        (not all(is_of_promise(one, record.promise) for one in record.signatures), SIGNED_OTHERWISE),
    )
    found = next((kind for failed, kind in checks if failed), None)
    if found is not None:
        return found
    made_on = record.ended_at.astimezone(ZoneInfo(zone)).date()
    return promise_rules.refusal(record.promise, is_asked="promise" in result.needs, currency=currency, made_on=made_on)


def is_without_consent(photo: PhotoTaken) -> bool:
    """Tell whether a photo shows a home's inside and nobody agreed (rules.md CN-VISIT-03).

    An app that signs no manifest does not ask for the consent either: its photo stands, and is worth a look.
    """
    return photo.scope is PhotoScope.INSIDE and photo.consent_by is None and photo.manifest is not None


def is_of_promise(signature: SignatureTaken, promise: PromiseMade | None) -> bool:
    """Tell whether the statement that was signed says the promise of the same visit: amount, currency and day."""
    said = read_statement(signature.statement)
    if said is None or promise is None:
        return False
    signed = (said.promise_id, said.amount_minor, said.currency, said.due_on)
    return signed == (promise.id, promise.amount_minor, promise.currency, promise.due_on)


def presence(check_in: CheckIn | None, door: Point | None) -> Presence | None:
    """Return how far the check-in was from the door; None when either place is unknown.

    Inside means distance <= 100 m + the phone's accuracy (of which at most 500 m count).
    """
    if check_in is None or door is None:
        return None
    away = distance_m(check_in.place, door)
    return Presence(distance_m=away, is_inside=away <= FENCE_RADIUS_M + min(check_in.accuracy_m, ACCURACY_MAX_M))


def counts_as_attempt(result: str) -> bool:
    """Tell whether the result counts as a contact attempt (flag A)."""
    found = BY_CODE.get(result)
    return found is not None and "A" in found.flags
