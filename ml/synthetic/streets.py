"""How do the streets run? A warped, thinned grid of crossings with classes, bridges and names, all connected."""

from dataclasses import dataclass
from heapq import heappop, heappush

import numpy as np

from ml.synthetic.columns import Flags, Floats, Ints, Texts, chance, joined, texts
from ml.synthetic.ground import Ground, inside
from ml.synthetic.language import Language
from ml.synthetic.seeds import stream
from ml.synthetic.words import Words

CLASSES = ("primary", "secondary", "tertiary", "residential")
PRIMARY, SECONDARY, TERTIARY, RESIDENTIAL = range(4)
SPEEDS_KMH = (38.0, 30.0, 24.0, 17.0)
"""What a scooter or car makes of each class by day, lights and turns counted in."""
_PRIMARY_EVERY, _SECONDARY_EVERY, _TERTIARY_EVERY = 8, 4, 2
_STREET_CROSSINGS = 9
"""A line of the grid changes its name after so many crossings."""


@dataclass(frozen=True, slots=True)
class Streets:
    """Crossings (metres) and the stretches between them; `street` numbers the name of a stretch."""

    nodes_m: Floats
    from_node: Ints
    to_node: Ints
    length_m: Floats
    road_class: Ints
    street: Ints
    along_m: Floats
    names: Texts

    def neighbours(self) -> list[list[tuple[int, float]]]:
        """Return for each crossing the crossings one stretch away, with its length in metres."""
        ways: list[list[tuple[int, float]]] = [[] for _ in range(len(self.nodes_m))]
        for one, other, length in zip(self.from_node.tolist(), self.to_node.tolist(), self.length_m, strict=True):
            ways[one].append((other, float(length)))
            ways[other].append((one, float(length)))
        return ways


def road_distances_m(ways: list[list[tuple[int, float]]], start: int) -> Floats:
    """Return the length of the shortest way from one crossing to every crossing (Dijkstra); infinite if none."""
    distance = np.full(len(ways), np.inf)
    distance[start] = 0.0
    heap = [(0.0, start)]
    while heap:
        here, node = heappop(heap)
        if here > distance[node]:
            continue
        for other, length in ways[node]:
            there = here + length
            if there < distance[other]:
                distance[other] = there
                heappush(heap, (there, other))
    return distance


def make_streets(seed: int, language: Language, ground: Ground, columns: int, rows: int) -> Streets:
    """Lay a warped grid, cut it at water and parks but for bridges and main roads, thin it, keep the connected part."""
    rng = stream(seed, "streets")
    nodes = _crossings(rng, ground, columns, rows)
    one, other, rank, line, place = _stretches(columns, rows)
    middle = (nodes[one] + nodes[other]) / 2
    wet = ground.river_distance_m(middle) < ground.river_half_m + np.abs(nodes[one, 1] - nodes[other, 1]) / 2
    is_bridge = (line >= rows) & (rank <= SECONDARY)
    ends_free = ground.is_free(nodes[one], 10) & ground.is_free(nodes[other], 10)
    is_through = (rank == PRIMARY) & ~inside(ground.lake_m, nodes[one]) & ~inside(ground.lake_m, nodes[other])
    thinned = (rank == RESIDENTIAL) & (chance(rng, 0.22, len(one)))
    kept = np.where(wet, is_bridge, ends_free | is_through) & ~thinned
    kept &= _hang_together(len(nodes), one, other, kept)
    used, number = np.unique(np.r_[one[kept], other[kept]], return_inverse=True)
    street_key = line[kept] * 1_000 + place[kept] // _STREET_CROSSINGS
    keys, street = np.unique(street_key, return_inverse=True)
    count = int(kept.sum())
    start, end = number[:count], number[count:]
    length = np.hypot(*(nodes[used][end] - nodes[used][start]).T)
    along = np.hypot(*(nodes[used][start] - nodes[line_start(line[kept], place[kept], columns, rows)]).T)
    street_rank = np.zeros(len(keys), dtype=np.int64)
    street_rank[street] = rank[kept]
    names = _names(rng, language.words, street_rank)
    return Streets(nodes[used], start, end, length, rank[kept], street, along, names)


