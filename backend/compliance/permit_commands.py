"""What can be done to permits? Draw them, use them, return them, and hear of a phone that was silent."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from backend.compliance import permit_queries as queries
from backend.compliance.packs import Pack
from backend.compliance.permit_schemas import Ask, Holder, Permit, PermitEnding, PermitSettings, Refused
from backend.compliance.permits import all_drawn

ASKS_MAX = 2_000


async def draw_permits(
    raw: asyncpg.Connection,
    tenant_id: UUID,
    holder: Holder,
    asks: Sequence[Ask],
    packs: Sequence[Pack],
    settings: PermitSettings,
) -> list[Permit | Refused]:
    """Answer wishes in their order; one that was granted to this holder before is answered with what it has.

    Call `permit_queries.lock_budgets` before the histories of the situations are read: a contact that was recorded in
    between is neither among the permits that are out nor in the history. Raises ValueError beyond ASKS_MAX.
    """
    if len(asks) > ASKS_MAX:
        raise ValueError(f"at most {ASKS_MAX} permits are drawn at once")
    if not asks:
        return []
    budgets = {ask.budget for ask in asks}
    await queries.lock_budgets(raw, tenant_id, budgets)
    forgotten = min(ask.situation.now for ask in asks) - timedelta(days=settings.silence_days)
    out = await queries.permits_out(raw, tenant_id, budgets, forgotten)
    held = {permit.id: permit for permit in out if permit.holder == holder}
    new = [ask for ask in asks if ask.id not in held]
    answers = {answer.id: answer for answer in all_drawn(new, holder, out, packs)}
    granted = [answer for answer in answers.values() if isinstance(answer, Permit)]
    if granted:
        await queries.insert_permits(raw, tenant_id, holder, granted)
    return [held.get(ask.id) or answers[ask.id] for ask in asks]


async def end_permits(
    raw: asyncpg.Connection, tenant_id: UUID, holder: Holder, endings: Sequence[PermitEnding], at: datetime
) -> set[UUID]:
    """Use or return permits of a holder; returns those that had no end before, and none that others hold.

    A use stands in the transaction that records its contact: before it the permit counts, after it the contact.
    """
    await queries.lock_budgets_of(raw, tenant_id, [one.id for one in endings])
    return await queries.end_permits(raw, tenant_id, holder, endings, at)


async def hear_of_holder(
    raw: asyncpg.Connection, tenant_id: UUID, holder: Holder, heard_at: datetime, now: datetime
) -> set[UUID]:
    """Let go of the permits that a holder left unused: all that had run out at `heard_at`; returns which.

    Only after a sync that left nothing unsent on the phone: `heard_at` is the moment up to which it told all it did.
    """
    return await queries.lapse_permits(raw, tenant_id, holder, heard_at, now)
