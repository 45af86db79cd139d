"""Is the town a town: connected, dry, with every door in one area?"""

import json

import numpy as np
import pytest

from ml.synthetic.ground import inside, nearest
from ml.synthetic.language import LANGUAGES
from ml.synthetic.layers import town_layers
from ml.synthetic.sizes import SIZES
from ml.synthetic.streets import road_distances_m
from ml.synthetic.town import Town, make_town
from tests.ml.synthetic.worlds import small_world


@pytest.fixture(scope="module")
def town() -> Town:
    return small_world().town


def test_every_crossing_can_be_reached_by_road_and_no_road_is_shorter_than_the_crow_flies(town: Town) -> None:
    assert town.streets is not None
    distance = road_distances_m(town.streets.neighbours(), 0)
    straight = np.hypot(*(town.streets.nodes_m - town.streets.nodes_m[0]).T)
    assert np.isfinite(distance).all()
    assert (distance >= straight - 1e-6).all()
    assert 1.05 < (distance[1:] / straight[1:]).mean() < 1.8, "a plausible detour"


def test_road_distances_are_shortest_ways() -> None:
    """A square with one long side: the way round is shorter."""
    ways = [[(1, 1.0), (3, 9.0)], [(0, 1.0), (2, 1.0)], [(1, 1.0), (3, 1.0)], [(2, 1.0), (0, 9.0)], []]
    assert road_distances_m(ways, 0).tolist() == [0.0, 1.0, 2.0, 3.0, np.inf]


def test_no_house_stands_in_water_or_in_a_park(town: Town) -> None:
    assert town.ground is not None
    assert town.buildings is not None
    assert town.ground.is_free(town.buildings.corners_m.mean(axis=1), 0).all()


def test_each_door_lies_in_the_polygon_of_its_area_and_in_no_other(town: Town) -> None:
    doors = town.plane.to_plane(town.doors.lat, town.doors.lon)
    held = np.array([inside(polygon, doors) for polygon in town.areas.polygons_m])
    assert (held.sum(axis=0) == 1).all()
    assert (held.argmax(axis=0) == town.doors.area).all()
    assert (nearest(town.areas.sites_m, doors) == town.doors.area).all()


def test_addresses_are_all_different(town: Town) -> None:
    assert len(set(town.doors.line.tolist())) == len(town.doors.line)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_map_of_a_small_town_is_small_and_complete(language: str) -> None:
    layers = town_layers(make_town(7, LANGUAGES[language], SIZES["small"]), LANGUAGES[language])
    text = json.dumps(layers, ensure_ascii=False)
    assert len(text.encode()) < 1_000_000
    features = json.loads(text)["features"]
    assert {feature["properties"]["layer"] for feature in features} == {"area", "water", "green", "building", "road"}
    classes = {feature["properties"]["class"] for feature in features if feature["properties"]["layer"] == "road"}
    assert classes == {"primary", "secondary", "tertiary", "residential"}


def test_the_plane_and_the_globe_agree(town: Town) -> None:
    points = np.array([[0.0, 0.0], [1_500.0, -900.0]])
    assert np.allclose(town.plane.to_plane(*town.plane.to_globe(points)), points, atol=0.02)
