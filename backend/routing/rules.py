"""What may be changed on a plan, and how do cases, people and a computed day become one? Pure functions of values.

The collector skips and reorders; the planner's problem is built from cases and people; times of a day become stops.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from math import sqrt
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from backend.kernel.geo import Point
from backend.kernel.problems import Kind
from backend.routing.plan_schemas import (
    DayEnd,
    Lawful,
    NewStop,
    PlanWish,
    StopView,
    Stretch,
    Unplanned,
    VisitableCase,
    WorkingPerson,
)
from backend.routing.problem import (
    CANDIDATES_A_COLLECTOR,
    SERVICE_S,
    Candidate,
    Collector,
    Pause,
    Problem,
    Route,
    WhyNot,
)
from backend.routing.problems import PLAN_REPLACED, STOP_BLOCKED, STOP_DONE, STOP_NOT_YOURS
from backend.routing.schemas import StopOnFile, StopState


def why_not_change(stop: StopOnFile | None, user_id: UUID) -> Kind | None:
    """Tell why the user may not skip or restore the stop, or None."""
    if stop is None or stop.user_id != user_id:
        return STOP_NOT_YOURS
    if not stop.is_current:
        return PLAN_REPLACED
    if stop.state is StopState.BLOCKED:
        return STOP_BLOCKED
    return STOP_DONE if stop.state is StopState.DONE else None


def reordered(stops: Sequence[StopOnFile], wished: Sequence[UUID]) -> list[tuple[UUID, int]]:
    """Return (stop, position) for every stop of the user's plan: the wished ones first, in that order, then the rest.

    Positions count from 1; a wished id that is not among the stops is passed over; a doubled one counts once.
    """
    known = {stop.id: stop for stop in stops}
    first = [stop_id for stop_id in dict.fromkeys(wished) if stop_id in known]
    chosen = set(first)
    rest = [stop.id for stop in sorted(stops, key=lambda one: (one.position, one.id)) if stop.id not in chosen]
    return [(stop_id, position) for position, stop_id in enumerate([*first, *rest], start=1)]


LAWFUL_FROM = time(8)
LAWFUL_UNTIL = time(21)
"""The house's own hours, inside of what the gate allows: no door before 8 or after 21 o'clock of the client's clock.

GB/T 45251-2025 and the bank guideline of 2026 allow 8 to 22 o'clock in China: an hour to spare for whoever is late.
"""

PRIZE_MIN_M = 2_000
PRIZE_MAX_M = 30_000
"""The best case of the day is worth half an hour's drive out and back, the least two kilometres."""
FREE_SHARE = 1 / 3
"""What a case of nobody's counts for while people have cases that stay with them: it fills the rest of a day, and takes
the place of a case that the lead gave to somebody only with nine times its score."""


class DayInput(msgspec.Struct, frozen=True):
    """All that a day is planned from. `locked` says who must visit which case; `now` cuts a day under way.

    `lawful` says of each case when the gate allows the visit; one that is not in it is not visited. `barred` says who
    may not go where others may: somebody of an agency, to a person who was told of no placement.
    """

    wish: PlanWish
    zone: str
    people: list[WorkingPerson]
    cases: list[VisitableCase]
    locked: dict[UUID, UUID]
    now: datetime
    lawful: dict[UUID, Lawful]
    barred: dict[UUID, list[UUID]] = {}


class DayProblem(msgspec.Struct, frozen=True):
    """The problem, the cases in the order of its candidates, and what cannot even be tried."""

    problem: Problem
    cases: list[VisitableCase]
    left_out: list[Unplanned]


