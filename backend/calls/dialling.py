"""May this number be called now, by this person? The gate's verdict on the attempt, and a permit to make it.

One act: the verdict stands in the journal whatever it says. Where it allows the call, a permit is drawn from the budget
that all channels share, and only then the number is shown. The call that is logged spends the permit; a desk that
leaves returns it; of a desk that disappears it runs out after some minutes and is then let go.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import asyncpg
import msgspec

from backend.calls import queries
from backend.calls.problems import LEASED
from backend.calls.schemas import Dialled, DialWish
from backend.cases.list_queries import Desk
from backend.cases.problems import UNKNOWN_CONTACT
from backend.cases.queue_queries import look_anew, take_lease
from backend.compliance import permit_queries
from backend.compliance.assembling import AS_ORDERED, Asked, situations_of
from backend.compliance.choosing import shipped_packs
from backend.compliance.contact_schemas import AttemptWish, ContactVerdict
from backend.compliance.looking import judge_attempt, texts_of
from backend.compliance.permit_commands import draw_permits, end_permits, hear_of_holder
from backend.compliance.permit_schemas import Ask, Holder, HolderKind, PermitEnd, PermitEnding, PermitSettings, Refused
from backend.compliance.schemas import Channel, CollectorKind, Content, Decision, Verdict
from backend.identity.events import case_event
from backend.identity.schemas import Act
from backend.journal.commands import append_bare
from backend.kernel.ids import is_time_ordered
from backend.kernel.live import announce
from backend.kernel.problems import MALFORMED, NOT_FOUND, Problem

SETTINGS = PermitSettings()
TALK_MAX = timedelta(minutes=30)
"""So long nobody else is given the case while somebody talks; longer talks are logged all the same."""


def holder_of(user_id: UUID) -> Holder:
    """Return who holds the permits of a person at a desk."""
    return Holder(kind=HolderKind.DESK, id=str(user_id))


async def dial(
    raw: asyncpg.Connection, act: Act, user_id: UUID, case_id: UUID, wish: DialWish, kind: CollectorKind
) -> Dialled:
    """Judge a call that is about to be made; draw its permit and show the number where it is allowed.

    The caller has checked and locked the case. The same wish again is answered with the permit that it has. Raises
    Problem: contact.unknown, call.leased, not_found, malformed.
    """
    if not is_time_ordered(wish.permit_id):
        raise Problem(MALFORMED, fields=[{"field": "permit_id", "says": "ids are UUIDv7"}])
    value = await queries.value_of_contact(raw, act.tenant_id, case_id, wish.contact_point_id)
    budget = await queries.obligor_of(raw, act.tenant_id, case_id)
    if value is None:
        raise Problem(UNKNOWN_CONTACT)
    if budget is None:
        raise Problem(NOT_FOUND)
    desk = Desk(tenant_id=act.tenant_id, user_id=user_id, desk_team_ids=[], field_team_ids=[])
    if not await take_lease(raw, desk, case_id, act.at, act.at + TALK_MAX):
        raise Problem(LEASED)
    # Before any history is read: who draws for the same person next sees this permit, or what became of it.
    await permit_queries.lock_budgets(raw, act.tenant_id, [budget])
    await _let_go(raw, act, budget)

    judged = await judge_attempt(raw, act, case_id, _attempt(wish), kind)
    if judged.verdict.decision is not Decision.ALLOW:
        await look_anew(raw, act.tenant_id, case_id)
        return Dialled(
            verdict_id=judged.id, verdict=judged.verdict, rules=judged.rules, permit_id=None, permit_until=None,
            number=None, is_reserved=False,
        )  # fmt: skip
    collector = msgspec.structs.replace(AS_ORDERED, kind=kind)
    asked = Asked(case_id=case_id, channel=Channel.CALL, to_id=wish.contact_point_id, at=act.at, collector=collector)
    refused = await _draw(raw, act, holder_of(user_id), (wish.permit_id, budget), asked)
    if refused is not None:
        shown = _shown(wish.contact_point_id, refused)
        return Dialled(
            verdict_id=judged.id, verdict=shown, rules=texts_of(shown.rule_ids), permit_id=None, permit_until=None,
            number=None, is_reserved=True,
        )  # fmt: skip
    payload = {
        "contact_point_id": str(wish.contact_point_id),
        "reason": "call_now",
        "verdict_id": str(judged.id),
        "permit_id": str(wish.permit_id),
    }
    await append_bare(raw, [case_event(act, "contact.revealed", wish.contact_point_id, case_id, payload)])
    await announce(raw, act.tenant_id, "queue")
    return Dialled(
        verdict_id=judged.id, verdict=judged.verdict, rules=judged.rules, permit_id=wish.permit_id,
        permit_until=act.at + timedelta(minutes=SETTINGS.dial_minutes), number=value, is_reserved=False,
    )  # fmt: skip


def _attempt(wish: DialWish) -> AttemptWish:
    """Return what the gate judges: the desk records, and shows the number of the house."""
    return AttemptWish(
        channel=Channel.CALL, to_id=wish.contact_point_id, place=None, headcount=1, planned_minutes=0,
        recording=AS_ORDERED.recording, registered_caller_id=AS_ORDERED.registered_caller_id, badge=AS_ORDERED.badge,
        authorisation=AS_ORDERED.authorisation, content=Content(),
    )  # fmt: skip


async def _let_go(raw: asyncpg.Connection, act: Act, budget: UUID) -> None:
    """End permits of desks that ran out unused: a desk tells each call when it ends, so an old one was not made."""
    since = act.at - timedelta(days=SETTINGS.silence_days)
    out = await permit_queries.permits_out(raw, act.tenant_id, [budget], since)
    gone = {one.holder for one in out if one.holder.kind is HolderKind.DESK and one.until <= act.at}
    for holder in sorted(gone, key=lambda one: one.id):
        await hear_of_holder(raw, act.tenant_id, holder, act.at, act.at)


async def _draw(
    raw: asyncpg.Connection, act: Act, holder: Holder, wanted: tuple[UUID, UUID], asked: Asked
) -> Verdict | None:
    """Draw a permit (its id, whose budget); returns the verdict on another's permit where that stands in the way."""
    (situation,) = await situations_of(raw, act.tenant_id, [asked])
    if situation is None:
        raise Problem(NOT_FOUND)
    permit_id, budget = wanted
    until = act.at + timedelta(minutes=SETTINGS.dial_minutes)
    ask = Ask(id=permit_id, budget=budget, situation=situation, until=until)
    (answer,) = await draw_permits(raw, act.tenant_id, holder, [ask], shipped_packs(), SETTINGS)
    return answer.verdict if isinstance(answer, Refused) else None


def _shown(to_id: UUID, verdict: Verdict) -> ContactVerdict:
    return ContactVerdict(
        to_id=to_id,
        decision=verdict.decision,
        rule_ids=verdict.rule_ids,
        conditions=verdict.conditions,
        earliest_allowed_at=verdict.earliest_allowed_at,
    )


async def give_permit_back(raw: asyncpg.Connection, act: Act, user_id: UUID, permit_id: UUID) -> None:
    """Return a permit unused: the call was not made. One that has an end, or is not the person's, stays as it is."""
    endings = [PermitEnding(id=permit_id, end=PermitEnd.RETURNED)]
    await end_permits(raw, act.tenant_id, holder_of(user_id), endings, act.at)


async def spend_permit(raw: asyncpg.Connection, act: Act, user_id: UUID, spent: Sequence[PermitEnding]) -> None:
    """End permits in the transaction that records their calls."""
    await end_permits(raw, act.tenant_id, holder_of(user_id), spent, act.at)
