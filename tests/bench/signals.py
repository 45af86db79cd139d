"""Which signals do made-up photos raise by the product's own rules, and which weights make the score a chance?

`python -m tests.bench.signals` fits the weights that stand in backend/evidence/scoring.py and prints them.
"""

import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import numpy as np

from backend.evidence.manifest_queries import Kept
from backend.evidence.manifests import E7, Code, Known, Signal, Written, hash_of, point_of, read_manifest
from backend.evidence.manifests import signals_of_bytes as signals_in
from backend.evidence.receiving import found_in
from backend.evidence.schemas import NamedPhoto
from backend.evidence.scoring import BASE, WEIGHTS
from backend.kernel.geo import Point
from ml.logistic import Flags, Floats, Prior, fit_logistic
from ml.synthetic.liars import Shot, shots_of
from tests.backend.evidence.signing import Camera

FIT_SEED = 1
FIT_COLLECTORS = 250
STRENGTH = 2.0
"""What a person believed counts as much as two photos that say so."""

FIRST = datetime(2026, 11, 2, tzinfo=UTC)
BY_HAND: Mapping[Code, float] = {
    Code.CHAIN_DIFFERS: 4.0, Code.REUSED_PHOTO: 4.0, Code.TELEPORT: 3.0, Code.TAKEN_BEFORE_BRACKET: 3.0,
    Code.EXIF_PLACE_DIFFERS: 2.5, Code.EXIF_TIME_DIFFERS: 2.0, Code.FROZEN_PLACE: 2.0, Code.CLOCK_SKEW: 1.5,
    Code.OUTSIDE_FENCE: 1.5, Code.CHAIN_GAP: 1.0, Code.FILE_SOURCE: 1.0,
}  # fmt: skip
"""What is fitted, and what people believed of it before anything was counted, at a base of -4.

The rest keeps what people set: no signs of a lie (the rights of who lives there, an old app, a phone that was full),
and proofs that do not hold, which somebody looks at, however often a fault of ours turns out to be the reason.
"""

FITTED = tuple(BY_HAND)
BASE_BY_HAND = -4.0


def book_of(seed: int, collectors: int) -> tuple[Floats, Flags]:
    """Return (signs, truth) of all photos of a seed: photos x codes, and whether each is a lie."""
    signs, truth = [], []
    camera = Camera(UUID(int=0))
    owner = -1
    for day in shots_of(seed, collectors):
        if day[0].collector != owner:
            owner = day[0].collector
            camera = Camera(UUID(int=owner + 1))
        for shot, codes in zip(day, codes_of(camera, day), strict=True):
            signs.append([float(code in codes) for code in FITTED])
            truth.append(shot.lie is not None)
    return np.array(signs), np.array(truth)


def codes_of(camera: Camera, day: list[Shot]) -> list[set[Code]]:
    """Return what is worth a look in each photo of a collector's day, as the product finds it when the day is sent."""
    named = [_named(camera, shot) for shot in day]
    kept = {
        one.photo.id: Kept(one.photo.id, one.photo.manifest, one.photo.signature or "", hash_of(one.photo.manifest),
                           read_manifest(one.photo.manifest))
        for one in named
        if one.photo.manifest is not None
    }  # fmt: skip
    known = Known(
        user_id=camera.user_id, device_id=camera.device_id, public_key=camera.spki, links={}, fixes=[], door=None,
        received_at=FIRST + timedelta(seconds=day[-1].at_s + 600),
    )  # fmt: skip
    doors = {one.address_id: _point(shot.door) for one, shot in zip(named, day, strict=True) if one.address_id}
    found = found_in(named, kept, known, doors)
    return [
        {signal.code for signal in [*found[one.photo.id], *_of_bytes(shot)]} | _gap(shot)
        for one, shot in zip(named, day, strict=True)
    ]


def _point(place: tuple[float, float]) -> Point:
    return point_of(round(place[0] * E7), round(place[1] * E7))


