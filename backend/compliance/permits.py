"""May another contact be held ready? Permits: contacts that count before they happen, so that cut-off phones keep caps.

While a permit is out, every count takes it as a contact that got as far as its channel lets it, at its last moment, and
no consent lifts anything beside it. So whatever becomes of those that are out, in whatever order, none breaks a cap:
- the new one must be ALLOW beside all that are out, and also if none of them ever happens;
- none of those that are out may be forbidden by the new one (a rule may count calls against visits).
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from msgspec.structs import replace

from backend.compliance.packs import Pack
from backend.compliance.permit_schemas import (
    Ask,
    DayCase,
    Holder,
    Permit,
    PermitLease,
    PermitSettings,
    Refused,
    Standing,
)
from backend.compliance.rules import evaluate
from backend.compliance.schemas import (
    Agreement,
    Channel,
    Decision,
    Direction,
    Event,
    EventKind,
    Role,
    Situation,
    Status,
    Verdict,
)


def drawn(ask: Ask, holder: Holder, out: Sequence[Permit], packs: Sequence[Pack]) -> Permit | Refused:
    """Return the permit, or why there is none; `out` are all permits of the same budget that are out."""
    now = ask.situation.now
    since, verdict = _first_allowed(ask, [reserved_by(one) for one in out], packs)
    if since is None:
        return Refused(id=ask.id, verdict=verdict)
    asked = replace(ask.situation, history=None)
    permit = Permit(
        id=ask.id, budget=ask.budget, holder=holder, asked=asked, drawn_at=now, since=since, until=ask.until
    )
    for other in out:
        forbidden = _forbidden_by(permit, other, out, ask.situation, packs)
        if forbidden is not None:
            return Refused(id=ask.id, verdict=forbidden)
    return permit


def all_drawn(
    asks: Iterable[Ask], holder: Holder, out: Sequence[Permit], packs: Sequence[Pack]
) -> list[Permit | Refused]:
    """Answer wishes one after the other, each beside those granted before it; `out` may be of many budgets."""
    by_budget: dict[UUID, list[Permit]] = {}
    for permit in out:
        by_budget.setdefault(permit.budget, []).append(permit)
    answers: list[Permit | Refused] = []
    for ask in asks:
        held = by_budget.setdefault(ask.budget, [])
        answer = drawn(ask, holder, held, packs)
        answers.append(answer)
        if isinstance(answer, Permit):
            held.append(answer)
    return answers


def reserved_by(permit: Permit) -> Event:
    """Return the contact that must be reckoned with; its kind is open, so the counts do not look at it."""
    action = permit.asked.action
    return Event(
        at=permit.until,
        kind=EventKind.ATTEMPT,
        channel=action.channel,
        person=person_key(permit.asked),
        to=action.to,
        place=action.place,
        debts=action.debts,
    )


def person_key(situation: Situation) -> str:
    """Return the key under which contacts with the person are counted."""
    return situation.person.id or (situation.person.role or Role.UNKNOWN).value


def _first_allowed(ask: Ask, reserved: list[Event], packs: Sequence[Pack]) -> tuple[datetime | None, Verdict]:
    """Return from when it is ALLOW, now or at the next lawful moment before `until`.

    Counts only fall with time, so from then on no count forbids it; hours and what stands against the person the
    holder judges at the contact.
    """
    at = ask.situation.now
    verdict = evaluate(ask.situation, packs, reserved)
    if verdict.decision is Decision.BLOCK and verdict.earliest_allowed_at is not None:
        at = datetime.fromisoformat(verdict.earliest_allowed_at)
        if at < ask.until:
            verdict = evaluate(replace(ask.situation, now=at), packs, reserved)
    if verdict.decision is Decision.ALLOW and reserved:
        verdict = evaluate(replace(ask.situation, now=at), packs)
    is_allowed = verdict.decision is Decision.ALLOW and at < ask.until
    return (at if is_allowed else None), verdict


def _forbidden_by(
    permit: Permit, other: Permit, out: Sequence[Permit], situation: Situation, packs: Sequence[Pack]
) -> Verdict | None:
    """Return the verdict on a permit that is out if a new one makes a rule act on it; None if all stays as it was.

    A rule that acts is a new one, or one that until now only set a condition or was lifted.
    """
    if other.until <= max(situation.now, permit.since) or _is_alike(permit, other):
        return None
    asked = replace(
        other.asked,
        now=max(situation.now, other.since),
        history=situation.history,
        status=situation.status,
        agreements=situation.agreements,
    )
    beside = [reserved_by(one) for one in out if one.id != other.id]
    before = evaluate(asked, packs, beside)
    after = evaluate(asked, packs, [*beside, reserved_by(permit)])
    is_new = bool(set(after.rule_ids) - set(before.rule_ids) or set(before.conditions) - set(after.conditions))
    return after if is_new or after.decision is not before.decision else None


def _is_alike(one: Permit, other: Permit) -> bool:
    """Say whether two permits weigh the same to each other: what forbids one beside the other forbids both."""
    mine, theirs = one.asked, other.asked
    return (
        mine.action.channel is theirs.action.channel
        and mine.action.to == theirs.action.to
        and mine.action.debts == theirs.action.debts
        and mine.collector == theirs.collector
        and mine.person == theirs.person
        and mine.jurisdiction == theirs.jurisdiction
    )


def is_out(permit: Permit, now: datetime, heard_at: datetime | None, settings: PermitSettings) -> bool:
    """Say whether a permit without an end still counts; `heard_at` is when its holder last told all it had done.

    One that ran out counts until then: its contact may have been made without network and be unsent. A phone that
    never comes back blocks nobody for ever: day counts forget the permit by themselves, all others after
    `silence_days`, when the server would not take the phone's records any more either.
    """
    if now < permit.until:
        return True
    if heard_at is not None and heard_at >= permit.until:
        return False
    return now < permit.until + timedelta(days=settings.silence_days)


def lease_end(now: datetime, shift_end: datetime | None, settings: PermitSettings) -> datetime:
    """Return when what a phone leases now runs out: with its shift, at the latest after the hours of the setting."""
    latest = now + timedelta(hours=settings.lease_hours)
    return latest if shift_end is None or shift_end <= now else min(shift_end, latest)


def day_asks(
    cases: Iterable[DayCase], until: datetime, settings: PermitSettings, new_id: Callable[[], UUID]
) -> list[Ask]:
    """Return what a phone asks for when it primes: per case one visit, and calls up to the setting.

    What the law leaves decides `all_drawn`: the second call is refused where the first may become a conversation.
    """
    asks: list[Ask] = []
    for case in cases:
        wanted = [case.visit, *[case.call] * settings.calls_per_case]
        asks += [Ask(id=new_id(), budget=case.budget, situation=one, until=until) for one in wanted if one is not None]
    return asks


def standing_of(
    situation: Situation,
    permit: Permit | None,
    known: tuple[list[Status], list[Agreement]],
    packs: Sequence[Pack],
) -> Standing:
    """Judge a contact that happened, by all that is true of that moment.

    What the person did after the permit was drawn (a freeze, a call of their own) its holder could not know: a contact
    that only this forbids is an exception to look at. `known` stood and was agreed when the permit was drawn.
    """
    if evaluate(situation, packs).decision is Decision.ALLOW:
        return Standing.LAWFUL
    if permit is None or not permit.since <= situation.now < permit.until:
        return Standing.BREACH
    history = situation.history
    if history is not None:
        history = [one for one in history if one.direction is Direction.OUT or one.at < permit.drawn_at]
    as_known = replace(situation, history=history, status=known[0], agreements=known[1])
    return Standing.EXCEPTION if evaluate(as_known, packs).decision is Decision.ALLOW else Standing.BREACH


def lease_of(permit: Permit) -> PermitLease:
    """Return a permit as a phone takes it along."""
    return PermitLease(
        id=permit.id,
        budget=permit.budget,
        person=person_key(permit.asked),
        channel=permit.asked.action.channel,
        since=permit.since,
        until=permit.until,
    )


def usable(
    leases: Iterable[PermitLease], budget: UUID, person: str, channel: Channel, now: datetime
) -> PermitLease | None:
    """Return the lease under which a phone may make a contact now: the one that runs out first, then the lower id.

    The twin of `pwa/src/rules/permits.ts`. The phone's own gate must allow the contact too.
    """
    held = [
        one
        for one in leases
        if one.budget == budget and one.person == person and one.channel is channel and one.since <= now < one.until
    ]
    return min(held, key=lambda one: (one.until, str(one.id)), default=None)
