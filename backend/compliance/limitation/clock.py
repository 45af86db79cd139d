"""When does a claim expire, as of a day, and which fact set that date? (Civil Code 188-203, CPL 250)

The facts are taken one by one in the order of their dates, so their order in the list does not matter. Each is judged
by the period that runs on its own day: inside it restarts, after its end only the debtor can waive the defence.
"""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple

import msgspec

from backend.compliance.calendar import WorkingDays
from backend.compliance.limitation.dates import (
    LIMITATION_ALERTS_DAYS,
    Alert,
    Ending,
    alerts_before,
    corresponding_day,
    ending,
)
from backend.compliance.limitation.proof import (
    AGREEMENTS,
    HOLDING,
    PROCEDURES,
    Claim,
    Fact,
    FactKind,
    ObligationKind,
    Weighed,
    Why,
    in_order,
    is_of_debtor,
    refusal,
    rule_of,
    weighed,
)
from backend.compliance.schemas import Says

CLAIM_MONTHS, ENFORCEMENT_MONTHS = 36, 24
LONG_STOP_MONTHS = 20 * 12
SUSPENSION_MONTHS = 6


class State(StrEnum):
    """Where the clock stands; `waived`: it expired, the debtor waived the defence, and a new period runs."""

    NOT_STARTED = "not_started"
    RUNNING = "running"
    WAIVED = "waived"
    EXPIRED = "expired"


class ObstacleKind(StrEnum):
    """What suspends the last six months (Civil Code 194)."""

    FORCE_MAJEURE = "force_majeure"
    NO_LEGAL_AGENT = "no_legal_agent"
    NO_HEIR_KNOWN = "no_heir_known"
    CONTROLLED = "controlled"
    OTHER = "other"


