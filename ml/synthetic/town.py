"""Where does everybody live? Buildings along streets, their addresses, and the areas the town is cut into."""

from dataclasses import dataclass

import numpy as np

from ml.synthetic.columns import Flags, Floats, Ints, Texts, joined, texts, weighted
from ml.synthetic.ground import Ground, Plane, cells, make_ground, nearest
from ml.synthetic.language import Language
from ml.synthetic.seeds import stream
from ml.synthetic.sizes import Size
from ml.synthetic.streets import Streets, make_streets

_PITCH_M = 210.0
_LOT_M = 42.0
_BUILT_SHARE = 0.62
_SETBACK_M = 17.0
_KMEANS_ROUNDS = 12


@dataclass(frozen=True, slots=True)
class Doors:
    """The buildings at which people can be placed: where, the address up to the house, how many homes, which area."""

    lat: Floats
    lon: Floats
    line: Texts
    units: Ints
    floors: Ints
    area: Ints
    is_work: Flags


@dataclass(frozen=True, slots=True)
class Buildings:
    """Footprints: four corners in metres, the stretch they stand at and their house number."""

    corners_m: Floats
    stretch: Ints
    house_number: Ints
    floors: Ints
    doors_per_floor: Ints


@dataclass(frozen=True, slots=True)
class Areas:
    """The parts of the town, one a field collector: a middle and a polygon each, in metres."""

    sites_m: Floats
    polygons_m: list[Floats]
    names: Texts


@dataclass(frozen=True, slots=True)
class Town:
    """The made-up town, or one that was read from a map (then with a drawing instead)."""

    plane: Plane
    doors: Doors
    areas: Areas
    ground: Ground | None
    streets: Streets | None
    buildings: Buildings | None
    drawing: dict[str, object] | None


def make_town(seed: int, language: Language, size: Size) -> Town:
    """Make the whole town of a size."""
    half_width, half_height = (size.columns - 1) * _PITCH_M / 2, (size.rows - 1) * _PITCH_M / 2
    ground = make_ground(seed, half_width, half_height)
    streets = make_streets(seed, language, ground, size.columns, size.rows)
    buildings = _buildings(seed, ground, streets)
    plane = Plane(language.centre_lat, language.centre_lon)
    middles = buildings.corners_m.mean(axis=1)
    areas = make_areas(seed, language, middles, 2 * size.collectors_per_team)
    area = nearest(areas.sites_m, middles)
    lat, lon = plane.to_globe(middles)
    numbers = buildings.house_number.astype(np.str_)
    street = streets.names[streets.street[buildings.stretch]]
    if language.code == "zh":
        line = joined(language.words.town, areas.names[area], street, numbers, "号")
    else:
        line = joined(numbers, " ", street, ", ", areas.names[area], ", ", language.words.town)
    units = buildings.floors * buildings.doors_per_floor
    is_work = stream(seed, "workplaces").random(len(lat)) < np.where(buildings.floors > 4, 0.30, 0.12)  # noqa: PLR2004
    doors = Doors(lat, lon, line, units, buildings.floors, area, is_work)
    return Town(plane, doors, areas, ground, streets, buildings, None)


def make_areas(seed: int, language: Language, homes_m: Floats, count: int) -> Areas:
    """Cut the town into areas of about equal work (k-means over the homes), numbered from west to east."""
    rng = stream(seed, "areas")
    sample = homes_m[rng.choice(len(homes_m), size=min(len(homes_m), 4_000), replace=False)]
    sites = sample[rng.choice(len(sample), size=count, replace=False)]
    for _ in range(_KMEANS_ROUNDS):
        mine = nearest(sites, sample)
        held = np.bincount(mine, minlength=count)
        total = np.column_stack([np.bincount(mine, sample[:, axis], minlength=count) for axis in (0, 1)])
        sites = np.where(held[:, None] > 0, total / np.maximum(held, 1)[:, None], sites)
    sites = sites[np.argsort(sites[:, 0], kind="stable")]
    reach = np.abs(homes_m).max(axis=0) + 150.0
    names = texts(language.words.districts)
    laps = np.arange(count) // len(names)
    suffix = "区" if language.code == "zh" else ""
    lap_names = texts(["", *(str(lap + 1) for lap in range(1, int(laps.max()) + 1))])
    labels = joined(names[np.arange(count) % len(names)], lap_names[laps], suffix)
    return Areas(sites, cells(sites, float(reach[0]), float(reach[1])), labels)


def unit_names(rng: np.random.Generator, language: Language, floors: Ints, units: Ints) -> Texts:
    """Return the flat within the building, as one writes it on a letter; empty where there is only one home."""
    floor = rng.integers(1, floors + 1)
    door = rng.integers(1, np.maximum(units // np.maximum(floors, 1), 1) + 1)
    stair = rng.integers(1, np.maximum(units // 40, 1) + 1)
    if language.code == "zh":
        flat = joined(stair.astype(np.str_), "单元", (floor * 100 + door).astype(np.str_), "室")
    else:
        letters = texts(list("ABCDEFGHIJKLMNOP"))
        flat = joined("Apt ", floor.astype(np.str_), letters[np.minimum(door, len(letters)) - 1])
    return np.where(units > 1, flat, "")


def _buildings(seed: int, ground: Ground, streets: Streets) -> Buildings:
    rng = stream(seed, "buildings")
    lots = np.maximum(((streets.length_m - 40) / _LOT_M).astype(np.int64), 0)
    stretch = np.repeat(np.arange(len(lots)), lots * 2)
    place = np.arange(len(stretch)) - np.repeat(np.cumsum(lots * 2) - lots * 2, lots * 2)
    built = rng.random(len(stretch)) < _BUILT_SHARE
    stretch, place = stretch[built], place[built]
    side, lot = place % 2, place // 2
    start, end = streets.nodes_m[streets.from_node[stretch]], streets.nodes_m[streets.to_node[stretch]]
    direction = (end - start) / streets.length_m[stretch][:, None]
    across = np.column_stack([-direction[:, 1], direction[:, 0]]) * np.where(side == 0, 1, -1)[:, None]
    along = 20 + (lot + 0.5) * _LOT_M
    depth, width = rng.uniform(9, 17, len(lot)), rng.uniform(14, 34, len(lot))
    middle = start + direction * along[:, None] + across * (_SETBACK_M + depth / 2)[:, None]
    free = ground.is_free(middle, 18)
    half_along, half_across = direction * width[:, None] / 2, across * depth[:, None] / 2
    corners = np.stack(
        [middle - half_along - half_across, middle + half_along - half_across,
         middle + half_along + half_across, middle - half_along + half_across], axis=1,
    )  # fmt: skip
    number = 2 * ((streets.along_m[stretch] + along) // _LOT_M).astype(np.int64) + 1 + side
    closeness = 1 - np.clip(np.hypot(*(middle / [ground.half_width_m, ground.half_height_m]).T), 0, 1)
    kind = weighted(rng, (0.3, 0.45, 0.25), len(lot))
    floors = np.select([kind == 0, kind == 1], [rng.integers(1, 3, len(lot)), rng.integers(4, 7, len(lot))], 6)
    floors += (closeness * rng.uniform(0, 16, len(lot)) * (kind > 0)).astype(np.int64)
    doors = np.where(kind == 0, 1, rng.integers(2, 5, len(lot)))
    return Buildings(corners[free], stretch[free], number[free], floors[free], doors[free])
