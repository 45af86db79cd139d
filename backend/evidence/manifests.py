"""Does what the phone signed at the shutter hold against what came? Pure functions; a doubt is a signal, no verdict.

A manifest is canonical JSON (sorted keys, no spaces, whole numbers), signed by the device's key, and names the hash of
the manifest before it on the same phone. A signal says "worth a look": the collector may answer it, a person decides.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from backend.evidence.schemas import EvidenceKind, NamedPhoto, PhotoScope, Statement
from backend.identity.rules import read_base64, read_public_key
from backend.kernel.geo import Point, distance_m
from backend.kernel.limits import Instant, Sha256Hex

NO_MANIFEST = "0" * 64
"""What the first manifest of a device names as the one before it."""

YEARS = (2000, 2200)
"""A clock outside of these is broken, and its times cannot be reckoned with."""

SKEW_MAX = timedelta(minutes=5)
DRAFT_MAX = timedelta(hours=12)
"""A visit lasts at most twelve hours, so a photo may lie in a draft that long before its record travels."""

FENCE_RADIUS_M = 100.0
ACCURACY_MAX_M = 500.0
"""As at the check-in of a visit: the phone's own accuracy widens the fence, but not beyond this."""

SPEED_MAX_M_S = 55.0
"""200 km/h: faster than any road between two doors."""

LEAP_MIN_M = 1000.0
FROZEN_VISITS = 3
"""A receiver that moves never gives one place to the centimetre at three cases."""

EXIF_TIME_MAX = timedelta(minutes=10)
EXIF_PLACE_MAX_M = 500.0
E7 = 10**7
_SIDE = 32
_E7_LAT = Annotated[int, msgspec.Meta(ge=-90 * E7, le=90 * E7)]
_E7_LON = Annotated[int, msgspec.Meta(ge=-180 * E7, le=180 * E7)]
_Natural = Annotated[int, msgspec.Meta(ge=0, le=2**53)]


class Code(StrEnum):
    """What may be worth a look."""

    MANIFEST_MISSING = "manifest_missing"
    MANIFEST_DIFFERS = "manifest_differs"
    HASH_DIFFERS = "hash_differs"
    SIGNATURE_WRONG = "signature_wrong"
    CHAIN_GAP = "chain_gap"
    CHAIN_DIFFERS = "chain_differs"
    CLOCK_SKEW = "clock_skew"
    TAKEN_BEFORE_BRACKET = "taken_before_bracket"
    OUTSIDE_FENCE = "outside_fence"
    EXIF_TIME_DIFFERS = "exif_time_differs"
    EXIF_PLACE_DIFFERS = "exif_place_differs"
    REUSED_PHOTO = "reused_photo"
    TELEPORT = "teleport"
    FROZEN_PLACE = "frozen_place"
    FILE_SOURCE = "file_source"
    ORIGINAL_MISSING = "original_missing"
    ORIGINAL_DIFFERS = "original_differs"
    CONSENT_MISSING = "consent_missing"


class Signal(msgspec.Struct, frozen=True):
    """One thing worth a look, with the numbers behind it."""

    code: Code
    detail: dict[str, object]


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the phone's receiver says it was: 1e-7 degrees, the radius of 68 %, and how old that was."""

    lat_e7: _E7_LAT
    lon_e7: _E7_LON
    accuracy_m: _Natural
    age_ms: _Natural


