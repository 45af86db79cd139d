"""Which doors, by whom, in which order? PyVRP as the engine: prizes for visits, metres of way as the cost.

Every door is optional with a prize in metres, so that there is always an answer; what must be visited has a prize that
no way outweighs. A door that is bound to one collector is out of reach for the others: their profiles have ways to it
that no prize pays. When all doors are bound the problem falls apart into one per collector, and is solved so.
"""

import itertools
from collections.abc import Callable, Sequence
from time import perf_counter

import msgspec
import numpy as np
import pyvrp
from numpy.typing import NDArray

from backend.routing.problem import Problem, Solution
from backend.routing.timing import Ways, best_place, window_worked, worked

MUST_PRIZE_M = 1_000_000_000
"""A million kilometres: more than all ways and all other prizes of a day together."""

FORBIDDEN_M = 100_000_000_000
"""More than any prize pays."""

Report = Callable[[int, int], bool]
"""Told the iterations and the best gain so far (metres); returns true to stop here."""


class Stop(msgspec.Struct, frozen=True):
    """When to stop: after so many seconds, or (the same on every machine) after so many iterations."""

    seconds: float | None = None
    iterations: int | None = None


def solve(problem: Problem, stop: Stop, seed: int, report: Report | None = None) -> Solution:
    """Return the best routes found; what fits nowhere is in none of them."""
    routes: list[list[int]] = [[] for _ in problem.collectors]
    iterations, cost = 0, 0
    parts = _parts(problem)
    for collectors, candidates in parts:
        part = msgspec.structs.replace(
            problem,
            collectors=[problem.collectors[n] for n in collectors],
            candidates=[problem.candidates[n] for n in candidates],
        )
        share = msgspec.structs.replace(stop, seconds=stop.seconds / len(parts) if stop.seconds else None)
        gained = sum(problem.candidates[one].prize_m for route in routes for one in route) - cost
        watched = _watched(report, iterations, gained)
        solved = _solve_part(part, share, seed, watched)
        for own, route in zip(collectors, solved.routes, strict=True):
            routes[own] = [candidates[one] for one in route]
        iterations, cost = iterations + solved.iterations, cost + solved.cost
    return Solution(routes=routes, iterations=iterations, cost=cost)


def _watched(report: Report | None, iterations: int, gain_m: int) -> Report | None:
    if report is None:
        return None
    return lambda done, gain: report(iterations + done, gain_m + gain)


def _parts(problem: Problem) -> list[tuple[list[int], list[int]]]:
    """Return (collectors, candidates) that have nothing to do with each other."""
    everybody = list(range(len(problem.collectors)))
    if any(one.holder is None for one in problem.candidates):
        return [(everybody, list(range(len(problem.candidates))))]
    by_holder = {one.id: n for n, one in enumerate(problem.collectors)}
    own: dict[int, list[int]] = {n: [] for n in everybody}
    for n, one in enumerate(problem.candidates):
        if one.holder in by_holder:
            own[by_holder[one.holder]].append(n)
    return [([n], candidates) for n, candidates in own.items() if candidates]


def prize_of(problem: Problem, candidate: int) -> int:
    """Return how many metres of way a candidate is worth."""
    one = problem.candidates[candidate]
    return MUST_PRIZE_M if one.is_must else one.prize_m


def _solve_part(problem: Problem, stop: Stop, seed: int, report: Report | None) -> Solution:
    ways = Ways(problem)
    able = [n for n in range(len(problem.candidates)) if _has_hours(problem, n)]
    if not able:
        return Solution(routes=[[] for _ in problem.collectors], iterations=0, cost=0)
    data = _data(problem, ways, able)
    prizes = sum(problem.candidates[n].prize_m for n in able)
    result = pyvrp.solve(data, _Criterion(stop, prizes, report), seed=seed, collect_stats=False, display=False)
    if not result.is_feasible():
        routes = greedy(problem, ways)
        return Solution(routes=routes, iterations=result.num_iterations, cost=_metres(ways, routes))
    routes = [[] for _ in problem.collectors]
    clients = dict(enumerate(able))
    for route in result.best.routes():
        routes[route.vehicle_type()] = [clients[one.idx] for one in route.schedule() if one.is_client()]
    return Solution(routes=routes, iterations=result.num_iterations, cost=_metres(ways, routes))


def _has_hours(problem: Problem, candidate: int) -> bool:
    early, late = window_worked(problem.candidates[candidate], problem.pause)
    return early <= late


