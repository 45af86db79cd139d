"""How does the town look on a map? GeoJSON layers that a phone can draw without a tile server.

One FeatureCollection; each feature has `layer` (area, water, green, building, road) and, where it has them, `class`
and `name`. Buildings are one MultiPolygon an area, roads one MultiLineString a street: small enough for a phone.
"""

from collections import defaultdict
from typing import TypeAlias

import numpy as np

from ml.synthetic.columns import Floats
from ml.synthetic.ground import Ground, Plane
from ml.synthetic.language import Language
from ml.synthetic.streets import CLASSES, Streets
from ml.synthetic.town import Town

_DECIMALS = 6
Ring: TypeAlias = list[list[float]]


def town_layers(town: Town, language: Language) -> dict[str, object]:
    """Return the whole map: areas first, then what was made, or what a real map draws with its attribution."""
    features = [
        _feature("area", "Polygon", [_ring(town.plane, ring)], name=str(name))
        for ring, name in zip(town.areas.polygons_m, town.areas.names, strict=True)
    ]
    if town.ground is None or town.streets is None or town.buildings is None:
        return (town.drawing or {}) | {"features": [*features, *_drawn(town)]}
    features += _water_and_green(town.plane, town.ground, language)
    by_area = defaultdict(list)
    for area, corners in zip(town.doors.area.tolist(), town.buildings.corners_m, strict=True):
        by_area[area].append([_ring(town.plane, corners)])
    features += [_feature("building", "MultiPolygon", by_area[area]) for area in sorted(by_area)]
    features += _roads(town.plane, town.streets)
    return collection(features, f"{language.words.town}: made up, no real place")


def collection(features: list[dict[str, object]], attribution: str) -> dict[str, object]:
    """Return the features as one document that names its source."""
    return {"type": "FeatureCollection", "attribution": attribution, "features": features}


def _drawn(town: Town) -> list[object]:
    drawn = (town.drawing or {}).get("features")
    assert isinstance(drawn, list), "a town is made or read from a map"  # noqa: S101 - read_town gives one
    return drawn


def _water_and_green(plane: Plane, ground: Ground, language: Language) -> list[dict[str, object]]:
    words = language.words
    half = np.array([0.0, ground.river_half_m])
    banks = np.vstack([ground.river_m + half, (ground.river_m - half)[::-1]])
    features = [
        _feature("water", "Polygon", [_ring(plane, banks)], name=words.river),
        _feature("water", "Polygon", [_ring(plane, ground.lake_m)], name=words.lake),
    ]
    names = zip(ground.parks_m, words.parks, strict=True)
    return features + [_feature("green", "Polygon", [_ring(plane, ring)], name=name) for ring, name in names]


def _roads(plane: Plane, streets: Streets) -> list[dict[str, object]]:
    lat, lon = plane.to_globe(streets.nodes_m)
    points = np.round(np.column_stack([lon, lat]), _DECIMALS).tolist()
    lines: dict[int, list[Ring]] = defaultdict(list)
    end_of: dict[int, int] = {}
    order = np.lexsort((streets.along_m, streets.street))
    for row in order.tolist():
        street, start, end = int(streets.street[row]), int(streets.from_node[row]), int(streets.to_node[row])
        if end_of.get(street) == start:
            lines[street][-1].append(points[end])
        else:
            lines[street].append([points[start], points[end]])
        end_of[street] = end
    rank = dict(zip(streets.street.tolist(), streets.road_class.tolist(), strict=True))
    return [
        _feature(
            "road", "MultiLineString", lines[street], road_class=CLASSES[rank[street]], name=str(streets.names[street])
        )
        for street in sorted(lines, key=lambda street: (-rank[street], street))
    ]


def _feature(layer: str, shape: str, coordinates: object, *, name: str = "", road_class: str = "") -> dict[str, object]:
    properties = {"layer": layer, "class": road_class, "name": name}
    return {
        "type": "Feature",
        "properties": {key: value for key, value in properties.items() if value},
        "geometry": {"type": shape, "coordinates": coordinates},
    }


def _ring(plane: Plane, corners_m: Floats) -> Ring:
    lat, lon = plane.to_globe(corners_m)
    ring: Ring = np.round(np.column_stack([lon, lat]), _DECIMALS).tolist()
    return [*ring, ring[0]]
