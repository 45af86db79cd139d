"""What becomes of what the camera gave? It follows the smaller copy later; a phone that never will, says so first.

So nothing is missed in silence: an original is awaited, here, refused, or given up for a reason that stands in the
journal. That a phone has lost one is worth a look; that the lender wants none any more is not.
"""

from datetime import datetime

import asyncpg

from backend.evidence import queries
from backend.evidence.commands import stored_event
from backend.evidence.manifests import Code, Signal
from backend.evidence.receiving import keep_signals
from backend.evidence.schemas import Originals, OriginalsGivenUp
from backend.identity.schemas import Act
from backend.journal.commands import append_bare
from backend.journal.schemas import NewEvent
from backend.kernel.ids import new_id


async def give_up_originals(raw: asyncpg.Connection, act: Act, given_up: OriginalsGivenUp) -> int:
    """Write down that a phone will never send these originals, and why; returns for how many that is new.

    What is of somebody else, or is here already, stays as it is: a phone may say this twice. The transaction must have
    the reach of the tenant, for a case may have left the person.
    """
    if act.actor_id is None:
        raise AssertionError("a phone belongs to a person")
    ids, reason = given_up.evidence_ids, given_up.reason
    found = await queries.give_up_originals(raw, act.tenant_id, act.actor_id, ids, reason)
    who = (act.tenant_id, act.actor_id, act.device_id)
    events = [stored_event(one, who, "evidence.original_given_up") for one in found]
    if reason == "lost":
        lost = {one.id: (one.case_id, [Signal(Code.ORIGINAL_MISSING, {})]) for one in found}
        events += await keep_signals(raw, act.tenant_id, lost, act.at)
    await append_bare(raw, events)
    return len(found)


class NoLenderError(ValueError):
    """There is no lender of this code."""


async def wish_originals(raw: asyncpg.Connection, tenant_code: str, wish: Originals, now: datetime) -> None:
    """Set when the phones of a lender send originals; they hear it with their next pull. Raises NoLenderError."""
    tenant_id = await queries.wish_originals(raw, tenant_code, wish)
    if tenant_id is None:
        raise NoLenderError(f"there is no lender {tenant_code}")
    event = NewEvent(
        id=new_id(), tenant_id=tenant_id, kind="originals.changed", subject_id=tenant_id, case_id=None, actor_id=None,
        device_id=None, occurred_at=now, payload={"originals": wish.value, "by": "operator"},
    )  # fmt: skip
    await append_bare(raw, [event])
