"""How is a map written down? GeoJSON layers, an address list and a page about it, the same bytes for the same file."""

import csv
import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path

import shapely
from shapely.geometry.base import BaseGeometry

from infra.map.extract import Address, Box, Feature, read_extract
from infra.map.tags import Kind

ATTRIBUTION = "© OpenStreetMap contributors"
LICENCE = "Open Database License 1.0, https://www.openstreetmap.org/copyright"
ADDRESS_COLUMNS = (
    "osm_id", "lat", "lon", "street", "housenumber", "unit", "postcode", "city", "levels", "flats",
)  # fmt: skip
_ORDER = ("water", "green", "building", "road")
_DECIMALS = 6
_CELL_DEGREES = 0.004
"""Houses are drawn together by cells of some 400 m: one feature each instead of hundreds."""
_GRID_DEGREES = 10**-_DECIMALS


def build_map(pbf: Path, folder: Path, box: Box | None) -> dict[str, int]:
    """Read the file and write the folder; return how many of each there are. InfraError says what is wrong."""
    extract = read_extract(pbf, box)
    folder.mkdir(parents=True, exist_ok=True)
    drawn = [feature for feature in map(_feature, _ordered(extract.features)) if feature is not None]
    _write_json(folder / "map.geojson", {"type": "FeatureCollection", "attribution": ATTRIBUTION, "features": drawn})
    with (folder / "addresses.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(ADDRESS_COLUMNS)
        rows.writerows(_address_row(address) for address in sorted(extract.addresses, key=lambda one: one.osm_id))
    counts = Counter(feature.kind.layer for feature in extract.features)
    total = {layer: counts[layer] for layer in _ORDER} | {"address": len(extract.addresses), "broken": extract.broken}
    around = [extract.box.west, extract.box.south, extract.box.east, extract.box.north]
    about = {"attribution": ATTRIBUTION, "licence": LICENCE, "source": pbf.name, "box": around, "counts": total}
    _write_json(folder / "map.json", about)
    return total


def _ordered(features: list[Feature]) -> list[Feature]:
    """Return the features from the ground up, so that drawing them in order is right; houses together by cell."""
    cells: dict[tuple[int, int], list[BaseGeometry]] = defaultdict(list)
    others = [feature for feature in features if feature.kind.layer != "building"]
    for feature in features:
        if feature.kind.layer == "building":
            middle = feature.shape.centroid
            cell = (int(middle.y // _CELL_DEGREES), int(middle.x // _CELL_DEGREES))
            cells[cell].extend(getattr(feature.shape, "geoms", [feature.shape]))
    houses = [Feature(Kind("building"), "", shapely.MultiPolygon(cells[cell])) for cell in sorted(cells)]
    return sorted(others + houses, key=lambda feature: _ORDER.index(feature.kind.layer))


def _feature(feature: Feature) -> dict[str, object] | None:
    """Return the GeoJSON of a thing on a grid of about 0.1 m; None if nothing of it is left."""
    shape = feature.shape
    # Houses may share walls and overlap; snapping them would merge them into one.
    if shape.geom_type != "MultiPolygon" or feature.kind.layer != "building":
        shape = shapely.set_precision(shape, _GRID_DEGREES)
    if shape.is_empty:
        return None
    geometry = json.loads(shapely.to_geojson(shape))
    properties = {"layer": feature.kind.layer, "class": feature.kind.road_class, "name": feature.name}
    return {
        "type": "Feature",
        "properties": {key: value for key, value in properties.items() if value},
        "geometry": {"type": geometry["type"], "coordinates": _rounded(geometry["coordinates"])},
    }


def _rounded(coordinates: object) -> object:
    if isinstance(coordinates, list):
        return [_rounded(part) for part in coordinates]
    return round(coordinates, _DECIMALS) if isinstance(coordinates, float) else coordinates


def _address_row(address: Address) -> list[str]:
    tags = address.tags
    return [
        address.osm_id, f"{address.lat:.7f}", f"{address.lon:.7f}", tags.street, tags.housenumber, tags.unit,
        tags.postcode, tags.city, tags.levels, tags.flats,
    ]  # fmt: skip


def _write_json(path: Path, document: Mapping[str, object]) -> None:
    path.write_text(json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
