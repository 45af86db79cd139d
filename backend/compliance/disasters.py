"""What can be done when a disaster strikes a place? Hold back all contacts behind its doors at once, and let go again.

The first batch is frozen with the request, the rest by the worker, a batch with each event that says there is more.
Cases that come into a standing area later are frozen when they are opened.
"""

from uuid import UUID

import asyncpg

from backend.compliance import disaster_queries as queries
from backend.compliance.disaster_problems import AREA_UNFIT
from backend.compliance.disaster_schemas import AreaWish
from backend.identity.events import case_event, event
from backend.identity.schemas import Act
from backend.journal.commands import append_bare
from backend.kernel.problems import NOT_FOUND, Problem

CASES_A_BATCH = 1_000
SPREADING, LIFTING = "area.spreading", "area.lifting"
"""Events that say: there is more to freeze, or to let go."""


async def raise_area(raw: asyncpg.Connection, act: Act, wish: AreaWish) -> None:
    """Freeze all open cases whose door lies in an area; the same wish again changes nothing.

    Raises Problem (area.unfit) for an outline that is no simple polygon.
    """
    if not await queries.insert_area(raw, act, wish):
        if await queries.is_there(raw, act.tenant_id, wish.id):
            return
        raise Problem(AREA_UNFIT)
    await append_bare(raw, [event(act, "area.raised", wish.id, name=wish.name, reason=wish.reason)])
    await spread(raw, act, wish.id)


async def lift_area(raw: asyncpg.Connection, act: Act, area_id: UUID, reason: str) -> None:
    """Let the cases of an area go that it froze; what else stands against them stays.

    Raises Problem (not_found) when none of that id stands.
    """
    if not await queries.lift_area(raw, act, area_id, reason):
        raise Problem(NOT_FOUND)
    await append_bare(raw, [event(act, "area.lifted", area_id, reason=reason)])
    await let_go(raw, act, area_id)


async def spread(raw: asyncpg.Connection, act: Act, area_id: UUID) -> int:
    """Freeze one batch of an area, and say so when there may be more; returns how many cases."""
    frozen = await queries.freeze_some(raw, act.tenant_id, area_id, CASES_A_BATCH)
    events = [case_event(act, "contact.stopped", area_id, one, {"area_id": str(area_id)}) for one in frozen]
    if len(frozen) >= CASES_A_BATCH:
        events.append(event(act, SPREADING, area_id))
    await append_bare(raw, events)
    return len(frozen)


async def let_go(raw: asyncpg.Connection, act: Act, area_id: UUID) -> int:
    """Let one batch of a lifted area go, and say so when there may be more; returns how many cases."""
    # Two stops a case: the freeze and the disaster.
    freed = await queries.let_some_go(raw, act.tenant_id, area_id, 2 * CASES_A_BATCH)
    events = [case_event(act, "contact.stop_closed", area_id, one, {"area_id": str(area_id)}) for one in freed]
    if len(freed) >= CASES_A_BATCH:
        events.append(event(act, LIFTING, area_id))
    await append_bare(raw, events)
    return len(freed)


async def spread_all(raw: asyncpg.Connection, act: Act) -> int:
    """Freeze what has come into the areas that stand; returns how many cases."""
    return sum([await spread(raw, act, one) for one in await queries.standing_areas(raw, act.tenant_id)])
