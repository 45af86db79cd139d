"""Which clocks does an obligor have, and how do they stand? Facts on file, schedule and payments in, clocks out. Pure.

The law is that of mainland China (`limitation/`). A payment that is booked on an account counts as an agreement of the
debtor to pay (CN-SOL-06), with the booking as its proof; one that was reversed is none.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

import msgspec

from backend.compliance.calendar import WorkingDays
from backend.compliance.limitation.clock import History, Obligation, Obstacle, State, obligation_of
from backend.compliance.limitation.dates import Alert
from backend.compliance.limitation.guarantees import Guarantee, GuaranteeObligation, GuaranteeState, Must, guarantee_of
from backend.compliance.limitation.proof import Claim, Fact, FactKind, Proof, Weighed
from backend.compliance.limitation.watches import Freeze, Renewal, Watch, WatchState, expiry_watch, freeze_watch
from backend.compliance.limitation_schemas import (
    AccountDue,
    ActBody,
    AlertView,
    ClockView,
    Dated,
    Dossier,
    EndedBody,
    ExpiryBody,
    FreezeBody,
    GuaranteeBody,
    KnownFact,
    ObstacleBody,
    RenewalBody,
    Step,
    TakenBackBody,
)


def clocks_of(dossier: Dossier, *, as_of: date, days: WorkingDays) -> list[ClockView]:
    """Return every clock of an obligor at the end of a day: claims, guarantees, and what must be renewed."""
    facts = standing(dossier.facts)
    clocks = []
    for account in dossier.accounts:
        if account.due_on:
            own = _of_account(facts, account.id)
            history = History(facts=[*_acts(own), *_payments(dossier, account.id)], obstacles=_obstacles(own))
            claim = Claim(due_on=account.due_on, debtor_kind=dossier.debtor_kind, guarantors=_guarantors(own))
            clocks.append(_claim_clock(account, obligation_of(claim, history, as_of=as_of, days=days)))
            clocks += [
                _guarantee_clock(account, one, history, as_of=as_of, days=days) for one in own if _is_guarantee(one)
            ]
    return [*clocks, *_watches(facts, dossier.accounts, as_of)]


def dated(clock: ClockView) -> Dated:
    """Return the row that is kept of a clock."""
    return Dated(
        subject_id=clock.subject_id,
        account_id=clock.account_id,
        kind=clock.kind,
        act_by=clock.act_by,
        ends_on=clock.ends_on,
        state=clock.state,
        is_over=clock.is_over,
        set_by=clock.set_by,
        proof=clock.proof,
        open_procedure=clock.open_procedure,
        years_without_data=clock.years_without_data,
        # What is over needs no warning any more.
        alerts_days=[] if clock.is_over else [one.days_before for one in clock.alerts if one.has_fired],
    )


def standing(facts: Sequence[KnownFact]) -> list[KnownFact]:
    """Return the facts that were not taken back."""
    gone = {one.body.names for one in facts if isinstance(one.body, TakenBackBody)}
    return [one for one in facts if one.id not in gone and not isinstance(one.body, TakenBackBody)]


def _of_account(facts: Iterable[KnownFact], account_id: UUID) -> list[KnownFact]:
    return [one for one in facts if one.account_id in (None, account_id)]


def _acts(facts: Sequence[KnownFact]) -> list[Fact]:
    ended = {one.body.names: one.on for one in facts if isinstance(one.body, EndedBody)}
    return [fact_of(one.id, one.on, one.body, ended.get(one.id)) for one in facts if isinstance(one.body, ActBody)]


def fact_of(fact_id: UUID, on: date, body: ActBody, ended_on: date | None) -> Fact:
    """Return an act as the rules read it; raises ValueError for what no act can be."""
    return Fact(
        id=str(fact_id),
        on=on,
        kind=body.kind,
        proof=body.proof,
        person=body.person,
        ended_on=ended_on,
        due_on=body.due_on,
        gives_up_rest=body.gives_up_rest,
        is_lost=body.is_lost,
    )


def _payments(dossier: Dossier, account_id: UUID) -> list[Fact]:
    return [
        Fact(id=str(one.id), on=one.paid_on, kind=FactKind.PAYMENT, proof=Proof.POSTED)
        for one in dossier.payments
        if one.account_id == account_id
    ]


def _obstacles(facts: Iterable[KnownFact]) -> list[Obstacle]:
    # Whoever writes an obstacle down names what proves it, as of every fact.
    return [
        Obstacle(kind=one.body.kind, since=one.on, removed_on=one.body.removed_on, is_proven=True)
        for one in facts
        if isinstance(one.body, ObstacleBody)
    ]


def _guarantors(facts: Iterable[KnownFact]) -> list[str]:
    return sorted({one.body.guarantor for one in facts if isinstance(one.body, GuaranteeBody)})


def _is_guarantee(fact: KnownFact) -> bool:
    return isinstance(fact.body, GuaranteeBody)


def _claim_clock(account: AccountDue, found: Obligation) -> ClockView:
    return ClockView(
        subject_id=account.id,
        account_id=account.id,
        account_ref=account.ref,
        kind=found.kind.value,
        state=found.state.value,
        starts_on=found.starts_on,
        act_by=found.nominal_on,
        ends_on=found.effective_on,
        long_stop_on=found.long_stop_on,
        is_over=found.state is State.EXPIRED,
        is_suspended=found.is_suspended,
        set_by=found.set_by,
        proof=_proof_of(found.events, found.set_by),
        open_procedure=found.open_procedure,
        must=None,
        steps=_steps(found.events),
        alerts=_alerts(found.alerts),
        years_without_data=found.years_without_data,
    )


def _guarantee_clock(
    account: AccountDue, fact: KnownFact, history: History, *, as_of: date, days: WorkingDays
) -> ClockView:
    if not isinstance(fact.body, GuaranteeBody):
        raise TypeError("a guarantee was asked for")
    body = fact.body
    guarantee = Guarantee(
        guarantor=body.guarantor,
        main_due_on=body.main_due_on or max(account.due_on),
        kind=body.kind,
        guarantor_kind=body.guarantor_kind,
        agreed_until=body.agreed_until,
        defence_ended_on=body.defence_ended_on,
    )
    found = guarantee_of(guarantee, history.facts, as_of=as_of, days=days)
    act_by, ends_on, alerts, is_over = _until(found)
    return ClockView(
        subject_id=fact.id,
        account_id=account.id,
        account_ref=account.ref,
        kind="guarantee",
        state=found.state.value,
        starts_on=guarantee.main_due_on,
        act_by=act_by,
        ends_on=ends_on,
        long_stop_on=None,
        is_over=is_over,
        is_suspended=False,
        set_by=found.called_by,
        proof=_proof_of(found.events, found.called_by),
        open_procedure=found.clock.open_procedure if found.clock else None,
        must=(Must.SUE_DEBTOR if found.must is Must.SUE_DEBTOR else Must.DEMAND_GUARANTOR).value,
        steps=_steps([*found.events, *_later(found)]),
        alerts=_alerts(alerts),
        years_without_data=found.clock.years_without_data if found.clock else found.years_without_data,
    )


def _until(found: GuaranteeObligation) -> tuple[date, date, list[Alert], bool]:
    """Return the date that counts now: of the guarantee period, or of the three years once the guarantor was called."""
    clock = found.clock
    if clock is None:
        # Called in time, and its own clock does not run yet: nothing must happen by the end of the period any more.
        alerts = [] if found.state is GuaranteeState.CALLED else found.alerts
        return found.nominal_on, found.effective_on, alerts, found.state is GuaranteeState.RELEASED
    return clock.nominal_on, clock.effective_on, clock.alerts, clock.state is State.EXPIRED


def _later(found: GuaranteeObligation) -> list[Weighed]:
    seen = {one.id for one in found.events}
    return [] if found.clock is None else [one for one in found.clock.events if one.id not in seen]


def _watches(facts: Sequence[KnownFact], accounts: Sequence[AccountDue], as_of: date) -> list[ClockView]:
    refs = {account.id: account.ref for account in accounts}
    clocks = []
    for fact in facts:
        if isinstance(fact.body, FreezeBody):
            renewals = [
                Renewal(id=str(one.id), on=one.on, months=one.body.months)
                for one in facts
                if isinstance(one.body, RenewalBody) and one.body.names == fact.id
            ]
            freeze = Freeze(asset=fact.body.asset, frozen_on=fact.on, months=fact.body.months, renewals=renewals)
            clocks.append(_watch_clock(fact, refs, freeze_watch(freeze, as_of)))
    latest: dict[tuple[UUID | None, str], tuple[KnownFact, ExpiryBody]] = {}
    for fact in facts:
        if isinstance(fact.body, ExpiryBody):
            key = (fact.account_id, fact.body.kind.value)
            if key not in latest or fact.body.ends_on > latest[key][1].ends_on:
                latest[key] = (fact, fact.body)
    clocks += [_watch_clock(fact, refs, expiry_watch(body.kind, body.ends_on, as_of)) for fact, body in latest.values()]
    return clocks


def _watch_clock(fact: KnownFact, refs: dict[UUID, str], found: Watch) -> ClockView:
    return ClockView(
        subject_id=fact.id,
        account_id=fact.account_id,
        account_ref=refs.get(fact.account_id) if fact.account_id else None,
        kind=found.kind.value,
        state=found.state.value,
        starts_on=fact.on,
        act_by=found.renew_by,
        ends_on=found.renew_by,
        long_stop_on=None,
        is_over=found.state is WatchState.LAPSED,
        is_suspended=False,
        set_by=found.set_by,
        proof=None,
        open_procedure=None,
        must=None,
        steps=[
            Step(
                id=one.id, on=one.on, kind="renewal", proof=None, counts=one.counts, rule=found.rule, why=one.why.value
            )
            for one in found.events
        ],
        alerts=_alerts(found.alerts),
        years_without_data=[],
    )


def _steps(events: Iterable[Weighed]) -> list[Step]:
    return [
        Step(
            id=one.id,
            on=one.on,
            kind=one.kind.value,
            proof=one.proof.value,
            counts=one.counts,
            rule=one.rule,
            why=one.why.value,
        )
        for one in events
    ]


def _alerts(alerts: Iterable[Alert]) -> list[AlertView]:
    return [AlertView(**msgspec.structs.asdict(one)) for one in alerts]


def _proof_of(events: Iterable[Weighed], set_by: str | None) -> str | None:
    return next((one.proof.value for one in events if one.id == set_by), None)
