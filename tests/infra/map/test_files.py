"""Does the folder hold what phones and the made-up people need, the same bytes each time, with the attribution?"""

import csv
import hashlib
import json
from pathlib import Path

from infra.map.files import ADDRESS_COLUMNS, ATTRIBUTION, build_map
from tests.infra.map.towns import shared, tiny


def test_a_tiny_town_is_written_whole(tmp_path: Path) -> None:
    counts = build_map(tiny(tmp_path), tmp_path / "map", None)
    assert (counts["road"], counts["building"], counts["address"]) == (1, 1, 2)
    drawn = json.loads((tmp_path / "map" / "map.geojson").read_text("utf-8"))
    assert drawn["attribution"] == ATTRIBUTION == "© OpenStreetMap contributors"
    assert [feature["properties"] for feature in drawn["features"]] == [
        {"layer": "building"},
        {"layer": "road", "class": "primary", "name": "Long Road"},
    ]
    assert drawn["features"][1]["geometry"] == {
        "type": "LineString",
        "coordinates": [[20.001, 10.001], [20.01, 10.001]],
    }
    with (tmp_path / "map" / "addresses.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == ADDRESS_COLUMNS
    assert rows[0]["city"] == "Elsewhere"
    about = json.loads((tmp_path / "map" / "map.json").read_text("utf-8"))
    assert about["attribution"] == ATTRIBUTION
    assert about["box"] == [20.0, 10.0, 20.01, 10.01]


def test_helsinki_is_small_enough_for_a_phone_and_the_same_each_time(tmp_path: Path) -> None:
    digests = []
    for run in ("one", "two"):
        build_map(shared("Helsinki.osm.pbf"), tmp_path / run, None)
        files = sorted((tmp_path / run).iterdir())
        digests.append([hashlib.sha256(path.read_bytes()).hexdigest() for path in files])
    assert digests[0] == digests[1]
    assert (tmp_path / "one" / "map.geojson").stat().st_size < 1_000_000
