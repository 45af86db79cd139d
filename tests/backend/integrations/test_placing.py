"""Are people dealt out over the doors of a map, evenly, openly, and never over what they had?"""

import csv
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from backend.integrations.guessing import guess_file
from backend.integrations.placing import place_people
from backend.integrations.shipped import shipped_mappings
from backend.kernel.problems import Problem
from tests.backend.integrations.books import write_csv

ZONE = "Europe/Helsinki"
DOOR_COLUMNS = ("osm_id", "lat", "lon", "street", "housenumber", "unit", "postcode", "city", "levels", "flats")


def map_of(folder: Path, doors: int) -> Path:
    """Write a map of a long street that runs north, as `rounds map build` writes it."""
    town = folder / "map"
    town.mkdir(exist_ok=True)
    rows = [(f"n{n}", f"{60 + n / 1000:.7f}", "24.9400000", "Katu", str(n), "", "00100", "Helsinki", "", "")
            for n in range(doors)]  # fmt: skip
    write_csv(town / "addresses.csv", *rows, header=DOOR_COLUMNS)
    about = {"attribution": "© OpenStreetMap contributors", "source": "town.osm.pbf", "counts": {}}
    (town / "map.json").write_bytes(msgspec.json.encode(about))
    return town


def people_of(folder: Path, count: int) -> Path:
    lines = [(f"P{n}", "王", f"四海路 {n} 号") for n in range(count)]
    return write_csv(folder / "people.csv", *lines, header=("ref", "name", "address"))


def placed(folder: Path, *, people: int, doors: int) -> list[dict[str, str]]:
    out = folder / "placed.csv"
    assert place_people(people_of(folder, people), "address", map_of(folder, doors), ZONE, out) == people
    with out.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def refusal(people: Path, column: str, folder: Path, out: Path) -> str:
    """Return the one line with which placing is refused."""
    with pytest.raises(Problem) as refused:
        place_people(people, column, folder, ZONE, out)
    assert refused.value.kind.code == "import.unreadable_file"
    return str(refused.value.data["reason"])


def test_a_line_gets_a_street_a_place_a_zone_and_the_reason_and_keeps_its_own_address(tmp_path: Path) -> None:
    first = placed(tmp_path, people=3, doors=10)[0]
    assert first["address"] == "Katu 0, 00100 Helsinki"
    assert (first["lat"], first["lon"], first["zone"]) == ("60.0000000", "24.9400000", ZONE)
    assert first["rounds_address_before"] == "四海路 0 号"
    assert first["rounds_placed_from"].startswith("n0 of town.osm.pbf, © OpenStreetMap contributors; for rehearsal")


@pytest.mark.parametrize("doors", [1, 2, 3, 10, 34, 1451])
def test_every_door_is_dealt_once_before_one_is_dealt_again(tmp_path: Path, doors: int) -> None:
    lines = placed(tmp_path, people=2 * doors, doors=doors)
    assert set(Counter(line["address"] for line in lines).values()) == {2}


def test_a_few_people_are_spread_over_the_whole_town(tmp_path: Path) -> None:
    """Ten people of a town of a thousand doors: no gap is wider than three tenths of the town."""
    at = sorted(float(line["lat"]) - 60 for line in placed(tmp_path, people=10, doors=1000))
    assert max(after - before for before, after in zip([0.0, *at], [*at, 1.0], strict=True)) < 0.3


def test_the_shipped_mapping_and_the_guess_both_read_the_places(tmp_path: Path) -> None:
    header = ("ref", "name", "phone", "id_number", "address", "company", "job")
    people = write_csv(tmp_path / "all.csv", ("P1", "王", "13800138000", "1", "四海路 1 号", "厂", "工"), header=header)
    place_people(people, "address", map_of(tmp_path, 5), ZONE, tmp_path / "placed.csv")
    found = guess_file(tmp_path / "placed.csv", list(shipped_mappings().values()))
    assert found.fits[0] == "people_placed"
    (home,) = found.mapping.addresses
    assert (home.fields["lat"], home.fields["lon"], found.mapping.obligor["zone"]) == ("lat", "lon", "zone")
    assert {"rounds_address_before", "rounds_placed_from"} <= set(found.unused)


def test_what_cannot_be_placed_is_refused_in_words(tmp_path: Path) -> None:
    people, town, out = people_of(tmp_path, 1), map_of(tmp_path, 3), tmp_path / "out.csv"
    assert refusal(people, "home", town, out) == "people.csv has no column 'home'"
    assert "is no map: make it with `rounds map build`" in refusal(people, "address", tmp_path, out)
    assert "would be overwritten" in refusal(people, "address", town, people)
    assert len(people.read_text(encoding="utf-8").splitlines()) == 2
    assert "has no addresses" in refusal(people, "address", map_of(tmp_path, 0), out)
    place_people(people, "address", map_of(tmp_path, 3), ZONE, out)
    assert refusal(out, "address", town, tmp_path / "twice.csv") == "out.csv has a column 'lat' already"
