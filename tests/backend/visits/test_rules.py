"""May a visit be recorded, and was it at the door? Tables on both sides of each border."""

from datetime import UTC, date, datetime, timedelta
from math import cos, radians
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.evidence.schemas import PhotoTaken
from backend.kernel.geo import EARTH_RADIUS_M, Point
from backend.kernel.ids import new_id
from backend.promises.schemas import PromiseMade
from backend.visits.codes import BY_CODE, RESULTS
from backend.visits.rules import counts_as_attempt, presence, refusal
from backend.visits.schemas import CheckIn, VisitRecord
from tests.backend.evidence import recordings

AT = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
DOOR = Point(lat=30.25, lon=120.15)


def record(**changes: object) -> VisitRecord:
    plain = VisitRecord(
        id=new_id(), case_id=new_id(), stop_id=None, address_id=None, started_at=AT - timedelta(minutes=5), ended_at=AT,
        check_in=None, outside_reason=None, result="NOT_HOME", party="nobody", paid_minor=None, promise=None, photos=[],
        audio_notes=[], signatures=[], note="", next_step=None, next_on=None, form=None,
    )  # fmt: skip
    return msgspec.structs.replace(plain, **changes)


def code(visit: VisitRecord) -> str | None:
    found = refusal(visit, currency="CNY", zone="Asia/Shanghai")
    return found.code if found else None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, None),
        ({"result": "RPC_PROMISE"}, "visit.unknown_result"),
        ({"party": "obligor"}, "visit.party_not_with_result"),
        ({"result": "MET_REFUSED", "party": "guarantor"}, None),
        ({"started_at": AT}, None),
        ({"started_at": AT + timedelta(microseconds=1)}, "visit.times_reversed"),
        ({"started_at": AT - timedelta(hours=12)}, None),
        ({"started_at": AT - timedelta(hours=12, microseconds=1)}, "visit.too_long"),
        ({"result": "MET_DISPUTE", "party": "obligor"}, "visit.note_missing"),
        ({"result": "MET_DISPUTE", "party": "obligor", "note": "  "}, "visit.note_missing"),
        ({"result": "MET_DISPUTE", "party": "obligor", "note": "the rate"}, None),
        ({"result": "SENSITIVE_OCCASION"}, "visit.day_missing"),
        ({"result": "SENSITIVE_OCCASION", "next_on": date(2026, 12, 1)}, None),
        ({"result": "MET_PROMISE", "party": "obligor"}, "promise.missing"),
    ],
)
def test_a_record_stands_or_is_refused_for_one_reason(changes: dict[str, object], expected: str | None) -> None:
    assert code(record(**changes)) == expected


@pytest.mark.parametrize(
    ("scope", "consent_by", "manifest", "expected"),
    [
        ("inside", None, "{}", "visit.photo_consent_missing"),
        ("inside", "household", "{}", None),
        ("outside", None, "{}", None),
        ("document", None, "{}", None),
        ("inside", None, None, None),
    ],
)
def test_a_photo_inside_needs_consent_from_an_app_that_asks_for_it(
    scope: str, consent_by: str | None, manifest: str | None, expected: str | None
) -> None:
    photo = {
        "id": new_id(), "sha256": "ab" * 32, "size_bytes": 1, "media_type": "image/jpeg", "original_sha256": "cd" * 32,
        "original_size_bytes": 2, "original_kept": False, "taken_at": AT, "scope": scope, "consent_by": consent_by,
        "manifest": manifest, "signature": None,
    }  # fmt: skip
    assert code(record(photos=[msgspec.convert(photo, PhotoTaken)])) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, None),
        ({"amount_minor": 200_001}, "visit.signed_otherwise"),
        ({"due_on": date(2026, 11, 28)}, "visit.signed_otherwise"),
        ({"currency": "USD"}, "visit.signed_otherwise"),
        ({"id": UUID(int=8)}, "visit.signed_otherwise"),
    ],
)
def test_what_a_client_signs_is_the_promise_of_the_visit(changes: dict[str, object], expected: str | None) -> None:
    """EV-5: a signature under another amount or day, or under a promise of another visit, cannot stand."""
    promise = PromiseMade(
        id=UUID(int=7), amount_minor=200_000, currency="CNY", due_on=date(2026, 11, 27), tolerance_days=0
    )
    signed, _ = recordings.signature(promise.id)
    met = record(
        result="MET_PROMISE", party="obligor", promise=msgspec.structs.replace(promise, **changes), signatures=[signed]
    )
    found = refusal(met, currency=met.promise.currency if met.promise else "CNY", zone="Asia/Shanghai")
    assert (found and found.code) == expected