def midnight(day: date, zone: str) -> datetime:
    """Return the instant (UTC) at which a day begins in a zone: the base of all seconds of a problem."""
    return datetime.combine(day, time(0), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def lawful_window(day: date, zone: str, base: datetime) -> tuple[int, int]:
    """Return between which seconds from `base` a client in that zone may be visited on that day."""
    local = ZoneInfo(zone)
    first = datetime.combine(day, LAWFUL_FROM, tzinfo=local)
    last = datetime.combine(day, LAWFUL_UNTIL, tzinfo=local)
    return round((first - base).total_seconds()), round((last - base).total_seconds())


def visit_window(lawful: Lawful | None, hours: tuple[int, int]) -> tuple[int, int] | None:
    """Return between which seconds a visit may be made: the longest stretch that law and house leave, None without one.

    The planner knows one window a door; the others are kept with the stop.
    """
    both = [(max(first, hours[0]), min(last, hours[1])) for first, last in (lawful.windows_s if lawful else ())]
    found = [one for one in both if one[1] - one[0] >= SERVICE_S]
    return max(found, key=lambda one: (one[1] - one[0], -one[0]), default=None)


def why_no_window(lawful: Lawful | None) -> WhyNot:
    """Tell whether the law leaves no minute at all, or only none of the house's hours."""
    return WhyNot.OUTSIDE_HOURS if lawful is not None and lawful.windows_s else WhyNot.NOT_LAWFUL


def prize_m(case: VisitableCase, best_score: float, *, is_second: bool = False) -> int:
    """Return how many metres of way a visit is worth: by the root of its score, the most when a promise falls due.

    The root, because scores are products and run over decades: in proportion, all but the first few would be worth
    nothing and a day would stay half empty. `is_second` when the team has cases of its own that come before this one.
    """
    if case.is_promise_due:
        return PRIZE_MAX_M
    share = sqrt(case.score / best_score) if best_score > 0 and case.score > 0 else 0.0
    share *= FREE_SHARE if is_second else 1.0
    return round(PRIZE_MIN_M + (PRIZE_MAX_M - PRIZE_MIN_M) * min(1.0, share))


def collectors_of(
    people: Sequence[WorkingPerson], day: date, base: datetime, now: datetime, fallback: Point | None
) -> list[Collector]:
    """Return the people as the planner takes them; in a day under way they begin now, where the last visit was.

    Who has no starting point begins at `fallback` (the middle of the doors); without any, they cannot be planned.
    """
    found = []
    for one in people:
        offset_s = round((midnight(day, one.zone) - base).total_seconds())
        shift_start_s = offset_s + one.shift_start_minute * 60
        shift_end_s = offset_s + one.shift_end_minute * 60
        now_s = round((now - base).total_seconds())
        is_under_way = shift_start_s < now_s < shift_end_s
        home = one.start or fallback
        begin = one.last_place if is_under_way and one.last_place is not None else home
        if begin is None or home is None:
            continue
        found.append(
            Collector(
                id=one.id,
                start=begin,
                end=one.end or home,
                shift_start_s=now_s if is_under_way else shift_start_s,
                shift_end_s=shift_end_s,
            )
        )
    return found


def candidate_of(
    case: VisitableCase,
    door: Point,
    window_s: tuple[int, int],
    *,
    worth_m: int,
    holder: UUID | None,
    is_must: bool,
) -> Candidate:
    """Return a case as the planner takes it; `window_s` is between which seconds of the day it may be visited."""
    return Candidate(
        id=case.id,
        place=door,
        service_s=SERVICE_S,
        window_start_s=window_s[0],
        window_end_s=window_s[1],
        prize_m=worth_m,
        is_must=is_must,
        holder=holder,
    )


def problem_of(given: DayInput) -> DayProblem:
    """Return the problem of a day: at most 60 doors a collector, the highest worth first, musts always.

    A case stays with its holder unless the wish lets it move, and then comes before the cases of nobody; a locked stop
    stays with whom it was locked to.
    """
    wish, base = given.wish, midnight(given.wish.day, given.zone)
    doors = [case.door for case in given.cases if case.door is not None]
    collectors = collectors_of(given.people, wish.day, base, given.now, middle(doors))
    working = {one.id for one in collectors}
    worth = _worth_of(given, working)
    musts = {*wish.must_case_ids, *given.locked}
    room = {one.id: CANDIDATES_A_COLLECTOR for one in collectors}
    total = CANDIDATES_A_COLLECTOR * len(collectors)
    taken: list[VisitableCase] = []
    candidates: list[Candidate] = []
    left_out: list[Unplanned] = []
    for case in sorted(given.cases, key=lambda one: (one.id not in musts, -worth[one.id], -one.score, one.id)):
        holder = holder_of(given, case)
        law = given.lawful.get(case.id)
        window_s = visit_window(law, lawful_window(wish.day, case.zone, base))
        why = _why_not_tried(holder, working, room, is_full=len(taken) >= total)
        if case.door is None or window_s is None:
            reason = WhyNot.NO_DOOR if case.door is None else why_no_window(law)
            left_out.append(unplanned(case, reason, law))
            continue
        if why is not None and not (why is WhyNot.OVER_CAP and case.id in musts):
            left_out.append(unplanned(case, why))
            continue
        if holder is not None:
            room[holder] -= 1
        taken.append(case)
        is_must = case.id in musts
        worth_m = worth[case.id]
        made = candidate_of(case, case.door, window_s, worth_m=worth_m, holder=holder, is_must=is_must)
        candidates.append(msgspec.structs.replace(made, barred=given.barred.get(case.id, [])))
    problem = Problem(collectors=collectors, candidates=candidates, pause=pause_of(wish), mode=wish.mode)
    return DayProblem(problem=problem, cases=taken, left_out=left_out)


def holder_of(given: DayInput, case: VisitableCase) -> UUID | None:
    """Return who alone may visit a case: whom it was locked to, or who has it; None when anybody may."""
    return given.locked.get(case.id) or (None if given.wish.may_move_cases else case.assignee_id)


def _worth_of(given: DayInput, working: set[UUID]) -> dict[UUID, int]:
    """Return what each visit is worth (m); those of nobody come second while people have cases that stay with them."""
    best = max((case.score for case in given.cases), default=0.0)
    has_own = not given.wish.may_move_cases and any(case.assignee_id in working for case in given.cases)
    return {case.id: prize_m(case, best, is_second=has_own and case.assignee_id is None) for case in given.cases}


def _why_not_tried(
    holder: UUID | None, working: set[UUID], room: Mapping[UUID, int], *, is_full: bool
) -> WhyNot | None:
    if holder is not None and holder not in working:
        return WhyNot.HOLDER_ABSENT
    if is_full or (holder is not None and room[holder] <= 0):
        return WhyNot.OVER_CAP
    return None


def unplanned(case: VisitableCase, reason: WhyNot, law: Lawful | None = None) -> Unplanned:
    """Return the line that says why a case is not in the plan, with the rules when it is for them."""
    rule_ids = law.rule_ids if law is not None and reason is WhyNot.NOT_LAWFUL else []
    return Unplanned(
        case_id=case.id, number=case.number, name=case.name, score=case.score, reason=reason, rule_ids=rule_ids
    )


def pause_of(wish: PlanWish) -> Pause | None:
    """Return the break of the team, or None when it has none."""
    if wish.break_minutes == 0:
        return None
    return Pause(at_s=wish.break_at_minute * 60, length_s=wish.break_minutes * 60)


def middle(points: Sequence[Point]) -> Point | None:
    """Return the mean of some places near each other, or None of none."""
    if not points:
        return None
    count = len(points)
    return Point(lat=sum(one.lat for one in points) / count, lon=sum(one.lon for one in points) / count)


def stops_of_routes(
    problem: Problem,
    cases: Sequence[VisitableCase],
    routes: Sequence[Route],
    base: datetime,
    locked: set[UUID],
    doors: Mapping[UUID, Lawful],
) -> list[NewStop]:
    """Return the stops of computed routes, positions from 1 for each collector."""
    by_id = {case.id: case for case in cases}
    musts = {one.id for one in problem.candidates if one.is_must}
    return [
        NewStop(
            case_id=visit.candidate,
            user_id=route.collector,
            address_id=by_id[visit.candidate].door_address_id,
            position=position,
            arrive_at=base + timedelta(seconds=visit.arrive_s),
            leave_at=base + timedelta(seconds=visit.leave_s),
            window_start=base + timedelta(seconds=visit.window_start_s),
            window_end=base + timedelta(seconds=max(visit.window_end_s, visit.window_start_s + 1)),
            drive_s=visit.drive_s,
            drive_m=visit.drive_m,
            is_locked=visit.candidate in locked,
            is_must=visit.candidate in musts,
            reasons=reasons_of(by_id[visit.candidate]),
            headcount=doors[visit.candidate].headcount,
            lawful=stretches(doors[visit.candidate], base),
            rule_ids=doors[visit.candidate].rule_ids,
        )
        for route in routes
        for position, visit in enumerate(route.visits, start=1)
    ]


def stretches(lawful: Lawful, base: datetime) -> list[Stretch]:
    """Return the windows of a day as instants."""
    return [
        Stretch(start=base + timedelta(seconds=first), end=base + timedelta(seconds=last))
        for first, last in lawful.windows_s
    ]


def is_still_lawful(stop: StopView, lawful: Lawful | None, base: datetime) -> bool:
    """Tell whether a planned stop may stay: the law is as when it was planned, or its arrival is lawful now too."""
    if lawful is None or not lawful.windows_s:
        return False
    found = stretches(lawful, base)
    return found == stop.lawful or any(one.start <= stop.arrive_at < one.end for one in found)


def reasons_of(case: VisitableCase) -> list[str]:
    """Return the codes that say why a case is visited, the weightiest first."""
    return ["promise_due", *case.reasons] if case.is_promise_due else list(case.reasons)


def day_ends(problem: Problem, routes: Sequence[Route], base: datetime) -> list[DayEnd]:
    """Return how each collector's day ends."""
    shifts = {one.id: one for one in problem.collectors}
    length_s = problem.pause.length_s if problem.pause else 0

    def at(second: int | None) -> datetime | None:
        return None if second is None else base + timedelta(seconds=second)

    return [
        DayEnd(
            user_id=route.collector,
            shift_start=base + timedelta(seconds=shifts[route.collector].shift_start_s),
            shift_end=base + timedelta(seconds=shifts[route.collector].shift_end_s),
            pause_start=at(route.pause_start_s),
            pause_end=None if route.pause_start_s is None else at(route.pause_start_s + length_s),
            home_drive_s=route.home_drive_s,
            home_drive_m=route.home_drive_m,
            end_at=base + timedelta(seconds=route.end_s),
            is_overtime=route.is_overtime,
        )
        for route in routes
    ]
