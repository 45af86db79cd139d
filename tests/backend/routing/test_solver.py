"""Is every planned day possible, as an eye from outside sees it, and is nothing dear left out for something cheap?"""

import msgspec
import pytest

from backend.routing.problem import Mode, Pause, WhyNot
from backend.routing.running import compute
from backend.routing.solver import Stop, greedy, prize_of, solve
from backend.routing.timing import Ways, timed
from tests.backend.routing.towns import HOUR, faults, named, town

NOON = Pause(at_s=12 * HOUR, length_s=45 * 60)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("pause", [None, NOON])
@pytest.mark.parametrize("share_held", [0.0, 0.5, 1.0])
def test_a_planned_day_is_possible_minute_by_minute(seed: int, pause: Pause | None, share_held: float) -> None:
    """RT-1: windows, service times, shifts, breaks, holders; checked from outside."""
    problem = town(seed, 3, 40, pause=pause, share_held=share_held)
    computed = compute(problem, Stop(iterations=150), seed)
    assert faults(problem, computed.routes) == []
    planned = {visit.candidate for route in computed.routes for visit in route.visits}
    assert len(planned) + len(computed.unplanned) == len(problem.candidates)
    assert len(planned) > 10


def test_the_same_seed_and_count_give_the_same_plan() -> None:
    problem = town(3, 3, 40, pause=NOON)
    one, other = (solve(problem, Stop(iterations=100), 7) for _ in range(2))
    assert one.routes == other.routes


def test_what_must_be_visited_is_visited_whatever_it_is_worth() -> None:
    """RT-1: must-visits."""
    problem = town(5, 2, 60)
    first, *rest = problem.candidates
    must = msgspec.structs.replace(first, is_must=True, prize_m=1, window_start_s=8 * HOUR, window_end_s=21 * HOUR)
    worthless = [must, *(msgspec.structs.replace(one, is_must=False) for one in rest)]
    problem = msgspec.structs.replace(problem, candidates=worthless)
    routes = solve(problem, Stop(iterations=150), 1).routes
    assert any(0 in route for route in routes)


def test_the_engine_beats_the_greedy_plan() -> None:
    problem = town(11, 4, 120)
    ways = Ways(problem)
    found = solve(problem, Stop(iterations=300), 1)

    def gain(routes: list[list[int]]) -> int:
        metres = sum(
            route.home_drive_m + sum(visit.drive_m for visit in route.visits)
            for n, stops in enumerate(routes)
            for route in [timed(problem, ways, n, stops)]
            if stops
        )
        return sum(prize_of(problem, stop) for stops in routes for stop in stops) - metres

    assert gain(found.routes) > gain(greedy(problem, ways))


def test_the_greedy_plan_is_possible_too() -> None:
    problem = town(12, 3, 40, pause=NOON, share_held=0.5)
    ways = Ways(problem)
    routes = [timed(problem, ways, n, stops) for n, stops in enumerate(greedy(problem, ways))]
    assert faults(problem, routes) == []


def test_each_door_that_is_left_out_has_its_reason() -> None:
    """RT-1: reasons for each unplanned visit."""
    problem = town(8, 1, 40)
    first, second, third, *rest = problem.candidates
    away = msgspec.structs.replace(first.place, lat=33.0)
    far = msgspec.structs.replace(first, place=away, holder=None, is_must=False)
    night = msgspec.structs.replace(second, window_start_s=20 * HOUR, window_end_s=21 * HOUR, is_must=False)
    absent = msgspec.structs.replace(third, holder=named(77), is_must=False)
    problem = msgspec.structs.replace(problem, candidates=[far, night, absent, *rest])
    computed = compute(problem, Stop(iterations=150), 1)
    reasons = dict(computed.unplanned)
    assert (reasons[0], reasons[1], reasons[2]) == (WhyNot.TOO_FAR, WhyNot.OUTSIDE_HOURS, WhyNot.HOLDER_ABSENT)
    assert {reasons[n] for n in reasons if n > 2} <= {WhyNot.NO_TIME, WhyNot.NOT_WORTH_THE_WAY, WhyNot.OUTSIDE_HOURS}


def test_a_report_stops_the_engine() -> None:
    problem = town(2, 2, 30)
    told: list[tuple[int, int]] = []

    def report(iterations: int, gain_m: int) -> bool:
        told.append((iterations, gain_m))
        return True

    solution = solve(problem, Stop(seconds=20), 1, report)
    assert len(told) == 1
    assert told[0][1] > 0
    assert solution.iterations > 0


def test_on_foot_one_gets_less_far() -> None:
    problem = town(4, 2, 40)
    on_foot = msgspec.structs.replace(problem, mode=Mode.FOOT)
    by_car, walked = (compute(one, Stop(iterations=100), 1) for one in (problem, on_foot))
    assert sum(len(route.visits) for route in walked.routes) < sum(len(route.visits) for route in by_car.routes)
