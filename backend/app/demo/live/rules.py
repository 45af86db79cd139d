"""What does a simulated collector do now, when does a simulated client pay? Pure functions of places, plan and `now`.

A walker's whole state lies in the database (duty, last visit, next stop), so a worker that was killed or that stood
still goes on where the walker is. Simulated time passes `pace` times as fast as the clock and is only ever a length;
every fact carries the clock's own time.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from backend.app.demo.live.schemas import (
    Deed,
    Drive,
    GoOffDuty,
    GoOnDuty,
    Knock,
    OpenPromise,
    Owing,
    PaidAtDoor,
    TeamRound,
    Walker,
)
from backend.kernel.clock import local_day
from backend.kernel.geo import Point, distance_m
from backend.routing.matrix import DETOUR, PARK_S, SPEED_M_S
from backend.routing.problem import Mode

CROW_M_S = SPEED_M_S[Mode.CAR] / DETOUR
"""How fast a car comes nearer to its door as the crow flies, by the planner's own figures."""

AT_DOOR_M = 2.0
GAP_MAX = timedelta(seconds=10)
"""Nobody jumps: after a pause of the worker a walker goes on from where it stood."""

WAIT_MAX_S = 3600
STAGGER_S = 1800
"""The team sets out within so many simulated seconds, not as one."""

STAY_S = {False: 240, True: 900}
"""How long a walker is at a door in simulated seconds, by whether somebody opened; up to half as much again."""

DAY_S = 36_000
"""A day of the demo's clients is a working day of ten hours; nobody waits for its nights."""

LATE_FROM = timedelta(minutes=15)
ARRIVES_AFTER_S = 7200
LITTLE_LEFT_FROM_HOUR = 14
REST_BETWEEN = timedelta(minutes=4)
ROUNDS_A_DAY_MAX = 4
"""Nobody is visited twice a day, so the book of a small world is worked off sooner; this bounds any world."""


def share_of(key: UUID) -> float:
    """Return a number from 0 to below 1 that belongs to an id: chance that is the same whenever it is asked."""
    return (key.int & 0xFFFFFFFF) / 2**32


def deed_of(walker: Walker, began_at: datetime, now: datetime, pace: int) -> Deed | None:
    """Return what the walker does now, or None: waits. `began_at`: since when the demo lives and has this round."""
    if walker.on_duty_since is None or walker.place is None or walker.place_at is None:
        return _go_on_duty(walker, began_at, now, pace)
    goal = walker.stop.door if walker.stop else walker.end
    if goal is None:
        return GoOffDuty()
    away_m = distance_m(walker.place, goal)
    since = max(walker.place_at, _free_at(walker, pace))
    if away_m <= AT_DOOR_M:
        return Knock(since=since) if walker.stop else GoOffDuty()
    passed = min(now - since, GAP_MAX)
    if passed <= timedelta(0):
        return None
    return Drive(place=towards(walker.place, goal, passed.total_seconds() * pace * CROW_M_S))


def _go_on_duty(walker: Walker, began_at: datetime, now: datetime, pace: int) -> Deed | None:
    if walker.stop is None:
        return None
    sets_out_at = began_at + timedelta(seconds=share_of(walker.user_id) * STAGGER_S / pace)
    return GoOnDuty(place=walker.start or walker.stop.door) if now >= sets_out_at else None


def _free_at(walker: Walker, pace: int) -> datetime:
    """Return from when on the walker may drive: after the last visit, the walk to the car, and a planned break."""
    if walker.free_at is None or walker.on_duty_since is None or walker.free_at < walker.on_duty_since:
        return walker.on_duty_since or datetime.min.replace(tzinfo=ZoneInfo("UTC"))
    waits_s = PARK_S + (min(walker.stop.waits_s, WAIT_MAX_S) if walker.stop else 0)
    return walker.free_at + timedelta(seconds=waits_s / pace)


def towards(place: Point, goal: Point, way_m: float) -> Point:
    """Return the place after so many metres straight to the goal, and never beyond it."""
    away_m = distance_m(place, goal)
    if way_m >= away_m - AT_DOOR_M:
        return goal
    share = way_m / away_m
    return Point(lat=place.lat + (goal.lat - place.lat) * share, lon=place.lon + (goal.lon - place.lon) * share)


def stay_of(stop_id: UUID, pace: int, *, is_met: bool) -> timedelta:
    """Return how long the clock runs while a walker is at a door."""
    return timedelta(seconds=STAY_S[is_met] * (1 + share_of(stop_id) / 2) / pace)


