"""Is an extract read whole, although it was cut with scissors?"""

import csv
from pathlib import Path

import pytest
from shapely import Point

from infra.errors import InfraError
from infra.map.extract import Box, read_extract
from tests.infra.map.towns import shared, tiny


def test_what_is_whole_is_taken_and_what_is_broken_is_counted(tmp_path: Path) -> None:
    extract = read_extract(tiny(tmp_path), None)
    assert sorted((one.kind.layer, one.kind.road_class, one.name) for one in extract.features) == [
        ("building", "", ""),
        ("road", "primary", "Long Road"),
    ]
    assert [(one.osm_id, one.tags.street, one.tags.housenumber) for one in extract.addresses] == [
        ("n6", "Mill Lane", "7 B"),
        ("w11", "Mill Lane", "9"),
    ]
    assert extract.broken >= 2, "the way with one point left and the address without a place"


def test_a_road_out_of_the_box_ends_at_its_edge(tmp_path: Path) -> None:
    road = next(one for one in read_extract(tiny(tmp_path), None).features if one.kind.layer == "road")
    assert road.shape.bounds == pytest.approx((20.001, 10.001, 20.01, 10.001))


def test_a_house_is_placed_at_the_middle_of_its_corners(tmp_path: Path) -> None:
    house = next(one for one in read_extract(tiny(tmp_path), None).addresses if one.osm_id == "w11")
    assert (house.lat, house.lon) == pytest.approx((10.0033333, 20.0036667))
    assert house.tags.levels == "3"


def test_a_smaller_box_takes_less(tmp_path: Path) -> None:
    assert read_extract(tiny(tmp_path), Box(20.0, 10.0, 20.002, 10.002)).addresses == []


def test_an_absent_or_unreadable_file_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(InfraError, match="no such file"):
        read_extract(tmp_path / "absent.osm.pbf", None)
    broken = tmp_path / "broken.osm.pbf"
    broken.write_bytes(b"this is not a map at all")
    with pytest.raises(InfraError, match="not a readable OpenStreetMap file"):
        read_extract(broken, Box(0, 0, 1, 1))


def test_a_file_without_a_box_asks_for_one(tmp_path: Path) -> None:
    path = tmp_path / "boxless.osm"
    path.write_text('<osm version="0.6"><node id="1" lat="1" lon="2"/></osm>', encoding="utf-8")
    with pytest.raises(InfraError, match="--box"):
        read_extract(path, None)


@pytest.mark.parametrize(
    ("name", "addresses_min", "roads_min", "buildings_min"),
    [("Helsinki.osm.pbf", 1_400, 1_900, 400), ("liechtenstein-latest.osm.pbf", 950, 4_000, 8_000)],
)
def test_a_real_town_is_read(name: str, addresses_min: int, roads_min: int, buildings_min: int) -> None:
    extract = read_extract(shared(name), None)
    layers = [feature.kind.layer for feature in extract.features]
    assert len(extract.addresses) >= addresses_min
    assert layers.count("road") >= roads_min
    assert layers.count("building") >= buildings_min
    assert layers.count("green") > 50
    for feature in extract.features:
        west, south, east, north = feature.shape.bounds
        assert extract.box.holds(south, west, 1e-9)
        assert extract.box.holds(north, east, 1e-9)


def test_addresses_stand_where_others_found_them() -> None:
    """The list beside the shared file was made by other hands from the same file."""
    path = shared("Helsinki.osm.pbf")
    ours = {address.osm_id: address for address in read_extract(path, None).addresses}
    with path.with_name("Helsinki.addresses.csv").open(encoding="utf-8", newline="") as file:
        theirs = [row for row in csv.DictReader(file) if row["street"]]
    known = [row for row in theirs if row["osm_id"] in ours]
    assert len(known) > 0.95 * len(theirs)
    for row in known:
        mine = ours[row["osm_id"]]
        assert (mine.tags.street, mine.tags.housenumber) == (row["street"], row["housenumber"])
        assert (mine.lat, mine.lon) == pytest.approx((float(row["lat"]), float(row["lon"])), abs=3e-4)


def test_the_bay_of_helsinki_is_water() -> None:
    """Its coastline ends some metres before the box: the sea must be found all the same, the streets must stay dry."""
    water = [one.shape for one in read_extract(shared("Helsinki.osm.pbf"), None).features if one.kind.layer == "water"]
    assert any(shape.contains(Point(24.9429, 60.1778)) for shape in water), "the bay north of the park"
    assert not any(shape.contains(Point(24.9414, 60.1713)) for shape in water), "the railway station"