def test_a_signature_without_a_promise_or_under_something_unreadable_cannot_stand() -> None:
    signed, _ = recordings.signature(UUID(int=7))
    assert code(record(signatures=[signed])) == "visit.signed_otherwise"
    spaced = msgspec.structs.replace(signed, statement=signed.statement + " ")
    assert code(record(signatures=[spaced])) == "visit.signed_otherwise"


@pytest.mark.parametrize(("days", "expected"), [(24, "promise.day_in_past"), (25, None)])
def test_the_day_of_a_promise_counts_in_the_client_s_zone(days: int, expected: str | None) -> None:
    """Half past midnight on the 25th in Shanghai is still the 24th in Greenwich."""
    made = {"id": new_id(), "amount_minor": 1, "currency": "CNY", "due_on": date(2026, 11, days), "tolerance_days": 0}
    after_midnight = datetime(2026, 11, 24, 16, 30, tzinfo=UTC)
    met = record(
        result="MET_PROMISE", party="obligor", started_at=after_midnight, ended_at=after_midnight,
        promise=msgspec.convert(made, VisitRecord.__annotations__["promise"]),
    )  # fmt: skip
    assert code(met) == expected


def north(metres: float) -> Point:
    """Return a point so many metres north of the door."""
    return Point(lat=DOOR.lat + metres / EARTH_RADIUS_M * 180 / 3.141592653589793, lon=DOOR.lon)


@pytest.mark.parametrize(
    ("away_m", "accuracy_m", "is_inside"),
    [(0, 0, True), (99.9, 0, True), (100.1, 0, False), (119.9, 20, True), (120.1, 20, False),
     (599.9, 500, True), (600.1, 500, False), (700, 100_000, False)],
)  # fmt: skip
def test_the_fence_is_a_hundred_metres_and_the_accuracy_of_which_five_hundred_count(
    away_m: float, accuracy_m: float, *, is_inside: bool
) -> None:
    """RT-6."""
    found = presence(CheckIn(place=north(away_m), accuracy_m=accuracy_m, at=AT), DOOR)
    assert found is not None
    assert (found.is_inside, round(found.distance_m, 1)) == (is_inside, round(away_m, 1))


def test_presence_is_unknown_when_a_place_is() -> None:
    assert presence(None, DOOR) is None
    assert presence(CheckIn(place=DOOR, accuracy_m=5, at=AT), None) is None


@given(st.floats(0, 400), st.floats(0, 360), st.floats(0, 500), st.floats(0, 500))
def test_a_better_accuracy_never_lets_anybody_in_who_was_out(
    away_m: float, angle: float, small: float, more: float
) -> None:
    spot = Point(
        lat=DOOR.lat + away_m * cos(radians(angle)) / 111_195,
        lon=DOOR.lon + away_m * cos(radians(angle - 90)) / (111_195 * cos(radians(DOOR.lat))),
    )
    fine = presence(CheckIn(place=spot, accuracy_m=small, at=AT), DOOR)
    coarse = presence(CheckIn(place=spot, accuracy_m=small + more, at=AT), DOOR)
    assert fine is not None
    assert coarse is not None
    assert coarse.is_inside or not fine.is_inside


def test_results_with_flag_a_count_as_attempts_and_the_undone_ones_do_not() -> None:
    assert {result.code for result in RESULTS if not counts_as_attempt(result.code)} == {
        "DECEASED_CONFIRMED", "IN_CUSTODY", "HOSPITAL", "SENSITIVE_OCCASION", "POLICY_HOURS", "SKIPPED_TIME",
        "SKIPPED_REJECTED",
    }  # fmt: skip
    assert not counts_as_attempt("NO_SUCH")


def test_the_list_of_results_is_the_vocabulary_s_and_speaks_both_languages() -> None:
    """TD-2 (first form): results are data; at most eight are the phone's big choices."""
    assert len(RESULTS) == len(BY_CODE) == 32
    assert all(result.zh and result.en and result.parties for result in RESULTS)
    assert sum(result.is_main for result in RESULTS) == 8
