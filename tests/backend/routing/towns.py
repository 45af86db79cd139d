"""Made-up days for the planner, and an eye of its own that checks a day from outside."""

from math import asin, cos, radians, sin, sqrt
from random import Random
from uuid import UUID

from backend.kernel.geo import Point
from backend.routing.problem import Candidate, Collector, Mode, Pause, Problem, Route

HOUR = 3600


def place(rnd: Random, *, spread: float = 0.1) -> Point:
    return Point(lat=30.2 + spread * rnd.random(), lon=120.1 + spread * rnd.random())


def named(number: int) -> UUID:
    return UUID(int=number + 1)


def town(
    seed: int, people: int, doors: int, *, pause: Pause | None = None, share_held: float = 0.0, spread: float = 0.1
) -> Problem:
    rnd = Random(seed)  # noqa: S311 - a made-up town
    collectors = [
        Collector(
            id=named(n),
            start=place(rnd, spread=spread),
            end=place(rnd, spread=spread),
            shift_start_s=rnd.choice((8, 9, 10)) * HOUR,
            shift_end_s=rnd.choice((15, 17, 18)) * HOUR,
        )
        for n in range(people)
    ]
    candidates = []
    for n in range(doors):
        first = rnd.choice((8, 8, 8, 11, 12, 14)) * HOUR
        candidates.append(
            Candidate(
                id=named(1000 + n),
                place=place(rnd, spread=spread),
                service_s=rnd.choice((600, 900, 1500)),
                window_start_s=first,
                window_end_s=min(21 * HOUR, first + rnd.choice((2, 4, 13)) * HOUR),
                prize_m=rnd.randrange(2_000, 30_000),
                is_must=rnd.random() < 0.02,
                holder=named(rnd.randrange(people)) if rnd.random() < share_held else None,
            )
        )
    return Problem(collectors=collectors, candidates=candidates, pause=pause, mode=Mode.CAR)


def way_m(one: Point, other: Point) -> int:
    """Return the way between two places, worked out apart from the planner's own matrix."""
    lat, lon = radians(other.lat - one.lat), radians(other.lon - one.lon)
    half = sin(lat / 2) ** 2 + cos(radians(one.lat)) * cos(radians(other.lat)) * sin(lon / 2) ** 2
    return round(2 * 6_371_008.8 * asin(sqrt(half)) * 1.35)


def drive_s(metres: int) -> int:
    return round(metres / (25 / 3.6)) + (120 if metres > 30 else 0)


def faults(problem: Problem, routes: list[Route]) -> list[str]:
    """Return what is wrong with a planned day: hours, service, ways, shift, break, holders, doubles."""
    doors = {one.id: one for one in problem.candidates}
    found: list[str] = []
    seen: set[UUID] = set()
    for route in routes:
        who = next(one for one in problem.collectors if one.id == route.collector)
        clock, here, rested = who.shift_start_s, who.start, False
        for visit in route.visits:
            door = doors[visit.candidate]
            metres = way_m(here, door.place)
            needed = drive_s(metres)
            pause_s = _pause_between(problem.pause, route, clock, visit.arrive_s)
            rested = rested or pause_s > 0
            checks = {
                "visited twice": visit.candidate in seen,
                "somebody else's": door.holder not in (None, who.id),
                "too early": visit.arrive_s < door.window_start_s,
                "too late": visit.leave_s > door.window_end_s,
                "too short": visit.leave_s - visit.arrive_s < door.service_s,
                "arrives before it can": visit.arrive_s < clock + needed + pause_s,
                "way told wrong": abs(visit.drive_m - metres) > 1 or abs(visit.drive_s - needed) > 1,
            }
            found += [f"{what}: {visit} of {route.collector}" for what, is_so in checks.items() if is_so]
            seen.add(visit.candidate)
            clock, here = visit.leave_s, door.place
        pause_s = _pause_between(problem.pause, route, clock, route.end_s)
        rested = rested or pause_s > 0
        if route.end_s < clock + drive_s(way_m(here, who.end)) + pause_s:
            found.append("home before it can be")
        if route.end_s > who.shift_end_s:
            found.append("home after the shift")
        if (
            problem.pause
            and not rested
            and who.shift_start_s <= problem.pause.at_s < route.end_s - problem.pause.length_s
        ):
            found.append("no break")
    return found


def _pause_between(pause: Pause | None, route: Route, first_s: int, last_s: int) -> int:
    """Return how long the break of the route lies between two moments; it must not lie inside a visit."""
    if pause is None or route.pause_start_s is None or not first_s <= route.pause_start_s < last_s:
        return 0
    return pause.length_s
