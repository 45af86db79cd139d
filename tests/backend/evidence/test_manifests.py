"""Is everything that a phone signs held against what came, and does an honest day give no signal at all?"""

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.evidence import manifests
from backend.evidence.manifests import Code, Fix, Known, Link, Written, read_manifest, signals_of
from backend.evidence.schemas import ConsentBy, NamedPhoto, PhotoScope
from backend.kernel.geo import Point
from backend.visits import rules as visit_rules
from tests.backend.evidence.phones import photo
from tests.backend.evidence.signing import Camera
from tests.world import MORNING

MEI, CASE, OTHER, THIRD = (UUID(int=n) for n in range(1, 5))
DOOR = Point(lat=30.25, lon=120.15)
HERE = {"lat_e7": 302_500_000, "lon_e7": 1_201_500_000, "accuracy_m": 12, "age_ms": 900}
CAMERA = Camera(MEI)


def shot(**changes: object) -> NamedPhoto:
    """Return a photo of a new chain, signed, with changes in what was signed."""
    CAMERA.number, CAMERA.previous = 0, manifests.NO_MANIFEST
    return CAMERA.shoot(photo(100), CASE, 5, **changes)


def known(**changes: object) -> Known:
    plain = Known(
        user_id=MEI, device_id=CAMERA.device_id, public_key=CAMERA.spki, links={}, fixes=[], door=DOOR,
        received_at=MORNING + timedelta(minutes=10),
    )  # fmt: skip
    return msgspec.structs.replace(plain, **changes)


def found(named: NamedPhoto, about: Known | None = None) -> set[Code]:
    text = named.photo.manifest
    manifest = None if text is None else read_manifest(text)
    return {signal.code for signal in signals_of(named, manifest, known() if about is None else about)}


def told(**changes: object) -> NamedPhoto:
    """Return a photo that says otherwise than what its manifest says."""
    named = shot()
    return msgspec.structs.replace(named, photo=msgspec.structs.replace(named.photo, **changes))


def test_an_honest_photo_gives_no_signal() -> None:
    assert found(shot()) == set()


@pytest.mark.parametrize(
    ("named", "code"),
    [
        (told(sha256="00" * 32), Code.HASH_DIFFERS),
        (told(original_sha256="00" * 32), Code.HASH_DIFFERS),
        (told(size_bytes=101), Code.MANIFEST_DIFFERS),
        (told(scope=PhotoScope.DOCUMENT), Code.MANIFEST_DIFFERS),
        (told(taken_at=MORNING), Code.MANIFEST_DIFFERS),
        (told(media_type="image/png"), Code.MANIFEST_DIFFERS),
        (shot(case_id=OTHER), Code.MANIFEST_DIFFERS),
        (shot(visit_id=OTHER), Code.MANIFEST_DIFFERS),
        (shot(user_id=OTHER), Code.MANIFEST_DIFFERS),
        (shot(device_id=OTHER), Code.MANIFEST_DIFFERS),
        (shot(key_id="0" * 16), Code.MANIFEST_DIFFERS),
        (shot(surprise=1), Code.MANIFEST_DIFFERS),
        (shot(v=2), Code.MANIFEST_DIFFERS),
        (shot(taken_at="9999-12-31T23:59:59.000Z"), Code.MANIFEST_DIFFERS),
        (told(signature="A" * 86 + "=="), Code.SIGNATURE_WRONG),
        (told(signature="B" * 87), Code.SIGNATURE_WRONG),
        (told(manifest=None, signature=None), Code.MANIFEST_MISSING),
        (told(scope=PhotoScope.INSIDE), Code.CONSENT_MISSING),
        (shot(place=HERE | {"lat_e7": 900_000_001}), Code.MANIFEST_DIFFERS),
        (shot(place=HERE | {"lon_e7": -1_800_000_001}), Code.MANIFEST_DIFFERS),
        (shot(place=HERE | {"accuracy_m": -1}), Code.MANIFEST_DIFFERS),
        (shot(monotonic_ms=2**60), Code.MANIFEST_DIFFERS),
        (shot(source="file"), Code.FILE_SOURCE),
        (shot(clock_offset_ms=300_001), Code.CLOCK_SKEW),
        (shot(clock_offset_ms=-300_001), Code.CLOCK_SKEW),
        (shot(previous="11" * 32), Code.CHAIN_DIFFERS),
        (shot(place=HERE | {"lat_e7": 302_600_000}), Code.OUTSIDE_FENCE),
    ],
)
def test_what_does_not_fit_is_seen(named: NamedPhoto, code: Code) -> None:
    assert code in found(named)


def test_consent_given_and_the_clock_at_its_edge_are_fine() -> None:
    assert Code.CONSENT_MISSING not in found(told(scope=PhotoScope.INSIDE, consent_by=ConsentBy.HOUSEHOLD))
    assert found(shot(clock_offset_ms=300_000)) == set()
    assert found(shot(place=None)) == set()


@pytest.mark.parametrize("text", ["", "{}", "[]", "nonsense", '{"v":1}', "[" * 100_000])
def test_what_cannot_be_read_is_no_manifest(text: str) -> None:
    assert read_manifest(text) is None


@given(st.text() | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps))
def test_whatever_a_phone_signs_is_read_or_not_but_never_falls(text: str) -> None:
    named = told(manifest=text)
    assert signals_of(named, read_manifest(text), known())


