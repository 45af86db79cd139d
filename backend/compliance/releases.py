"""May a contact that the gate wants reviewed be made all the same? A second person decides, for one contact and hours.

Only a REVIEW can be released: what a law blocks stays blocked, whoever asks. The raw verdict is kept as it is; beside
it stands who released the contact (`released_by`).
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import asyncpg
import msgspec

from backend.compliance import release_problems as problems
from backend.compliance import release_queries as queries
from backend.compliance.assembling import AS_ORDERED, Asked, situations_of
from backend.compliance.packs import Pack
from backend.compliance.release_queries import Looked, Standing
from backend.compliance.release_schemas import HOURS_MAX, ReleaseDecision, ReleaseWish
from backend.compliance.rules import evaluate
from backend.compliance.schemas import Channel, CollectorKind, Decision, Verdict
from backend.identity.events import case_event
from backend.identity.schemas import Act
from backend.journal.commands import append_bare
from backend.kernel.problems import CONFLICT, MALFORMED, NOT_FOUND, Problem


async def ask_release(
    raw: asyncpg.Connection, act: Act, case_id: UUID, wish: ReleaseWish, kind: CollectorKind, packs: Sequence[Pack]
) -> None:
    """Ask a second person for one contact; the same wish again changes nothing.

    Raises Problem: malformed (hours, a photo), not_found, release.over, release.blocked, release.not_needed.
    """
    if not wish.since < wish.until <= wish.since + timedelta(hours=HOURS_MAX) or wish.channel is Channel.PHOTO:
        raise Problem(MALFORMED, fields=[{"field": "until", "says": f"at most {HOURS_MAX} hours after since"}])
    if wish.until <= act.at:
        raise Problem(problems.OVER)
    known = await queries.by_id(raw, act.tenant_id, wish.id)
    if known is not None:
        if (known.case_id, known.asked_by) != (case_id, act.actor_id):
            raise Problem(CONFLICT)
        return
    verdict = await _verdict(raw, act, case_id, wish, kind, packs)
    if verdict.decision is Decision.BLOCK:
        raise Problem(problems.NOT_RELEASABLE, rule_ids=verdict.rule_ids)
    if verdict.decision is Decision.ALLOW:
        raise Problem(problems.NOT_NEEDED)
    if not await queries.insert(raw, act, case_id, wish, verdict.rule_ids):
        raise Problem(NOT_FOUND)
    payload = msgspec.to_builtins(wish) | {"rule_ids": verdict.rule_ids}
    await append_bare(raw, [case_event(act, "release.asked", wish.id, case_id, payload)])


async def _verdict(
    raw: asyncpg.Connection, act: Act, case_id: UUID, wish: ReleaseWish, kind: CollectorKind, packs: Sequence[Pack]
) -> Verdict:
    asked = Asked(
        case_id=case_id,
        channel=wish.channel,
        to_id=wish.to_id,
        at=max(act.at, wish.since),
        collector=msgspec.structs.replace(AS_ORDERED, kind=kind),
        headcount=wish.headcount,
    )
    (found,) = await situations_of(raw, act.tenant_id, [asked])
    if found is None:
        raise Problem(NOT_FOUND)
    return evaluate(found, packs)


async def decide_release(raw: asyncpg.Connection, act: Act, release_id: UUID, said: ReleaseDecision) -> None:
    """Grant or refuse a wish of somebody else.

    Raises Problem: not_found, release.own, release.decided, release.over.
    """
    known = await queries.by_id(raw, act.tenant_id, release_id)
    if known is None:
        raise Problem(NOT_FOUND)
    if known.asked_by == act.actor_id:
        raise Problem(problems.OWN_WISH)
    if known.until <= act.at:
        raise Problem(problems.OVER)
    if not await queries.decide(raw, act, release_id, said):
        raise Problem(problems.DECIDED)
    kind = "release.granted" if said.is_granted else "release.refused"
    payload = {"reason": said.reason, "asked_by": str(known.asked_by), "until": known.until.isoformat()}
    await append_bare(raw, [case_event(act, kind, release_id, known.case_id, payload)])


async def released_by(
    raw: asyncpg.Connection, tenant_id: UUID, asked: Sequence[Asked], verdicts: Sequence[Verdict | None]
) -> dict[int, UUID]:
    """Return who released which of these contacts, by their place; one statement, and none where nothing is reviewed.

    A release lifts the rules that were seen when it was asked for: a further one that asks for review needs a further
    decision.
    """
    places = [n for n, one in enumerate(verdicts) if one is not None and one.decision is Decision.REVIEW]
    if not places:
        return {}
    looked = [
        Looked(case_id=one.case_id, channel=one.channel, to_id=one.to_id, at=one.at, own_id=one.own_id)
        for one in (asked[n] for n in places)
    ]
    found = await queries.standing(raw, tenant_id, looked)
    return {
        place: chosen.decided_by
        for n, place in enumerate(places)
        if (chosen := covering(found.get(n, []), verdicts[place])) is not None
    }


def covering(standing: Sequence[Standing], verdict: Verdict | None) -> Standing | None:
    """Return the first release that saw every rule which a verdict names now; a pure function."""
    named = set(verdict.rule_ids) if verdict is not None else set()
    return next((one for one in standing if named <= set(one.rule_ids)), None)
