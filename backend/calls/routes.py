"""How does a desk log a call, take it back, and see a number?"""

from uuid import UUID

import msgspec
from litestar import Router, get, post
from litestar.params import FromPath, FromQuery, JSONBody

from backend.calls import callback_queries, dialling, recording
from backend.calls.schemas import CallbackRow, CallSaved, DeskCall, Dialled, DialWish, Number, OpenCallbacks, Reason
from backend.cases.schemas import ContactReveal, Worker
from backend.compliance.routes import kind_of
from backend.identity.admission import Who
from backend.identity.permissions import Permission
from backend.identity.principal import Principal
from backend.kernel import clock
from backend.kernel.db import Reach, bare
from backend.kernel.problems import MALFORMED, Problem
from backend.kernel.web import Tx


def worker_of(who: Principal) -> Worker:
    """Return the person as the rules about facts see them: a collector has no teams, own assignments decide."""
    teams = who.team_ids if who.reach is Reach.TEAM else ()
    return Worker(user_id=who.user_id, team_ids=teams, sees_tenant=who.reach is Reach.TENANT)


class RevealWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which number, and why (a code of reveal_reasons)."""

    contact_point_id: UUID
    reason: Reason


@post("/cases/{case_id:uuid}/calls", status_code=201, opt={"permission": Permission.CALL_RECORD})
async def log_call(case_id: FromPath[UUID], data: JSONBody[DeskCall], tx: Tx, who: Who) -> CallSaved:
    """Log a call; the same call sent again is answered the same. Undo for 5 s with /calls/{id}/withdraw."""
    if data.case_id != case_id:
        raise Problem(MALFORMED, fields=[{"field": "case_id", "says": "not the case of the address"}])
    return await recording.log_call(
        await bare(tx), who.act(clock.now()), worker_of(who), data, callback_at=data.callback_at
    )


@post("/calls/{call_id:uuid}/withdraw", status_code=204, opt={"permission": Permission.CALL_RECORD})
async def take_back(call_id: FromPath[UUID], tx: Tx, who: Who) -> None:
    """Take an own call back, at most 5 s after it was saved."""
    await recording.take_back_call(await bare(tx), who.act(clock.now()), worker_of(who), call_id)


@post("/cases/{case_id:uuid}/reveal", status_code=200, opt={"permission": Permission.CONTACT_REVEAL})
async def reveal(case_id: FromPath[UUID], data: JSONBody[RevealWish], tx: Tx, who: Who) -> Number:
    """Give a number in full; the journal keeps who asked for it, when and why."""
    wish = ContactReveal(case_id=case_id, contact_point_id=data.contact_point_id, reason=data.reason)
    return await recording.reveal_number(await bare(tx), who.act(clock.now()), worker_of(who), wish)


@post("/cases/{case_id:uuid}/dial", status_code=200, opt={"permission": Permission.CALL_RECORD})
async def dial(case_id: FromPath[UUID], data: JSONBody[DialWish], tx: Tx, who: Who) -> Dialled:
    """Judge a call that is about to be made and keep the verdict; where it is allowed give permit and number."""
    raw, act = await bare(tx), who.act(clock.now())
    return await recording.dial_number(raw, act, worker_of(who), case_id, data, kind_of(who))


@post("/permits/{permit_id:uuid}/return", status_code=204, opt={"permission": Permission.CALL_RECORD})
async def give_back(permit_id: FromPath[UUID], tx: Tx, who: Who) -> None:
    """Give an own permit back: the call is not made. One that was used or given back before stays so."""
    await dialling.give_permit_back(await bare(tx), who.act(clock.now()), who.user_id, permit_id)


@get("/callbacks", opt={"permission": Permission.QUEUE_WORK})
async def list_callbacks(tx: Tx, who: Who, owner_id: FromQuery[UUID | None] = None) -> OpenCallbacks:
    """List the open callbacks of the cases that one sees, the longest overdue first; `owner_id`: of one person."""
    rows = await callback_queries.open_callbacks(await bare(tx), who.tenant_id, owner_id, clock.now())
    return OpenCallbacks(items=[CallbackRow(**dict(row)) for row in rows])


router = Router(path="/", route_handlers=[log_call, take_back, reveal, dial, give_back, list_callbacks], tags=["calls"])
