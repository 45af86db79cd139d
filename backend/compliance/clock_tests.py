"""Does a condition that depends on the hour hold? Hours on the person's clock, what stands, what was agreed."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from backend.compliance.facts import (
    NEVER,
    Facts,
    Reading,
    Stretch,
    Test,
    all_hold,
    began,
    blocking,
    channel_of,
    covers,
    in_any,
    negated,
    one_holds,
    permitting,
)
from backend.compliance.packs import Agreed, Based, Outside, Stands
from backend.compliance.schemas import Agreement, AgreementKind, Channel, Status, Template
from backend.compliance.zones import (
    DAY,
    FOREVER,
    MINUTE,
    Zone,
    day_number,
    instant_of,
    weekday_of,
)

WEEK = range(1, 8)


def wall_of(clock: str) -> int:
    """Return a time of day ("HH:MM", "24:00" as an end) in microseconds."""
    hours, minutes = clock.split(":")
    return (int(hours) * 60 + int(minutes)) * MINUTE


class Open(NamedTuple):
    """Hours in microseconds of the day, with the weekdays on which they speak."""

    start: int
    end: int
    days: frozenset[int]


class OpenDay(NamedTuple):
    """The hours of one weekday, and when on it something begins or ends."""

    spans: list[tuple[int, int]]
    edges: list[int]


CLOSED = OpenDay([], [DAY])


def week_of(hours: Sequence[Open]) -> dict[int, OpenDay]:
    """Sort hours by the weekdays on which they speak."""
    week = {}
    for day in WEEK:
        spans = [(one.start, one.end) for one in hours if day in one.days]
        week[day] = OpenDay(spans, sorted({edge for span in spans for edge in span} | {DAY}))
    return week


def agreed_hours(agreement: Agreement) -> Open:
    """Unfold the hours of an agreement; one without hours speaks of the whole day."""
    days = frozenset(agreement.days or WEEK)
    return Open(wall_of(agreement.start or "00:00"), wall_of(agreement.end or "24:00"), days)


def _until_wall(zone: Zone, instant: int, wall: int, edges: list[int]) -> int:
    """Return the next instant at which the wall clock passes an edge, the day ends, or the clock is changed."""
    return min(instant + next(edge for edge in edges if edge > wall) - wall, zone.next_change(instant))


def outside_of(asked: Outside, *, lenient: bool) -> Test:
    """Compile `Outside`; `lenient` counts agreed hours as inside, without it they are only what lifts the rule."""
    hours = [Open(wall_of(one.start), wall_of(one.end), frozenset(one.days or WEEK)) for one in asked.hours]
    week = week_of(hours)
    with_agreed = asked.agreed and lenient

    def test(facts: Facts, instant: int) -> Reading:
        readings = [
            _outside_wish(facts, zone, instant)
            if asked.of_person
            else _outside_hours(zone, instant, week, _days_off(facts) if asked.holidays else frozenset())
            for zone in facts.zones
        ]
        if with_agreed:
            readings = [
                all_hold([reading, negated(_inside_agreed(facts, zone, instant))])
                for zone, reading in zip(facts.zones, readings, strict=True)
            ]
        if asked.zones == "every":
            return all_hold(readings)
        one = one_holds(readings)
        return one if asked.zones == "any" else all_hold([one, negated(all_hold(readings))])

    return test


def _outside_hours(zone: Zone, instant: int, week: dict[int, OpenDay], days_off: frozenset[int]) -> Reading:
    day, wall = zone.local(instant)
    today = CLOSED if day in days_off else week[weekday_of(day)]
    inside = any(start <= wall < end for start, end in today.spans)
    return not inside, _until_wall(zone, instant, wall, today.edges)


def _days_off(facts: Facts) -> frozenset[int]:
    return frozenset(day_number(day) for day in facts.situation.holidays)


def _inside_agreed(facts: Facts, zone: Zone, instant: int) -> Reading:
    return one_holds(
        all_hold(
            [
                in_any([permitting(one)], instant),
                negated(_outside_hours(zone, instant, week_of([agreed_hours(one)]), frozenset())),
            ]
        )
        for one in facts.situation.agreements
        if one.kind is AgreementKind.HOURS and facts.is_covered(one)
    )


def _outside_wish(facts: Facts, zone: Zone, instant: int) -> Reading:
    """Read whether the person asked for other hours: every wish that speaks on this day must be met."""
    return one_holds(
        all_hold([in_any([blocking(one)], instant), _outside_one_wish(zone, instant, agreed_hours(one))])
        for one in facts.situation.agreements
        if one.kind is AgreementKind.PREFERENCE and covers(one.channels, facts.channel) and facts.touches(one.debts)
    )


def _outside_one_wish(zone: Zone, instant: int, wish: Open) -> Reading:
    day, wall = zone.local(instant)
    speaks = weekday_of(day) in wish.days
    edges = [wish.start, wish.end, DAY] if speaks else [DAY]
    return speaks and not wish.start <= wall < wish.end, _until_wall(zone, instant, wall, edges)


def stands_of(asked: Stands, *, lenient: bool) -> Test:
    """Compile `Stands`; `lenient` leaves out what a confirmation of an opt-out may still be sent under."""
    kinds = frozenset(asked.kinds)

    def test(facts: Facts, instant: int) -> Reading:
        if not facts.situation.status:
            return NEVER
        found = facts.kept_stretches.get((id(asked), lenient))
        if found is None:
            found = [
                _stretch_of(asked, status, facts, lenient=lenient)
                for status in facts.situation.status
                if status.kind in kinds and _is_meant(asked, status, facts)
            ]
            facts.kept_stretches[id(asked), lenient] = found
        return in_any(found, instant)

    return test


def _is_meant(asked: Stands, status: Status, facts: Facts) -> bool:
    if not facts.touches(status.debts):
        return False
    if asked.covers == "channel" and not covers(None if status.channel is None else [status.channel], facts.channel):
        return False
    if asked.covers == "place" and (status.place is None or status.place is not facts.situation.action.place):
        return False
    if asked.places is not None and status.place not in asked.places:
        return False
    if asked.products is not None and not _touches_product(asked, status, facts):
        return False
    return all(getattr(asked, flag) in {None, getattr(status, flag)} for flag in ("unresponsive", "late", "breached"))


def _touches_product(asked: Stands, status: Status, facts: Facts) -> bool:
    return any(
        debt.product in (asked.products or []) and (status.debts is None or debt.id in status.debts)
        for debt in facts.debts
    )


def _stretch_of(asked: Stands, status: Status, facts: Facts, *, lenient: bool) -> Stretch:
    if asked.permits:
        return permitting(status)
    start, end = blocking(status)
    end = min([end, *_last_days(asked, status, facts)])
    if asked.days_after_end is not None and status.until is not None:
        end = _after(status.until, asked.days_after_end, facts)
    if lenient and asked.but_confirm_minutes is not None and _may_confirm(status, facts):
        start += asked.but_confirm_minutes * MINUTE
    return start, end


def _last_days(asked: Stands, status: Status, facts: Facts) -> list[int]:
    """Return the instants at which a limit in days ends it, in the zone where it ends last."""
    if status.since is None:
        return []
    days = asked.days_extended if status.extended and asked.days_extended is not None else asked.days
    counted = [
        days,
        None if status.written else asked.days_spoken,
        asked.days_open if status.until is None else None,
    ]
    return [_after(status.since, one, facts) for one in counted if one is not None]


def _after(at: datetime, days: int, facts: Facts) -> int:
    """Return when the n-th local day after the date of an instant is over, in the zone where that is last."""
    instant = instant_of(at)
    return max(zone.start_of(zone.local(instant)[0] + days + 1) for zone in facts.zones)


def _may_confirm(status: Status, facts: Facts) -> bool:
    """Say whether this is the one confirmation by text message, and none went out yet."""
    if status.since is None or facts.template is not Template.OPT_OUT_CONFIRMATION or facts.channel is not Channel.SMS:
        return False
    since = began(status, 0)
    return not any(
        at >= since and event.person == facts.person and event.direction == "out" and channel_of(event) is Channel.SMS
        for at, event in facts.events
    )


def agreed_of(asked: Agreed) -> Test:
    """Compile `Agreed`."""

    def test(facts: Facts, instant: int) -> Reading:
        place = facts.situation.action.place
        return in_any(
            [
                permitting(one)
                for one in facts.situation.agreements
                if one.kind is asked.kind
                and facts.is_covered(one)
                and (not asked.at_place or (place is not None and one.place is place))
            ],
            instant,
        )

    return test


def based_of(asked: Based) -> Test:
    """Compile `Based`: a basis lives through its n-th local day, in the zone where that ends first."""

    def test(facts: Facts, instant: int) -> Reading:
        stretches = [
            (-FOREVER, _lives_until(instant_of(basis.at), asked.days, facts))
            for basis in facts.situation.action.basis
            if basis.kind in asked.kinds
        ]
        return in_any(stretches, instant)

    return test


def _lives_until(at: int, days: int | None, facts: Facts) -> int:
    if days is None:
        return FOREVER
    return min(zone.start_of(zone.local(at)[0] + days + 1) for zone in facts.zones)


def consent_stretch(agreement: Agreement, days: int, facts: Facts) -> Stretch:
    """Return how long consent to be called lives: on its date and so many days after; undated consent never does."""
    if agreement.since is None:
        return 0, 0
    start, end = permitting(agreement)
    return start, min(end, _lives_until(instant_of(agreement.since), days, facts))
