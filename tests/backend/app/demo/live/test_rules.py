"""Does a walker drive straight to the next door at the planner's speed, and does money come at its moment?"""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.app.demo.live import rules
from backend.app.demo.live.schemas import (
    Drive,
    GoOffDuty,
    GoOnDuty,
    Knock,
    NextStop,
    OpenPromise,
    Owing,
    TeamRound,
    Walker,
)
from backend.kernel.geo import Point, distance_m

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
"""Ten o'clock in Shanghai."""

PACE = 24
HOME = Point(lat=30.0, lon=120.0)
DOOR = Point(lat=30.02, lon=120.0)
ID = UUID(int=0)
SECOND = timedelta(seconds=1)

STOP = NextStop(
    id=ID, case_id=ID, address_id=ID, door=DOOR, arrive_at=NOW, waits_s=0, obligor_ref="C1", address_line="x",
    currency="CNY", overdue_minor=1000,
)  # fmt: skip
WALKER = Walker(
    user_id=ID, device_id=None, last_seq=0, zone="Asia/Shanghai", language="zh-CN", shift_start_minute=540,
    shift_end_minute=1080, start=HOME, end=HOME, on_duty_since=NOW, place=HOME, place_at=NOW, free_at=None,
    day_begins_at=NOW, stop=STOP,
)  # fmt: skip
OWING = Owing(
    account_id=ID, account_ref="A1", obligor_id=ID, principal_minor=1000, interest_minor=50, penalty_minor=30,
    fee_minor=20, overdue_minor=600, days_past_due=40, currency="CNY",
)  # fmt: skip
PROMISE = OpenPromise(
    id=ID, case_id=ID, obligor_id=ID, obligor_ref="C1", amount_minor=500, made_at=NOW, due_on=date(2026, 11, 26),
    tolerance_days=1,
)  # fmt: skip
TEAM = TeamRound(
    team_id=ID, lead_id=ID, day=date(2026, 11, 24), published_at=NOW, begins_at=None, last_at=NOW, stops_left=0,
    rounds=1, has_human=False,
)  # fmt: skip


def changed(**changes: object) -> Walker:
    return msgspec.structs.replace(WALKER, **changes)


def deed(walker: Walker, after_s: float) -> object:
    return rules.deed_of(walker, NOW, NOW + timedelta(seconds=after_s), PACE)


def test_a_walker_drives_towards_the_door_at_the_planners_speed() -> None:
    moved = deed(WALKER, 2)
    assert isinstance(moved, Drive)
    assert distance_m(HOME, moved.place) == pytest.approx(2 * PACE * rules.CROW_M_S, rel=1e-3)
    assert distance_m(moved.place, DOOR) < distance_m(HOME, DOOR)


def test_after_a_pause_of_the_process_nobody_jumps() -> None:
    moved = deed(WALKER, 3600)
    assert isinstance(moved, Drive)
    assert distance_m(HOME, moved.place) == pytest.approx(10 * PACE * rules.CROW_M_S, rel=1e-3)


@given(st.floats(min_value=0, max_value=10_000))
def test_a_step_never_goes_beyond_the_door(way_m: float) -> None:
    place = rules.towards(HOME, DOOR, way_m)
    assert distance_m(HOME, place) <= distance_m(HOME, DOOR) + 0.01
    assert distance_m(HOME, place) == pytest.approx(min(way_m, distance_m(HOME, DOOR)), abs=rules.AT_DOOR_M + 1)


def test_at_the_door_the_walker_knocks_since_the_arrival() -> None:
    assert deed(changed(place=DOOR), 5) == Knock(since=NOW)


def test_two_doors_of_one_house_are_visited_one_after_the_other() -> None:
    """The arrival of the first visit must not count for the second."""
    found = deed(changed(place=DOOR, free_at=NOW + 60 * SECOND), 70)
    assert isinstance(found, Knock)
    assert found.since > NOW + 60 * SECOND


