"""Are distances and polygons right, at the borders too?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kernel.geo import Point, contains, distance_m, to_ewkt

POINTS = st.builds(Point, lat=st.floats(-89, 89), lon=st.floats(-179, 179))
SQUARE = [Point(lat=0, lon=0), Point(lat=0, lon=2), Point(lat=2, lon=2), Point(lat=2, lon=0)]


def test_known_distances() -> None:
    """Paris to London is 343.5 km on the sphere (343.9 on the ellipsoid); a degree of latitude, 111.2 km."""
    paris, london = Point(lat=48.8566, lon=2.3522), Point(lat=51.5074, lon=-0.1278)
    assert distance_m(paris, london) == pytest.approx(343_556, rel=1e-4)
    assert distance_m(Point(lat=0, lon=0), Point(lat=1, lon=0)) == pytest.approx(111_195, rel=1e-5)


@given(POINTS, POINTS)
def test_distance_is_symmetric_and_never_negative(one: Point, other: Point) -> None:
    assert distance_m(one, other) == pytest.approx(distance_m(other, one))
    assert distance_m(one, other) >= 0
    assert distance_m(one, one) == 0


@pytest.mark.parametrize(
    ("lat", "lon", "is_inside"),
    [(1, 1, True), (1.99, 1.99, True), (2.01, 1, False), (1, -0.01, False), (-1, -1, False)],
)
def test_a_square_holds_what_is_in_it(lat: float, lon: float, *, is_inside: bool) -> None:
    assert contains(SQUARE, Point(lat=lat, lon=lon)) is is_inside
    assert contains([*SQUARE, SQUARE[0]], Point(lat=lat, lon=lon)) is is_inside


@pytest.mark.parametrize(("lat", "lon"), [(90.1, 0), (-91, 0), (0, 180.5), (float("nan"), 0), (0, float("inf"))])
def test_what_is_not_on_the_globe_is_refused(lat: float, lon: float) -> None:
    with pytest.raises(ValueError, match="globe"):
        Point(lat=lat, lon=lon)


def test_longitude_comes_first_in_postgis() -> None:
    assert to_ewkt(Point(lat=30.25, lon=120.15)) == "SRID=4326;POINT(120.15 30.25)"
