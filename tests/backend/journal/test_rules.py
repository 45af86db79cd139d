"""Does the tree bind every event, and does only the true path lead to its root?"""

import base64
import hashlib
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from backend.journal import rules
from backend.journal.schemas import EventOnFile, Seal, SealedHead

TENANT = UUID("01a20f7f-b7e9-71d2-a050-8564b01956cc")
AT = datetime(2026, 11, 24, 10, 0, 0, 7, tzinfo=UTC)
# The inputs and roots of the reference tests of Certificate Transparency (RFC 6962), for the first 1 to 8 entries.
ENTRIES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def leaves_of(count: int) -> list[bytes]:
    return [rules.leaf_hash(f"event {n}") for n in range(count)]


@pytest.mark.parametrize(("count", "root"), list(enumerate(ROOTS, start=1)))
def test_the_root_is_that_of_the_reference_tests(count: int, root: str) -> None:
    leaves = [rules.leaf_hash(bytes.fromhex(entry).decode()) for entry in ENTRIES[:count]]
    assert rules.root_of(leaves).hex() == root


def test_nothing_has_no_root() -> None:
    with pytest.raises(ValueError, match="nothing"):
        rules.root_of([])


@given(count=st.integers(1, 70), data=st.data())
def test_each_path_leads_to_the_root_and_no_other_does(count: int, data: st.DataObject) -> None:
    leaves = leaves_of(count)
    root = rules.root_of(leaves)
    index = data.draw(st.integers(0, count - 1))
    (path,) = rules.audit_paths(leaves, [index])
    assert rules.root_by_path(leaves[index], index, count, path) == root
    assert rules.root_by_path(rules.leaf_hash("another"), index, count, path) != root
    assert rules.root_by_path(leaves[index], index, count, [*path, leaves[0]]) is None
    other = data.draw(st.integers(0, count - 1))
    if other != index:
        assert rules.root_by_path(leaves[index], other, count, path) != root
    if path:
        assert rules.root_by_path(leaves[index], index, count, path[:-1]) is None
        flipped = [bytes([path[0][0] ^ 1]) + path[0][1:], *path[1:]]
        assert rules.root_by_path(leaves[index], index, count, flipped) != root


@pytest.mark.parametrize(("index", "count"), [(-1, 3), (3, 3), (0, 0)])
def test_a_place_outside_the_batch_proves_nothing(index: int, count: int) -> None:
    assert rules.root_by_path(leaves_of(1)[0], index, count, []) is None


def event(**changes: object) -> EventOnFile:
    given_event = EventOnFile(
        id=UUID(int=1), tenant_id=TENANT, xid=7, kind="visit.recorded", subject_id=UUID(int=2), case_id=None,
        actor_id=UUID(int=3), device_id=None, occurred_at=AT, recorded_at=AT, payload='{"n": 1, "who": "王"}',
    )  # fmt: skip
    return msgspec.structs.replace(given_event, **changes)


def test_the_entry_is_one_json_text_with_the_payload_as_the_database_writes_it() -> None:
    text = rules.entry_of(event())
    assert text.endswith('"recorded_at":"2026-11-24T10:00:00.000007Z","payload":{"n": 1, "who": "王"}}')
    assert msgspec.json.decode(text)["payload"] == {"n": 1, "who": "王"}


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "visit.withdrawn"},
        {"case_id": UUID(int=9)},
        {"actor_id": None},
        {"occurred_at": AT - timedelta(microseconds=1)},
        {"recorded_at": AT + timedelta(microseconds=1)},
        {"payload": '{"n": 1, "who": "李"}'},
    ],
)
def test_every_field_of_an_event_is_in_its_leaf(changes: dict[str, object]) -> None:
    assert rules.leaf_hash(rules.entry_of(event(**changes))) != rules.leaf_hash(rules.entry_of(event()))


def test_the_same_instant_in_another_zone_is_the_same_entry() -> None:
    elsewhere = AT.astimezone(timezone(timedelta(hours=8)))
    assert rules.entry_of(event(occurred_at=elsewhere)) == rules.entry_of(event())


KEY = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"a key of this test").digest())
KEYS = {"k1": base64.b64encode(KEY.public_key().public_bytes_raw()).decode()}


def seal(place: int, leaves: list[bytes], before: Seal | None, **changes: object) -> Seal:
    head = SealedHead(
        v=1, tenant_id=TENANT, number=place, count=len(leaves), root=rules.root_of(leaves).hex(),
        previous=rules.NO_HEAD if before is None else rules.head_hash(before.head), sealed_at=rules.instant_text(AT),
    )  # fmt: skip
    text = rules.head_text(msgspec.structs.replace(head, **changes))
    return Seal(number=place, head=text, key_id="k1", signature=base64.b64encode(KEY.sign(text.encode())).decode())


def test_a_chain_of_true_heads_has_no_fault() -> None:
    first = seal(1, leaves_of(3), None)
    second = seal(2, leaves_of(5), first)
    assert rules.head_fault(first, None, leaves_of(3), KEYS) is None
    assert rules.head_fault(second, first, leaves_of(5), KEYS) is None


@pytest.mark.parametrize(
    ("changes", "leaves", "fault"),
    [
        ({"number": 3}, 5, "a number is missing or stands twice"),
        ({"previous": rules.NO_HEAD}, 5, "the head before it is another one"),
        ({}, 4, "5 events were sealed, 4 are there"),
        ({"root": "00" * 32}, 5, "an event was changed"),
    ],
)
def test_a_head_that_does_not_fit_says_how(changes: dict[str, object], leaves: int, fault: str) -> None:
    first = seal(1, leaves_of(3), None)
    second = seal(2, leaves_of(5), first, **changes)
    assert rules.head_fault(second, first, leaves_of(leaves), KEYS) == fault


def test_a_head_is_believed_only_under_our_signature() -> None:
    first = seal(1, leaves_of(3), None)
    forged = msgspec.structs.replace(first, head=first.head.replace('"count":3', '"count":2'))
    assert rules.head_fault(forged, None, leaves_of(2), KEYS) == "the signature is not ours"
    assert rules.head_fault(first, None, leaves_of(3), {}) == "the signature is not ours"
    unreadable = msgspec.structs.replace(first, signature="?")
    assert rules.head_fault(unreadable, None, leaves_of(3), KEYS) == "the signature is not ours"
