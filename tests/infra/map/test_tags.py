"""Is each tagged thing drawn where a reader of maps expects it?"""

import pytest

from infra.map.tags import Kind, address_of, is_coastline, kind_of_area, kind_of_line


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"building": "yes"}, Kind("building")),
        ({"building": "no", "leisure": "park"}, Kind("green")),
        ({"building": "demolished"}, None),
        ({"natural": "water"}, Kind("water")),
        ({"landuse": "basin"}, Kind("water")),
        ({"landuse": "forest"}, Kind("green")),
        ({"landuse": "industrial"}, None),
        ({}, None),
    ],
)
def test_areas_fall_into_layers(tags: dict[str, str], expected: Kind | None) -> None:
    assert kind_of_area(tags) == expected


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"highway": "motorway_link"}, Kind("road", "primary")),
        ({"highway": "residential"}, Kind("road", "residential")),
        ({"highway": "footway"}, Kind("road", "path")),
        ({"highway": "construction"}, None),
        ({"highway": "primary", "tunnel": "yes"}, None),
        ({"highway": "primary", "tunnel": "no"}, Kind("road", "primary")),
        ({"waterway": "river"}, Kind("water")),
        ({"waterway": "drain"}, None),
    ],
)
def test_lines_fall_into_layers_and_classes(tags: dict[str, str], expected: Kind | None) -> None:
    assert kind_of_line(tags) == expected


def test_an_address_needs_a_number_and_a_street_or_place() -> None:
    assert address_of({"addr:housenumber": "5"}) is None
    assert address_of({"addr:street": "Mikonkatu"}) is None
    by_place = address_of({"addr:place": "Suomenlinna", "addr:housenumber": "C 1", "addr:city": "Helsinki"})
    assert by_place is not None
    assert (by_place.street, by_place.housenumber, by_place.city, by_place.postcode) == (
        "Suomenlinna", "C 1", "Helsinki", "",
    )  # fmt: skip


def test_a_coastline_is_known_by_its_tag() -> None:
    assert is_coastline({"natural": "coastline"})
    assert not is_coastline({"natural": "water"})
