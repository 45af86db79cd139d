"""When is one where? The pause of the team, the times of a route, what fits in between. Pure functions of seconds.

The pause is exact, not an approximation: the solver knows only the time worked. Until the pause both clocks agree;
after it the solver's clock runs behind by its length, and windows are read on the solver's clock. A visit under way
when the pause is due is finished first, a way under way is broken; so the pause begins when it is due or at most one
visit late, and no window is broken by it (tests/backend/routing/test_solver.py checks it from outside).
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from backend.kernel.geo import Point
from backend.routing.matrix import distances_m, durations_s
from backend.routing.problem import Candidate, Collector, Pause, Problem, Route, Visit, WhyNot


class Ways:
    """The ways between all places of a problem: collectors' starts, their ends, then the candidates."""

    def __init__(self, problem: Problem) -> None:
        collectors = problem.collectors
        places: list[Point] = [
            *(one.start for one in collectors),
            *(one.end for one in collectors),
            *(one.place for one in problem.candidates),
        ]
        self.first_candidate = 2 * len(collectors)
        self.metres: NDArray[np.int64] = distances_m(places)
        self.seconds: NDArray[np.int64] = durations_s(self.metres, problem.mode)

    def start(self, collector: int) -> int:
        """Return the place where a collector's day begins."""
        return collector

    def end(self, collector: int) -> int:
        """Return the place where it ends."""
        return self.first_candidate // 2 + collector

    def door(self, candidate: int) -> int:
        """Return the place of a candidate."""
        return self.first_candidate + candidate


def worked(at_s: int, pause: Pause | None) -> int:
    """Return what the clock of the time worked shows at an instant; during the pause it stands still."""
    if pause is None or at_s <= pause.at_s:
        return at_s
    return max(pause.at_s, at_s - pause.length_s)


def real(worked_s: int, pause: Pause | None) -> int:
    """Return the instant at which the clock of the time worked shows this; after the pause where it stood still."""
    if pause is None or worked_s < pause.at_s:
        return worked_s
    return worked_s + pause.length_s


def window_worked(candidate: Candidate, pause: Pause | None) -> tuple[int, int]:
    """Return between which moments of the time worked the visit may begin; reversed when there is none.

    The visit must end within the window too. A window that closes during the pause closes before it.
    """
    first, last = candidate.window_start_s, candidate.window_end_s - candidate.service_s
    if pause is None:
        return first, last
    early = worked(first, pause)
    late = last - pause.length_s if last >= pause.at_s + pause.length_s else min(last, pause.at_s - 1)
    return early, late


def timed(problem: Problem, ways: Ways, collector: int, stops: Sequence[int], *, not_before_s: int = 0) -> Route:
    """Return the day of a collector who visits these candidates in this order, whether or not it fits.

    Waiting for a window is spent before the visit; what comes too late is marked, not left out. `not_before_s` lets a
    day that is under way begin then.
    """
    who, pause = problem.collectors[collector], problem.pause
    clock = worked(max(who.shift_start_s, not_before_s), pause)
    place = ways.start(collector)
    visits: list[Visit] = []
    for stop in stops:
        candidate, door = problem.candidates[stop], ways.door(stop)
        first, last = window_worked(candidate, pause)
        begin = max(clock + int(ways.seconds[place, door]), first)
        arrive_s, leave_s = _through(begin, candidate.service_s, pause)
        visits.append(
            Visit(
                candidate=candidate.id,
                arrive_s=arrive_s,
                leave_s=leave_s,
                window_start_s=max(candidate.window_start_s, who.shift_start_s),
                window_end_s=min(candidate.window_end_s, who.shift_end_s),
                drive_s=int(ways.seconds[place, door]),
                drive_m=int(ways.metres[place, door]),
                is_late=begin > last,
            )
        )
        clock, place = begin + candidate.service_s, door
    home = ways.end(collector)
    end = clock + int(ways.seconds[place, home])
    end_s = real(end, pause) if pause is None or end > pause.at_s else end
    return Route(
        collector=who.id,
        visits=visits,
        pause_start_s=_pause_start(visits, who, end_s, pause),
        home_drive_s=int(ways.seconds[place, home]),
        home_drive_m=int(ways.metres[place, home]),
        end_s=end_s,
        is_overtime=end_s > who.shift_end_s,
    )


def _through(begin: int, service_s: int, pause: Pause | None) -> tuple[int, int]:
    """Return when a visit begins and ends; one that has begun before the pause is finished before it."""
    if pause is None or begin < pause.at_s:
        return begin, begin + service_s
    return begin + pause.length_s, begin + pause.length_s + service_s


def _pause_start(visits: Sequence[Visit], who: Collector, end_s: int, pause: Pause | None) -> int | None:
    """Return when the pause begins: when it is due, or the visit under way then ends; None when it is not in the day.

    Whoever begins later has had it, whoever is home by then needs none.
    """
    if pause is None or not who.shift_start_s <= pause.at_s or end_s <= pause.at_s:
        return None
    under_way = [visit.leave_s for visit in visits if visit.arrive_s < pause.at_s < visit.leave_s]
    return under_way[0] if under_way else pause.at_s


def is_feasible(route: Route) -> bool:
    """Tell whether nothing of the day is late."""
    return not route.is_overtime and not any(visit.is_late for visit in route.visits)


def best_place(
    problem: Problem, ways: Ways, collector: int, stops: Sequence[int], candidate: int
) -> tuple[int, int] | None:
    """Return (position, metres added) of the cheapest place in a route where the candidate fits, or None."""
    places = [ways.start(collector), *(ways.door(stop) for stop in stops), ways.end(collector)]
    door = ways.door(candidate)
    added = [
        (int(ways.metres[one, door] + ways.metres[door, other] - ways.metres[one, other]), position)
        for position, (one, other) in enumerate(pairwise(places))
    ]
    for metres, position in sorted(added):
        if is_feasible(timed(problem, ways, collector, [*stops[:position], candidate, *stops[position:]])):
            return position, metres
    return None


def why_not(problem: Problem, ways: Ways, routes: Sequence[Sequence[int]], candidate: int) -> WhyNot:
    """Tell why a candidate is in none of these routes: the first reason that applies."""
    wanted = problem.candidates[candidate]
    able = [n for n, one in enumerate(problem.collectors) if wanted.may_be_visited_by(one.id)]
    if not able:
        return WhyNot.HOLDER_ABSENT
    if all(_is_outside_hours(wanted, problem.collectors[n], problem.pause) for n in able):
        return WhyNot.OUTSIDE_HOURS
    if not any(is_feasible(timed(problem, ways, n, [candidate])) for n in able):
        return WhyNot.TOO_FAR
    places = [best_place(problem, ways, n, routes[n], candidate) for n in able]
    fitting = [place for place in places if place is not None]
    return WhyNot.NOT_WORTH_THE_WAY if fitting else WhyNot.NO_TIME


def _is_outside_hours(wanted: Candidate, who: Collector, pause: Pause | None) -> bool:
    first, last = window_worked(wanted, pause)
    earliest = max(first, worked(who.shift_start_s, pause))
    return earliest > last or earliest + wanted.service_s > worked(who.shift_end_s, pause)
