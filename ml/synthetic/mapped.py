"""How does a real town stand in for the made-up one? Its addresses become doors; the people behind them stay made up.

Reads a folder that `rounds map build` wrote: `addresses.csv` and `map.geojson`. Street, house number and place are
real, so with a map every debtor of the demo lives at a real door: for demonstrations of routing, never for contact.
"""

import csv
import json
from pathlib import Path

import numpy as np

from ml.synthetic.columns import Ints, texts
from ml.synthetic.ground import Plane, nearest
from ml.synthetic.language import Language
from ml.synthetic.seeds import stream
from ml.synthetic.sizes import Size
from ml.synthetic.town import Doors, Town, make_areas

_USUAL_FLOORS = 4
_FLATS_A_FLOOR = 3
_WORK_SHARE = 0.2
_DOORS_PER_AREA_MIN = 4


class MapError(ValueError):
    """The folder is not a map, or too small a one; the text is one line for the operator."""


def read_town(folder: Path, seed: int, language: Language, size: Size) -> Town:
    """Return the town of a map folder, cut into areas as a made-up one is; MapError says what is missing."""
    for name in ("addresses.csv", "map.geojson"):
        if not (folder / name).is_file():
            raise MapError(f"{folder}: no {name}; make the folder with `rounds map build`")
    with (folder / "addresses.csv").open(encoding="utf-8", newline="") as file:
        by_line = {_line(row): row for row in csv.DictReader(file)}
    areas_count = 2 * size.collectors_per_team
    if len(by_line) < areas_count * _DOORS_PER_AREA_MIN:
        raise MapError(f"{folder}: {len(by_line)} addresses are too few for {areas_count} collectors")
    rows = list(by_line.values())
    lat, lon = (np.array([float(row[name]) for row in rows]) for name in ("lat", "lon"))
    floors = np.array([_whole(row["levels"]) or _USUAL_FLOORS for row in rows])
    flats = np.array([_whole(row["flats"]) for row in rows])
    plane = Plane(float((lat.min() + lat.max()) / 2), float((lon.min() + lon.max()) / 2))
    homes = plane.to_plane(lat, lon)
    areas = make_areas(seed, language, homes, areas_count)
    units: Ints = np.where(flats > 0, flats, floors * _FLATS_A_FLOOR)
    is_work = stream(seed, "workplaces").random(len(lat)) < _WORK_SHARE
    doors = Doors(lat, lon, texts(list(by_line)), units, floors, nearest(areas.sites_m, homes), is_work)
    drawing = json.loads((folder / "map.geojson").read_text("utf-8"))
    return Town(plane, doors, areas, None, None, None, drawing)


def _line(row: dict[str, str]) -> str:
    place = " ".join(part for part in (row["postcode"], row["city"]) if part)
    house = " ".join(part for part in (row["street"], row["housenumber"], row["unit"]) if part)
    return f"{house}, {place}" if place else house


def _whole(text: str) -> int:
    """Return the number of floors or flats; mappers write "5", "5.5" and "1-3", what is no number counts as unknown."""
    number = text.rsplit("-", maxsplit=1)[-1].split(".", maxsplit=1)[0].strip()
    return int(number) if number.isdigit() else 0