class Obstacle(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that kept the creditor from acting, until the day on which it was gone (absent: it still is there)."""

    kind: ObstacleKind
    since: date
    removed_on: date | None = None
    is_proven: bool = False


class History(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that is known of a claim."""

    facts: list[Fact] = []
    obstacles: list[Obstacle] = []


class Obligation(msgspec.Struct, frozen=True):
    """By when somebody must act; alerts go by the nominal date, which is never the later one.

    `set_by`: the fact that began the present period, null when it is the due date. `open_procedure`: a step that did
    not end yet; the dates are counted from its filing, and before a court or arbitrator nothing expires until it ends.
    Where `has_suit_route` is false no text may claim that the claim can be enforced (`says_with`).
    """

    kind: ObligationKind
    starts_on: date
    nominal_on: date
    effective_on: date
    long_stop_on: date | None
    state: State
    set_by: str | None
    open_procedure: str | None
    is_suspended: bool
    has_suit_route: bool
    events: list[Weighed]
    alerts: list[Alert]
    years_without_data: list[int]


class _Period(NamedTuple):
    kind: ObligationKind
    due_on: date
    start: date
    set_by: str | None = None
    is_waived: bool = False
    procedures: tuple[Fact, ...] = ()
    """Those that moved the clock and had not ended when the last fact was taken."""


class _Asked(NamedTuple):
    claim: Claim
    obstacles: list[Obstacle]
    as_of: date
    days: WorkingDays


def obligation_of(claim: Claim, history: History, *, as_of: date, days: WorkingDays) -> Obligation:
    """Return the clock of a claim at the end of a day, with every fact weighed. Raises ValueError on doubled ids."""
    facts = in_order(history.facts)
    known = [one for one in history.obstacles if one.is_proven and one.since <= as_of]
    asked = _Asked(claim, known, as_of, days)
    due_on = max(claim.due_on)
    period = _Period(claim.kind, due_on, max(due_on, claim.known_on or due_on))
    events = []
    for fact in facts:
        rule, why = _verdict(asked, period, fact)
        event = weighed(fact, rule, why)
        events.append(event)
        if event.counts:
            period = _after(asked, period, fact, why)
    return _told(asked, _with_ended(asked, period, as_of), events)


def says_with(obligation: Obligation, says: frozenset[Says]) -> frozenset[Says]:
    """Return what a text says, given the clock: to threaten a suit on an expired claim is a false claim as well."""
    if obligation.has_suit_route or says.isdisjoint({Says.SUIT_THREAT, Says.SEIZURE}):
        return says
    return says | {Says.FALSE_CLAIM}


def _verdict(asked: _Asked, period: _Period, fact: Fact) -> tuple[str, Why]:
    """Judge a fact by the period that runs on its day."""
    if fact.on > asked.as_of:
        return rule_of(fact.kind), Why.LATER_THAN_ASKED
    refused = refusal(fact, asked.claim)
    if refused is not None:
        return refused
    if fact.kind is FactKind.JUDGMENT:
        return "CN-SOL-10", Why.JUDGMENT_STARTS_AFRESH
    is_of_debtor_self = is_of_debtor(fact, asked.claim)
    is_new_term = fact.due_on is not None and is_of_debtor_self
    if not is_new_term and _is_before(period, fact.on):
        return ("CN-SOL-02" if len(asked.claim.due_on) > 1 else "CN-SOL-01"), Why.BEFORE_THE_PERIOD
    if not is_new_term and _is_past_long_stop(asked, period, fact.on):
        return "CN-SOL-01", Why.AFTER_LONG_STOP
    if _is_over(asked, _with_ended(asked, period, fact.on), fact.on):
        can_waive = fact.kind in AGREEMENTS and is_of_debtor_self
        return "CN-SOL-09", Why.WAIVES_DEFENCE if can_waive else Why.AFTER_EXPIRY
    is_joint = fact.person in asked.claim.joint
    return "CN-SOL-07" if is_joint else rule_of(fact.kind), Why.NEW_TERM if is_new_term else Why.RESTARTS


def _is_before(period: _Period, on: date) -> bool:
    """Say whether no period ran yet; its first day is the one after the due date."""
    is_due_date = period.set_by is None or period.start == period.due_on
    return on < period.start or (on == period.start and is_due_date)


def _is_past_long_stop(asked: _Asked, period: _Period, on: date) -> bool:
    stop = _long_stop(period)
    return stop is not None and on > ending(stop, asked.days).effective_on


def _after(asked: _Asked, period: _Period, fact: Fact, why: Why) -> _Period:
    """Return the period that a fact which counts begins."""
    if why is Why.JUDGMENT_STARTS_AFRESH and fact.due_on is not None:
        return _Period(ObligationKind.ENFORCEMENT, fact.due_on, fact.due_on, fact.id)
    period = _with_ended(asked, period, fact.on)
    new_due_on = None if why is Why.RESTARTS else fact.due_on
    due_on = new_due_on or period.due_on
    # A new term agreed before the old one ran out sets the clock to it; nothing else can make a date earlier.
    begins_anew = new_due_on is not None or fact.on > period.start
    return period._replace(
        due_on=due_on,
        start=max(fact.on, due_on) if begins_anew else period.start,
        set_by=fact.id if begins_anew else period.set_by,
        is_waived=period.is_waived or why is Why.WAIVES_DEFENCE,
        procedures=(*period.procedures, fact) if fact.kind in PROCEDURES else period.procedures,
    )


def _with_ended(asked: _Asked, period: _Period, by: date) -> _Period:
    """Return the period after those of its procedures that ended by a day: each end begins it anew (195)."""
    ended = [(fact.ended_on, fact) for fact in period.procedures if fact.ended_on is not None and fact.ended_on <= by]
    for on, fact in sorted(ended, key=lambda one: (one[0], one[1].id)):
        counts = on > period.start and not _is_over(asked, period, on)
        still_open = tuple(one for one in period.procedures if one is not fact)
        period = period._replace(procedures=still_open)
        if counts:
            period = period._replace(start=on, set_by=fact.id)
    return period


def _is_over(asked: _Asked, period: _Period, on: date) -> bool:
    """Say whether a day lies after the end of a period; not while a court or arbitrator has the claim."""
    is_held = any(fact.kind in HOLDING for fact in period.procedures)
    return not is_held and on > _ending(asked, period).effective_on


def _long_stop(period: _Period) -> date | None:
    """Return the last day of the twenty years, which nothing moves; the enforcement of a judgment has none."""
    is_claim = period.kind is ObligationKind.CLAIM
    return corresponding_day(period.due_on, LONG_STOP_MONTHS) if is_claim else None


def _ending(asked: _Asked, period: _Period) -> Ending:
    months = CLAIM_MONTHS if period.kind is ObligationKind.CLAIM else ENFORCEMENT_MONTHS
    nominal_on = _suspended(corresponding_day(period.start, months), asked.obstacles, asked.as_of)
    stop = _long_stop(period)
    return ending(nominal_on if stop is None else min(nominal_on, stop), asked.days)


def _suspended(nominal_on: date, obstacles: Sequence[Obstacle], as_of: date) -> date:
    """Return the end of a period after obstacles in its last six months: six months after each was gone (194).

    One that is still there may be gone today at the earliest. An end that moved may meet another obstacle.
    """
    ends = [(one.since, one.removed_on or as_of) for one in obstacles]
    while True:
        last_months = corresponding_day(nominal_on, -SUSPENSION_MONTHS)
        met = [end for since, end in ends if since <= nominal_on and end > last_months]
        moved = max([nominal_on, *(corresponding_day(end, SUSPENSION_MONTHS) for end in met)])
        if moved == nominal_on:
            return nominal_on
        nominal_on = moved


def _told(asked: _Asked, period: _Period, events: list[Weighed]) -> Obligation:
    end = _ending(asked, period)
    state = _state(asked, period)
    return Obligation(
        kind=period.kind,
        starts_on=period.start,
        nominal_on=end.nominal_on,
        effective_on=end.effective_on,
        long_stop_on=_long_stop(period),
        state=state,
        set_by=period.set_by,
        open_procedure=period.procedures[0].id if period.procedures else None,
        is_suspended=_is_suspended(asked, end),
        has_suit_route=state is not State.EXPIRED,
        events=events,
        alerts=alerts_before(end.nominal_on, LIMITATION_ALERTS_DAYS, asked.as_of),
        years_without_data=end.years_without_data,
    )


def _state(asked: _Asked, period: _Period) -> State:
    if _is_over(asked, period, asked.as_of):
        return State.EXPIRED
    if asked.as_of <= period.due_on:
        return State.NOT_STARTED
    return State.WAIVED if period.is_waived else State.RUNNING


def _is_suspended(asked: _Asked, end: Ending) -> bool:
    """Say whether an obstacle that is still there decides the end of the period."""
    there = [one for one in asked.obstacles if one.removed_on is None or one.removed_on > asked.as_of]
    moving = [corresponding_day(one.removed_on or asked.as_of, SUSPENSION_MONTHS) for one in there]
    return asked.as_of <= end.nominal_on and any(moved >= end.nominal_on for moved in moving)
