"""Do the rules of plans hold: what a collector may change, what is planned, how times of a day become stops?"""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kernel.geo import Point
from backend.routing import rules
from backend.routing.comparing import diff
from backend.routing.plan_schemas import Lawful, PlanWish, StopView, VisitableCase, WorkingPerson
from backend.routing.problem import CANDIDATES_A_COLLECTOR, SERVICE_S, Mode, Pause, WhyNot
from backend.routing.rules import DayInput
from backend.routing.schemas import StopOnFile, StopState
from backend.routing.timing import real, worked

DAY = date(2026, 11, 25)
ZONE = "Asia/Shanghai"
BASE = rules.midnight(DAY, ZONE)
EVE = BASE - timedelta(hours=8)
MEI, BO, LIN = (UUID(int=n) for n in (1, 2, 3))
HOUR = 3600


def stop(number: int, **changes: object) -> StopOnFile:
    fields: dict[str, object] = {
        "id": UUID(int=number), "plan_id": LIN, "user_id": MEI, "case_id": UUID(int=100 + number),
        "state": StopState.PLANNED, "position": number, "skip_reason": None, "is_current": True,
    }  # fmt: skip
    return StopOnFile(**(fields | changes))  # type: ignore[arg-type] # named by each test


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, None),
        ({"state": StopState.SKIPPED}, None),
        ({"state": StopState.DONE}, "stop.done"),
        ({"state": StopState.BLOCKED}, "stop.blocked"),
        ({"is_current": False}, "plan.replaced"),
        ({"user_id": BO}, "stop.not_yours"),
    ],
)
def test_a_collector_changes_own_open_stops_of_the_present_plan(changes: dict[str, object], code: str | None) -> None:
    """RT-3."""
    kind = rules.why_not_change(stop(1, **changes), MEI)
    assert (kind.code if kind else None) == code
    missing = rules.why_not_change(None, MEI)
    assert missing is not None


@given(st.permutations(range(1, 8)), st.lists(st.integers(1, 12), max_size=10))
def test_a_wished_order_keeps_every_stop_once(order: list[int], wished: list[int]) -> None:
    stops = [stop(number, position=position) for position, number in enumerate(order, start=1)]
    result = rules.reordered(stops, [UUID(int=number) for number in wished])
    assert sorted(stop_id.int for stop_id, _ in result) == list(range(1, 8))
    assert [position for _, position in result] == list(range(1, 8))
    first = [number for number in dict.fromkeys(wished) if number <= 7]
    assert [stop_id.int for stop_id, _ in result][: len(first)] == first


ALL_DAY = Lawful(windows_s=[(0, 24 * HOUR)], headcount=1, rule_ids=[])


def case(number: int, **changes: object) -> VisitableCase:
    fields: dict[str, object] = {
        "id": UUID(int=1000 + number), "number": f"R-{number}", "name": "Wang", "zone": ZONE, "score": float(number),
        "currency": "CNY", "overdue_minor": 100, "reasons": ["days_past_due_x_overdue"], "assignee_id": MEI,
        "door_address_id": UUID(int=5), "door": Point(lat=30.2, lon=120.1), "is_promise_due": False,
    }  # fmt: skip
    return VisitableCase(**(fields | changes))  # type: ignore[arg-type] # named by each test


def person(user: UUID, **changes: object) -> WorkingPerson:
    fields: dict[str, object] = {
        "id": user, "name": "Mei", "zone": ZONE, "shift_start_minute": 540, "shift_end_minute": 1080,
        "start": Point(lat=30.1, lon=120.1), "end": None, "last_place": None, "last_ended_at": None,
    }  # fmt: skip
    return WorkingPerson(**(fields | changes))  # type: ignore[arg-type] # named by each test


def day(cases: list[VisitableCase], **changes: object) -> DayInput:
    wish = PlanWish(
        team_id=LIN, day=DAY, user_ids=None, must_case_ids=[], seconds=1, mode=Mode.CAR, break_at_minute=720,
        break_minutes=45, may_move_cases=False,
    )  # fmt: skip
    given_ = DayInput(wish=wish, zone=ZONE, people=[person(MEI)], cases=cases, locked={}, now=EVE, lawful={})
    return msgspec.structs.replace(given_, **({"lawful": {one.id: ALL_DAY for one in cases}} | changes))


def test_each_collector_has_at_most_sixty_doors_the_highest_scores_first_and_musts_always() -> None:
    cases = [case(number) for number in range(CANDIDATES_A_COLLECTOR + 5)]
    plain = rules.problem_of(day(cases))
    assert len(plain.problem.candidates) == CANDIDATES_A_COLLECTOR
    assert {one.case_id.int - 1000 for one in plain.left_out} == set(range(5))
    assert {one.reason for one in plain.left_out} == {WhyNot.OVER_CAP}
    wish = msgspec.structs.replace(day([]).wish, must_case_ids=[cases[0].id])
    with_must = rules.problem_of(day(cases, wish=wish))
    assert with_must.problem.candidates[0].id == cases[0].id
    assert with_must.problem.candidates[0].is_must