def _metres(ways: Ways, routes: Sequence[Sequence[int]]) -> int:
    total = 0
    for collector, stops in enumerate(routes):
        places = [ways.start(collector), *(ways.door(stop) for stop in stops), ways.end(collector)]
        total += sum(int(ways.metres[one, other]) for one, other in itertools.pairwise(places) if stops)
    return total


def _data(problem: Problem, ways: Ways, able: Sequence[int]) -> pyvrp.ProblemData:
    pause = problem.pause
    count = len(problem.collectors)
    wanted = [*range(ways.first_candidate), *(ways.door(n) for n in able)]
    metres, seconds = ways.metres[np.ix_(wanted, wanted)], ways.seconds[np.ix_(wanted, wanted)]
    clients = []
    for place, n in enumerate(able):
        early, late = window_worked(problem.candidates[n], pause)
        clients.append(
            pyvrp.Client(
                location=2 * count + place,
                service_duration=problem.candidates[n].service_s,
                tw_early=early,
                tw_late=late,
                prize=prize_of(problem, n),
                required=False,
            )
        )
    profiles, distances = _profiles(problem, metres, able)
    vehicles = [
        pyvrp.VehicleType(
            num_available=1,
            start_depot=n,
            end_depot=count + n,
            tw_early=worked(one.shift_start_s, pause),
            tw_late=worked(one.shift_end_s, pause),
            unit_distance_cost=1,
            unit_duration_cost=0,
            profile=profiles[n],
        )
        for n, one in enumerate(problem.collectors)
    ]
    return pyvrp.ProblemData(
        [pyvrp.Location(0, 0) for _ in wanted],
        clients,
        [pyvrp.Depot(location=n) for n in range(2 * count)],
        vehicles,
        distances,  # type: ignore[arg-type] # PyVRP's stubs want ndarray[int, ...], which numpy's own arrays are not
        [seconds for _ in distances],  # type: ignore[misc] # the same
    )


def _profiles(
    problem: Problem, metres: NDArray[np.int64], able: Sequence[int]
) -> tuple[list[int], list[NDArray[np.int64]]]:
    """Return which matrix each collector has, and the matrices: one for each that sees doors of others."""
    first = 2 * len(problem.collectors)
    wanted = [problem.candidates[n] for n in able]
    matrices: list[NDArray[np.int64]] = []
    profiles: list[int] = []
    for one in problem.collectors:
        foreign = [first + place for place, door in enumerate(wanted) if not door.may_be_visited_by(one.id)]
        matrix = metres.copy()
        matrix[:, foreign] = FORBIDDEN_M
        matrix[foreign, :] = FORBIDDEN_M
        np.fill_diagonal(matrix, 0)
        profiles.append(len(matrices))
        matrices.append(matrix)
    return profiles, matrices


class _Criterion:
    """Stops by time or count, and tells the outside now and then how far it is."""

    def __init__(self, stop: Stop, prizes_m: int, report: Report | None) -> None:
        self.stop, self.prizes_m, self.report = stop, prizes_m, report
        self.began = perf_counter()
        self.told = self.began
        self.iterations = -1

    def __call__(self, best_cost: float) -> bool:
        self.iterations += 1
        if self.stop.iterations is not None and self.iterations >= self.stop.iterations:
            return True
        now = perf_counter()
        if self.report is not None and now - self.told >= REPORT_EVERY_S:
            self.told = now
            # What must be visited and is not yet weighs MUST_PRIZE_M each: that is no way, so it is taken off. An
            # infeasible best has the largest cost there is: nothing is won yet.
            gain = max(0, self.prizes_m - int(best_cost % MUST_PRIZE_M)) if best_cost < FORBIDDEN_M else 0
            if self.report(self.iterations, gain):
                return True
        return self.stop.seconds is not None and now - self.began >= self.stop.seconds


REPORT_EVERY_S = 0.5


def greedy(problem: Problem, ways: Ways) -> list[list[int]]:
    """Return routes filled with the most valuable door first, each where it costs the least way."""
    routes: list[list[int]] = [[] for _ in problem.collectors]
    order = sorted(range(len(problem.candidates)), key=lambda n: (-prize_of(problem, n), n))
    for candidate in order:
        wanted = problem.candidates[candidate]
        places = [
            (place[1], collector, place[0])
            for collector, one in enumerate(problem.collectors)
            if wanted.may_be_visited_by(one.id)
            for place in [best_place(problem, ways, collector, routes[collector], candidate)]
            if place is not None
        ]
        if places and min(places)[0] < prize_of(problem, candidate):
            _, collector, position = min(places)
            routes[collector].insert(position, candidate)
    return routes
