"""May a call be recorded, and what does it say of the number? Tables on both sides of each border."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from backend.calls.codes import BY_CODE, RESULTS
from backend.calls.rules import counts_as_attempt, number_status_after, refusal
from backend.calls.schemas import CallRecord
from backend.kernel.ids import new_id

AT = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def record(**changes: object) -> CallRecord:
    plain = CallRecord(
        id=new_id(), case_id=new_id(), contact_point_id=None, started_at=AT - timedelta(minutes=2), ended_at=AT,
        result="NO_ANSWER", party="nobody", paid_minor=None, promise=None, note="", next_step=None, next_on=None,
    )  # fmt: skip
    return msgspec.structs.replace(plain, **changes)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, None),
        ({"result": "NOT_HOME"}, "call.unknown_result"),
        ({"party": "obligor"}, "call.party_not_with_result"),
        ({"started_at": AT}, None),
        ({"started_at": AT + timedelta(microseconds=1)}, "call.times_reversed"),
        ({"started_at": AT - timedelta(hours=6)}, None),
        ({"started_at": AT - timedelta(hours=6, microseconds=1)}, "call.too_long"),
        ({"result": "RPC_DISPUTE", "party": "obligor"}, "call.note_missing"),
        ({"result": "RPC_CALLBACK", "party": "obligor"}, "call.day_missing"),
        ({"result": "RPC_CALLBACK", "party": "obligor", "next_on": date(2026, 11, 25)}, None),
        ({"result": "RPC_PROMISE", "party": "obligor"}, "promise.missing"),
    ],
)
def test_a_record_stands_or_is_refused_for_one_reason(changes: dict[str, object], expected: str | None) -> None:
    found = refusal(record(**changes), currency="CNY", zone="Asia/Shanghai")
    assert (found.code if found else None) == expected


@pytest.mark.parametrize(
    ("result", "status"),
    [("NO_ANSWER", None), ("INVALID_NUMBER", "dead"), ("OUT_OF_SERVICE", "dead"), ("FAX_MACHINE", "dead"),
     ("WRONG_PARTY", "wrong"), ("RPC_REFUSED", "verified"), ("THIRD_PERSON_MESSAGE", None), ("NO_SUCH", None)],
)  # fmt: skip
def test_a_call_says_something_of_its_number(result: str, status: str | None) -> None:
    assert number_status_after(result) == status


def test_what_did_not_reach_the_line_is_no_attempt() -> None:
    assert {result.code for result in RESULTS if not counts_as_attempt(result.code)} == {
        "DECEASED", "BANKRUPT", "INCAPACITY", "BLOCKED_BY_POLICY", "TECHNICAL_FAILURE"
    }  # fmt: skip
    assert not counts_as_attempt("NO_SUCH")


def test_the_list_of_results_is_the_vocabulary_s_and_speaks_both_languages() -> None:
    """TD-2 (first form)."""
    assert len(RESULTS) == len(BY_CODE) == 33
    assert all(result.zh and result.en and result.parties for result in RESULTS)
