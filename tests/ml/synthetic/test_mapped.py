"""Do made-up people live at a real town's addresses when there is a map?"""

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from ml.synthetic.files import write_world
from ml.synthetic.language import LANGUAGES
from ml.synthetic.mapped import MapError
from ml.synthetic.world import make_mapped_world
from tests.ml.synthetic.worlds import TODAY

HELSINKI_LIKE = replace(LANGUAGES["en"], zone="Europe/Helsinki")
COLUMNS = ("osm_id", "lat", "lon", "street", "housenumber", "unit", "postcode", "city", "levels", "flats")


def map_folder(folder: Path, houses: int) -> Path:
    with (folder / "addresses.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        for number in range(houses):
            lat, lon = 10 + number % 20 * 0.001, 20 + number // 20 * 0.001
            levels = ("", "5", "1-3", "2.5", "many")[number % 5]
            rows.writerow([f"n{number}", lat, lon, "Mill Lane", number + 1, "", "00100", "Elsewhere", levels, ""])
    road = {"type": "Feature", "properties": {"layer": "road"}, "geometry": {"type": "LineString", "coordinates": []}}
    document = {"type": "FeatureCollection", "attribution": "© Somebody", "features": [road]}
    (folder / "map.geojson").write_text(json.dumps(document), encoding="utf-8")
    return folder


def test_people_live_at_the_addresses_of_the_map(tmp_path: Path) -> None:
    world = make_mapped_world("small", 7, TODAY, HELSINKI_LIKE, map_folder(tmp_path, 200))
    block = next(world.blocks())
    for row in block.book["addresses"].rows():
        assert "Mill Lane" in str(row["line"])
        assert str(row["line"]).endswith("00100 Elsewhere")
    assert {row["zone"] for row in block.book["obligors"].rows()} == {"Europe/Helsinki"}


def test_the_written_map_is_the_towns_with_areas_and_attribution(tmp_path: Path) -> None:
    source, target = tmp_path / "map", tmp_path / "world"
    source.mkdir()
    write_world(make_mapped_world("small", 7, TODAY, HELSINKI_LIKE, map_folder(source, 200)), target, ["parquet"])
    drawn = json.loads((target / "town.geojson").read_text("utf-8"))
    assert drawn["attribution"] == "© Somebody"
    assert [feature["properties"]["layer"] for feature in drawn["features"]] == ["area"] * 8 + ["road"]


def test_what_is_no_map_or_too_small_a_one_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(MapError, match="rounds map build"):
        make_mapped_world("small", 7, TODAY, HELSINKI_LIKE, tmp_path)
    with pytest.raises(MapError, match="too few"):
        make_mapped_world("small", 7, TODAY, HELSINKI_LIKE, map_folder(tmp_path, 20))
