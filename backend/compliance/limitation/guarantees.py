"""Is a guarantor still bound, what must happen inside the guarantee period, and which clock runs after it? (CN-SOL-11)

The period is neither interrupted nor extended (Civil Code 692). It is counted from the main due date as first agreed.
"""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import NamedTuple

import msgspec

from backend.compliance.calendar import WorkingDays
from backend.compliance.limitation.clock import History, Obligation, obligation_of
from backend.compliance.limitation.dates import (
    LIMITATION_ALERTS_DAYS,
    Alert,
    Ending,
    alerts_before,
    corresponding_day,
    ending,
)
from backend.compliance.limitation.proof import Claim, Fact, FactKind, Text, Weighed, Why, in_order, refusal, weighed
from backend.compliance.schemas import PersonKind

RULE = "CN-SOL-11"
UNAGREED_MONTHS = 6

SUITS = frozenset({FactKind.SUIT, FactKind.ARBITRATION})
CALLS_ON_GUARANTOR = SUITS | {FactKind.DEMAND}


class GuaranteeKind(StrEnum):
    """`general`: the debtor must be sued first; `joint`: the guarantor owes like the debtor."""

    GENERAL = "general"
    JOINT = "joint"


class Must(StrEnum):
    """What must happen inside the period, else the guarantor is released (693)."""

    SUE_DEBTOR = "sue_debtor"
    DEMAND_GUARANTOR = "demand_guarantor"


class GuaranteeState(StrEnum):
    """Where a guarantee stands."""

    NOT_STARTED = "not_started"
    IN_PERIOD = "in_period"
    CALLED = "called"
    RELEASED = "released"


class Guarantee(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One guarantee; a kind that was not agreed is a general one (686).

    `agreed_until`: the end of the agreed period; one that is not after the main due date is none (692).
    `defence_ended_on`: the day on which a general guarantor's right to send the creditor to the debtor first ended.
    """

    guarantor: Text
    main_due_on: date
    kind: GuaranteeKind | None = None
    guarantor_kind: PersonKind = PersonKind.NATURAL
    agreed_until: date | None = None
    defence_ended_on: date | None = None


class GuaranteeObligation(msgspec.Struct, frozen=True):
    """By when what must happen; `clock`: the three years that run once the guarantor was called (694)."""

    kind: GuaranteeKind
    must: Must
    nominal_on: date
    effective_on: date
    state: GuaranteeState
    called_by: str | None
    called_on: date | None
    clock: Obligation | None
    events: list[Weighed]
    alerts: list[Alert]
    years_without_data: list[int]


class _Call(NamedTuple):
    """The fact that called the guarantor, if one did."""

    by: str
    on: date


def guarantee_of(guarantee: Guarantee, facts: Iterable[Fact], *, as_of: date, days: WorkingDays) -> GuaranteeObligation:
    """Return where a guarantee stands at the end of a day. Facts on the guarantor name them in `person`."""
    kind = guarantee.kind or GuaranteeKind.GENERAL
    known = in_order(facts)
    end = _end_of(guarantee, days)
    events = [weighed(fact, RULE, _why(guarantee, kind, fact, end, as_of)) for fact in known if _can_call(kind, fact)]
    call = next((_Call(one.id, one.on) for one in events if one.counts), None)
    return GuaranteeObligation(
        kind=kind,
        must=Must.DEMAND_GUARANTOR if kind is GuaranteeKind.JOINT else Must.SUE_DEBTOR,
        nominal_on=end.nominal_on,
        effective_on=end.effective_on,
        state=_state(guarantee, call, end, as_of),
        called_by=call.by if call else None,
        called_on=call.on if call else None,
        clock=_clock(guarantee, kind, call, known, as_of=as_of, days=days) if call else None,
        events=events,
        alerts=alerts_before(end.nominal_on, LIMITATION_ALERTS_DAYS, as_of),
        years_without_data=end.years_without_data,
    )


def _end_of(guarantee: Guarantee, days: WorkingDays) -> Ending:
    agreed = guarantee.agreed_until
    if agreed is not None and agreed > guarantee.main_due_on:
        return ending(agreed, days)
    return ending(corresponding_day(guarantee.main_due_on, UNAGREED_MONTHS), days)


def _can_call(kind: GuaranteeKind, fact: Fact) -> bool:
    """Say whether such a fact is looked at: for a general guarantee only what is done against the debtor in court."""
    return fact.kind in (CALLS_ON_GUARANTOR if kind is GuaranteeKind.JOINT else SUITS)


def _why(guarantee: Guarantee, kind: GuaranteeKind, fact: Fact, end: Ending, as_of: date) -> Why:
    if fact.on > as_of:
        return Why.LATER_THAN_ASKED
    refused = refusal(fact, _called_claim(guarantee, kind))
    if refused is not None:
        return refused.why
    if fact.on <= guarantee.main_due_on:
        return Why.BEFORE_THE_PERIOD
    return Why.RESTARTS if fact.on <= end.effective_on else Why.AFTER_EXPIRY


def _called_claim(guarantee: Guarantee, kind: GuaranteeKind) -> Claim:
    """Return whom the fact must reach: a joint guarantor by name; of a general guarantee the debtor."""
    if kind is GuaranteeKind.GENERAL:
        return Claim(due_on=[guarantee.main_due_on])
    return _claim_on(guarantee, guarantee.main_due_on)


def _claim_on(guarantee: Guarantee, since: date) -> Claim:
    return Claim(due_on=[since], debtor=guarantee.guarantor, debtor_kind=guarantee.guarantor_kind)


def _state(guarantee: Guarantee, call: _Call | None, end: Ending, as_of: date) -> GuaranteeState:
    if call is not None:
        return GuaranteeState.CALLED
    if as_of > end.effective_on:
        return GuaranteeState.RELEASED
    return GuaranteeState.NOT_STARTED if as_of <= guarantee.main_due_on else GuaranteeState.IN_PERIOD


def _clock(
    guarantee: Guarantee, kind: GuaranteeKind, call: _Call, facts: list[Fact], *, as_of: date, days: WorkingDays
) -> Obligation | None:
    """Return the three years against the guarantor, which later facts on the guarantor interrupt like any other."""
    since = call.on if kind is GuaranteeKind.JOINT else guarantee.defence_ended_on
    if since is None or since > as_of:
        return None
    own = History(facts=[fact for fact in facts if fact.person == guarantee.guarantor])
    return obligation_of(_claim_on(guarantee, since), own, as_of=as_of, days=days)
