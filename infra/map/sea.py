"""Where is the sea? The box is cut along its coastlines; OpenStreetMap draws them with the water on the right hand."""

from collections.abc import Sequence
from itertools import pairwise

import shapely
from shapely.geometry.base import BaseGeometry
from shapely.ops import linemerge, polygonize, unary_union

_STEP_DEGREES = 1e-5
"""About a metre: how far beside the middle of a coastline one looks for the sea."""
_EDGE_DEGREES = 1.5e-4
"""Some fifteen metres."""


def sea_of(frame: BaseGeometry, coast: Sequence[BaseGeometry]) -> list[BaseGeometry]:
    """Return the parts of the frame that lie to the right of coastlines only.

    A coastline that ends within the frame (extracts are cut with scissors) separates nothing: then both its sides lie
    in one part, and that is left as land, because a street in the sea is worse than a sea without water.
    """
    inside = [line for line in (shape.intersection(frame) for shape in coast) if line.length > 0]
    if not inside:
        return []
    lines = [part for shape in inside for part in getattr(shape, "geoms", [shape]) if part.geom_type == "LineString"]
    coastlines = _merged(lines)
    cuts = [_drawn_out(line, frame) for line in coastlines]
    parts = list(polygonize(unary_union([frame.boundary, *cuts])))
    sides = [_sides(line) for line in coastlines]
    waters, lands = [water for water, _ in sides], [land for _, land in sides]
    return [part for part in parts if _holds_any(part, waters) and not _holds_any(part, lands)]


def _holds_any(part: BaseGeometry, points: Sequence[BaseGeometry]) -> bool:
    return any(part.contains(point) for point in points)


def _merged(lines: Sequence[BaseGeometry]) -> list[BaseGeometry]:
    """Join lines end to end, never turning one round: direction says where the water is."""
    joined = linemerge(lines, directed=True)
    return list(getattr(joined, "geoms", [joined]))


def _drawn_out(line: BaseGeometry, frame: BaseGeometry) -> BaseGeometry:
    """Lead ends that stop just short of the frame's edge up to it: a cut extract lost the point beyond."""
    corners = list(line.coords)
    if corners[0] == corners[-1]:
        return line
    edge = frame.boundary
    ends = [shapely.Point(corner) for corner in (corners[0], corners[-1])]
    met = [end if edge.distance(end) > _EDGE_DEGREES else edge.interpolate(edge.project(end)) for end in ends]
    # A little beyond the edge, so that rounding cannot leave a gap; polygonize drops what hangs over.
    beyond = [(2 * over.x - end.x, 2 * over.y - end.y) for over, end in zip(met, ends, strict=True)]
    return shapely.LineString([beyond[0], *corners, beyond[1]])


def _sides(line: BaseGeometry) -> tuple[BaseGeometry, BaseGeometry]:
    """Return a point one step to the right (water) and one to the left (land) of the longest straight piece."""
    corners = list(line.coords)
    one, other = max(
        pairwise(corners), key=lambda ends: (ends[1][0] - ends[0][0]) ** 2 + (ends[1][1] - ends[0][1]) ** 2
    )
    east, north = other[0] - one[0], other[1] - one[1]
    step = _STEP_DEGREES / (east**2 + north**2) ** 0.5
    x, y = (one[0] + other[0]) / 2, (one[1] + other[1]) / 2
    return shapely.Point(x + north * step, y - east * step), shapely.Point(x - north * step, y + east * step)
