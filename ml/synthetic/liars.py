"""What do honest and lying collectors leave behind? Photos of visits as a phone tells them, with the truth beside each.

Made up, and honest about it: nobody has labelled real ones. Honest people have receivers between high walls, doors that
were geocoded wrongly, phones with weak clocks, clients who send a picture. Liars stay on the sofa, feign a place, set
the clock, pick an old photo; one in ten leaves nothing behind. The shares in this file are the whole truth there is.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ml.synthetic.seeds import stream

LIARS = 0.15
"""Share of collectors who lie at times."""

DAYS_OF_LIES, LIES = 0.7, 0.5
"""Share of a liar's days with lies, and of such a day's visits that never took place as told."""

Lie = Literal["sofa", "feigned", "late", "skilled"]
KINDS: tuple[Lie, ...] = ("sofa", "feigned", "late", "skilled")
SHARES = (0.40, 0.30, 0.20, 0.10)
Tampered = Literal["signature", "hash", "manifest", "chain"]
TAMPERED: tuple[Tampered, ...] = ("signature", "hash", "manifest", "chain")
M_A_DEGREE = 111_320.0
MIDDLE = (30.25, 120.15)
TOWN_M = 4000.0
VISITS_A_DAY = 8
DAY_S = 86_400
SHIFT_S = 9 * 3600


@dataclass(frozen=True, slots=True)
class Shot:
    """A photo of a visit as the phone tells it: places in degrees, times in seconds since the first midnight (true).

    `learnt_s` is (server - phone) as the phone learnt it last, `offset_s` as it is. `exif_apart_s` and `exif_away_m`
    are what a camera wrote into the file, against the record; None where it wrote nothing. `lie` is the truth.
    """

    collector: int
    case: int
    at_s: float
    offset_s: float
    learnt_s: float
    receipt_s: float | None
    place: tuple[float, float, float] | None
    door: tuple[float, float]
    is_file: bool
    exif_apart_s: float | None
    exif_away_m: float | None
    is_alike: bool
    is_behind_gap: bool
    has_manifest: bool
    tampered: Tampered | None
    lie: Lie | None


@dataclass(frozen=True, slots=True)
class Habits:
    """What one collector's phone and character are like."""

    offset_s: float
    is_caching: bool
    has_old_app: bool
    is_liar: bool
    home: tuple[float, float]


def shots_of(seed: int, collectors: int = 120, days: int = 10) -> Iterator[list[Shot]]:
    """Yield the photos of one collector and day after the other, in the order in which they were taken."""
    for collector in range(collectors):
        rng = stream(seed, "liars", collector)
        habits = _habits(rng)
        for day in range(days):
            yield _day(rng, collector, day, habits)


def _habits(rng: np.random.Generator) -> Habits:
    weak = _happens(rng, 0.04)
    return Habits(
        offset_s=float(rng.uniform(400, 3600) * rng.choice((-1, 1)) if weak else rng.normal(0, 15)),
        is_caching=_happens(rng, 0.03), has_old_app=_happens(rng, 0.03),
        is_liar=_happens(rng, LIARS), home=_spot(rng),
    )  # fmt: skip


def _happens(rng: np.random.Generator, share: float) -> bool:
    return bool(rng.random() < share)


def _spot(rng: np.random.Generator) -> tuple[float, float]:
    """Return a door of the town."""
    return _moved(MIDDLE, *rng.uniform(-TOWN_M, TOWN_M, 2))


def _moved(place: tuple[float, float], north_m: float, east_m: float) -> tuple[float, float]:
    east_degrees = east_m / (M_A_DEGREE * math.cos(math.radians(place[0])))
    return place[0] + north_m / M_A_DEGREE, place[1] + east_degrees


def _day(rng: np.random.Generator, collector: int, day: int, habits: Habits) -> list[Shot]:
    shots: list[Shot] = []
    at_s = day * DAY_S + SHIFT_S + float(rng.uniform(0, 3600))
    lies = habits.is_liar and _happens(rng, DAYS_OF_LIES)
    feigned = _spot(rng)
    is_left_on = _happens(rng, 0.4)
    for stop in range(VISITS_A_DAY):
        lie: Lie | None = None
        if lies and _happens(rng, LIES):
            lie = KINDS[int(rng.choice(len(KINDS), p=SHARES))]
        is_hasty = lie in {"sofa", "feigned"} and _happens(rng, 0.5)
        at_s += float(rng.uniform(20, 180) if is_hasty else rng.uniform(1500, 4200))
        door = _spot(rng)
        place = _place(rng, door, habits, lie, feigned if is_left_on else None)
        if habits.is_caching and shots and lie is None and _happens(rng, 0.15):
            place = shots[-1].place
        case = (collector * 1000 + day) * 100 + stop
        shots.append(_shot(rng, (collector, case, at_s), (door, place), habits, lie))
    return shots


