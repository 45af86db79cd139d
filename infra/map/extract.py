"""What is in an OpenStreetMap file? Features of the map and addresses, cut to a box; what is broken is counted.

Extracts are cut with scissors: ways lead out of the box, relations miss members. A way keeps the points it has, an
area that cannot be closed is skipped.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import osmium
import shapely
from shapely.geometry.base import BaseGeometry

from infra.errors import InfraError
from infra.map.sea import sea_of
from infra.map.tags import AddressTags, Kind, address_of, is_coastline, kind_of_area, kind_of_line

_Thing: TypeAlias = osmium.osm.Node | osmium.osm.Way | osmium.osm.Relation | osmium.osm.Area
_KEYS = ("highway", "building", "natural", "waterway", "landuse", "leisure", "addr:housenumber")
_ADDRESS_REACH_DEGREES = 0.0005
"""An address may stand a few metres outside the box that the file names."""


@dataclass(frozen=True, slots=True)
class Box:
    """A part of the globe in degrees."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, lat: float, lon: float, reach: float = 0.0) -> bool:
        """Tell whether a point lies inside, or within `reach` degrees of it."""
        return self.west - reach <= lon <= self.east + reach and self.south - reach <= lat <= self.north + reach


@dataclass(frozen=True, slots=True)
class Feature:
    """One thing to draw."""

    kind: Kind
    name: str
    shape: BaseGeometry


@dataclass(frozen=True, slots=True)
class Address:
    """One address with its place; `osm_id` is n, w or r and the number on the map."""

    osm_id: str
    lat: float
    lon: float
    tags: AddressTags


@dataclass(slots=True)
class Extract:
    """All that was read."""

    box: Box
    features: list[Feature] = field(default_factory=list)
    addresses: list[Address] = field(default_factory=list)
    broken: int = 0


def read_extract(pbf: Path, box: Box | None) -> Extract:
    """Read features and addresses; InfraError if the file is absent, not an OpenStreetMap file, or names no box."""
    if not pbf.is_file():
        raise InfraError(f"{pbf}: no such file; give the path of an OpenStreetMap .pbf")
    try:
        return _read(pbf, box)
    except RuntimeError as broken:
        # pyosmium reports unreadable input as RuntimeError; our own error is one as well and passes as it is.
        if isinstance(broken, InfraError):
            raise
        raise InfraError(f"{pbf}: not a readable OpenStreetMap file ({broken})") from broken


def _read(pbf: Path, box: Box | None) -> Extract:
    extract = Extract(box or _box_of(pbf))
    frame = shapely.box(extract.box.west, extract.box.south, extract.box.east, extract.box.north)
    coast: list[BaseGeometry] = []
    factory = osmium.geom.WKBFactory()
    wanted = osmium.filter.KeyFilter(*_KEYS)
    for thing in osmium.FileProcessor(str(pbf)).with_locations().with_areas(wanted).with_filter(wanted):
        if isinstance(thing, osmium.osm.Changeset):
            continue
        tags = {tag.k: tag.v for tag in thing.tags}
        _take_address(extract, thing, tags)
        if isinstance(thing, osmium.osm.Area):
            kind = kind_of_area(tags)
            shape = _area(factory, thing, extract) if kind else None
        elif isinstance(thing, osmium.osm.Way):
            if is_coastline(tags):
                coast.extend(_line(thing, extract))
            kind = kind_of_line(tags)
            shape = next(_line(thing, extract), None) if kind else None
        else:
            continue
        if kind and shape is not None:
            _take(extract, kind, tags.get("name", ""), shape, frame)
    extract.features.extend(Feature(Kind("water"), "", shape) for shape in sea_of(frame, coast))
    return extract


def _box_of(pbf: Path) -> Box:
    with osmium.io.Reader(str(pbf)) as reader:
        named = reader.header().box()
    if not named.valid():
        raise InfraError(f"{pbf}: the file names no box; give one with --box WEST,SOUTH,EAST,NORTH")
    low, high = named.bottom_left, named.top_right
    return Box(low.lon, low.lat, high.lon, high.lat)


def _take(extract: Extract, kind: Kind, name: str, shape: BaseGeometry, frame: BaseGeometry) -> None:
    cut = shape.intersection(frame)
    wanted = ("LineString", "MultiLineString") if shape.geom_type == "LineString" else ("Polygon", "MultiPolygon")
    for part in getattr(cut, "geoms", [cut]) if cut.geom_type == "GeometryCollection" else [cut]:
        if part.geom_type in wanted and not part.is_empty:
            extract.features.append(Feature(kind, name, part))


def _take_address(extract: Extract, thing: _Thing, tags: dict[str, str]) -> None:
    address = address_of(tags)
    if address is None:
        return
    if isinstance(thing, osmium.osm.Node):
        label, points = f"n{thing.id}", [(thing.location.lat, thing.location.lon)] if thing.location.valid() else []
    elif isinstance(thing, osmium.osm.Way):
        label, points = f"w{thing.id}", _points(thing)
    elif isinstance(thing, osmium.osm.Area) and not thing.from_way():
        rings = [[(node.lat, node.lon) for node in ring if node.location.valid()] for ring in thing.outer_rings()]
        label, points = f"r{thing.orig_id()}", [point for ring in rings for point in ring]
    else:
        return
    # The last point of a closed way is the first again.
    points = points[:-1] if len(points) > 1 and points[0] == points[-1] else points
    if not points:
        extract.broken += 1
        return
    lat, lon = (sum(axis) / len(points) for axis in zip(*points, strict=True))
    if extract.box.holds(lat, lon, _ADDRESS_REACH_DEGREES):
        extract.addresses.append(Address(label, round(lat, 7), round(lon, 7), address))


def _points(way: osmium.osm.Way) -> list[tuple[float, float]]:
    return [(node.lat, node.lon) for node in way.nodes if node.location.valid()]


def _line(way: osmium.osm.Way, extract: Extract) -> Iterator[BaseGeometry]:
    points = _points(way)
    if len(points) > 1:
        yield shapely.LineString([(lon, lat) for lat, lon in points])
    else:
        extract.broken += 1


def _area(factory: osmium.geom.WKBFactory, area: osmium.osm.Area, extract: Extract) -> BaseGeometry | None:
    try:
        shape = shapely.from_wkb(factory.create_multipolygon(area))
    except RuntimeError:
        # Not a closed, sound outline: counted, because one crooked park must not cost the whole map.
        extract.broken += 1
        return None
    return shape if shape.is_valid else shapely.make_valid(shape)