def _gap(shot: Shot) -> set[Code]:
    """Tell what the worker finds after three days: the photo before was thrown away."""
    return {Code.CHAIN_GAP} if shot.is_behind_gap and shot.has_manifest else set()


def _of_bytes(shot: Shot) -> list[Signal]:
    at = FIRST + timedelta(seconds=shot.at_s)
    here = _point(shot.door)
    away = None if shot.exif_away_m is None else Point(lat=here.lat + shot.exif_away_m / 111_320, lon=here.lon)
    written = Written(
        exif_taken_at=None if shot.exif_apart_s is None else at - timedelta(seconds=shot.exif_apart_s),
        exif_place=away, taken_at=at, place=here,
    )  # fmt: skip
    return signals_in(written, [UUID(int=1)] if shot.is_alike else [])


def _named(camera: Camera, shot: Shot) -> NamedPhoto:
    """Let a phone sign a photo as it tells it."""
    phone_at = FIRST + timedelta(seconds=shot.at_s - shot.offset_s)
    place = shot.place and {
        "lat_e7": round(shot.place[0] * E7), "lon_e7": round(shot.place[1] * E7),
        "accuracy_m": round(shot.place[2]), "age_ms": 1500,
    }  # fmt: skip
    after = None if shot.receipt_s is None else FIRST + timedelta(seconds=shot.receipt_s)
    changes: dict[str, object] = {
        "place": place, "clock_offset_ms": round(shot.learnt_s * 1000), "source": "file" if shot.is_file else "camera",
        "after": after and {"receipt_sha256": "0" * 64, "received_at": f"{after:%Y-%m-%dT%H:%M:%S.%f}Z"},
        "taken_at": f"{phone_at:%Y-%m-%dT%H:%M:%S.%f}Z",
    }  # fmt: skip
    match shot.tampered:
        case "hash":
            changes["sha256"] = "0" * 64
        case "manifest":
            changes["size"] = 1
        case "chain":
            changes["previous"] = "f" * 64
        case "signature" | None:
            pass
    camera.number += shot.is_behind_gap
    case_id = UUID(int=shot.case + 1)
    named = camera.shoot(b"\xff\xd8\xff" + shot.case.to_bytes(8, "big"), case_id, 0, **changes)
    photo = msgspec.structs.replace(named.photo, taken_at=phone_at)
    if shot.tampered == "signature":
        photo = msgspec.structs.replace(photo, signature=camera.sign("another text"))
    if not shot.has_manifest:
        photo = msgspec.structs.replace(photo, manifest=None, signature=None)
    return msgspec.structs.replace(named, photo=photo, address_id=UUID(int=shot.case + 1))


def prior() -> Prior:
    """Return what was believed before."""
    return Prior(base=BASE_BY_HAND, weights=np.array([BY_HAND[code] for code in FITTED]), strength=STRENGTH)


def fitted(seed: int, collectors: int) -> tuple[float, dict[Code, float]]:
    """Return (base, weights) that fit the photos of a seed, to a tenth; what is not fitted as it was by hand."""
    base, weights = fit_logistic(*book_of(seed, collectors), prior())
    found = {code: round(max(0.0, float(weight)), 1) for code, weight in zip(FITTED, weights, strict=True)}
    return round(base, 1), dict(WEIGHTS) | found


def chances(signs: Floats, base: float, weights: Mapping[Code, float]) -> Floats:
    """Return the score of each photo."""
    odds = base + signs @ np.array([weights[code] for code in FITTED])
    return np.asarray(1 / (1 + np.exp(-odds)))


def main() -> int:
    """Print the weights as they stand in the code; returns 1 when the code has others."""
    base, weights = fitted(FIT_SEED, FIT_COLLECTORS)
    lines = [f"BASE = {base}"]
    lines += [f"    Code.{code.name}: {weights[code]}," for code in sorted(weights, key=lambda one: -weights[one])]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0 if (base, weights) == (BASE, dict(WEIGHTS)) else 1


if __name__ == "__main__":
    sys.exit(main())