def test_a_case_stays_with_its_holder_unless_it_may_move_and_a_lock_binds() -> None:
    cases = [case(1), case(2, assignee_id=BO), case(3, assignee_id=None), case(4, door=None)]
    people = [person(MEI), person(LIN)]
    kept = rules.problem_of(day(cases, people=people))
    assert {one.id.int - 1000: one.holder for one in kept.problem.candidates} == {1: MEI, 3: None}
    assert {one.case_id.int - 1000: one.reason for one in kept.left_out} == {2: WhyNot.HOLDER_ABSENT, 4: WhyNot.NO_DOOR}
    wish = msgspec.structs.replace(day([]).wish, may_move_cases=True)
    free = rules.problem_of(day(cases, people=people, wish=wish, locked={cases[1].id: LIN}))
    assert {one.id.int - 1000: (one.holder, one.is_must) for one in free.problem.candidates} == {
        1: (None, False), 2: (LIN, True), 3: (None, False),
    }  # fmt: skip


def test_what_the_lead_gave_to_somebody_comes_before_what_is_nobody_s() -> None:
    """Found with a real book: twenty cases given to Mei, and not one of them in her day of a town full of free ones."""
    own = [case(number) for number in range(200, 210)]
    free = [case(1000 + number, assignee_id=None) for number in range(CANDIDATES_A_COLLECTOR)]
    huge, due = case(90_000, assignee_id=None), case(1, assignee_id=None, is_promise_due=True)
    kept = rules.problem_of(day([*free, *own, huge, due])).problem.candidates
    assert {one.id for one in own} | {huge.id, due.id} <= {one.id for one in kept}
    of_own = [one.prize_m for one in kept if one.holder == MEI]
    worth = {one.id: one.prize_m for one in kept}
    assert worth[due.id] == rules.PRIZE_MAX_M
    assert worth[huge.id] > max(of_own)

    wish = msgspec.structs.replace(day([]).wish, may_move_cases=True)
    moving = {one.id: one.prize_m for one in rules.problem_of(day([own[0], free[0]], wish=wish)).problem.candidates}
    alone = {one.id: one.prize_m for one in rules.problem_of(day([free[0]])).problem.candidates}
    assert moving[free[0].id] == alone[free[0].id] == rules.PRIZE_MAX_M


