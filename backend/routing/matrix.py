"""How far and how long between all places? Great-circle distance times a detour, by the speed of the way one goes."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from backend.kernel.geo import EARTH_RADIUS_M, Point
from backend.routing.problem import Mode

DETOUR = 1.35
"""Streets are longer than the crow flies: 1.2 to 1.5 in towns (Boscoe et al. 2012 give 1.417 for the USA)."""

SPEED_M_S = {Mode.CAR: 25 / 3.6, Mode.BICYCLE: 14 / 3.6, Mode.FOOT: 4.8 / 3.6}
"""Door to door in a town, lights and parking included."""

PARK_S = 120
"""From the wheel to the door and back; none between two doors of one building."""

SAME_BUILDING_M = 30


def distances_m(places: Sequence[Point]) -> NDArray[np.int64]:
    """Return whole metres of way between all places; row from, column to."""
    lat = np.radians(np.array([place.lat for place in places]))
    lon = np.radians(np.array([place.lon for place in places]))
    half = (
        np.sin((lat[None, :] - lat[:, None]) / 2) ** 2
        + np.cos(lat[:, None]) * np.cos(lat[None, :]) * np.sin((lon[None, :] - lon[:, None]) / 2) ** 2
    )
    direct = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(1.0, half)))
    ways: NDArray[np.int64] = np.rint(direct * DETOUR).astype(np.int64)
    return ways


def durations_s(ways_m: NDArray[np.int64], mode: Mode) -> NDArray[np.int64]:
    """Return whole seconds for these ways."""
    travel = np.rint(ways_m / SPEED_M_S[mode]).astype(np.int64)
    park = PARK_S if mode is Mode.CAR else 0
    return travel + np.where(ways_m > SAME_BUILDING_M, park, 0)
