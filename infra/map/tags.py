"""What is a thing on the map, by its tags? The layer and class it is drawn in, the parts of its address."""

from collections.abc import Mapping
from dataclasses import dataclass

ROAD_CLASSES = {
    "motorway": "primary", "motorway_link": "primary", "trunk": "primary", "trunk_link": "primary",
    "primary": "primary", "primary_link": "primary", "secondary": "secondary", "secondary_link": "secondary",
    "tertiary": "tertiary", "tertiary_link": "tertiary", "residential": "residential", "unclassified": "residential",
    "living_street": "residential", "service": "residential", "road": "residential", "pedestrian": "path",
    "footway": "path", "cycleway": "path", "path": "path", "steps": "path", "track": "path", "bridleway": "path",
}  # fmt: skip
"""Values that are not named here (platforms, construction, corridors indoors) are not ways to a door."""
_WATER_AREAS = {
    "natural": {"water", "bay"},
    "waterway": {"riverbank", "dock"},
    "landuse": {"reservoir", "basin"},
}
_WATER_LINES = {"river", "canal", "stream"}
_GREEN_AREAS = {
    "leisure": {"park", "garden", "golf_course", "nature_reserve", "pitch", "playground"},
    "landuse": {"grass", "forest", "recreation_ground", "cemetery", "meadow", "village_green", "allotments"},
    "natural": {"wood", "scrub", "grassland", "heath"},
}
_NO_BUILDING = {"no", "proposed", "demolished"}


@dataclass(frozen=True, slots=True)
class Kind:
    """Where a thing is drawn; only roads have a class."""

    layer: str
    road_class: str = ""


@dataclass(frozen=True, slots=True)
class AddressTags:
    """The parts of an address as they are written on the map; empty where not written."""

    street: str
    housenumber: str
    unit: str
    postcode: str
    city: str
    levels: str
    flats: str


def kind_of_area(tags: Mapping[str, str]) -> Kind | None:
    """Return the layer of a closed thing, or None if it is not drawn."""
    if tags.get("building", "no") not in _NO_BUILDING:
        return Kind("building")
    if _has_any(tags, _WATER_AREAS):
        return Kind("water")
    return Kind("green") if _has_any(tags, _GREEN_AREAS) else None


def kind_of_line(tags: Mapping[str, str]) -> Kind | None:
    """Return layer and class of an open thing, or None if it is not drawn; tunnels are not."""
    if tags.get("tunnel", "no") != "no":
        return None
    road_class = ROAD_CLASSES.get(tags.get("highway", ""))
    if road_class:
        return Kind("road", road_class)
    return Kind("water") if tags.get("waterway") in _WATER_LINES else None


def is_coastline(tags: Mapping[str, str]) -> bool:
    """Tell whether the sea lies to the right of this line."""
    return tags.get("natural") == "coastline"


def address_of(tags: Mapping[str, str]) -> AddressTags | None:
    """Return the address of a thing, or None if it has no house number on a street or place."""
    street = tags.get("addr:street") or tags.get("addr:place", "")
    number = tags.get("addr:housenumber", "")
    if not (street and number):
        return None
    return AddressTags(
        street, number, tags.get("addr:unit", ""), tags.get("addr:postcode", ""), tags.get("addr:city", ""),
        tags.get("building:levels", ""), tags.get("building:flats", ""),
    )  # fmt: skip


def _has_any(tags: Mapping[str, str], wanted: Mapping[str, set[str]]) -> bool:
    return any(tags.get(key) in values for key, values in wanted.items())