def asked_at(walker: Walker) -> datetime:
    """Return the local time at which somebody is asked at the next door: the plan's, laid into the shift.

    A round that is worked off at night is the day that it simulates: who is at home at 10 opens at 10.
    """
    if walker.stop is None:
        raise ValueError("nobody is asked without a stop")
    local = walker.stop.arrive_at.astimezone(ZoneInfo(walker.zone))
    minute = local.hour * 60 + local.minute
    if walker.shift_start_minute <= minute < walker.shift_end_minute:
        return local
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    into_day = walker.stop.arrive_at - (walker.day_begins_at or walker.stop.arrive_at)
    length = timedelta(minutes=walker.shift_end_minute - walker.shift_start_minute)
    return midnight + timedelta(minutes=walker.shift_start_minute) + into_day % length


def laid_on_clock(begins_at: datetime, now: datetime) -> timedelta:
    """Return by how much a round is moved so that it begins now; nothing for one that lies ahead or has just begun."""
    return now - begins_at if now - begins_at > LATE_FROM else timedelta(0)


def beside(door: Point, stop_id: UUID) -> Point:
    """Return where the phone says it is at a door: some metres off, as positions are."""
    share = share_of(stop_id)
    return Point(lat=door.lat + (share - 0.5) * 2e-4, lon=door.lon + (0.5 - share) * 2e-4)


def promise_falls_due_at(promise: OpenPromise, lives_since: datetime, zone: str, pace: int) -> datetime:
    """Return when who keeps this promise pays: so many simulated days after it was made, or after the demo began.

    Simulated days are shorter, so that is before the promised day is over; at a moment of that day of its own.
    """
    since = max(promise.made_at, lives_since)
    days = max(0, (promise.due_on - local_day(since, zone)).days)
    return since + timedelta(seconds=(days + share_of(promise.id)) * DAY_S / pace)


def pays_at(ended_at: datetime, days: int, pace: int) -> datetime:
    """Return when somebody pays so many simulated days after a visit."""
    return ended_at + timedelta(seconds=days * DAY_S / pace)


def arrives_at(paid: PaidAtDoor, pace: int) -> datetime:
    """Return when money that was paid at the door stands in the books: two simulated hours later."""
    return paid.ended_at + timedelta(seconds=ARRIVES_AFTER_S / pace)


def is_broken(promise: OpenPromise, share: float, today: date) -> bool:
    """Tell whether nobody will pay and the day with its tolerance is over by the calendar."""
    return share == 0 and promise.due_on + timedelta(days=promise.tolerance_days) < today


def wants_whole_shift(now: datetime, zone: str) -> bool:
    """Tell whether so little is left of the working day that a round takes a whole one instead."""
    return now.astimezone(ZoneInfo(zone)).hour >= LITTLE_LEFT_FROM_HOUR


def is_round_due(team: TeamRound, now: datetime) -> bool:
    """Tell whether the team gets a plan of today.

    Its first; a further one some minutes after all is done; one that begins now, when nothing is done of a plan that
    should have begun long ago. A team in which a person plays a collector keeps its plan: nobody's stops change under
    their hands.
    """
    if team.published_at is None:
        return True
    if team.has_human or team.rounds >= ROUNDS_A_DAY_MAX:
        return False
    if team.stops_left == 0:
        # A round that found nobody else to visit rests as well.
        return now - max(team.last_at or team.published_at, team.published_at) >= REST_BETWEEN
    return team.last_at is None and team.begins_at is not None and now - team.begins_at > LATE_FROM


def parts_of(amount_minor: int, accounts: Sequence[Owing]) -> list[tuple[Owing, int]]:
    """Return how much of a payment goes to which account: the longest overdue first, nothing beyond what is overdue."""
    left, parts = amount_minor, []
    for one in sorted(accounts, key=lambda account: (-account.days_past_due, account.account_ref)):
        part = min(left, one.overdue_minor)
        if part > 0:
            parts.append((one, part))
            left -= part
    return parts


def lowered(owing: Owing, part_minor: int) -> Owing:
    """Return what an account owes after a payment: fees first, then penalty, interest and principal."""
    if not 0 < part_minor <= owing.overdue_minor:
        raise ValueError("a payment is above nothing and at most what is overdue")
    left, rest = part_minor, {}
    for name in ("fee_minor", "penalty_minor", "interest_minor", "principal_minor"):
        taken = min(left, getattr(owing, name))
        rest[name] = getattr(owing, name) - taken
        left -= taken
    overdue_minor = owing.overdue_minor - part_minor
    days = owing.days_past_due if overdue_minor > 0 else 0
    return msgspec.structs.replace(owing, **rest, overdue_minor=overdue_minor, days_past_due=days)
