"""How does a desk ask whether somebody may be contacted?"""

from uuid import UUID

from litestar import Router, get, post
from litestar.params import FromPath, FromQuery, JSONBody

from backend.compliance import looking
from backend.compliance.contact_schemas import AttemptJudged, AttemptWish, ContactVerdicts
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


router = Router(path="/", route_handlers=[look_ahead, judge], tags=["verdicts"])