class After(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The last receipt that the phone held: SHA-256 of its signed text, and the server's time in it."""

    receipt_sha256: Sha256Hex
    received_at: Instant


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a phone signs when evidence is made; `clock_offset_ms` is (server - phone) as last learnt.

    A note says how long it is, a signature the SHA-256 of the statement that stood above it; a photo has neither.
    `after` is the lower end of the time in which it was taken; the server's receipt of the record is the upper one.
    """

    v: Literal[1]
    evidence_id: UUID
    case_id: UUID
    visit_id: UUID
    user_id: UUID
    device_id: UUID
    key_id: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{16}$")]
    kind: EvidenceKind
    scope: PhotoScope | None
    source: Literal["camera", "file", "microphone", "pad"]
    sha256: Sha256Hex
    original_sha256: Sha256Hex
    size: _Natural
    original_size: _Natural
    media_type: str
    taken_at: Instant
    monotonic_ms: _Natural
    clock_offset_ms: int | None
    place: Place | None
    after: After | None
    previous: Sha256Hex
    number: Annotated[int, msgspec.Meta(ge=1, le=2**53)]
    duration_ms: _Natural | msgspec.UnsetType = msgspec.UNSET
    statement: Sha256Hex | msgspec.UnsetType = msgspec.UNSET

    @property
    def taken_by_server(self) -> datetime:
        """When it was taken by the server's clock, as far as the phone knew it."""
        offset = max(-(10**12), min(10**12, self.clock_offset_ms or 0))
        return self.taken_at + timedelta(milliseconds=offset)


class Link(msgspec.Struct, frozen=True):
    """A manifest of the same device that is here already: its number, hash, and when it was taken (server's clock)."""

    number: int
    manifest_hash: str
    taken_at: datetime


class Fix(msgspec.Struct, frozen=True):
    """A place of the same person in another photo: `at` by the server's clock."""

    case_id: UUID
    lat_e7: int
    lon_e7: int
    accuracy_m: int
    at: datetime


class Known(msgspec.Struct, frozen=True):
    """What the server knows when a photo's name comes: the device's key, its chain, the person's way, the door."""

    user_id: UUID
    device_id: UUID | None
    public_key: bytes | None
    links: Mapping[int, Link]
    fixes: Sequence[Fix]
    door: Point | None
    received_at: datetime


def hash_of(text: str) -> str:
    """Return SHA-256 of a manifest's text, in hexadecimal: what the next one names."""
    return hashlib.sha256(text.encode()).hexdigest()


def key_id_of(public_key: bytes) -> str:
    """Return the name of a device's key: the first 16 hexadecimal digits of SHA-256 over its SPKI bytes."""
    return hashlib.sha256(public_key).hexdigest()[:16]


def read_manifest(text: str) -> Manifest | None:
    """Return the manifest of a text, None when it cannot be read or is not written in the one canonical way."""
    try:
        manifest = msgspec.json.decode(text, type=Manifest)
        written = _canonical(text)
    except (ValueError, RecursionError):
        return None
    instants = [manifest.taken_at, *([] if manifest.after is None else [manifest.after.received_at])]
    is_sane = all(YEARS[0] <= one.year < YEARS[1] for one in instants)
    return manifest if written == text and is_sane else None


def read_statement(text: str) -> Statement | None:
    """Return what a client signed, None when it cannot be read or is not written in the one canonical way."""
    try:
        statement = msgspec.json.decode(text, type=Statement)
        written = _canonical(text)
    except (ValueError, RecursionError):
        return None
    return statement if written == text else None


def _canonical(text: str) -> str:
    return json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def is_signed(text: str, signature: str, public_key: bytes | None) -> bool:
    """Tell whether a signature (ECDSA P-256 over SHA-256, r and s of 32 bytes, base64) is that of a key (SPKI)."""
    key, raw = None if public_key is None else read_public_key(public_key), read_base64(signature)
    if key is None or raw is None or len(raw) != 2 * _SIDE:
        return False
    pair = int.from_bytes(raw[:_SIDE], "big"), int.from_bytes(raw[_SIDE:], "big")
    try:
        key.verify(encode_dss_signature(*pair), text.encode(), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def signals_of(named: NamedPhoto, manifest: Manifest | None, known: Known) -> list[Signal]:
    """Return what is worth a look about a photo as it is named, before its bytes are here."""
    photo = named.photo
    consent = (
        [Signal(Code.CONSENT_MISSING, {})] if photo.scope is PhotoScope.INSIDE and photo.consent_by is None else []
    )
    if photo.manifest is None or photo.signature is None:
        return [*consent, Signal(Code.MANIFEST_MISSING, {})]
    signature = (
        [] if is_signed(photo.manifest, photo.signature, known.public_key) else [Signal(Code.SIGNATURE_WRONG, {})]
    )
    if manifest is None:
        return [*consent, *signature, Signal(Code.MANIFEST_DIFFERS, {"fields": ["text"]})]
    return [
        *consent, *signature, *_differing(named, manifest, known), *_chain(manifest, known), *_time(manifest, known),
        *_place(named, manifest, known),
        *([Signal(Code.FILE_SOURCE, {})] if manifest.source == "file" else []),
    ]  # fmt: skip


def _differing(named: NamedPhoto, manifest: Manifest, known: Known) -> list[Signal]:
    photo = named.photo
    pairs = {
        "evidence_id": (manifest.evidence_id, photo.id),
        "case_id": (manifest.case_id, named.case_id),
        "visit_id": (manifest.visit_id, named.visit_id),
        "user_id": (manifest.user_id, known.user_id),
        "device_id": (manifest.device_id, known.device_id),
        "key_id": (manifest.key_id, None if known.public_key is None else key_id_of(known.public_key)),
        "kind": (manifest.kind, photo.kind),
        "scope": (manifest.scope, photo.scope),
        "duration_ms": (manifest.duration_ms or None, photo.duration_ms),
        "statement": (manifest.statement or None, None if photo.statement is None else hash_of(photo.statement)),
        "size": (manifest.size, photo.size_bytes),
        "original_size": (manifest.original_size, photo.original_size_bytes),
        "media_type": (manifest.media_type, photo.media_type),
        "taken_at": (manifest.taken_at, photo.taken_at),
    }
    fields: list[object] = [name for name, (signed, told) in pairs.items() if signed != told]
    digests: list[object] = [
        name
        for name, signed, told in (
            ("sha256", manifest.sha256, photo.sha256),
            ("original_sha256", manifest.original_sha256, photo.original_sha256),
        )
        if signed != told
    ]
    return [
        *([Signal(Code.MANIFEST_DIFFERS, {"fields": fields})] if fields else []),
        *([Signal(Code.HASH_DIFFERS, {"fields": digests})] if digests else []),
    ]


def _chain(manifest: Manifest, known: Known) -> list[Signal]:
    """Say where the chain contradicts what is here; a number that is missing may still come, in a draft."""
    before = known.links.get(manifest.number - 1)
    expected = NO_MANIFEST if manifest.number == 1 else None if before is None else before.manifest_hash
    if manifest.number in known.links:
        return [Signal(Code.CHAIN_DIFFERS, {"number": manifest.number, "is_twice": True})]
    if expected is not None and expected != manifest.previous:
        return [Signal(Code.CHAIN_DIFFERS, {"number": manifest.number, "is_twice": False})]
    after = known.links.get(manifest.number + 1)
    # A visit that was taken back and recorded anew signs its old photos once more, behind younger ones.
    early = before is not None and manifest.taken_by_server < before.taken_at - DRAFT_MAX
    late = after is not None and manifest.taken_by_server > after.taken_at + DRAFT_MAX
    return [Signal(Code.TAKEN_BEFORE_BRACKET, {"against": "chain"})] if early or late else []


def _time(manifest: Manifest, known: Known) -> list[Signal]:
    offset_s = abs(manifest.clock_offset_ms or 0) / 1000
    ahead = manifest.taken_by_server - known.received_at
    found = []
    if offset_s > SKEW_MAX.total_seconds() or ahead > SKEW_MAX:
        found.append(Signal(Code.CLOCK_SKEW, {"offset_s": round(offset_s), "ahead_s": round(ahead.total_seconds())}))
    if manifest.after is not None and manifest.taken_by_server < manifest.after.received_at - SKEW_MAX:
        early_s = (manifest.after.received_at - manifest.taken_by_server).total_seconds()
        found.append(Signal(Code.TAKEN_BEFORE_BRACKET, {"against": "receipt", "early_s": round(early_s)}))
    return found


def point_of(lat_e7: int, lon_e7: int) -> Point:
    """Return a place of 1e-7 degrees."""
    return Point(lat=lat_e7 / E7, lon=lon_e7 / E7)


def _place(named: NamedPhoto, manifest: Manifest, known: Known) -> list[Signal]:
    place = manifest.place
    if place is None:
        return []
    here, found = point_of(place.lat_e7, place.lon_e7), []
    if known.door is not None:
        away = distance_m(here, known.door)
        if away > FENCE_RADIUS_M + min(place.accuracy_m, ACCURACY_MAX_M):
            found.append(Signal(Code.OUTSIDE_FENCE, {"distance_m": round(away), "accuracy_m": place.accuracy_m}))
    at = manifest.taken_by_server - timedelta(milliseconds=min(place.age_ms, 10**9))
    leaps = [leap for fix in known.fixes if (leap := _leap(here, place.accuracy_m, at, fix)) is not None]
    if leaps:
        worst = max(leaps)
        told: dict[str, object] = {"speed_m_s": worst[0], "distance_m": worst[1], "seconds": worst[2]}
        found.append(Signal(Code.TELEPORT, told))
    same = {fix.case_id for fix in known.fixes if (fix.lat_e7, fix.lon_e7) == (place.lat_e7, place.lon_e7)}
    if len(same | {named.case_id}) >= FROZEN_VISITS:
        found.append(Signal(Code.FROZEN_PLACE, {"cases": len(same | {named.case_id})}))
    return found


def _leap(here: Point, accuracy_m: int, at: datetime, fix: Fix) -> tuple[int, int, int] | None:
    """Return (m/s, m, s) of a way that cannot have been travelled, reckoned in favour of the person; None if it can."""
    way = distance_m(here, point_of(fix.lat_e7, fix.lon_e7)) - accuracy_m - fix.accuracy_m
    seconds = abs((at - fix.at).total_seconds()) + SKEW_MAX.total_seconds() / 10
    if way < LEAP_MIN_M or way / seconds <= SPEED_MAX_M_S:
        return None
    return round(way / seconds), round(way), round(seconds)


class Written(msgspec.Struct, frozen=True):
    """What a camera wrote into a photo, beside what the record says: the time in the client's zone if it has none."""

    exif_taken_at: datetime | None
    exif_place: Point | None
    taken_at: datetime
    place: Point | None


def signals_of_bytes(written: Written, alike: Sequence[UUID]) -> list[Signal]:
    """Return what is worth a look about a photo's bytes; `alike` are photos of other visits that look the same."""
    found = []
    if written.exif_taken_at is not None and abs(written.exif_taken_at - written.taken_at) > EXIF_TIME_MAX:
        apart = abs(written.exif_taken_at - written.taken_at).total_seconds()
        found.append(Signal(Code.EXIF_TIME_DIFFERS, {"apart_s": round(apart)}))
    if written.exif_place is not None and written.place is not None:
        away = distance_m(written.exif_place, written.place)
        if away > EXIF_PLACE_MAX_M:
            found.append(Signal(Code.EXIF_PLACE_DIFFERS, {"distance_m": round(away)}))
    if alike:
        found.append(Signal(Code.REUSED_PHOTO, {"evidence_ids": [str(one) for one in alike]}))
    return found
