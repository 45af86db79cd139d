"""Is the water on the right hand of the coast, and only there?"""

import shapely

from infra.map.sea import sea_of

FRAME = shapely.box(0, 0, 1, 1)


def test_the_sea_lies_to_the_right_of_a_coast_from_edge_to_edge() -> None:
    northward = shapely.LineString([(0.4, -0.5), (0.4, 1.5)])
    (sea,) = sea_of(FRAME, [northward])
    assert sea.equals(shapely.box(0.4, 0, 1, 1))
    (other,) = sea_of(FRAME, [northward.reverse()])
    assert other.equals(shapely.box(0, 0, 0.4, 1))


def test_a_coast_in_two_ways_is_one_coast() -> None:
    parts = [shapely.LineString([(0.4, 0.5), (0.4, 1.5)]), shapely.LineString([(0.4, -0.5), (0.4, 0.5)])]
    (sea,) = sea_of(FRAME, parts)
    assert sea.equals(shapely.box(0.4, 0, 1, 1))


def test_an_island_is_land_in_the_sea() -> None:
    """Land on the left: round an island anticlockwise."""
    island = shapely.LineString([(0.6, 0.4), (0.8, 0.4), (0.8, 0.6), (0.6, 0.6), (0.6, 0.4)])
    (sea,) = sea_of(FRAME, [island])
    assert sea.area == shapely.box(0, 0, 1, 1).area - 0.2 * 0.2
    assert not sea.contains(shapely.Point(0.7, 0.5))


def test_a_coast_cut_just_short_of_the_edge_is_led_up_to_it() -> None:
    (sea,) = sea_of(FRAME, [shapely.LineString([(0.4, 0.0001), (0.4, 0.9999)])])
    assert abs(sea.area - 0.6) < 1e-9


def test_a_coast_that_ends_inland_floods_nothing() -> None:
    assert sea_of(FRAME, [shapely.LineString([(0.4, -0.5), (0.4, 0.5)])]) == []


def test_no_coast_no_sea() -> None:
    assert sea_of(FRAME, []) == []
    assert sea_of(FRAME, [shapely.LineString([(5, 5), (6, 6)])]) == []