@given(st.dictionaries(st.sampled_from(sorted(json.loads(shot().photo.manifest or "{}"))), st.integers() | st.text()))
def test_fields_of_any_kind_are_signals_at_most(changes: dict[str, object]) -> None:
    found(shot(**changes))


def test_a_manifest_written_in_another_way_is_not_read() -> None:
    """One text, one hash: spaces, another order or a doubled key would give the same facts another name."""
    text = shot().photo.manifest or ""
    assert read_manifest(text) is not None
    for other in (text.replace(",", ", "), text.replace('"v":1', '"v":1.0'), '{"v":1,' + text[1:], text + "\n"):
        assert read_manifest(other) is None


def test_the_chain_is_held_against_both_neighbours() -> None:
    CAMERA.number, CAMERA.previous = 6, "22" * 32
    seventh = CAMERA.shoot(photo(100), CASE)
    before = Link(number=6, manifest_hash="22" * 32, taken_at=MORNING)
    assert found(seventh) == set(), "number six may still lie in a draft"
    assert found(seventh, known(links={6: before})) == set()
    other = msgspec.structs.replace(before, manifest_hash="33" * 32)
    assert found(seventh, known(links={6: other})) == {Code.CHAIN_DIFFERS}
    assert found(seventh, known(links={7: before})) == {Code.CHAIN_DIFFERS}
    much_later = msgspec.structs.replace(before, taken_at=MORNING + timedelta(hours=12, minutes=6))
    assert found(seventh, known(links={6: much_later})) == {Code.TAKEN_BEFORE_BRACKET}


def test_a_photo_lies_between_two_receipts() -> None:
    taken_at = MORNING + timedelta(minutes=5)
    after = {"receipt_sha256": "44" * 32, "received_at": "2026-11-24T01:10:00.000Z"}
    assert found(shot(after=after)) == set()
    assert found(shot(after=after | {"received_at": "2026-11-24T01:10:01.000Z"})) == {Code.TAKEN_BEFORE_BRACKET}
    assert found(shot(), known(received_at=taken_at - timedelta(minutes=5))) == set()
    assert found(shot(), known(received_at=taken_at - timedelta(minutes=5, seconds=1))) == {Code.CLOCK_SKEW}


def fix(case_id: UUID, lat_e7: int = 302_500_000, minutes: float = 0, accuracy_m: int = 12) -> Fix:
    return Fix(
        case_id=case_id,
        lat_e7=lat_e7,
        lon_e7=1_201_500_000,
        accuracy_m=accuracy_m,
        at=MORNING + timedelta(minutes=minutes),
    )


@pytest.mark.parametrize(
    ("fixes", "codes"),
    [
        ([fix(OTHER, 302_520_000)], set()),
        ([fix(OTHER, 303_500_000)], set()),  # 11 km in five and a half minutes: 33 m/s, a motorway
        ([fix(OTHER, 312_500_000)], {Code.TELEPORT}),  # 111 km in the same time
        ([fix(OTHER, 312_500_000, accuracy_m=110_500)], set()),  # the receiver did not know where it was
        ([fix(OTHER, 302_590_000, minutes=5)], set()),  # a jump of one kilometre is a receiver's, not a car's
        ([fix(OTHER)], set()),
        ([fix(CASE), fix(CASE)], set()),
        ([fix(OTHER), fix(THIRD)], {Code.FROZEN_PLACE}),
    ],
)
def test_a_way_that_cannot_be_travelled_is_seen(fixes: list[Fix], codes: set[Code]) -> None:
    assert found(shot(), known(fixes=fixes)) == codes


def test_the_fence_is_that_of_the_check_in() -> None:
    assert manifests.FENCE_RADIUS_M == visit_rules.FENCE_RADIUS_M
    assert manifests.ACCURACY_MAX_M == visit_rules.ACCURACY_MAX_M


@pytest.mark.parametrize(
    ("minutes", "north", "alike", "codes"),
    [
        (10, 0.0, 0, set()),
        (10.1, 0.0, 0, {Code.EXIF_TIME_DIFFERS}),
        (0, 0.0044, 0, set()),
        (0, 0.0046, 0, {Code.EXIF_PLACE_DIFFERS}),
        (0, 0.0, 1, {Code.REUSED_PHOTO}),
    ],
)
def test_what_the_camera_wrote_is_held_against_the_record(
    minutes: float, north: float, alike: int, codes: set[Code]
) -> None:
    written = Written(
        exif_taken_at=MORNING + timedelta(minutes=minutes), exif_place=Point(lat=30.25 + north, lon=120.15),
        taken_at=MORNING, place=DOOR,
    )  # fmt: skip
    assert {one.code for one in manifests.signals_of_bytes(written, [OTHER] * alike)} == codes
    silent = Written(exif_taken_at=None, exif_place=None, taken_at=MORNING, place=None)
    assert manifests.signals_of_bytes(silent, []) == []


def test_an_old_clock_does_not_overflow() -> None:
    manifest = read_manifest(shot(clock_offset_ms=-(2**53)).photo.manifest or "")
    assert manifest is not None
    assert manifest.taken_by_server < datetime(2026, 1, 1, tzinfo=UTC)
