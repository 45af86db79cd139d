"""How do people of a file get doors in a real town? For a rehearsal: somebody's place is dealt out, never looked up.

`place_people` gives each line a house of a map that `rounds map build` made, so that a book without places can be
planned and worked on the map of one's own town. Nobody is claimed to live there: the file says so in columns that the
importer does not read, and keeps the address that stood there before.
"""

import csv
from collections.abc import Iterator
from itertools import islice
from math import gcd
from pathlib import Path

import msgspec

from backend.integrations.pairing import read_rows
from backend.integrations.problems import UNREADABLE_FILE
from backend.integrations.rules.export import OWN
from backend.kernel.problems import Problem

DOORS_MAX = 2_000_000
PLACE_COLUMNS = ("lat", "lon", "zone")
WHY_COLUMNS = (f"{OWN}address_before", f"{OWN}placed_from")
_GOLDEN = 0.6180339887498949


class Door(msgspec.Struct, frozen=True):
    """A house of the map; degrees as they are written there."""

    osm_id: str
    lat: str
    lon: str
    line: str


class About(msgspec.Struct, frozen=True):
    """What a map says of itself in `map.json`: the file it was made from, and whom to name."""

    source: str
    attribution: str


def place_people(people: Path, column: str, folder: Path, zone: str, out: Path) -> int:
    """Write the file with places (UTF-8 CSV): `column` becomes a street of the map; returns how many lines it has.

    Doors are dealt in one order that spreads any number of lines over the town; with more lines than doors they share.
    `zone` (IANA) is the town's, because lawful hours are counted by the client's clock. Raises
    Problem(UNREADABLE_FILE) when a file cannot be read, the folder is no map or has no addresses, `people` lacks the
    column or has places already, or would be overwritten.
    """
    about, doors = _map_of(folder)
    header, lines = read_rows(people, column)
    known = [name for name in (*PLACE_COLUMNS, *WHY_COLUMNS) if name in header]
    if known:
        raise Problem(UNREADABLE_FILE, reason=f"{people.name} has a column {known[0]!r} already")
    if out.exists() and out.samefile(people):
        raise Problem(UNREADABLE_FILE, reason=f"{people.name} would be overwritten while it is read")
    at, count = header.index(column), 0
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*header, *PLACE_COLUMNS, *WHY_COLUMNS])
        for line, door in zip(lines, _dealt(doors), strict=False):
            why = f"{door.osm_id} of {about.source}, {about.attribution}; for rehearsal, nobody's known home"
            writer.writerow([*line[:at], door.line, *line[at + 1 :], door.lat, door.lon, zone, line[at], why])
            count += 1
    return count


def _map_of(folder: Path) -> tuple[About, list[Door]]:
    try:
        about = msgspec.json.decode((folder / "map.json").read_bytes(), type=About)
        with (folder / "addresses.csv").open(encoding="utf-8", newline="") as file:
            doors = [_door(row) for row in islice(csv.DictReader(file), DOORS_MAX)]
    except (OSError, KeyError, UnicodeDecodeError, msgspec.DecodeError, csv.Error) as error:
        raise Problem(
            UNREADABLE_FILE, reason=f"{folder} is no map: make it with `rounds map build` ({error})"
        ) from error
    if not doors:
        raise Problem(UNREADABLE_FILE, reason=f"{folder}: its map has no addresses, so nobody can be placed there")
    return about, sorted(doors, key=lambda door: (float(door.lat), float(door.lon), door.osm_id))


def _door(row: dict[str, str]) -> Door:
    house = " ".join(part for part in (row["street"], row["housenumber"], row["unit"]) if part)
    town = " ".join(part for part in (row["postcode"], row["city"]) if part)
    return Door(osm_id=row["osm_id"], lat=row["lat"], lon=row["lon"], line=f"{house}, {town}" if town else house)


def _dealt(doors: list[Door]) -> Iterator[Door]:
    """Yield doors for ever, in steps of the golden section: the first ten are as spread as the first thousand."""
    count = len(doors)
    stride = next(n for n in range(max(1, round(count * _GOLDEN)), 2 * count + 2) if gcd(n, count) == 1)
    place = 0
    while True:
        yield doors[place]
        place = (place + stride) % count