@pytest.mark.parametrize(("after_s", "waits"), [(0, True), (79, True), (81, False)])
def test_a_break_of_the_plan_is_waited_out(after_s: float, *, waits: bool) -> None:
    stop = msgspec.structs.replace(STOP, waits_s=1800)
    walker = changed(free_at=NOW, stop=stop)
    assert (deed(walker, after_s) is None) is waits


def test_a_gap_longer_than_an_hour_is_not_waited_out() -> None:
    stop = msgspec.structs.replace(STOP, waits_s=9 * 3600)
    assert isinstance(deed(changed(free_at=NOW, stop=stop), 3800 / PACE), Drive)


def test_who_is_off_duty_sets_out_within_half_a_simulated_hour_and_only_with_a_stop() -> None:
    off = changed(on_duty_since=None, place=None, place_at=None)
    assert deed(off, 0) == GoOnDuty(place=HOME)
    late = msgspec.structs.replace(off, user_id=UUID(int=0xFFFFFFFF))
    assert deed(late, rules.STAGGER_S / PACE - 1) is None
    assert deed(late, rules.STAGGER_S / PACE + 1) == GoOnDuty(place=HOME)
    assert deed(msgspec.structs.replace(off, stop=None), 3600) is None
    assert deed(msgspec.structs.replace(off, start=None), 0) == GoOnDuty(place=DOOR)


def test_who_has_no_stop_left_drives_home_and_goes_off_duty() -> None:
    away = changed(place=DOOR, stop=None)
    assert isinstance(deed(away, 2), Drive)
    assert deed(changed(stop=None), 2) == GoOffDuty()
    assert deed(msgspec.structs.replace(away, end=None), 2) == GoOffDuty()


@pytest.mark.parametrize(("is_met", "least_s"), [(True, 900), (False, 240)])
def test_a_visit_takes_so_long(least_s: int, *, is_met: bool) -> None:
    assert rules.stay_of(ID, PACE, is_met=is_met) == timedelta(seconds=least_s / PACE)
    longest = rules.stay_of(UUID(int=0xFFFFFFFF), PACE, is_met=is_met)
    assert timedelta(seconds=least_s / PACE) < longest <= timedelta(seconds=1.5 * least_s / PACE)


@pytest.mark.parametrize(("hour_utc", "asked"), [(1, "09:00"), (9, "17:00"), (13, "12:30"), (23, "12:30")])
def test_at_night_people_are_asked_at_the_hour_that_the_round_simulates(hour_utc: int, asked: str) -> None:
    """21:00 and 07:00 lie outside the shift: three and a half hours into the day is 12:30."""
    arrive_at = datetime(2026, 11, 24, hour_utc, 0, tzinfo=UTC)
    stop = msgspec.structs.replace(STOP, arrive_at=arrive_at)
    walker = changed(stop=stop, day_begins_at=arrive_at - timedelta(hours=3, minutes=30))
    assert rules.asked_at(walker).strftime("%H:%M") == asked


@pytest.mark.parametrize(("late_minutes", "moved_minutes"), [(-60, 0), (0, 0), (15, 0), (16, 16), (600, 600)])
def test_a_round_whose_hours_have_passed_begins_now(late_minutes: int, moved_minutes: int) -> None:
    moved = rules.laid_on_clock(NOW - timedelta(minutes=late_minutes), NOW)
    assert moved == timedelta(minutes=moved_minutes)


@given(st.uuids())
def test_the_phone_says_a_place_within_some_metres_of_the_door(key: UUID) -> None:
    assert distance_m(DOOR, rules.beside(DOOR, key)) < 20


def test_a_promise_falls_due_after_simulated_days_before_its_day_is_over() -> None:
    at = rules.promise_falls_due_at(PROMISE, NOW - timedelta(days=9), "Asia/Shanghai", PACE)
    assert at == NOW + timedelta(minutes=50)
    later = msgspec.structs.replace(PROMISE, made_at=NOW - timedelta(days=5))
    assert rules.promise_falls_due_at(later, NOW, "Asia/Shanghai", PACE) == NOW + timedelta(minutes=50)


