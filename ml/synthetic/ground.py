"""What lies under the town? River, lake and parks as rings in metres, and the plane they are drawn on."""

from dataclasses import dataclass

import numpy as np

from ml.synthetic.columns import Flags, Floats, Ints
from ml.synthetic.seeds import stream

METRES_PER_DEGREE = 111_194.93
"""Of latitude, on the sphere of mean radius 6,371,008.8 m."""
_RIVER_STEPS = 64
_RING_CORNERS = 24
_PARKS = 6


@dataclass(frozen=True, slots=True)
class Plane:
    """A flat map around a centre: x metres east, y metres north (equirectangular; < 0.1 % off within 20 km)."""

    lat: float
    lon: float

    def to_globe(self, xy_m: Floats) -> tuple[Floats, Floats]:
        """Return latitude and longitude (WGS-84 degrees, seven decimals) of points of shape (n, 2)."""
        lat = self.lat + xy_m[:, 1] / METRES_PER_DEGREE
        lon = self.lon + xy_m[:, 0] / (METRES_PER_DEGREE * np.cos(np.radians(self.lat)))
        return np.round(lat, 7), np.round(lon, 7)

    def to_plane(self, lat: Floats, lon: Floats) -> Floats:
        """Return the points in metres, shape (n, 2)."""
        east = (lon - self.lon) * METRES_PER_DEGREE * np.cos(np.radians(self.lat))
        return np.column_stack([east, (lat - self.lat) * METRES_PER_DEGREE])


@dataclass(frozen=True, slots=True)
class Ground:
    """The half sizes of the town and what no house stands on; rings are closed by their first point."""

    half_width_m: float
    half_height_m: float
    river_m: Floats
    river_half_m: float
    lake_m: Floats
    parks_m: list[Floats]

    def is_free(self, xy_m: Floats, margin_m: float) -> Flags:
        """Tell which points are on dry, unplanted ground, with a margin to the river."""
        free = self.river_distance_m(xy_m) > self.river_half_m + margin_m
        for ring in [self.lake_m, *self.parks_m]:
            free &= ~inside(ring, xy_m)
        return free

    def river_distance_m(self, xy_m: Floats) -> Floats:
        """Return how far north or south of the river's middle each point lies."""
        return np.abs(xy_m[:, 1] - np.interp(xy_m[:, 0], self.river_m[:, 0], self.river_m[:, 1]))


def make_ground(seed: int, half_width_m: float, half_height_m: float) -> Ground:
    """Lay a winding river from west to east, a lake beside it and parks away from it."""
    rng = stream(seed, "ground")
    x = np.linspace(-half_width_m * 1.45, half_width_m * 1.45, _RIVER_STEPS)
    wave = np.sin(x / half_width_m * 2.4 + rng.uniform(0, 6)) + 0.4 * np.sin(x / half_width_m * 6 + rng.uniform(0, 6))
    river = np.column_stack([x, half_height_m * (0.22 * wave + rng.uniform(-0.15, 0.1))])
    scale = min(half_width_m, half_height_m)
    lake = _blob(rng, np.array([half_width_m * rng.uniform(-0.7, -0.3), half_height_m * 0.62]), scale * 0.16)
    river_half = scale * 0.028 + 20
    parks = []
    for number in range(_PARKS):
        turn = (number + rng.uniform(0.2, 0.8)) * 2 * np.pi / _PARKS
        centre = np.array([np.cos(turn) * half_width_m, np.sin(turn) * half_height_m]) * rng.uniform(0.3, 0.8)
        radius = scale * rng.uniform(0.06, 0.12)
        water = float(np.interp(centre[0], river[:, 0], river[:, 1]))
        bank = river_half + 1.4 * radius
        if abs(centre[1] - water) < bank:  # a park lies beside the river, not in it
            centre[1] = water + np.copysign(bank, centre[1] - water)
        parks.append(_blob(rng, centre, radius))
    return Ground(half_width_m, half_height_m, river, river_half, lake, parks)


def inside(ring: Floats, points: Floats) -> Flags:
    """Tell which points (n, 2) a simple ring (m, 2), open or closed, holds (crossing number)."""
    held = np.zeros(len(points), dtype=bool)
    x, y = points[:, 0], points[:, 1]
    for (x1, y1), (x2, y2) in zip(ring, np.roll(ring, -1, axis=0), strict=True):
        if y1 == y2:
            continue
        crosses = (y1 > y) != (y2 > y)
        held ^= crosses & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
    return held


def cells(sites: Floats, half_width_m: float, half_height_m: float) -> list[Floats]:
    """Return for each site the polygon of the points nearer to it than to any other (Voronoi, cut to the box)."""
    box = np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]]) * [half_width_m, half_height_m]
    polygons = []
    for number, site in enumerate(sites):
        polygon = box
        for other in np.delete(sites, number, axis=0):
            polygon = _clipped(polygon, (site + other) / 2, other - site)
        polygons.append(polygon)
    return polygons


def nearest(sites: Floats, points: Floats) -> Ints:
    """Return the number of the nearest site of each point."""
    best = np.zeros(len(points), dtype=np.int64)
    least = np.full(len(points), np.inf)
    for number, site in enumerate(sites):
        distance = ((points - site) ** 2).sum(axis=1)
        best[distance < least] = number
        least = np.minimum(least, distance)
    return best


def _clipped(polygon: Floats, middle: Floats, towards: Floats) -> Floats:
    """Cut away what lies beyond the line through `middle` across `towards` (Sutherland-Hodgman)."""
    side = (polygon - middle) @ towards
    corners = []
    for one, other, here, there in zip(polygon, np.roll(polygon, -1, 0), side, np.roll(side, -1), strict=True):
        if here <= 0:
            corners.append(one)
        if (here <= 0) != (there <= 0):
            corners.append(one + (other - one) * here / (here - there))
    return np.array(corners)


def _blob(rng: np.random.Generator, centre: Floats, radius_m: float) -> Floats:
    turn = np.linspace(0, 2 * np.pi, _RING_CORNERS, endpoint=False)
    wobble = 1 + 0.18 * np.sin(2 * turn + rng.uniform(0, 6)) + 0.08 * np.sin(5 * turn + rng.uniform(0, 6))
    ring: Floats = centre + radius_m * wobble[:, None] * np.column_stack([1.35 * np.cos(turn), np.sin(turn)])
    return ring
