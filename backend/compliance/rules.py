"""ALLOW, BLOCK or REVIEW? The contact gate itself: pure functions of a situation and packs of law.

The strictest rule of all packs wins, every rule that fired is named, what is unknown fails closed. Windows are
half-open on the wall clock of the person; every block ends on a whole minute, so that it is blocked one second before
`earliest_allowed_at` and no longer at it.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfoNotFoundError

import msgspec
from msgspec import UNSET

from backend.compliance.choosing import GENERAL, chosen_packs, used
from backend.compliance.compiling import CompiledRule, Outcome, rules_of
from backend.compliance.facts import Facts
from backend.compliance.packs import Kind, Pack, Severity
from backend.compliance.schemas import Channel, Decision, Event, PackUsed, Situation, Verdict
from backend.compliance.zones import (
    DAY,
    EPOCH_DAY,
    FOREVER,
    MINUTE,
    Zone,
    day_number,
    instant_of,
    minute_up,
    wall_time,
    zone_named,
)

SEARCHED_DAYS = 400
UTC_ZONE = "UTC"

FAIL_TZ, FAIL_HISTORY, FAIL_CONTENT, FAIL_PACK = (
    "GEN-FAIL-TZ",
    "GEN-FAIL-HISTORY",
    "GEN-FAIL-CONTENT",
    "GEN-FAIL-PACK",
)


class Interval(msgspec.Struct, frozen=True):
    """A half-open stretch of whole minutes, written like `earliest_allowed_at`."""

    start: str
    end: str


class Opened(NamedTuple):
    """A situation with the law that binds it; `failures` are what the gate would have to guess."""

    facts: Facts
    rules: list[CompiledRule]
    used: list[PackUsed]
    failures: list[str]
    expires: int


def evaluate(situation: Situation, packs: Sequence[Pack], reserved: Sequence[Event] = ()) -> Verdict:
    """Judge one contact at `situation.now`; `reserved` are contacts that may still happen, each at its latest moment.

    `packs` are all that there are, `GEN` (the rules that always hold) among them; those that bind are chosen by the
    situation. The same situation and packs give the same verdict: nothing else is looked at.
    """
    now = instant_of(situation.now)
    opened = opened_situation(situation, packs, now, reserved)
    if opened.failures:
        return _verdict(opened, Decision.BLOCK, sorted(opened.failures), [], None)
    facts = opened.facts
    outcomes = [(rule, rule.outcome(facts, now)) for rule in opened.rules]
    fired = {rule_id for _, outcome in outcomes for rule_id in outcome.listed}
    conditions = {outcome.condition for _, outcome in outcomes if outcome.condition is not None}
    leaving, bound = _leave_by(opened, outcomes, now)
    if leaving is not None:
        conditions.add(f"leave_by:{wall_time(leaving, facts.zones[0])}")
    decision = _decision_of(outcome for _, outcome in outcomes)
    earliest = _earliest(opened, dict(outcomes), now) if decision is Decision.BLOCK else None
    shown = None if earliest is None else wall_time(earliest, facts.zones[0])
    return _verdict(opened, decision, sorted(fired | bound), sorted(conditions), shown)


def windows(situation: Situation, packs: Sequence[Pack], on: date) -> list[Interval]:
    """Return the half-open stretches, in whole minutes, of a local day (first zone) in which the contact is ALLOW."""
    zones = _zones_of(situation)
    if not zones:
        return []
    day = day_number(on)
    start, end = zones[0].start_of(day), zones[0].start_of(day + 1)
    opened = opened_situation(situation, packs, start)
    if opened.failures:
        return []
    found: list[tuple[int, int]] = []
    instant, end = start, min(end, opened.expires)
    while instant < end:
        decision, until = _decision_and_until(opened, instant)
        if decision is Decision.ALLOW:
            found = _joined(found, (instant, min(until, end)))
        instant = until
    whole = [(minute_up(one), other // MINUTE * MINUTE) for one, other in found]
    return [
        Interval(start=wall_time(one, zones[0]), end=wall_time(other, zones[0])) for one, other in whole if one < other
    ]


def _joined(found: list[tuple[int, int]], stretch: tuple[int, int]) -> list[tuple[int, int]]:
    if found and found[-1][1] == stretch[0]:
        return [*found[:-1], (found[-1][0], stretch[1])]
    return [*found, stretch]


def opened_situation(situation: Situation, packs: Sequence[Pack], first: int, reserved: Sequence[Event] = ()) -> Opened:
    """Unfold a situation and choose the law of `first`, the earliest instant at which it will be asked."""
    zones = _zones_of(situation)
    is_photo = situation.action.channel is Channel.PHOTO
    clock = zones or [zone_named(UTC_ZONE)]
    chosen = chosen_packs(situation, packs, date.fromordinal(clock[0].local(first)[0] + EPOCH_DAY))
    expires = _expiry_of(situation)
    general = [pack for pack in packs if pack.pack_id == GENERAL]
    failures = [] if general and chosen is not None and (is_photo or first < expires) else [FAIL_PACK]
    if not is_photo:
        failures += [FAIL_TZ] if not zones else []
        failures += [FAIL_HISTORY] if situation.history is None else []
        failures += [FAIL_CONTENT] if situation.content is None else []
    facts = Facts(situation, clock, first, reserved)
    rules = [] if failures else rules_of([*general, *(chosen or [])], facts)
    return Opened(facts, rules, used(chosen or []), failures, FOREVER if is_photo else expires)


def _zones_of(situation: Situation) -> list[Zone]:
    """Return the clocks of the person; none when one of the names is unknown."""
    try:
        return [zone_named(name) for name in situation.person.zones or []]
    except ZoneInfoNotFoundError:
        return []


def _expiry_of(situation: Situation) -> int:
    """Return when the snapshot of a phone expires: never on the server, at once when nobody knows."""
    expires = situation.snapshot_expires_at
    if expires is UNSET:
        return FOREVER
    return -FOREVER if expires is None else instant_of(expires)


def _verdict(
    opened: Opened, decision: Decision, rule_ids: list[str], conditions: list[str], earliest: str | None
) -> Verdict:
    return Verdict(
        id=opened.facts.situation.id,
        decision=decision,
        rule_ids=rule_ids,
        conditions=conditions,
        earliest_allowed_at=earliest,
        packs=opened.used,
    )


def _decision_of(outcomes: Iterable[Outcome]) -> Decision:
    acts = {outcome.act for outcome in outcomes}
    if Severity.BLOCK in acts:
        return Decision.BLOCK
    return Decision.REVIEW if Severity.REVIEW in acts else Decision.ALLOW


def _decision_and_until(opened: Opened, instant: int) -> tuple[Decision, int]:
    """Return the decision at an instant and until when, at least, it stays: a block as long as its longest rule."""
    outcomes = [rule.outcome(opened.facts, instant) for rule in opened.rules]
    decision = _decision_of(outcomes)
    if decision is Decision.BLOCK:
        return decision, max(one.until for one in outcomes if one.act is Severity.BLOCK)
    return decision, min((one.until for one in outcomes), default=FOREVER)


def _earliest(opened: Opened, kept: dict[CompiledRule, Outcome], now: int) -> int | None:
    """Return the first whole minute after `now` that is not blocked; None if 400 days or the snapshot end before it."""
    last = min(now + SEARCHED_DAYS * DAY, opened.expires - 1)
    instant = (now // MINUTE + 1) * MINUTE
    while instant <= last:
        blocked_until = 0
        for rule in opened.rules:
            outcome = kept[rule]
            if outcome.until <= instant:
                outcome = kept[rule] = rule.outcome(opened.facts, instant)
            if outcome.act is Severity.BLOCK:
                blocked_until = max(blocked_until, outcome.until)
                if blocked_until > last:
                    return None
        if not blocked_until:
            return instant
        instant = max(minute_up(blocked_until), instant + MINUTE)
    return None


def _leave_by(opened: Opened, outcomes: list[tuple[CompiledRule, Outcome]], now: int) -> tuple[int | None, set[str]]:
    """Return the first whole minute at which a visit begun inside a window would stand outside it, with the rules."""
    action = opened.facts.situation.action
    end = now + action.planned_minutes * MINUTE
    if action.channel is not Channel.VISIT or end == now:
        return None, set()
    found: list[tuple[int, str]] = []
    for rule, outcome in outcomes:
        if rule.rule.kind is Kind.WINDOW and outcome.act is None:
            closes = _closing(rule, opened.facts, outcome.until, end)
            if closes is not None:
                found.append((closes, rule.rule.id))
    return min((closes for closes, _ in found), default=None), {rule_id for _, rule_id in found}


def _closing(rule: CompiledRule, facts: Facts, instant: int, end: int) -> int | None:
    instant = minute_up(instant)
    while instant < end:
        outcome = rule.outcome(facts, instant)
        if outcome.act is Severity.BLOCK:
            return instant
        instant = max(minute_up(outcome.until), instant + MINUTE)
    return None
