"""What of contacts that were made without asking? Each is judged as of its own moment; a breach waits for a person.

A record is never refused or dropped for that reason: what happened has happened, and somebody must say why.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.compliance import exception_queries as queries
from backend.compliance.assembling import AS_ORDERED, Asked
from backend.compliance.contact_schemas import ExceptionDecision, Judged
from backend.compliance.exception_queries import Breach, Made
from backend.compliance.judging import judge
from backend.compliance.packs import Pack
from backend.compliance.schemas import Channel, CollectorKind, Decision
from backend.identity.events import case_event
from backend.identity.schemas import Act
from backend.journal.commands import append_bare
from backend.journal.schemas import NewEvent
from backend.kernel.ids import new_id
from backend.kernel.problems import FORBIDDEN, NOT_FOUND, Problem

_AGENCY = msgspec.structs.replace(AS_ORDERED, kind=CollectorKind.AGENCY)


async def judge_made(
    raw: asyncpg.Connection, tenant_id: UUID, makers: Mapping[UUID, UUID | None], packs: Sequence[Pack], now: datetime
) -> int:
    """Judge contacts by the ids of their records (with who made them); returns how many exceptions were raised.

    What a record cannot tell (head-count, badge, whether the line was recorded) is taken as the house orders it: a
    breach that is named must be one. Contacts that have a verdict are left alone.
    """
    made = await queries.to_judge(raw, tenant_id, list(makers))
    if not made:
        return 0
    act = Act(tenant_id=tenant_id, actor_id=None, device_id=None, at=now)
    judged = await judge(raw, act, [_asked(one) for one in made], packs)
    found = [(one, verdict) for one, verdict in zip(made, judged, strict=True) if verdict is not None]
    await queries.keep_verdicts(raw, tenant_id, [(one, said.id, said.verdict.decision.value) for one, said in found])
    breaches = [_breach(one, said, makers[one.id]) for one, said in found if said.verdict.decision is Decision.BLOCK]
    if breaches:
        await queries.raise_exceptions(raw, tenant_id, breaches)
        await append_bare(raw, [_raised(act, one) for one in breaches])
    return len(breaches)


def _asked(made: Made) -> Asked:
    return Asked(
        case_id=made.case_id,
        channel=Channel(made.channel),
        to_id=made.to_id,
        at=made.at,
        collector=AS_ORDERED if made.by == CollectorKind.LENDER else _AGENCY,
        own_id=made.id,
    )


def _breach(made: Made, judged: Judged, user_id: UUID | None) -> Breach:
    return Breach(id=new_id(), made=made, verdict_id=judged.id, rule_ids=judged.verdict.rule_ids, user_id=user_id)


async def decide_exception(raw: asyncpg.Connection, act: Act, exception_id: UUID, said: ExceptionDecision) -> None:
    """Say of an exception that it is explained, or that it was a breach; whoever made the contact may not.

    Raises Problem (not_found) when none of that id is open, (forbidden) to who made the contact.
    """
    found = await queries.open_exception(raw, act.tenant_id, exception_id)
    if found is None:
        raise Problem(NOT_FOUND)
    if found.user_id == act.actor_id:
        raise Problem(FORBIDDEN)
    await queries.decide(raw, act, exception_id, said.ruling, said.reason)
    payload = {"reason": said.reason}
    await append_bare(raw, [case_event(act, f"exception.{said.ruling}", exception_id, found.case_id, payload)])


def _raised(act: Act, breach: Breach) -> NewEvent:
    payload = {
        "channel": breach.made.channel,
        "source_id": str(breach.made.id),
        "verdict_id": str(breach.verdict_id),
        "rule_ids": breach.rule_ids,
        "user_id": None if breach.user_id is None else str(breach.user_id),
    }
    return case_event(act, "exception.raised", breach.id, breach.made.case_id, payload)
