"""What does one seed make? The whole world: town, staff and areas at once, the people block by block."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from ml.synthetic.block import Block, Frame, make_block
from ml.synthetic.columns import Column, Floats, Table, texts
from ml.synthetic.language import LANGUAGES, Language
from ml.synthetic.mapped import read_town
from ml.synthetic.sizes import SIZES, Size
from ml.synthetic.staff import COLLECTOR, ROLES, Staff, make_staff
from ml.synthetic.town import Town, make_town


@dataclass(frozen=True, slots=True)
class World:
    """A made-up lender with its town; `blocks` makes the people anew, the same each time."""

    size: Size
    frame: Frame

    def blocks(self) -> Iterator[Block]:
        """Yield the people and the book, at most 20,000 obligors at a time."""
        for number in range(self.size.blocks):
            yield make_block(self.frame, number, self.size.cases_of(number))

    @property
    def town(self) -> Town:
        """Return the town."""
        return self.frame.town

    @property
    def staff(self) -> Staff:
        """Return the lender's people."""
        return self.frame.staff

    def staff_table(self) -> Table:
        """Return the users; a field collector has a place to start from, an area and a shift."""
        staff = self.staff
        columns: dict[str, Column] = {
            "ref": staff.user_ref,
            "tenant": np.full(len(staff.user_ref), staff.tenant),
            "team_ref": staff.team_ref[staff.team],
            "team_name": staff.team_name[staff.team],
            "role": texts(ROLES)[staff.role],
            "login": staff.login,
            "name": staff.name,
            "phone": staff.phone,
            "start_lat": staff.start_lat,
            "start_lon": staff.start_lon,
            "shift_begins_h": staff.shift_begins_h,
            "shift_ends_h": staff.shift_ends_h,
        }
        return Table("staff", columns)

    def territory_table(self) -> Table:
        """Return the areas of the town with their polygons as WKT, longitude first, and whose they are."""
        areas, staff = self.town.areas, self.staff
        owner = staff.of_role(COLLECTOR)
        columns: dict[str, Column] = {
            "name": areas.names,
            "team_ref": staff.team_ref[staff.team[owner]],
            "user_ref": staff.user_ref[owner],
            "area": texts([polygon_wkt(*self.town.plane.to_globe(ring)) for ring in areas.polygons_m]),
        }
        return Table("territories", columns)


def make_world(size_name: str, seed: int, today: date, language_code: str) -> World:
    """Make the world of a size, seed, day and language."""
    size, language = SIZES[size_name], LANGUAGES[language_code]
    town = make_town(seed, language, size)
    return World(size, Frame(seed, language, today, town, make_staff(seed, language, size, town)))


def make_mapped_world(size_name: str, seed: int, today: date, language: Language, folder: Path) -> World:
    """Make the world in a real town, from the folder of `rounds map build`; the language's zone must be the town's."""
    size = SIZES[size_name]
    town = read_town(folder, seed, language, size)
    return World(size, Frame(seed, language, today, town, make_staff(seed, language, size, town)))


def polygon_wkt(lat: Floats, lon: Floats) -> str:
    """Write a ring as a polygon in well-known text, closed, longitude first."""
    corners = [f"{x:.7f} {y:.7f}" for x, y in zip(lon, lat, strict=True)]
    return f"POLYGON(({', '.join([*corners, corners[0]])}))"
