"""May an item be taken at all? Tables on both sides of each border."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import msgspec
import pytest

from backend.kernel.ids import new_id
from backend.sync.rules import body_hash, envelope_refusal, true_instant
from backend.sync.schemas import Mutation

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def item(**changes: object) -> Mutation:
    plain = Mutation(
        id=new_id(), seq=1, kind="visit.record", schema=2, occurred_at=NOW, clock_offset_ms=0,
        body=msgspec.Raw(b'{"a":1}'),
    )  # fmt: skip
    return msgspec.structs.replace(plain, **changes)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, None),
        ({"id": uuid4()}, "sync.bad_id"),
        ({"occurred_at": NOW + timedelta(minutes=10)}, None),
        ({"occurred_at": NOW + timedelta(minutes=10, microseconds=1)}, "sync.in_the_future"),
        ({"occurred_at": NOW - timedelta(days=90)}, None),
        ({"occurred_at": NOW - timedelta(days=90, microseconds=1)}, "sync.too_old"),
        # A clock an hour fast whose error is known: the item is of now.
        ({"occurred_at": NOW + timedelta(hours=1), "clock_offset_ms": -3_600_000}, None),
        ({"occurred_at": NOW, "clock_offset_ms": 660_000}, "sync.in_the_future"),
        ({"occurred_at": NOW, "clock_offset_ms": None}, None),
    ],
)
def test_the_envelope_decides_by_id_and_true_moment(changes: dict[str, object], expected: str | None) -> None:
    found = envelope_refusal(item(**changes), NOW)
    assert (found.code if found else None) == expected


def test_an_absurd_offset_is_not_believed() -> None:
    assert true_instant(NOW, 10**18) == NOW
    assert true_instant(NOW, 1500) == NOW + timedelta(milliseconds=1500)


def test_a_replay_has_the_same_fingerprint_although_the_phone_has_learnt_its_clock() -> None:
    one = item(clock_offset_ms=None)
    assert body_hash(one) == body_hash(msgspec.structs.replace(one, clock_offset_ms=77, seq=9))


@pytest.mark.parametrize(
    "changes",
    [{"body": msgspec.Raw(b'{"a":2}')}, {"body": msgspec.Raw(b'{"a": 1}')}, {"kind": "call.record"}, {"schema": 1},
     {"occurred_at": NOW + timedelta(seconds=1)}],
)  # fmt: skip
def test_other_content_has_another_fingerprint(changes: dict[str, object]) -> None:
    assert body_hash(item()) != body_hash(item(**changes))
