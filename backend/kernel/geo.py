"""Where is it, and how far? WGS-84 points, great-circle distance, point in polygon; no map provider."""

from collections.abc import Sequence
from math import asin, cos, radians, sin, sqrt

import msgspec

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius R1 of the GRS 80 ellipsoid (IUGG)."""


class Point(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A place in WGS-84 degrees."""

    lat: float
    lon: float

    def __post_init__(self) -> None:
        """Refuse what is not on the globe; the comparison is false for NaN as well."""
        if not (-90 <= self.lat <= 90 and -180 <= self.lon <= 180):  # noqa: PLR2004 - degrees of the globe
            raise ValueError(f"not a place on the globe: {self.lat}, {self.lon}")


def distance_m(one: Point, other: Point) -> float:
    """Return the great-circle distance in metres (haversine, which is stable for small distances)."""
    lat1, lat2 = radians(one.lat), radians(other.lat)
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin(radians(other.lon - one.lon) / 2) ** 2
    return 2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(half)))


def contains(ring: Sequence[Point], point: Point) -> bool:
    """Tell whether a simple polygon (open or closed ring, at least 3 corners) holds the point (crossing number)."""
    inside = False
    for one, other in zip(ring, [*ring[1:], ring[0]], strict=True):
        crosses = (one.lat > point.lat) != (other.lat > point.lat)
        if crosses and point.lon < (other.lon - one.lon) * (point.lat - one.lat) / (other.lat - one.lat) + one.lon:
            inside = not inside
    return inside


def to_ewkt(point: Point) -> str:
    """Write the point as PostGIS reads it: longitude first."""
    return f"SRID=4326;POINT({point.lon!r} {point.lat!r})"