@pytest.mark.parametrize(
    ("score", "best", "is_due", "prize"),
    [
        (0, 100, False, rules.PRIZE_MIN_M),
        (100, 100, False, rules.PRIZE_MAX_M),
        (25, 100, False, (rules.PRIZE_MIN_M + rules.PRIZE_MAX_M) // 2),
        (1, 100, True, rules.PRIZE_MAX_M),
        (5, 0, False, rules.PRIZE_MIN_M),
    ],
)
def test_a_visit_is_worth_the_root_of_its_score(score: float, best: float, prize: int, *, is_due: bool) -> None:
    assert rules.prize_m(case(1, score=score, is_promise_due=is_due), best) == prize


def test_hours_are_those_of_the_client_s_own_clock() -> None:
    assert rules.lawful_window(DAY, ZONE, BASE) == (8 * HOUR, 21 * HOUR)
    assert rules.lawful_window(DAY, "Asia/Tokyo", BASE) == (7 * HOUR, 20 * HOUR)
    assert datetime(2026, 11, 24, 16, tzinfo=UTC) == BASE


def test_a_day_under_way_begins_now_where_the_last_visit_was() -> None:
    there = Point(lat=30.3, lon=120.3)
    noon = BASE + timedelta(hours=12)
    someone = person(MEI, last_place=there)
    (before,) = rules.collectors_of([someone], DAY, BASE, EVE, None)
    (during,) = rules.collectors_of([someone], DAY, BASE, noon, None)
    assert (before.start, before.shift_start_s, before.end) == (someone.start, 9 * HOUR, someone.start)
    assert (during.start, during.shift_start_s, during.shift_end_s) == (there, 12 * HOUR, 18 * HOUR)
    lost = person(BO, start=None)
    assert rules.collectors_of([lost], DAY, BASE, EVE, None) == []
    assert rules.collectors_of([lost], DAY, BASE, EVE, there)[0].start == there


@given(st.integers(0, 86_400), st.integers(0, 86_400), st.integers(1, 7_200))
def test_the_clock_of_the_time_worked_stands_still_in_the_pause_only(at_s: int, moment: int, length_s: int) -> None:
    pause = Pause(at_s=at_s, length_s=length_s)
    shown = worked(moment, pause)
    assert moment - length_s <= shown <= moment
    assert worked(moment + 1, pause) - shown in (0, 1)
    if not at_s <= moment < at_s + length_s:
        assert real(shown, pause) == moment
    assert worked(moment, None) == real(moment, None) == moment


def view(number: int, user: UUID, position: int, state: StopState = StopState.PLANNED) -> StopView:
    return StopView(
        id=UUID(int=number), case_id=UUID(int=1000 + number), number=f"R-{number}", name="Wang", user_id=user,
        position=position, place=None, arrive_at=BASE, leave_at=BASE, window_start=BASE, window_end=BASE, drive_s=0,
        drive_m=0, is_locked=False, is_must=False, reasons=[], state=state, skip_reason=None, headcount=1,
        lawful=[], rule_ids=[], currency="CNY", overdue_minor=1, score=1.0,
    )  # fmt: skip


def test_a_diff_tells_what_comes_goes_moves_and_stays() -> None:
    published = [view(1, MEI, 1, StopState.DONE), view(2, MEI, 2), view(3, MEI, 3), view(4, BO, 1)]
    draft = [view(2, MEI, 2), view(3, BO, 1), view(5, BO, 2)]
    draft.append(view(6, MEI, 4))
    found = diff(published, draft, LIN, 2, {UUID(int=1006)})
    sides = {name: [line.number for line in getattr(found, name)] for name in ("added", "removed", "moved")}
    assert sides == {"added": ["R-5"], "removed": ["R-4"], "moved": ["R-3"]}
    assert (found.kept, found.handed_over, found.against) == (1, 2, LIN)
    assert found.unlawful_case_ids == [UUID(int=1006)]


@pytest.mark.parametrize(
    ("windows", "window"),
    [
        ([(0, 86_400)], (8 * HOUR, 21 * HOUR)),
        ([(18 * HOUR, 20 * HOUR)], (18 * HOUR, 20 * HOUR)),
        ([(9 * HOUR, 10 * HOUR), (15 * HOUR, 17 * HOUR)], (15 * HOUR, 17 * HOUR)),
        ([(9 * HOUR, 10 * HOUR), (15 * HOUR, 16 * HOUR)], (9 * HOUR, 10 * HOUR)),
        ([(21 * HOUR, 22 * HOUR)], None),
        ([(12 * HOUR, 12 * HOUR + SERVICE_S)], (12 * HOUR, 12 * HOUR + SERVICE_S)),
        ([(12 * HOUR, 12 * HOUR + SERVICE_S - 60)], None),
        ([], None),
    ],
)
def test_a_visit_is_planned_into_the_longest_stretch_that_law_and_house_leave(
    windows: list[tuple[int, int]], window: tuple[int, int] | None
) -> None:
    law = msgspec.structs.replace(ALL_DAY, windows_s=windows)
    assert rules.visit_window(law, (8 * HOUR, 21 * HOUR)) == window


def test_a_case_without_a_lawful_minute_is_left_out_with_the_rules() -> None:
    cases = [case(1), case(2), case(3), case(4)]
    never = Lawful(windows_s=[], headcount=1, rule_ids=["GEN-FREEZE-01"])
    at_night = Lawful(windows_s=[(0, 3600)], headcount=2, rule_ids=["CN-VISIT-01"])
    found = rules.problem_of(day(cases, lawful={cases[0].id: ALL_DAY, cases[1].id: never, cases[2].id: at_night}))
    assert [one.id for one in found.problem.candidates] == [cases[0].id]
    left = {one.case_id.int - 1000: (one.reason, one.rule_ids) for one in found.left_out}
    assert left == {
        2: (WhyNot.NOT_LAWFUL, ["GEN-FREEZE-01"]), 3: (WhyNot.OUTSIDE_HOURS, []), 4: (WhyNot.NOT_LAWFUL, []),
    }  # fmt: skip


def test_a_planned_visit_stays_while_the_law_is_as_it_was_or_allows_its_arrival() -> None:
    planned = msgspec.structs.replace(view(1, MEI, 1), arrive_at=BASE + timedelta(hours=9))
    was = msgspec.structs.replace(planned, lawful=rules.stretches(ALL_DAY, BASE))
    evening = msgspec.structs.replace(ALL_DAY, windows_s=[(18 * HOUR, 20 * HOUR)])
    assert rules.is_still_lawful(was, ALL_DAY, BASE)
    assert rules.is_still_lawful(planned, ALL_DAY, BASE)
    assert not rules.is_still_lawful(was, evening, BASE)
    assert not rules.is_still_lawful(was, msgspec.structs.replace(ALL_DAY, windows_s=[]), BASE)
    assert not rules.is_still_lawful(was, None, BASE)