@pytest.mark.parametrize(("share", "today", "broken"), [(0.0, 27, False), (0.0, 28, True), (0.5, 28, False)])
def test_a_promise_is_broken_when_its_day_with_the_tolerance_is_over(share: float, today: int, *, broken: bool) -> None:
    assert rules.is_broken(PROMISE, share, date(2026, 11, today)) is broken


@pytest.mark.parametrize(("hour_utc", "whole"), [(1, False), (5, False), (6, True), (12, True), (16, False)])
def test_in_the_afternoon_and_evening_a_round_is_a_whole_day(hour_utc: int, *, whole: bool) -> None:
    at = datetime(2026, 11, 24, hour_utc, 59, tzinfo=UTC)
    assert rules.wants_whole_shift(at, "Asia/Shanghai") is whole


@pytest.mark.parametrize(
    ("changes", "due"),
    [
        ({}, True),
        ({"published_at": None, "has_human": True}, True),
        ({"stops_left": 1}, False),
        ({"has_human": True}, False),
        ({"rounds": rules.ROUNDS_A_DAY_MAX}, False),
        ({"last_at": NOW + 1 * SECOND}, False),
        ({"stops_left": 9, "last_at": None, "begins_at": NOW - timedelta(minutes=10)}, False),
        ({"stops_left": 9, "last_at": None, "begins_at": NOW - timedelta(minutes=12)}, True),
        ({"stops_left": 9, "last_at": None, "begins_at": NOW - timedelta(minutes=12), "has_human": True}, False),
        ({"stops_left": 9, "begins_at": NOW - timedelta(minutes=12)}, False),
    ],
)
def test_a_further_round_comes_when_all_is_done_and_nobody_plays(changes: dict[str, object], *, due: bool) -> None:
    team = msgspec.structs.replace(TEAM, **changes)
    assert rules.is_round_due(team, NOW + rules.REST_BETWEEN) is due


def test_a_round_that_found_nobody_else_is_not_followed_at_once() -> None:
    """All that it holds was done in the round before."""
    published = NOW + rules.REST_BETWEEN
    team = msgspec.structs.replace(TEAM, stops_left=0, last_at=NOW, published_at=published)
    assert not rules.is_round_due(team, published)
    assert rules.is_round_due(team, published + rules.REST_BETWEEN)


@pytest.mark.parametrize(
    ("amount", "parts"),
    [(1, [("A2", 1)]), (300, [("A2", 300)]), (301, [("A2", 300), ("A1", 1)]), (9000, [("A2", 300), ("A1", 600)])],
)
def test_a_payment_goes_to_the_longest_overdue_first_and_never_beyond(
    amount: int, parts: list[tuple[str, int]]
) -> None:
    older = msgspec.structs.replace(OWING, account_ref="A2", overdue_minor=300, days_past_due=90)
    found = rules.parts_of(amount, [OWING, older])
    assert [(one.account_ref, part) for one, part in found] == parts


@given(st.integers(min_value=1, max_value=600))
def test_money_is_conserved(part: int) -> None:
    """What is owed falls by what was paid, to the smallest unit."""
    after = rules.lowered(OWING, part)
    names = ("principal_minor", "interest_minor", "penalty_minor", "fee_minor")
    assert sum(getattr(OWING, name) - getattr(after, name) for name in names) == part
    assert OWING.overdue_minor - after.overdue_minor == part
    assert after.days_past_due == (0 if part == 600 else 40)


@pytest.mark.parametrize("part", [0, -1, 601])
def test_nothing_and_more_than_is_overdue_is_no_payment(part: int) -> None:
    with pytest.raises(ValueError, match="overdue"):
        rules.lowered(OWING, part)