def _place(
    rng: np.random.Generator,
    door: tuple[float, float],
    habits: Habits,
    lie: Lie | None,
    left_on: tuple[float, float] | None,
) -> tuple[float, float, float] | None:
    """Return (lat, lon, accuracy in m) as the receiver says it, None where it says nothing."""
    if lie == "feigned":
        lat, lon = door if left_on is None else left_on
        return lat, lon, float(rng.choice((1, 3, 5, 10)))
    if _happens(rng, (0.25 if lie == "sofa" else 0.04)):
        return None
    true = habits.home if lie == "sofa" else door
    accuracy_m = float(np.clip(rng.lognormal(math.log(14), 0.7), 3, 250))
    error_m = accuracy_m * 0.66
    match rng.choice(3, p=(0.91, 0.06, 0.03)):
        case 1:  # between high walls a receiver is wrong and does not know it
            error_m *= float(rng.uniform(3, 12))
        case 2:  # no satellite: the place of the network
            accuracy_m = float(rng.uniform(400, 2000))
            error_m = accuracy_m * 0.6
    lat, lon = _moved(true, *rng.normal(0, error_m, 2))
    return lat, lon, accuracy_m


def _shot(
    rng: np.random.Generator,
    which: tuple[int, int, float],
    where: tuple[tuple[float, float], tuple[float, float, float] | None],
    habits: Habits,
    lie: Lie | None,
) -> Shot:
    collector, case, at_s = which
    has_picked = lie in {"sofa", "feigned", "late"} and _happens(rng, 0.5)
    is_file = has_picked or _happens(rng, 0.04)
    is_old = _happens(rng, (0.75 if has_picked else 0.4))
    offset_s, learnt_s = _clock(rng, habits, lie)
    has_exif = is_file or _happens(rng, 0.3)
    return Shot(
        collector=collector, case=case, at_s=at_s, offset_s=offset_s, learnt_s=learnt_s,
        receipt_s=None if _happens(rng, 0.1) else at_s - float(rng.uniform(60, 5400)),
        place=where[1], door=_geocoded(rng, where[0]), is_file=is_file,
        exif_apart_s=None if not has_exif else float(rng.uniform(3600, 30 * DAY_S) if is_file and is_old else 2),
        exif_away_m=_exif_away(rng, is_file=is_file, has_picked=has_picked),
        is_alike=_happens(rng, {"sofa": 0.45, "feigned": 0.25, "late": 0.1}.get(lie or "", 0.008)),
        is_behind_gap=_happens(rng, (0.10 if lie in {"sofa", "late"} else 0.05)),
        has_manifest=not habits.has_old_app,
        tampered=_tampered(rng, 0.03 if lie in {"late", "skilled"} else 0.0006), lie=lie,
    )  # fmt: skip


def _clock(rng: np.random.Generator, habits: Habits, lie: Lie | None) -> tuple[float, float]:
    """Return (server - phone) as it is, and as the phone has learnt it at its last sync."""
    if lie != "late":
        return habits.offset_s, habits.offset_s
    # Set back or forth by hours to a time at which the visit would have been.
    moved_s = float(rng.uniform(1800, 8 * 3600) * rng.choice((-1, 1)))
    has_synced = _happens(rng, 0.5)
    return habits.offset_s + moved_s, habits.offset_s + (moved_s if has_synced else 0.0)


def _geocoded(rng: np.random.Generator, door: tuple[float, float]) -> tuple[float, float]:
    """Return where the book believes the door to be: most of them well, some in the next street, a few anywhere."""
    sigma_m = float(rng.choice((15, 120, 1500), p=(0.90, 0.08, 0.02)))
    return _moved(door, *rng.normal(0, sigma_m, 2))


def _exif_away(rng: np.random.Generator, *, is_file: bool, has_picked: bool) -> float | None:
    """Return how far the camera's own place is from the phone's; most pictures that were sent on have none."""
    if not _happens(rng, 0.3 if is_file else 0.05):
        return None
    is_elsewhere = _happens(rng, (0.7 if has_picked else 0.1))
    return float(rng.uniform(600, 20_000) if is_elsewhere else rng.uniform(0, 60))


def _tampered(rng: np.random.Generator, chance: float) -> Tampered | None:
    """Return what was changed after it was signed, or what a fault of the app looks like."""
    return TAMPERED[int(rng.integers(len(TAMPERED)))] if _happens(rng, chance) else None