def line_start(line: Ints, place: Ints, columns: int, rows: int) -> Ints:
    """Return the crossing at which the street of a stretch begins to count its houses."""
    begin = place // _STREET_CROSSINGS * _STREET_CROSSINGS
    return np.where(line < rows, line * columns + begin, begin * columns + line - rows)


def _crossings(rng: np.random.Generator, ground: Ground, columns: int, rows: int) -> Floats:
    x = np.linspace(-ground.half_width_m, ground.half_width_m, columns)
    y = np.linspace(-ground.half_height_m, ground.half_height_m, rows)
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    pitch = 2 * ground.half_width_m / (columns - 1)
    bend_x = 0.9 * pitch * np.sin(grid[:, 1] / ground.half_height_m * 2.1 + rng.uniform(0, 6))
    bend_y = 0.9 * pitch * np.sin(grid[:, 0] / ground.half_width_m * 1.7 + rng.uniform(0, 6))
    return grid + np.column_stack([bend_x, bend_y]) + rng.uniform(-0.16, 0.16, grid.shape) * pitch


def _stretches(columns: int, rows: int) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """Return both ends, the class, the line of the grid (rows first, then columns) and the place along it."""
    node = np.arange(columns * rows).reshape(rows, columns)
    row, column = np.divmod(np.arange(columns * rows).reshape(rows, columns), columns)
    one = np.r_[node[:, :-1].ravel(), node[:-1, :].ravel()]
    other = np.r_[node[:, 1:].ravel(), node[1:, :].ravel()]
    line = np.r_[row[:, :-1].ravel(), rows + column[:-1, :].ravel()]
    place = np.r_[column[:, :-1].ravel(), row[:-1, :].ravel()]
    order = np.where(line < rows, line, line - rows)
    rank = np.select(
        [order % _PRIMARY_EVERY == _SECONDARY_EVERY, order % _SECONDARY_EVERY == 0, order % _TERTIARY_EVERY == 0],
        [PRIMARY, SECONDARY, TERTIARY],
        RESIDENTIAL,
    )
    return one, other, rank, line, place


def _hang_together(size: int, one: Ints, other: Ints, kept: Flags) -> Flags:
    """Tell which stretches belong to the largest connected part: the least number of a part spreads over it."""
    part = np.arange(size)
    ends_one, ends_other = one[kept], other[kept]
    while True:
        least = np.minimum(part[ends_one], part[ends_other])
        spread = part.copy()
        np.minimum.at(spread, ends_one, least)
        np.minimum.at(spread, ends_other, least)
        spread = spread[spread]
        if (spread == part).all():
            break
        part = spread
    largest = np.bincount(part[ends_one]).argmax()
    kept_part: Flags = part[one] == largest
    return kept_part


def _names(rng: np.random.Generator, words: Words, street_rank: Ints) -> Texts:
    """Return a name for each street, all different: first word x second word, then with a number."""
    pairs = len(words.street_first) * len(words.street_second)
    order = np.resize(rng.permutation(pairs), len(street_rank))
    lap = np.arange(len(street_rank)) // pairs
    first = texts(words.street_first)[order % len(words.street_first)]
    second = texts(words.street_second)[order // len(words.street_first)]
    kinds = texts([words.street_kinds[name] for name in CLASSES])[street_rank]
    laps = texts(["", *(_lap_name(words, number) for number in range(1, int(lap.max(initial=0)) + 1))])
    return joined(first, second, laps[lap], kinds)


def _lap_name(words: Words, lap: int) -> str:
    return "东南西北中上下前后"[lap - 1] if words.town > "z" else f" {lap + 1}"
