"""What can be done with callbacks? Agree on one at a moment that the law allows, in the place of the open one."""

from datetime import datetime
from uuid import UUID

import asyncpg

from backend.calls import callback_queries as queries
from backend.calls.problems import CALLBACK_UNLAWFUL
from backend.calls.schemas import Callback
from backend.compliance.assembling import Asked, situations_of
from backend.compliance.choosing import shipped_packs
from backend.compliance.looking import texts_of
from backend.compliance.rules import evaluate
from backend.compliance.schemas import Channel, Decision
from backend.identity.events import case_event
from backend.identity.schemas import Act
from backend.journal.commands import append_bare
from backend.kernel.problems import NOT_FOUND, Problem


async def agree_on_callback(raw: asyncpg.Connection, act: Act, callback: Callback, call_id: UUID | None) -> None:
    """Keep a callback, the open one of the case being replaced; the caller has locked the case and checked the moment.

    Raises Problem: callback.unlawful with the rules and the next lawful moment.
    """
    await refuse_unlawful(raw, act.tenant_id, callback.case_id, callback.contact_point_id, callback.at)
    await queries.put(raw, act.tenant_id, callback, call_id, act.at)
    payload = {"call_id": None if call_id is None else str(call_id), "user_id": str(callback.user_id)}
    payload |= {"at": callback.at.isoformat()}
    await append_bare(raw, [case_event(act, "callback.agreed", callback.id, callback.case_id, payload)])


async def refuse_unlawful(
    raw: asyncpg.Connection, tenant_id: UUID, case_id: UUID, to_id: UUID | None, at: datetime
) -> None:
    """Ask the gate whether a call at that moment would be allowed, as far as is known now; raises Problem."""
    asked = Asked(case_id=case_id, channel=Channel.CALL, to_id=to_id, at=at)
    (situation,) = await situations_of(raw, tenant_id, [asked])
    if situation is None:
        raise Problem(NOT_FOUND)
    verdict = evaluate(situation, shipped_packs())
    if verdict.decision is not Decision.ALLOW:
        raise Problem(
            CALLBACK_UNLAWFUL,
            decision=verdict.decision,
            rules=texts_of(verdict.rule_ids),
            earliest_allowed_at=verdict.earliest_allowed_at,
        )
