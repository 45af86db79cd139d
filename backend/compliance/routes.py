"""How does a desk ask whether somebody may be contacted?"""

from uuid import UUID

from litestar import Router, get, post
from litestar.params import FromPath, FromQuery, JSONBody

from backend.compliance import commands, exception_queries, exceptions, looking
from backend.compliance.contact_schemas import (
    AttemptJudged,
    AttemptWish,
    CloseWish,
    ContactVerdicts,
    ExceptionDecision,
    ExceptionList,
    StopWish,
)
from backend.compliance.schemas import Channel, CollectorKind
from backend.identity.admission import Who
from backend.identity.permissions import Permission
from backend.identity.principal import Principal
from backend.identity.schemas import UserRole
from backend.kernel import clock
from backend.kernel.db import bare
from backend.kernel.web import Tx


def kind_of(who: Principal) -> CollectorKind:
    """Return whom the law takes the person for."""
    return CollectorKind.AGENCY if who.role is UserRole.AGENCY else CollectorKind.LENDER


@get("/cases/{case_id:uuid}/verdicts", opt={"permission": Permission.CASE_READ})
async def look_ahead(case_id: FromPath[UUID], channel: FromQuery[Channel], tx: Tx, who: Who) -> ContactVerdicts:
    """Say of each number or address of a case whether it may be used now, and if not when; nothing is kept."""
    return await looking.look_ahead(await bare(tx), who.act(clock.now()), case_id, channel, kind_of(who))


@post("/cases/{case_id:uuid}/verdicts", opt={"permission": Permission.CALL_RECORD})
async def judge(case_id: FromPath[UUID], data: JSONBody[AttemptWish], tx: Tx, who: Who) -> AttemptJudged:
    """Judge an attempt that is about to be made; the verdict and what it was made from are kept."""
    return await looking.judge_attempt(await bare(tx), who.act(clock.now()), case_id, data, kind_of(who))


@post("/cases/{case_id:uuid}/stops", status_code=204, opt={"permission": Permission.CONTACT_STOP})
async def stop(case_id: FromPath[UUID], data: JSONBody[StopWish], tx: Tx, who: Who) -> None:
    """Put something against contacts of a case, a freeze most often; the same wish again changes nothing."""
    await commands.raise_stop(await bare(tx), who.act(clock.now()), case_id, data)


@post("/stops/{stop_id:uuid}/close", status_code=204, opt={"permission": Permission.CONTACT_STOP})
async def close_stop(stop_id: FromPath[UUID], data: JSONBody[CloseWish], tx: Tx, who: Who) -> None:
    """Say that a stop stands no longer, and why."""
    await commands.close_stop(await bare(tx), who.act(clock.now()), stop_id, data)


@get("/exceptions", opt={"permission": Permission.EXCEPTION_REVIEW})
async def list_exceptions(tx: Tx, who: Who) -> ExceptionList:
    """List contacts that the gate would have held back and that nobody has decided, the latest first (at most 200)."""
    return await exception_queries.open_exceptions(await bare(tx), who.tenant_id)


@post("/exceptions/{exception_id:uuid}/decide", status_code=204, opt={"permission": Permission.EXCEPTION_REVIEW})
async def decide(exception_id: FromPath[UUID], data: JSONBody[ExceptionDecision], tx: Tx, who: Who) -> None:
    """Say that an exception is explained, or that it was a breach; not of a contact of one's own."""
    await exceptions.decide_exception(await bare(tx), who.act(clock.now()), exception_id, data)


router = Router(
    path="/", route_handlers=[look_ahead, judge, stop, close_stop, list_exceptions, decide], tags=["verdicts"]
)
